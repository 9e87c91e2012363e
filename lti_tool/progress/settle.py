"""Draws the consequences of a step: is the module passed now, what is the gradebook told, is the certificate due?"""

import logging
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Module, Programme
from lti_tool.domain.people import Member, roles_in
from lti_tool.domain.rules.completion import missing
from lti_tool.domain.rules.syllabus import Syllabus
from lti_tool.models import Completion, Membership, User
from lti_tool.models.upsert import insert_for
from lti_tool.passback.columns.gradebook_place import GradebookPlace
from lti_tool.progress.certificate_due import issue_if_due
from lti_tool.progress.contributions import contributions_of
from lti_tool.progress.due_scores import tell_due_scores
from lti_tool.progress.footprint import footprint_of
from lti_tool.progress.requirements import Requirements, requirements_of

log = logging.getLogger(__name__)


def settle(session: Session, syllabus: Syllabus, member: Member, module: Module, *, now: datetime) -> bool:
    """Complete a person's module if nothing is missing, put its score on its way and issue the certificate if that is due.

    Ends the step that was just made (a lesson read, a quiz handed in), in its transaction and after its changes. Repeating is
    safe. Who teaches here may try everything, but sends no score and gets no certificate.

    Returns:
        Whether the module is passed.
    """
    _wait_for_others(session, [member])
    requirements = requirements_of(session, syllabus.programme, member.course_id)
    return _settle(session, syllabus, member, requirements, [module], now=now)


def settle_people(
    session: Session,
    syllabus: Syllabus,
    user_ids: Collection[int],
    course_id: int | None,
    modules: Collection[Module],
    *,
    now: datetime,
) -> int:
    """Do the same for members of a course whose last step another person made: an instructor, or another member.

    Args:
        modules: empty: what happened belongs to no module, so there is nothing to draw from it.
    Returns:
        How many of them have now passed all the given modules.
    """
    if not modules:
        return 0
    members = _members(session, user_ids, course_id)
    _wait_for_others(session, members)
    requirements = requirements_of(session, syllabus.programme, course_id)
    return sum(_settle(session, syllabus, member, requirements, modules, now=now) for member in members)


def settle_course(
    session: Session, syllabus: Syllabus, course_id: int | None, *, only: Module | None = None, now: datetime
) -> int:
    """Draw the consequences of changed conditions, or of a cancelled session, for everybody who takes part in a course.

    What was passed stays passed; what now asks for nothing more is passed from here on.

    Args:
        only: the one module that is concerned; None: all.
    Returns:
        How many people have now passed all of it.
    """
    members = session.scalars(select(Membership.user_id).where(Membership.course_id == course_id, ~Membership.is_gone)).all()
    modules = syllabus.programme.modules if only is None else (only,)
    return settle_people(session, syllabus, members, course_id, modules, now=now)


def _members(session: Session, user_ids: Collection[int], course_id: int | None) -> list[Member]:
    rows = session.execute(
        select(Membership.user_id, Membership.roles).where(
            Membership.course_id == course_id, Membership.user_id.in_(list(user_ids))
        )
    )
    found = (Member(user_id=user_id, course_id=course_id, roles=roles_in(words)) for user_id, words in rows)
    return [member for member in found if member.is_participant]


def _wait_for_others(session: Session, members: Collection[Member]) -> None:
    """Wait until nobody else draws consequences for these people; what is read from now on is what the others have left.

    Two last steps in two transactions (a lesson in one tab, the quiz in the other; a lesson while the course begins to ask for
    less) would each miss the other's and complete nothing. Requirements and evidence are both read after this.
    """
    session.flush()
    # One order for all who lock several people: two transactions then wait, and never for each other. NO KEY UPDATE, because the
    # rows just inserted already hold a key share lock on the user; SQLite has one writer at a time anyway.
    ids = sorted(member.user_id for member in members)
    session.execute(select(User.id).where(User.id.in_(ids)).order_by(User.id).with_for_update(key_share=True)).all()


def _settle(
    session: Session,
    syllabus: Syllabus,
    member: Member,
    requirements: Requirements,
    modules: Collection[Module],
    *,
    now: datetime,
) -> bool:
    footprint = footprint_of(session, member.user_id)
    beside = contributions_of(session, requirements, [member.user_id])
    open_modules = [module for module in modules if module.slug not in footprint.completed_at]
    done = [
        module
        for module in open_modules
        if not missing(footprint.evidence(module, beside, member.user_id), requirements.parts_of(module))
    ]
    for module in done:
        _complete(session, syllabus.programme, member.user_id, module, now)
    passed = [module for module in modules if module in done or module not in open_modules]
    if member.is_participant and passed:
        here = GradebookPlace.of(member.course_id, member.resource_link_id)
        footprint = footprint.with_passed(done)
        tell_due_scores(session, member.user_id, [module.slug for module in passed], footprint, here=here, now=now)
        # An instructor's pretended participant may meet everything, but no document that could be taken for genuine.
        if not member.is_test_user:
            issue_if_due(session, syllabus.programme, user_id=member.user_id, issuer=syllabus.issuer, now=now)
    return len(passed) == len(modules)


def _complete(session: Session, programme: Programme, user_id: int, module: Module, now: datetime) -> None:
    made = session.scalar(
        insert_for(session, Completion)
        .values(
            user_id=user_id,
            module_slug=module.slug,
            programme_version=programme.version,
            completed_at=now,
            had_exam=module.has_exam,
        )
        .on_conflict_do_nothing(index_elements=["user_id", "module_slug"])
        .returning(Completion.id)
    )
    if made is not None:
        log.info("module_completed", extra={"user": user_id, "module_slug": module.slug})
