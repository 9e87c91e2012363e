"""What the participants of a course say, for those who teach it; every figure comes through the rules of publication."""

from flask import Blueprint, render_template

from lti_tool.courses.viewer import teaching_viewer_of
from lti_tool.domain.surveys.instrument import EMPTY
from lti_tool.domain.surveys.publication import ShownDetail
from lti_tool.surveys.results.read_results import SurveyResults, course_results
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_programme
from lti_tool.web.step import reading
from lti_tool.web.visits.browser_session import current_visitor

blueprint = Blueprint("survey_results", __name__)


@blueprint.get("/course/surveys")
def course() -> str:
    """Show the results of the course's rounds."""
    tool = parts()
    with reading() as session:
        viewer = teaching_viewer_of(session, current_visitor())
        found = course_results(
            session,
            viewer.course_id,
            lambda pin: tool.programme_in(pin, session),
            least=tool.settings.survey_least_people,
        )
    return render_template(
        "surveys/course.html",
        section="course",
        programme=current_programme(),
        modules={module.slug: module for module in current_programme().modules},
        told=[each for each in found if _has_figures(each)],
        others=[each for each in found if not _has_figures(each)],
        least=tool.settings.survey_least_people,
        ShownDetail=ShownDetail,
        EMPTY=EMPTY,
    )


def _has_figures(found: SurveyResults) -> bool:
    return found.results.detail > ShownDetail.FEWER_THAN_LEAST
