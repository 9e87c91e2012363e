"""For those who teach or administer a course: names to correct, the letterhead of documents, and how they will look."""

import logging

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.certificates.kinds import ALL_KINDS
from lti_tool.certificates.office.ended_documents import issue_anew, list_ended_documents
from lti_tool.certificates.office.export_documents import export_documents, size_of_export
from lti_tool.certificates.office.name_requests import REASON_MAX, decide_name_request, list_name_requests
from lti_tool.certificates.office.names_awaited import list_awaited_names
from lti_tool.certificates.office.revoke_certificate import Revocable, check_reason, find_revocable, revoke_in_course
from lti_tool.certificates.office.stuck_documents import list_stuck_documents, respell_document
from lti_tool.domain.documents.certificate import day_of
from lti_tool.domain.people import Role, Visitor
from lti_tool.errors import NotFound, ToolError
from lti_tool.messages import N_
from lti_tool.web.forms.form_key import is_first_time
from lti_tool.web.forms.shown import shown_in_form
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_programme
from lti_tool.web.step import reading, step
from lti_tool.web.visits.browser_session import href
from lti_tool.web.visits.guards import current_administrator, current_instructor

log = logging.getLogger(__name__)
blueprint = Blueprint("certificate_office", __name__)
_TEXTS = (
    "issuer_name", "issuer_url", "certificate_title", "participation_title", "note", "accent", "logo_alt", "language",
)  # fmt: skip


@blueprint.get("/course/certificates")
def overview() -> str:
    """Show the open requests for other names, and where the letterhead is."""
    return _overview(current_instructor())


def _overview(visitor: Visitor, error: ToolError | None = None, *, came_back: int = 0) -> str:
    """Show the page; `came_back` is the wish or the document whose form has to be corrected."""
    with reading() as session:
        requests = list_name_requests(session, course_id=_course_of(visitor))
        stuck = list_stuck_documents(session, course_id=_course_of(visitor))
        size = size_of_export(session, course_id=_course_of(visitor))
        awaited = list_awaited_names(session, current_programme(), course_id=_course_of(visitor))
        is_administrator = Role.ADMINISTRATOR in visitor.roles
        today = day_of(parts().now())
        ended = list_ended_documents(session, course_id=_course_of(visitor), today=today) if is_administrator else []
    return render_template(
        "certificate_office/overview.html",
        section="course",
        requests=requests,
        stuck=stuck,
        size=size,
        typed=request.form,
        came_back=came_back,
        longest_reason=REASON_MAX,
        error=error,
        awaited=awaited,
        ended=ended,
        kinds=ALL_KINDS,
        is_administrator=is_administrator,
    )


@blueprint.post("/course/certificates/names/<int:request_id>")
def decide(request_id: int) -> ResponseReturnValue:
    """Approve or refuse another name."""
    visitor = current_instructor()
    tool = parts()
    try:
        with step() as session:
            if is_first_time(session):
                decide_name_request(
                    session,
                    request_id,
                    course_id=_course_of(visitor),
                    is_approved=request.form.get("decision") == "approve",
                    answer=request.form.get("answer", ""),
                    shown=shown_in_form(),
                    decided_by_id=visitor.user_id,
                    issuer=tool.issuer,
                    now=tool.now(),
                )
    except ToolError as error:
        return _overview(visitor, error, came_back=request_id), error.status
    return redirect(href("certificate_office.overview"), 303)


@blueprint.post("/course/certificates/<int:certificate_id>/spelling")
def respell(certificate_id: int) -> ResponseReturnValue:
    """Issue a document that could not be set anew, with the name in another spelling."""
    visitor = current_instructor()
    tool = parts()
    try:
        with step() as session:
            if is_first_time(session):
                respell_document(
                    session,
                    certificate_id,
                    course_id=_course_of(visitor),
                    name=request.form.get("name", ""),
                    decided_by_id=visitor.user_id,
                    issuer=tool.issuer,
                    now=tool.now(),
                )
    except ToolError as error:
        return _overview(visitor, error, came_back=certificate_id), error.status
    return redirect(href("certificate_office.overview"), 303)


@blueprint.post("/course/certificates/<int:certificate_id>/anew")
def renew(certificate_id: int) -> ResponseReturnValue:
    """Issue a document anew that was revoked by mistake, or has expired."""
    visitor = current_administrator()
    tool = parts()
    course_id = _course_of(visitor)
    try:
        with step() as session:
            if is_first_time(session):
                issue_anew(
                    session, certificate_id, course_id=course_id, by_id=visitor.user_id, issuer=tool.issuer, now=tool.now()
                )
    except ToolError as error:
        return _overview(visitor, error), error.status
    return redirect(href("certificate_office.overview"), 303)


@blueprint.get("/course/certificates/documents.zip")
def documents() -> Response:
    """Send all documents of the course's people with a manifest, as they are read: nothing is gathered here."""
    visitor = current_instructor()
    tool = parts()
    course_id = _course_of(visitor)
    log.info("certificates_exported", extra={"course": course_id, "by": visitor.user_id})
    pieces = export_documents(tool.database, course_id=course_id, today=day_of(tool.now()))
    response = Response(pieces, content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="Nachweise-{day_of(tool.now())}.zip"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/course/certificates/revocation")
def revocation() -> str:
    """Ask an administrator which document is to be revoked, and why."""
    _course_of(current_administrator())
    return _revocation_page(is_done=request.args.get("done") == "1")


@blueprint.post("/course/certificates/revocation")
def revoke() -> ResponseReturnValue:
    """Show the document first, revoke it at the second press: nothing takes a revocation back."""
    visitor = current_administrator()
    tool = parts()
    course, code = _course_of(visitor), request.form.get("code", "")
    try:
        if request.form.get("step") != "revoke":
            with reading() as session:
                found = find_revocable(session, code, course_id=course, by_id=visitor.user_id)
            check_reason(request.form.get("reason", ""))
            return _revocation_page(found)
        with step() as session:
            reason = request.form.get("reason", "")
            if is_first_time(session):
                revoke_in_course(session, code, course_id=course, by_id=visitor.user_id, reason=reason, now=tool.now())
    except ToolError as error:
        return _revocation_page(error=error), error.status
    return redirect(href("certificate_office.revocation", done=1), 303)


def _revocation_page(found: Revocable | None = None, *, error: ToolError | None = None, is_done: bool = False) -> str:
    return render_template(
        "certificate_office/revocation.html", section="course", found=found, typed=request.form, error=error, is_done=is_done
    )


def _course_of(visitor: Visitor) -> int:
    if visitor.course_id is None:
        raise NotFound(N_("Diese Seite gehört zu einem Kurs."), code="no_context")
    return visitor.course_id
