"""Taking the draft home: as a file, or as a page to print."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from lti_tool.case_library.marked_cases import marked_cases
from lti_tool.domain.content.case_studies import CaseStudy
from lti_tool.domain.rules.workbook import places
from lti_tool.errors import NotFound
from lti_tool.messages import N_
from lti_tool.reifegrad.read_round import Profile, profile_of
from lti_tool.web.pages.draft.workbook_author import current_author
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_programme
from lti_tool.web.step import reading
from lti_tool.workbook.take_home.chart import chart_svg, chart_text
from lti_tool.workbook.take_home.draft import Draft, read_draft
from lti_tool.workbook.take_home.export_draft import FileFormat, export_draft, manuscript_of
from lti_tool.workbook.take_home.manuscript import CONTENTS, STATUS_LINE, ProfileBlock, RatedDimension, ReifegradProfile
from lti_tool.workbook.take_home.typeset_draft import signs_lost_in_pdf

blueprint = Blueprint("workbook_export", __name__)


@blueprint.get("/workbook/export")
def choose() -> str:
    """Ask for the format and for what is to be in it."""
    draft, profile, cases = _read()
    manuscript = manuscript_of(
        current_programme(), draft, includes_restricted=True, profile=profile, cases=cases, now=parts().now()
    )  # fmt: skip
    restricted = [place for place in places(current_programme()) if place.chapter.is_restricted]
    return render_template(
        "workbook/export.html",
        section="workbook",
        restricted=restricted,
        is_begun=bool(draft.fields),
        lost_signs=signs_lost_in_pdf(manuscript),
        programme=current_programme(),
    )


@blueprint.get("/workbook/export/document")
def document() -> ResponseReturnValue:
    """Send the draft as a file."""
    draft, profile, cases = _read()
    try:
        file_format = FileFormat(request.args.get("format", ""))
    except ValueError:
        raise NotFound(
            N_("Dieses Format gibt es nicht."), next_step=N_("Wählen Sie ODT, DOCX oder PDF."), code="format_not_found"
        ) from None
    made = export_draft(
        current_programme(),
        draft,
        file_format,
        includes_restricted=_includes_restricted(),
        profile=profile,
        cases=cases,
        now=parts().now(),
    )
    response = Response(made.content, content_type=made.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{made.file_name}"'
    # The draft is its author's alone; no copy of it stays in a shared browser.
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/workbook/print")
def print_view() -> str:
    """Show the draft as one page, made for printing."""
    draft, profile, cases = _read()
    manuscript = manuscript_of(
        current_programme(),
        draft,
        includes_restricted=_includes_restricted(),
        profile=profile,
        cases=cases,
        now=parts().now(),
    )
    charts = {
        block.heading: (Markup(chart_svg(block.profile)), chart_text(block.profile))  # noqa: S704 - our own SVG, its labels escaped
        for part in manuscript.sections
        for block in part.blocks
        if isinstance(block, ProfileBlock)
    }
    return render_template(
        "workbook/print.html",
        section="workbook",
        manuscript=manuscript,
        charts=charts,
        contents=CONTENTS,
        status_line=STATUS_LINE,
        programme=current_programme(),
    )


def _read() -> tuple[Draft, ReifegradProfile | None, tuple[CaseStudy, ...]]:
    programme, user_id = current_programme(), current_author().user_id
    with reading() as session:
        draft = read_draft(session, programme, user_id=user_id)
        profile = profile_of(session, user_id=user_id, programme=programme)
        cases = marked_cases(session, programme, user_id=user_id)
    return draft, _for_the_document(profile) if profile else None, cases


def _for_the_document(profile: Profile) -> ReifegradProfile:
    rows = (
        RatedDimension(row.dimension, row.before.level, row.after.level, row.after.evidence or row.before.evidence)
        for row in profile.rows
    )
    return ReifegradProfile(profile.levels, tuple(rows))


def _includes_restricted() -> bool:
    return request.args.get("restricted") == "yes"
