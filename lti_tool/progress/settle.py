"""Draws the consequences of a step: is the module passed now, what is the gradebook told, is the certificate due?"""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.domain.certificate import Issuer
from lti_tool.domain.completion import missing
from lti_tool.domain.people import Role, Visitor, roles_in, takes_part
from lti_tool.domain.programme import Module, Programme
from lti_tool.models import Completion, Membership, User
from lti_tool.passback.place import Place
from lti_tool.progress.certificate_due import issue_if_due
from lti_tool.progress.contributions import Contributions, contributions_of
from lti_tool.progress.due_scores import tell_due_scores
from lti_tool.progress.footprint import Footprint, footprint_of
from lti_tool.progress.requirements import Requirements, requirements_of

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Learner:
    """Whose module it is, and in which course: by its conditions it is judged."""

    user_id: int
    course_id: int | None
    is_participant: bool
    is_test_user: bool
    resource_link_id: int | None = None


def settle_module(
    session: Session, programme: Programme, visitor: Visitor, module: Module, *, issuer: Issuer, now: datetime
) -> bool:
    """Complete the visitor's module if nothing is missing, put its score on its way and issue the certificate if that is due.

    Belongs into the transaction of the step that was just made (a lesson read, a quiz handed in), after its changes.
    Repeating is safe. Who teaches here may try everything, but sends no score and gets no certificate.

    Returns:
        Whether the module is passed.
    """
    learner = Learner(
        visitor.user_id, visitor.course_id, visitor.is_participant, Role.TEST_USER in visitor.roles, visitor.resource_link_id
    )
    _wait_for_others(session, [learner])
    requirements = requirements_of(session, programme, visitor.course_id)
    return _settle(session, programme, learner, requirements, [module], issuer=issuer, now=now)


def settle_for(
    session: Session,
    programme: Programme,
    user_id: int,
    course_id: int | None,
    module: Module | None,
    *,
    issuer: Issuer,
    now: datetime,
) -> bool:
    """Do the same for somebody else, whose last step another person made: an instructor or a member of the course.

    Args:
        module: None: what happened belongs to no module, so there is nothing to draw from it.
    Returns:
        Whether the module is passed.
    """
    if module is None:
        return False
    return settle_people(session, programme, [user_id], course_id, [module], issuer=issuer, now=now) == 1


def settle_people(
    session: Session,
    programme: Programme,
    user_ids: Collection[int],
    course_id: int | None,
    modules: Collection[Module],
    *,
    issuer: Issuer,
    now: datetime,
) -> int:
    """Draw the consequences for several members of a course.

    Returns:
        How many of them have now passed all the given modules.
    """
    learners = _learners(session, user_ids, course_id)
    _wait_for_others(session, learners)
    requirements = requirements_of(session, programme, course_id)
    return sum(_settle(session, programme, learner, requirements, modules, issuer=issuer, now=now) for learner in learners)


def settle_course(
    session: Session, programme: Programme, course_id: int | None, *, only: Module | None = None, issuer: Issuer, now: datetime
) -> int:
    """Draw the consequences of changed conditions, or of a cancelled session, for everybody who takes part in a course.

    What was passed stays passed; what now asks for nothing more is passed from here on.

    Args:
        only: the one module that is concerned; None: all.
    Returns:
        How many people have now passed all of it.
    """
    members = session.scalars(select(Membership.user_id).where(Membership.course_id == course_id, ~Membership.is_gone)).all()
    modules = programme.modules if only is None else (only,)
    return settle_people(session, programme, members, course_id, modules, issuer=issuer, now=now)


def _learners(session: Session, user_ids: Collection[int], course_id: int | None) -> list[Learner]:
    rows = session.execute(
        select(Membership.user_id, Membership.roles).where(
            Membership.course_id == course_id, Membership.user_id.in_(list(user_ids))
        )
    )
    found = []
    for user_id, words in rows:
        roles = roles_in(words)
        if takes_part(roles):
            found.append(Learner(user_id, course_id, is_participant=True, is_test_user=Role.TEST_USER in roles))
    return found


def _wait_for_others(session: Session, learners: Collection[Learner]) -> None:
    """Wait until nobody else draws consequences for these people; what is read from now on is what the others have left.

    Two last steps in two transactions (a lesson in one tab, the quiz in the other; a lesson while the course begins to ask for
    less) would each miss the other's and complete nothing. Requirements and evidence are both read after this.
    """
    session.flush()
    # One order for all who lock several people: two transactions then wait, and never for each other. NO KEY UPDATE, because the
    # rows just inserted already hold a key share lock on the user; SQLite has one writer at a time anyway.
    ids = sorted(learner.user_id for learner in learners)
    session.execute(select(User.id).where(User.id.in_(ids)).order_by(User.id).with_for_update(key_share=True)).all()


def _settle(
    session: Session,
    programme: Programme,
    learner: Learner,
    requirements: Requirements,
    modules: Collection[Module],
    *,
    issuer: Issuer,
    now: datetime,
) -> bool:
    footprint = footprint_of(session, learner.user_id)
    beside = contributions_of(session, requirements, [learner.user_id])
    passed = [module for module in modules if _is_passed(session, programme, learner, module, footprint, beside, now=now)]
    if learner.is_participant and passed:
        here = Place.of(learner.course_id, learner.resource_link_id)
        tell_due_scores(session, learner.user_id, [module.slug for module in passed], footprint, here=here, now=now)
        # An instructor's pretended participant shall meet everything, but no document that could be taken for genuine.
        if not learner.is_test_user:
            issue_if_due(session, programme, user_id=learner.user_id, issuer=issuer, now=now)
    return len(passed) == len(modules)


def _is_passed(
    session: Session,
    programme: Programme,
    learner: Learner,
    module: Module,
    footprint: Footprint,
    beside: Contributions,
    *,
    now: datetime,
) -> bool:
    if module.slug in footprint.completed_at:
        return True
    if missing(footprint.evidence(module, beside, learner.user_id), beside.requirements.conditions.parts):
        return False
    _complete(session, programme, learner.user_id, module, now)
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
