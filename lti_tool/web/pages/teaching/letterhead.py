"""For those who administer a course's platform: texts, logo and colour of the documents, and how they will look."""

import logging
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.certificates.documents.letterheads import (
    check_printable,
    effective_letterhead,
    find_logo,
    lay_over,
    letterhead_of,
)
from lti_tool.certificates.documents.typeset import typeset
from lti_tool.certificates.kinds.preview_facts import preview_facts
from lti_tool.certificates.office.check_logo import check_logo
from lti_tool.certificates.office.save_letterhead import save_letterhead, with_changes
from lti_tool.certificates.office.try_letterhead import draw_logo, try_letterhead
from lti_tool.domain.documents.certificate import DocumentKind
from lti_tool.domain.documents.letterhead import SIGNATORIES_MAX, TEXT_MAX, Letterhead, LetterheadRefused, Signatory
from lti_tool.domain.words.edits import ChangedMeanwhile, Shown, merge
from lti_tool.domain.words.typed_text import clean_line
from lti_tool.messages import N_
from lti_tool.web.forms.shown import shown_in_form, still_shown
from lti_tool.web.language import translate
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_programme
from lti_tool.web.step import reading, step
from lti_tool.web.visits.browser_session import href
from lti_tool.web.visits.guards import current_administrator, current_instructor

log = logging.getLogger(__name__)
blueprint = Blueprint("letterhead", __name__)
_TEXTS = (
    "issuer_name", "issuer_url", "certificate_title", "participation_title", "note", "accent", "logo_alt", "language",
)  # fmt: skip


@blueprint.get("/course/certificates/preview.pdf")
def preview() -> Response:
    """Show a document as it would be issued now, for an invented person, marked as a sample."""
    visitor = current_instructor()
    tool = parts()
    kind = next((each for each in DocumentKind if each == request.args.get("kind")), DocumentKind.CERTIFICATE)
    with reading() as session:
        head = effective_letterhead(session, tool.issuer, visitor.registration_id)
        logo_svg = find_logo(session, head.logo_sha256)
    if request.args.get("language") in ("de", "en"):
        head = replace(head, language=request.args["language"])
    is_full = request.args.get("full") == "1"
    facts = preview_facts(current_programme(), tool.issuer, head, kind, is_full=is_full, now=tool.now())
    pdf = typeset(facts, issued_at=tool.now(), logo_svg=logo_svg, template=tool.document_maker.template)
    response = Response(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="Muster.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/course/certificates/letterhead")
def form() -> str:
    """Show the fields that an administrator may fill for this registration."""
    visitor = current_administrator()
    with reading() as session:
        head = letterhead_of(session, visitor.registration_id)
    return _letterhead_page(_values_of(head), Shown.of(head.texts()), has_logo=bool(head.logo_sha256))


@blueprint.post("/course/certificates/letterhead")
def save() -> ResponseReturnValue:
    """Store the letterhead; documents issued from now on bear it."""
    visitor = current_administrator()
    tool = parts()
    try:
        file = request.files.get("logo")
        content = file.stream.read(128 * 1024) if file is not None and file.filename else None
        with reading() as session:
            stored = letterhead_of(session, visitor.registration_id)
            typed = _typed(stored)
            # As it will be stored: with what somebody else has changed meanwhile, their logo and its description together.
            changed = merge(shown_in_form(), typed.texts(), stored.texts()).changed
            head = with_changes(stored, typed, changed)
            logo_svg = find_logo(session, head.logo_sha256)
        _try(head, logo_svg, content)
        with step() as session:
            head = _typed(letterhead_of(session, visitor.registration_id))
            save_letterhead(
                session,
                visitor.registration_id,
                head,
                logo=content,
                shown=shown_in_form(),
                changed_by_id=visitor.user_id,
                now=tool.now(),
            )
    except (LetterheadRefused, ChangedMeanwhile) as problem:
        with reading() as session:
            has_logo = bool(letterhead_of(session, visitor.registration_id).logo_sha256)
        return _letterhead_page(request.form.to_dict(), still_shown(problem), has_logo=has_logo, problem=problem), problem.status
    return redirect(href("certificate_office.overview"), 303)


def _try(head: Letterhead, logo_svg: str, new_logo: bytes | None) -> None:
    """Draw and set everything once, with no transaction open; raises what the page shows beside the field."""
    tool = parts()
    check_printable(head if new_logo is None else replace(head, logo_sha256="new"))
    if new_logo is not None:
        logo_svg = check_logo(new_logo)
        draw_logo(logo_svg)
    whole = lay_over(tool.issuer, head)
    template = tool.document_maker.template
    try_letterhead(current_programme(), tool.issuer, whole, logo_svg=logo_svg, template=template, now=tool.now())


def _letterhead_page(
    values: dict[str, str], shown: Shown, *, has_logo: bool, problem: LetterheadRefused | ChangedMeanwhile | None = None
) -> str:
    """Show the form with `values` by field: what is stored, or what was typed and could not be stored."""
    with reading() as session:
        installation = effective_letterhead(session, parts().issuer, None)
    return render_template(
        "certificate_office/letterhead.html",
        section="course",
        values=values,
        shown=shown,
        has_logo=has_logo,
        installation=installation,
        signatories_max=SIGNATORIES_MAX,
        longest=TEXT_MAX,
        problem=problem,
        wrong=problem.field if isinstance(problem, LetterheadRefused) else "",
        theirs=_said_of(problem.theirs) if isinstance(problem, ChangedMeanwhile) else {},
    )


def _values_of(head: Letterhead) -> dict[str, str]:
    """Return what is stored, by field of the form."""
    values = {**head.texts(), "hours": head.texts()["hours"].replace(".", ",")}
    for number, signatory in enumerate(head.signatories):
        values |= {f"signatory_{number}": signatory.name, f"role_{number}": signatory.role}
    return values


def _said_of(theirs: dict[str, str]) -> dict[str, str]:
    """Say in words what somebody else has entered."""
    said = {name: text.replace("\n", "; ") for name, text in theirs.items()}
    if "logo_sha256" in said:
        said["logo_sha256"] = translate(N_("ein anderes Logo") if said["logo_sha256"] else N_("kein Logo"))
    return said


def _typed(present: Letterhead) -> Letterhead:
    form = request.form
    texts: dict[str, Any] = {field: clean_line(form.get(field, "")) for field in _TEXTS}
    texts["accent"] = texts["accent"].lower()
    is_logo_dropped = form.get("drop_logo") == "on"
    return Letterhead(
        **texts,
        signatories=_signatories(),
        logo_sha256="" if is_logo_dropped else present.logo_sha256,
        hours=_number("hours", form.get("hours", "")),
        valid_months=int(_number("valid_months", form.get("valid_months", "")) or 0) or None,
    )


def _signatories() -> tuple[Signatory, ...]:
    found = []
    for number in range(SIGNATORIES_MAX):
        name, role = (clean_line(request.form.get(f"{field}_{number}", "")) for field in ("signatory", "role"))
        if role and not name:
            raise LetterheadRefused(f"signatory_{number}", N_("Zu dieser Funktion fehlt der Name."))
        if name:
            found.append(Signatory(name, role))
    return tuple(found)


def _number(field: str, text: str) -> float | None:
    try:
        return float(text.strip().replace(",", ".")) if text.strip() else None
    except ValueError:
        raise LetterheadRefused(field, N_("Bitte geben Sie eine Zahl ein.")) from None
