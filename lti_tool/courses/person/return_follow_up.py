"""An instructor sends a follow-up back: the session counts as open again, and the participant reads why."""

import logging
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.courses.person.grant_attempt import ReasonMissing, cleaned_reason
from lti_tool.courses.viewer import check_is_member, teaching_viewer_of
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Visitor
from lti_tool.errors import Conflict
from lti_tool.messages import N_
from lti_tool.models import Completion, FollowUp, User
from lti_tool.progress.meetings import get_meeting

log = logging.getLogger(__name__)


class NothingToReturn(Conflict):
    code = "nothing_to_return"

    def __init__(self) -> None:
        super().__init__(
            N_("Diese Nachbereitung lässt sich nicht zurückgeben."),
            next_step=N_("Sie ist nicht fertig, oder das Modul ist schon bestanden. Laden Sie die Seite neu."),
        )


def return_follow_up(
    session: Session,
    programme: Programme,
    visitor: Visitor,
    module_slug: str,
    code: str,
    user_id: int,
    reason: str,
    *,
    now: datetime,
) -> None:
    """Send a finished follow-up back with a reason; the answers stay, to be improved.

    Raises:
        Forbidden: the visitor does not teach here.
        NotFound: there is no such session, or the person is not in this course.
        ReasonMissing: no reason is given.
        NothingToReturn: it is not finished, was written in another course, or the module is passed already: that stays.
    """
    viewer = teaching_viewer_of(session, visitor)
    meeting = get_meeting(session, programme, viewer.course_id, module_slug, code)
    check_is_member(session, viewer, user_id)
    reason = cleaned_reason(reason)
    if not reason:
        raise ReasonMissing(
            N_("Der Grund für die Rückgabe fehlt."), next_step=N_("Schreiben Sie in wenigen Worten, was noch fehlt.")
        )
    # Whoever settles this person's module waits, or is waited for, so that it is not passed by what is just sent back.
    session.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))
    slug, of_session = meeting.key
    is_passed = select(Completion.id).where(Completion.user_id == user_id, Completion.module_slug == slug).exists()
    changed = session.execute(
        update(FollowUp)
        .where(
            FollowUp.user_id == user_id,
            FollowUp.module_slug == slug,
            FollowUp.session_code == of_session,
            FollowUp.course_id == viewer.course_id,
            FollowUp.finished_at.is_not(None),
            ~is_passed,
        )
        .values(finished_at=None, returned_at=now, returned_by_id=visitor.user_id, return_reason=reason)
        .returning(FollowUp.id)
    ).all()
    if not changed:
        raise NothingToReturn
    # The reason may speak of people: it stands in the database alone.
    log.info("follow_up_returned", extra={"user": visitor.user_id, "member": user_id, "session": of_session})
