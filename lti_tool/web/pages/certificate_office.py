"""For those who teach or administer a course: names to correct, the letterhead of documents, and how they will look."""

import logging
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.certificates.ended_documents import issue_anew, list_ended_documents
from lti_tool.certificates.export_documents import export_documents, size_of_export
from lti_tool.certificates.help_document import list_stuck_documents, respell_document
from lti_tool.certificates.letterheads import effective_letterhead, find_logo, letterhead_of, save_letterhead
from lti_tool.certificates.name_requests import decide_name_request, list_name_requests
from lti_tool.certificates.names_awaited import list_awaited_names
from lti_tool.certificates.preview import preview_facts
from lti_tool.certificates.revoke_certificate import Revocable, check_reason, find_revocable, revoke_in_course
from lti_tool.certificates.typeset import typeset
from lti_tool.domain.certificate import Kind, day_of
from lti_tool.domain.edits import ChangedMeanwhile, Shown
from lti_tool.domain.letterhead import SIGNATORIES_MAX, TEXT_MAX, Letterhead, LetterheadRefused, Signatory
from lti_tool.domain.people import Role, Visitor
from lti_tool.domain.typed_text import clean_line
from lti_tool.errors import Forbidden, NotFound, ToolError
from lti_tool.messages import N_
from lti_tool.web.browser_session import href
from lti_tool.web.guards import current_instructor
from lti_tool.web.language import translate
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_programme
from lti_tool.web.shown import shown_in_form, still_shown

log = logging.getLogger(__name__)
blueprint = Blueprint("certificate_office", __name__)
_TEXTS = (
    "issuer_name", "issuer_url", "certificate_title", "participation_title", "note", "accent", "logo_alt", "language",
)  # fmt: skip


@blueprint.get("/cohort/certificates")
def overview() -> str:
    """Show the open requests for other names, and where the letterhead is."""
    return _overview(current_instructor())


def _overview(visitor: Visitor, error: ToolError | None = None) -> str:
    with parts().database.read() as session:
        requests = list_name_requests(session, context_id=_context_of(visitor))
        stuck = list_stuck_documents(session, context_id=_context_of(visitor))
        size = size_of_export(session, context_id=_context_of(visitor))
        awaited = list_awaited_names(session, current_programme(), context_id=_context_of(visitor))
        is_administrator = Role.ADMINISTRATOR in visitor.roles
        today = day_of(parts().now())
        ended = list_ended_documents(session, context_id=_context_of(visitor), today=today) if is_administrator else []
    return render_template(
        "certificate_office/overview.html",
        section="cohort",
        requests=requests,
        stuck=stuck,
        size=size,
        typed=request.form,
        error=error,
        awaited=awaited,
        ended=ended,
        is_administrator=is_administrator,
    )


@blueprint.post("/cohort/certificates/names/<int:request_id>")
def decide(request_id: int) -> ResponseReturnValue:
    """Approve or refuse another name."""
    visitor = current_instructor()
    tool = parts()
    try:
        with tool.database.write.begin() as session:
            decide_name_request(
                session,
                request_id,
                context_id=_context_of(visitor),
                is_approved=request.form.get("decision") == "approve",
                answer=request.form.get("answer", ""),
                decided_by_id=visitor.user_id,
                issuer=tool.issuer,
                now=tool.now(),
            )
    except ToolError as error:
        return _overview(visitor, error), error.status
    tool.wake_worker()
    return redirect(href("certificate_office.overview"), 303)


@blueprint.post("/cohort/certificates/<int:certificate_id>/spelling")
def respell(certificate_id: int) -> ResponseReturnValue:
    """Issue a document that could not be set anew, with the name in another spelling."""
    visitor = current_instructor()
    tool = parts()
    try:
        with tool.database.write.begin() as session:
            respell_document(
                session,
                certificate_id,
                context_id=_context_of(visitor),
                name=request.form.get("name", ""),
                decided_by_id=visitor.user_id,
                issuer=tool.issuer,
                now=tool.now(),
            )
    except ToolError as error:
        return _overview(visitor, error), error.status
    tool.wake_worker()
    return redirect(href("certificate_office.overview"), 303)


@blueprint.post("/cohort/certificates/<int:certificate_id>/anew")
def renew(certificate_id: int) -> ResponseReturnValue:
    """Issue a document anew that was revoked by mistake, or has expired."""
    visitor = _administrator()
    tool = parts()
    context_id = _context_of(visitor)
    try:
        with tool.database.write.begin() as session:
            issue_anew(session, certificate_id, context_id=context_id, by_id=visitor.user_id, issuer=tool.issuer, now=tool.now())
    except ToolError as error:
        return _overview(visitor, error), error.status
    tool.wake_worker()
    return redirect(href("certificate_office.overview"), 303)


@blueprint.get("/cohort/certificates/documents.zip")
def documents() -> Response:
    """Send all documents of the course's people with a manifest, as they are read: nothing is gathered here."""
    visitor = current_instructor()
    tool = parts()
    context_id = _context_of(visitor)
    log.info("certificates_exported", extra={"context": context_id, "by": visitor.user_id})
    pieces = export_documents(tool.database, context_id=context_id, today=day_of(tool.now()))
    response = Response(pieces, content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="Nachweise-{day_of(tool.now())}.zip"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/cohort/certificates/preview.pdf")
def preview() -> Response:
    """Show a document as it would be issued now, for an invented person, marked as a sample."""
    visitor = current_instructor()
    tool = parts()
    kind = Kind.PARTICIPATION if request.args.get("kind") == Kind.PARTICIPATION else Kind.CERTIFICATE
    with tool.database.read() as session:
        head = effective_letterhead(session, tool.issuer, visitor.registration_id)
        logo_svg = find_logo(session, head.logo_sha256)
    if request.args.get("language") in ("de", "en"):
        head = replace(head, language=request.args["language"])
    facts = preview_facts(current_programme(), tool.issuer, head, kind, now=tool.now())
    pdf = typeset(facts, issued_at=tool.now(), logo_svg=logo_svg, template=tool.press.template)
    response = Response(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="Muster.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/cohort/certificates/revocation")
def revocation() -> str:
    """Ask an administrator which document is to be revoked, and why."""
    _context_of(_administrator())
    return _revocation_page(is_done=request.args.get("done") == "1")


@blueprint.post("/cohort/certificates/revocation")
def revoke() -> ResponseReturnValue:
    """Show the document first, revoke it at the second press: nothing takes a revocation back."""
    visitor = _administrator()
    tool = parts()
    course, code = _context_of(visitor), request.form.get("code", "")
    try:
        if request.form.get("step") != "revoke":
            with tool.database.read() as session:
                found = find_revocable(session, code, context_id=course, by_id=visitor.user_id)
            check_reason(request.form.get("reason", ""))
            return _revocation_page(found)
        with tool.database.write.begin() as session:
            reason = request.form.get("reason", "")
            revoke_in_course(session, code, context_id=course, by_id=visitor.user_id, reason=reason, now=tool.now())
    except ToolError as error:
        return _revocation_page(error=error), error.status
    return redirect(href("certificate_office.revocation", done=1), 303)


def _revocation_page(found: Revocable | None = None, *, error: ToolError | None = None, is_done: bool = False) -> str:
    return render_template(
        "certificate_office/revocation.html", section="cohort", found=found, typed=request.form, error=error, is_done=is_done
    )


@blueprint.get("/cohort/certificates/letterhead")
def letterhead() -> str:
    """Show the fields that an administrator may fill for this registration."""
    visitor = _administrator()
    with parts().database.read() as session:
        head = letterhead_of(session, visitor.registration_id)
    return _letterhead_page(_values_of(head), Shown.of(head.texts()), has_logo=bool(head.logo_sha256))


@blueprint.post("/cohort/certificates/letterhead")
def save() -> ResponseReturnValue:
    """Store the letterhead; documents issued from now on bear it."""
    visitor = _administrator()
    tool = parts()
    try:
        with tool.database.write.begin() as session:
            head = _typed(letterhead_of(session, visitor.registration_id))
            file = request.files.get("logo")
            content = file.stream.read(128 * 1024) if file is not None and file.filename else None
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
        with tool.database.read() as session:
            has_logo = bool(letterhead_of(session, visitor.registration_id).logo_sha256)
        return _letterhead_page(request.form.to_dict(), still_shown(problem), has_logo=has_logo, problem=problem), problem.status
    return redirect(href("certificate_office.overview"), 303)


def _letterhead_page(
    values: dict[str, str], shown: Shown, *, has_logo: bool, problem: LetterheadRefused | ChangedMeanwhile | None = None
) -> str:
    """Show the form with `values` by field: what is stored, or what was typed and could not be stored."""
    with parts().database.read() as session:
        installation = effective_letterhead(session, parts().issuer, None)
    return render_template(
        "certificate_office/letterhead.html",
        section="cohort",
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


def _administrator() -> Visitor:
    visitor = current_instructor()
    if Role.ADMINISTRATOR not in visitor.roles:
        raise Forbidden(
            N_("Diese Seite ist der Administration vorbehalten."),
            next_step=N_("Bitten Sie die Administration Ihrer Lernplattform, sie zu öffnen."),
            code="administrators_only",
        )
    return visitor


def _context_of(visitor: Visitor) -> int:
    if visitor.context_id is None:
        raise NotFound(N_("Diese Seite gehört zu einem Kurs."), code="no_context")
    return visitor.context_id
