"""One participant, for who teaches: attempts, scores with their ledger, further attempts, more time."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.courses.person.extend_time import extend_time
from lti_tool.courses.person.find_reviewed import tell_that_nobody_is_reviewed
from lti_tool.courses.person.grant_attempt import LONGEST_REASON, ReasonMissing, grant_attempt
from lti_tool.courses.person.open_person import open_person
from lti_tool.courses.person.resend_score import resend_score
from lti_tool.domain.rules.course import EXTRA_TIMES_PCT
from lti_tool.domain.rules.live import SHARE_FOR_CERTIFICATE_PCT
from lti_tool.domain.words.edits import ChangedMeanwhile
from lti_tool.errors import ToolError
from lti_tool.messages import N_
from lti_tool.web.forms.form_key import is_first_time
from lti_tool.web.forms.shown import shown_in_form
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_programme
from lti_tool.web.step import reading, step
from lti_tool.web.visits.browser_session import current_visitor, href
from lti_tool.web.visits.overdue import hand_in_overdue_of_course

blueprint = Blueprint("course_people", __name__, url_prefix="/course/people")

_DONE = {
    "sent": N_("Die Note ist wieder unterwegs."),
    "granted": N_("Der weitere Versuch ist freigegeben."),
    "time": N_("Die Zeit ist angepasst."),
}
EVENTS = {
    "enqueued": N_("Punktzahl vorgemerkt"),
    "superseded": N_("Durch eine höhere Punktzahl ersetzt"),
    "delivered": N_("Im Kurs angekommen"),
    "delayed": N_("Nicht zugestellt, wird wiederholt"),
    "parked": N_("Angehalten"),
    "emptied": N_("Steht nicht mehr im Kurs"),
    "left_empty": N_("Soll im Kurs gelöscht bleiben"),
    "by_teacher": N_("Im Kurs steht eine andere Bewertung"),
    "agrees": N_("Steht wieder im Kurs"),
    "retried": N_("Noch einmal auf den Weg gebracht"),
}


@blueprint.get("/unknown")
def nobody_reviewed() -> ResponseReturnValue:
    """Say to who clicked a grade in the platform's gradebook that there is nothing of that person here."""
    with reading() as session:
        raise tell_that_nobody_is_reviewed(session, current_visitor())


@blueprint.get("/<int:user_id>")
def person(user_id: int) -> ResponseReturnValue:
    """Show one participant."""
    return _person(user_id)


@blueprint.post("/<int:user_id>/scores/<int:delivery_id>")
def resend(user_id: int, delivery_id: int) -> ResponseReturnValue:
    """Send one score again."""
    visitor = current_visitor()
    with step() as session:
        if is_first_time(session):
            resend_score(session, visitor, delivery_id, now=parts().now())
    return _back(user_id, "sent")


@blueprint.post("/<int:user_id>/attempts")
def grant(user_id: int) -> ResponseReturnValue:
    """Grant one further attempt."""
    visitor = current_visitor()
    module, reason = request.form.get("module", ""), request.form.get("reason", "")
    try:
        with step() as session:
            if is_first_time(session):
                grant_attempt(
                    session, current_programme(), visitor, user_id, module, reason, shown=shown_in_form(), now=parts().now()
                )
    except (ReasonMissing, ChangedMeanwhile) as problem:
        return _person(user_id, chosen=module, reason=reason, problem=problem), problem.status
    return _back(user_id, "granted")


@blueprint.post("/<int:user_id>/time")
def more_time(user_id: int) -> ResponseReturnValue:
    """Give more time in this course's quizzes."""
    visitor = current_visitor()
    hand_in_overdue_of_course(visitor.course_id)
    extra = request.form.get("extra", -1, int)
    try:
        with step() as session:
            extend_time(session, visitor, user_id, extra, shown=shown_in_form(), now=parts().now())
    except ChangedMeanwhile as problem:
        return _person(user_id, extra=extra, problem=problem), problem.status
    return _back(user_id, "time")


def _back(user_id: int, done: str) -> ResponseReturnValue:
    return redirect(href("course_people.person", user_id=user_id, done=done), 303)


def _person(
    user_id: int, *, chosen: str = "", reason: str = "", extra: int | None = None, problem: ToolError | None = None
) -> str:
    visitor = current_visitor()
    hand_in_overdue_of_course(visitor.course_id)
    with reading() as session:
        page = open_person(session, current_programme(), visitor, user_id, now=parts().now())
    return render_template(
        "course/person.html",
        section="course",
        page=page,
        events=EVENTS,
        extra_times=EXTRA_TIMES_PCT,
        live_share_needed=SHARE_FOR_CERTIFICATE_PCT,
        longest_reason=LONGEST_REASON,
        chosen=chosen,
        reason=reason,
        extra=page.extra_time_pct if extra is None else extra,
        shown_grants={entry.module.slug: str(len(entry.grants)) for entry in page.modules},
        shown_time={"extra": str(page.extra_time_pct)},
        problem=problem,
        done=_DONE.get(request.args.get("done", "")),
    )
