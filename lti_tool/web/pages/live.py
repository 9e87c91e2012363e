"""A live session, for who takes part: date, link and calendar file, preparation, the own status, the follow-up."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.domain.live import ANSWER_LENGTH_MAX, PRESENCE_WORDS
from lti_tool.errors import NotFound
from lti_tool.learning.settle_module import settle_module
from lti_tool.live.calendar import as_calendar
from lti_tool.live.follow_up import QUESTION_WITHOUT_AUTHORS, AnswersTooLong, MeetingPage, open_meeting, save_follow_up
from lti_tool.messages import N_
from lti_tool.web.browser_session import current_visitor, href
from lti_tool.web.language import message_of, translate
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_programme

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
        with tool.database.write.begin() as session:
            is_finished = save_follow_up(session, current_programme(), visitor, module_slug, code, answers, now=tool.now())
            settle_module(session, current_programme(), visitor, page.meeting.module, issuer=tool.issuer, now=tool.now())
    except AnswersTooLong as refused:
        return _render(page, tuple(answers), problem=message_of(refused)), refused.status
    tool.wake_worker()
    done = "finished" if is_finished else "saved"
    return redirect(href("live.meeting", module_slug=module_slug, code=code, done=done, _anchor="follow-up"), 303)


@blueprint.get("/<code>.ics")
def calendar(module_slug: str, code: str) -> Response:
    """Give the session as a calendar file."""
    visitor = current_visitor()
    found = _page(module_slug, code).meeting
    if found.starts_at is None or found.is_cancelled or visitor.context_id is None:
        raise NotFound(N_("Diese Live-Sitzung hat noch keinen Termin."), code="meeting_without_date")
    module = found.module
    content = as_calendar(
        found,
        uid_domain=urlsplit(parts().settings.public_url).hostname or "localhost",
        context_id=visitor.context_id,
        title=f"{translate(N_('Modul %(number)s'), number=module.number)}: {found.session.title}",
        note=module.title,
        now=parts().now(),
    )
    response = Response(content, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="live-{module.number}-{found.session.code}.ics"'
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _page(module_slug: str, code: str) -> MeetingPage:
    with parts().database.read() as session:
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
