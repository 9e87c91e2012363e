"""A participant's own certificates: what they hold, what is still missing, and the name to print."""

import time

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.certificates.badges.european_credential import european_credential
from lti_tool.certificates.documents.make_document import make_at_once
from lti_tool.certificates.documents.typeset import pictures
from lti_tool.certificates.issue.issue_on_request import issue_on_request
from lti_tool.certificates.kinds import find_asked_document
from lti_tool.certificates.kinds.programme_certificate import ProgrammeCertificate
from lti_tool.certificates.my_certificates import MyCertificates, list_my_certificates
from lti_tool.certificates.office.name_requests import REASON_MAX, request_name
from lti_tool.certificates.own_documents import get_credential, get_document, get_issued_facts
from lti_tool.domain.documents.printed_name import NameRefused, clean_name
from lti_tool.domain.people import Role, Visitor
from lti_tool.domain.rules.live import SHARE_FOR_CERTIFICATE_PCT
from lti_tool.domain.rules.workbook import heading_of
from lti_tool.errors import NotFound, ToolError
from lti_tool.messages import N_
from lti_tool.progress.certificate_due import course_record_of, issue_if_due, name_and_issue
from lti_tool.web.forms.form_key import is_first_time
from lti_tool.web.pages.draft.workbook import chapter_name
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_programme
from lti_tool.web.step import end_reading, reading, step
from lti_tool.web.visits.browser_session import current_visitor, href

blueprint = Blueprint("certificates", __name__)

# So long a page waits for a document that the worker, which was called with the issue, is just making. Sleeping costs nothing
# here; typesetting would load 50 MB into every web process.
_PATIENCE_S = 1.0


@blueprint.get("/certificates")
def overview() -> str:
    """Show all of a person's certificates and what is missing for the next."""
    visitor = current_visitor()
    mine = _mine(visitor)
    if mine.is_due and visitor.is_participant and Role.TEST_USER not in visitor.roles:
        # The last step was no step here: the platform tells a name that can be printed only now.
        _issue_what_is_due(visitor)
        mine = _mine(visitor)
    until = time.monotonic() + (0 if _comes_again() else _PATIENCE_S)
    while _without_document(mine) and time.monotonic() < until:
        time.sleep(0.1)
        mine = _mine(visitor)
    waiting = _without_document(mine)
    if waiting:
        # No worker has come. Who waits before this page gets the document all the same, unless somebody outside has to be asked.
        for certificate_id in waiting:
            make_at_once(parts().database, parts().document_maker, certificate_id, now=parts().now())
        mine = _mine(visitor)
    return render_template(
        "certificates/overview.html",
        section="certificates",
        mine=mine,
        modules=len(current_programme().required_modules),
        programme=current_programme(),
        chapter_name=chapter_name,
        heading_of=heading_of,
        live_share_needed=SHARE_FOR_CERTIFICATE_PCT,
    )


@blueprint.get("/certificates/<int:certificate_id>.pdf")
def document(certificate_id: int) -> ResponseReturnValue:
    """Send the stored document of one's own certificate."""
    visitor = current_visitor()
    with reading() as session:
        found = get_document(session, certificate_id, user_id=visitor.user_id)
    response = Response(found.pdf, content_type="application/pdf")
    response.set_etag(found.sha256)
    response.headers["Content-Disposition"] = f'attachment; filename="{found.file_name}"'
    response.headers["Cache-Control"] = "private, no-cache"
    return response.make_conditional(request)


@blueprint.get("/certificates/<int:certificate_id>.<any(json, jwt):form>")
def credential(certificate_id: int, form: str) -> Response:
    """Send the Open Badge of one's own document, for a wallet."""
    visitor = current_visitor()
    with reading() as session:
        found = get_credential(session, certificate_id, user_id=visitor.user_id, as_token=form == "jwt")
    response = Response(found, content_type="application/vc+jwt" if form == "jwt" else "application/vc")
    response.headers["Content-Disposition"] = f'attachment; filename="open-badge.{form}"'
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@blueprint.get("/certificates/<int:certificate_id>.jsonld")
def european(certificate_id: int) -> Response:
    """Send one's own document as European Digital Credential, unsigned, for an issuer with an eIDAS seal."""
    visitor = current_visitor()
    with reading() as session:
        own = get_issued_facts(session, certificate_id, user_id=visitor.user_id)
    pages = pictures(own.facts, logo_svg=own.logo_svg, template=parts().document_maker.template)
    credential = european_credential(own.facts, issued_at=own.issued_at, pictures=pages, country=parts().settings.issuer_country)
    response = Response(credential, content_type="application/ld+json")
    response.headers["Content-Disposition"] = 'attachment; filename="europass-nachweis.jsonld"'
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@blueprint.post("/certificates/<kind>/<slug>")
def ask_for(kind: str, slug: str) -> ResponseReturnValue:
    """Issue a document about one module, of a kind that participants ask for."""
    visitor = current_visitor()
    tool = parts()
    asked = find_asked_document(current_programme(), kind, slug)
    with step() as session:
        if is_first_time(session):
            record = course_record_of(session, current_programme(), visitor.user_id)
            issue_on_request(session, asked, record, user_id=visitor.user_id, issuer=tool.issuer, now=tool.now())
    return redirect(href("certificates.overview"), 303)


@blueprint.get("/certificates/<int:certificate_id>/name")
def ask_name(certificate_id: int) -> str:
    """Ask which name shall stand on the document instead, and why."""
    return _ask_name(certificate_id, current_visitor())


@blueprint.post("/certificates/<int:certificate_id>/name")
def send_name_request(certificate_id: int) -> ResponseReturnValue:
    """Pass the wish on to the instructors of the course."""
    visitor = current_visitor()
    form = request.form
    try:
        with step() as session:
            if is_first_time(session):
                request_name(
                    session,
                    certificate_id,
                    user_id=visitor.user_id,
                    name=form.get("name", ""),
                    reason=form.get("reason", ""),
                    now=parts().now(),
                )
    except (NameRefused, ToolError) as error:
        if error.status in (403, 404):
            raise
        return _ask_name(certificate_id, visitor, error), 422
    return redirect(href("certificates.overview"), 303)


def _ask_name(certificate_id: int, visitor: Visitor, error: ToolError | None = None) -> str:
    held = next((held for held in _mine(visitor).certificates if held.id == certificate_id), None)
    if held is None:
        raise NotFound(N_("Dieses Dokument gibt es nicht."), code="certificate_not_found")
    return render_template(
        "certificates/ask_name.html",
        section="certificates",
        held=held,
        typed=request.form,
        longest_reason=REASON_MAX,
        error=error,
    )


@blueprint.get("/certificates/name")
def name() -> ResponseReturnValue:
    """Ask for the name to print, where the platform told none."""
    mine = _mine(current_visitor())
    if not mine.may_name:
        return redirect(href("certificates.overview"), 303)
    return render_template("certificates/name.html", section="certificates", typed=mine.name or "", mine=mine)


@blueprint.post("/certificates/name")
def save_name() -> ResponseReturnValue:
    """Show the name as it will be printed; once that is confirmed, store it and issue what waited for it."""
    visitor = current_visitor()
    typed = request.form.get("name", "")
    step = request.form.get("step")
    try:
        printed = clean_name(typed)
    except NameRefused as error:
        return render_template("certificates/name.html", section="certificates", typed=typed, error=error), error.status
    if step == "confirm":
        _store_name(visitor, printed)
        return redirect(href("certificates.overview"), 303)
    if step == "change":
        return render_template("certificates/name.html", section="certificates", typed=printed)
    return render_template(
        "certificates/name_preview.html", section="certificates", name=printed, type=ProgrammeCertificate.names["de"]
    )


def _store_name(visitor: Visitor, printed: str) -> None:
    with step() as session:
        if is_first_time(session):
            name_and_issue(
                session,
                current_programme(),
                user_id=visitor.user_id,
                name=printed,
                issuer=parts().issuer,
                now=parts().now(),
            )


def _issue_what_is_due(visitor: Visitor) -> None:
    tool = parts()
    with step() as session:
        issue_if_due(session, current_programme(), user_id=visitor.user_id, issuer=tool.issuer, now=tool.now())


def _comes_again() -> bool:
    """Whether the page's own script asks, which need not hold a thread until the document is there."""
    return request.headers.get("Sec-Fetch-Dest") == "empty"


def _without_document(mine: MyCertificates) -> list[int]:
    return [held.id for held in mine.certificates if held.document_bytes is None and not held.needs_help]


def _mine(visitor: Visitor) -> MyCertificates:
    # Others may have written meanwhile: a worker, or this request.
    end_reading()
    with reading() as session:
        return list_my_certificates(
            session,
            current_programme(),
            course_record_of(session, current_programme(), visitor.user_id),
            user_id=visitor.user_id,
            count_months=parts().issuer.modules_count_months,
            verify_url=parts().issuer.verify_url,
            now=parts().now(),
        )
