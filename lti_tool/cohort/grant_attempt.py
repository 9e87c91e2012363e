"""An instructor grants somebody one more attempt, with a reason that is kept."""

import logging
from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.cohort.viewer import check_is_member, teaching_viewer_of
from lti_tool.domain.people import Visitor
from lti_tool.domain.programme import Programme
from lti_tool.domain.typed_text import clean_line
from lti_tool.errors import NotFound, ToolError
from lti_tool.messages import N_
from lti_tool.models import ExtraAttempt

LONGEST_REASON = 500
log = logging.getLogger(__name__)


class ReasonMissing(ToolError):
    """An extra attempt needs a reason."""

    code = "reason_missing"


def grant_attempt(
    session: Session, programme: Programme, visitor: Visitor, user_id: int, module_slug: str, reason: str, *, now: datetime
) -> None:
    """Grant one further attempt at a module's quiz.

    Raises:
        Forbidden: the visitor does not teach here.
        NotFound: the person is not in this course, or there is no such module.
        ReasonMissing: no reason was given.
    """
    viewer = teaching_viewer_of(session, visitor)
    check_is_member(session, viewer, user_id)
    if programme.find_module(module_slug) is None:
        raise NotFound(N_("Dieses Modul gibt es nicht."), next_step=N_("Wählen Sie ein Modul aus der Liste."))
    reason = clean_line(reason)[:LONGEST_REASON]
    if not reason:
        raise ReasonMissing(
            N_("Der Grund für den weiteren Versuch fehlt."),
            next_step=N_("Schreiben Sie in wenigen Worten, warum Sie ihn freigeben."),
        )
    extra = ExtraAttempt(
        user_id=user_id,
        module_slug=module_slug,
        context_id=viewer.context_id,
        reason=reason,
        granted_by_id=visitor.user_id,
        granted_at=now,
    )
    session.add(extra)
    session.flush()
    # The reason may name people or illnesses: it stands in the database alone.
    log.info("attempt_granted", extra={"grant": extra.id, "user": visitor.user_id, "member": user_id, "module_slug": module_slug})
