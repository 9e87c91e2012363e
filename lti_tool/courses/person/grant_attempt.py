"""An instructor grants somebody one more attempt, with a reason that is kept."""

import logging
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.courses.viewer import check_is_member, name_of, teaching_viewer_of
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Visitor
from lti_tool.domain.words.edits import NOTHING_SHOWN, ChangedMeanwhile, Clash, Shown
from lti_tool.domain.words.typed_text import clean_line
from lti_tool.errors import NotFound, ToolError
from lti_tool.messages import N_
from lti_tool.models import ExtraAttempt, User

LONGEST_REASON = 500
log = logging.getLogger(__name__)


class ReasonMissing(ToolError):
    """An extra attempt needs a reason."""

    code = "reason_missing"


class ReasonTooLong(ReasonMissing):
    """A reason is longer than it may be; nothing of it is cut off without a word."""

    code = "reason_too_long"

    def __init__(self, length: int) -> None:
        super().__init__(
            N_("Der Grund ist zu lang: %(length)s Zeichen, möglich sind %(most)s."),
            next_step=N_("Kürzen Sie ihn und senden Sie noch einmal ab. Ihr Text steht noch im Feld."),
            length=length,
            most=LONGEST_REASON,
        )


def cleaned_reason(reason: str) -> str:
    """Return a reason as it is kept, in one line; empty where nothing was typed.

    Raises:
        ReasonTooLong: see there.
    """
    reason = clean_line(reason)
    if len(reason) > LONGEST_REASON:
        raise ReasonTooLong(len(reason))
    return reason


def grant_attempt(
    session: Session,
    programme: Programme,
    visitor: Visitor,
    user_id: int,
    module_slug: str,
    reason: str,
    *,
    shown: Shown = NOTHING_SHOWN,
    now: datetime,
) -> None:
    """Grant one further attempt at a module's quiz.

    Args:
        shown: what the page showed: how many further attempts the person had been granted, by module.
    Raises:
        Forbidden: the visitor does not teach here.
        NotFound: the person is not in this course, or there is no such module, or it has no quiz.
        ReasonMissing: no reason was given, or one that is too long.
        ChangedMeanwhile: somebody else has granted one since the page was opened.
    """
    viewer = teaching_viewer_of(session, visitor)
    check_is_member(session, viewer, user_id)
    module = programme.find_module(module_slug)
    if module is None:
        raise NotFound(N_("Dieses Modul gibt es nicht."), next_step=N_("Wählen Sie ein Modul aus der Liste."))
    if not module.has_exam:
        raise NotFound(N_("Dieses Modul hat keine Lernerfolgskontrolle."), next_step=N_("Wählen Sie ein Modul aus der Liste."))
    reason = cleaned_reason(reason)
    if not reason:
        raise ReasonMissing(
            N_("Der Grund für den weiteren Versuch fehlt."),
            next_step=N_("Schreiben Sie in wenigen Worten, warum Sie ihn freigeben."),
        )
    # Two who grant at the same moment take turns, so that each knows of the other.
    session.execute(select(User.id).where(User.id == user_id).with_for_update())
    earlier = session.scalars(
        select(ExtraAttempt)
        .where(ExtraAttempt.user_id == user_id, ExtraAttempt.module_slug == module_slug)
        .order_by(ExtraAttempt.id)
    ).all()
    if not shown.is_still(module_slug, str(len(earlier))):
        clash = Clash(mine=reason, theirs=earlier[-1].reason if earlier else "")
        by = name_of(session, earlier[-1].granted_by_id) if earlier else None
        raise ChangedMeanwhile({module_slug: clash}, by=by, at=earlier[-1].granted_at if earlier else None)
    extra = ExtraAttempt(
        user_id=user_id,
        module_slug=module_slug,
        course_id=viewer.course_id,
        reason=reason,
        granted_by_id=visitor.user_id,
        granted_at=now,
    )
    session.add(extra)
    session.flush()
    # The reason may name people or illnesses: it stands in the database alone.
    log.info("attempt_granted", extra={"grant": extra.id, "user": visitor.user_id, "member": user_id, "module_slug": module_slug})
