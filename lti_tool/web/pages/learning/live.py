"""A live session, for who takes part: date, link and calendar file, preparation, the own status, the follow-up."""

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.domain.rules.live import ANSWER_LENGTH_MAX, PRESENCE_WORDS
from lti_tool.live.calendar import as_calendar, get_calendar_entry
from lti_tool.live.follow_up import QUESTION_WITHOUT_AUTHORS, AnswersTooLong, MeetingPage, open_meeting, save_follow_up
from lti_tool.messages import N_
from lti_tool.web.language import message_of, translate
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_programme, current_syllabus
from lti_tool.web.step import reading, step
from lti_tool.web.visits.browser_session import current_visitor, href

blueprint = Blueprint("live", __name__, url_prefix="/modules/<module_slug>/live")

_DONE = {
    "saved": N_("Gespeichert. Fertig ist die Nachbereitung, wenn alle Fragen beantwortet sind."),
    "finished": N_("Die Nachbereitung ist fertig. Die Sitzung gilt als nachgeholt."),
}


@blueprint.get("/<code>")
def meeting(module_slug: str, code: str) -> str:
    """Show one live session."""
    page = _page(module_slug, code)
    return _render(page, page.answers)


@blueprint.post("/<code>")
def follow_up(module_slug: str, code: str) -> ResponseReturnValue:
    """Save the answers of the follow-up."""
    visitor = current_visitor()
    tool = parts()
    page = _page(module_slug, code)
    answers = [request.form.get(f"answer.{number}", "") for number in range(len(page.answers))]
    try:
        with step() as session:
            is_finished = save_follow_up(session, current_syllabus(), visitor, module_slug, code, answers, now=tool.now())
    except AnswersTooLong as refused:
        return _render(page, tuple(answers), problem=message_of(refused)), refused.status
    done = "finished" if is_finished else "saved"
    return redirect(href("live.meeting", module_slug=module_slug, code=code, done=done, _anchor="follow-up"), 303)


@blueprint.get("/<code>.ics")
def calendar(module_slug: str, code: str) -> Response:
    """Give the session as a calendar file."""
    with reading() as session:
        entry = get_calendar_entry(session, current_programme(), current_visitor(), module_slug, code)
    module, live = entry.meeting.module, entry.meeting.session
    title = f"{translate(N_('Modul %(number)s'), number=module.number)}: {live.title}"
    if not entry.takes_place:
        # In words too: not every program looks at the status.
        title = translate(N_("Abgesagt: %(title)s"), title=title)
    content = as_calendar(entry, title=title, note=module.title, now=parts().now())
    response = Response(content, content_type="text/calendar; charset=utf-8; method=PUBLISH")
    response.headers.set("Content-Disposition", "attachment", filename=f"live-{module.number}-{live.code}.ics")
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _page(module_slug: str, code: str) -> MeetingPage:
    with reading() as session:
        return open_meeting(session, current_programme(), current_visitor(), module_slug, code, now=parts().now())


def _render(page: MeetingPage, answers: tuple[str, ...], *, problem: tuple[str, str] | None = None) -> str:
    return render_template(
        "live/meeting.html",
        section="modules",
        page=page,
        answers=answers,
        problem=problem,
        own_question=QUESTION_WITHOUT_AUTHORS,
        words=PRESENCE_WORDS,
        longest=ANSWER_LENGTH_MAX,
        programme=current_programme(),
        done=_DONE.get(request.args.get("done", "")),
    )
