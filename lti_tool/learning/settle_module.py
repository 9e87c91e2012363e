"""Draws the consequences of a step: is the module passed now, what is the gradebook told, is the certificate due?"""

import logging
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.certificates.issue_certificate import issue_certificate
from lti_tool.domain.certificate import Issuer
from lti_tool.domain.completion import LESSONS_AND_QUIZ, Part, missing
from lti_tool.domain.people import Role, Visitor
from lti_tool.domain.programme import Module, Programme
from lti_tool.domain.score import score_of
from lti_tool.learning.footprint import Footprint, footprint_of
from lti_tool.models import Completion, User
from lti_tool.passback.outbox import enqueue_scores

log = logging.getLogger(__name__)


def settle_module(
    session: Session,
    programme: Programme,
    visitor: Visitor,
    module: Module,
    *,
    issuer: Issuer,
    conditions: frozenset[Part] = LESSONS_AND_QUIZ,
    now: datetime,
) -> bool:
    """Complete the module if nothing is missing, put its score on its way and issue the certificate if that is due.

    Belongs into the transaction of the step that was just made (a lesson read, a quiz handed in), after its changes.
    Repeating is safe. Who teaches here may try everything, but sends no score and gets no certificate.

    Returns:
        Whether the module is passed.
    """
    session.flush()
    # Two last steps in two transactions (a lesson in one tab, the quiz in the other) would each miss the other's and complete
    # nothing. So whoever gets here waits for the other's end and then reads its rows. NO KEY UPDATE, because the rows just
    # inserted already hold a key share lock on the user; SQLite has one writer at a time anyway.
    session.execute(select(User.id).where(User.id == visitor.user_id).with_for_update(key_share=True))
    footprint = footprint_of(session, visitor.user_id)
    if module.slug not in footprint.completed_at:
        if missing(footprint.evidence(module), conditions):
            return False
        _complete(session, programme, visitor.user_id, module, now)
    if visitor.is_participant:
        _send_score(session, visitor.user_id, module, footprint, now)
        # An instructor's pretended participant shall meet everything, but no document that could be taken for genuine.
        if Role.TEST_USER not in visitor.roles:
            issue_certificate(session, programme, user_id=visitor.user_id, issuer=issuer, now=now)
    return True


def _complete(session: Session, programme: Programme, user_id: int, module: Module, now: datetime) -> None:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    made = session.scalar(
        insert(Completion)
        .values(user_id=user_id, module_slug=module.slug, programme_version=programme.version, completed_at=now)
        .on_conflict_do_nothing(index_elements=["user_id", "module_slug"])
        .returning(Completion.id)
    )
    if made is not None:
        log.info("module_completed", extra={"user": user_id, "module_slug": module.slug})


def _send_score(session: Session, user_id: int, module: Module, footprint: Footprint, now: datetime) -> None:
    score = score_of(footprint.tries_at(module))
    if score is not None:
        enqueue_scores(session, user_id=user_id, module_slug=module.slug, score_given=score, now=now)
