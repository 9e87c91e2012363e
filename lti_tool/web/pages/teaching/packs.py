"""Facilitator packs, for who teaches: to read, to print, to take along as ODT and PDF."""

from flask import Blueprint, Response, abort, render_template
from flask.typing import ResponseReturnValue

from lti_tool.courses.meetings.open_pack import PackPage, open_pack
from lti_tool.facilitation.compose_pack import PackDocument, compose_pack
from lti_tool.web.language import language, translate
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_programme
from lti_tool.web.step import reading
from lti_tool.web.visits.browser_session import current_visitor

blueprint = Blueprint("packs", __name__, url_prefix="/course/live")

_MEDIA_TYPES = {"odt": "application/vnd.oasis.opendocument.text", "pdf": "application/pdf"}


@blueprint.get("/<module_slug>/<code>/pack")
def page(module_slug: str, code: str) -> str:
    """Show the pack of a live session."""
    found, document = _open(module_slug, code)
    return render_template("facilitation/pack.html", section="course", meeting=found.meeting, document=document)


@blueprint.get("/<module_slug>/<code>/pack.<kind>")
def file(module_slug: str, code: str, kind: str) -> ResponseReturnValue:
    """Send the pack as a file."""
    found, document = _open(module_slug, code)
    now = parts().now()
    if kind == "odt":
        from lti_tool.facilitation.write_pack import write_pack  # noqa: PLC0415 - its library is large, and few need it

        made = write_pack(document, made_at=now)
    elif kind == "pdf":
        from lti_tool.facilitation.typeset_pack import typeset_pack  # noqa: PLC0415 - likewise

        made = typeset_pack(document, made_at=now)
    else:
        abort(404)
    response = Response(made, content_type=_MEDIA_TYPES[kind])
    name = f"Leitfaden-{found.meeting.session.code}-{current_programme().version}.{kind}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _open(module_slug: str, code: str) -> tuple[PackPage, PackDocument]:
    visitor, programme = current_visitor(), current_programme()
    with reading() as session:
        found = open_pack(session, programme, visitor, module_slug, code)
    meeting = found.meeting
    return found, compose_pack(
        programme, meeting.module, meeting.session, found.pack, say=translate, language=language()
    )  # fmt: skip
