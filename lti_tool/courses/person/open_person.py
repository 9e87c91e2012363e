"""Opens one member's page: attempts, scores with their ledger, what was granted. Never what somebody has answered."""

import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from lti_tool.courses.standings import CertificateState, MemberStanding, ModuleStanding, ModuleState, standings_in
from lti_tool.courses.viewer import check_is_member, teaching_viewer_of
from lti_tool.domain.content.programme import Module, Programme
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.attempts import Try
from lti_tool.domain.rules.course import CourseSettings
from lti_tool.errors import NotFound
from lti_tool.messages import N_
from lti_tool.models import (
    Attempt,
    DeliveryEvent,
    ExtendedTime,
    ExtraAttempt,
    LineItemRow,
    ResourceLink,
    ScoreDelivery,
    User,
)
from lti_tool.passback.delivery import BETTER_STANDS, KEPT_BY_TEACHER
from lti_tool.passback.delivery_status import DeliveryState, shown_state
from lti_tool.passback.reasons import Reason, reason_for
from lti_tool.progress.course_facts import settings_of

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LedgerLine:
    event: str
    detail: str
    reason: Reason | None
    at: datetime


@dataclass(frozen=True)
class Delivery:
    """The score of one module on its way to one link of this course."""

    id: int
    link_title: str
    score_given: float
    state: DeliveryState
    reason: Reason | None
    next_try_at: datetime | None
    delivered_at: datetime | None
    standing: float | None
    """What stands in the gradebook instead, in points of 100."""
    ledger: tuple[LedgerLine, ...]

    @property
    def can_be_sent_again(self) -> bool:
        return self.state != "waiting"


@dataclass(frozen=True)
class Grant:
    """A further attempt that was granted."""

    reason: str
    granted_by: str | None
    granted_at: datetime


@dataclass(frozen=True)
class PersonModule:
    module: Module
    standing: ModuleStanding
    tries: tuple[Try, ...]
    deliveries: tuple[Delivery, ...]
    grants: tuple[Grant, ...]

    @property
    def is_score_coming(self) -> bool:
        """Whether a score is on its way, so that the page may soon say something else."""
        return any(delivery.state in ("waiting", "delayed") for delivery in self.deliveries)


@dataclass(frozen=True)
class PersonPage:
    member: MemberStanding
    modules: tuple[PersonModule, ...]
    settings: CourseSettings
    extra_time_pct: int
    is_programme_passed: bool
    """All that the certificate asks for, wherever it was placed."""
    missing: tuple[Module, ...]
    """Modules of the course that are still missing."""

    @property
    def needs_further_modules(self) -> bool:
        """The certificate asks for modules that the course has not placed and the person has not passed."""
        return self.member.certificate is CertificateState.NOT_YET and not self.missing and not self.is_programme_passed

    @property
    def may_have_more_time(self) -> bool:
        """The course limits the time now, or did when an attempt began that is still open."""
        tries = (each for entry in self.modules for each in entry.tries)
        is_timed = any(each.submitted_at is None and each.ends_at is not None for each in tries)
        return self.settings.time_limit_min is not None or is_timed or self.extra_time_pct > 0


def open_person(session: Session, programme: Programme, visitor: Visitor, user_id: int, *, now: datetime) -> PersonPage:
    """Gather the page of one participant of the visitor's course.

    Raises:
        Forbidden: the visitor does not teach here.
        NotFound: this person does not take part here.
    """
    viewer = teaching_viewer_of(session, visitor)
    check_is_member(session, viewer, user_id)
    settings = settings_of(session, viewer.course_id)
    rules = settings.applied_to(programme.assessment)
    found = standings_in(session, programme, rules, viewer.course_id, only=[user_id], with_further=True, now=now)
    if not found:
        raise NotFound(
            N_("Diese Person nimmt in Ihrem Kurs nicht teil."), next_step=N_("Unter „Kurs“ stehen alle Teilnehmenden.")
        )
    (member,) = found
    tries, deliveries = _tries(session, user_id), _deliveries(session, viewer.course_id, user_id)
    grants = _grants(session, user_id)
    extra_time = session.scalar(
        select(ExtendedTime.extra_pct).where(ExtendedTime.user_id == user_id, ExtendedTime.course_id == viewer.course_id)
    )
    log.info("member_opened", extra={"course": viewer.course_id, "user": visitor.user_id, "member": user_id})
    return PersonPage(
        member=member,
        modules=tuple(
            PersonModule(
                standing.module,
                standing,
                tuple(tries[standing.module.slug]),
                tuple(deliveries[standing.module.slug]),
                tuple(grants[standing.module.slug]),
            )
            for standing in (*member.modules, *member.further)
        ),
        settings=settings,
        extra_time_pct=extra_time or 0,
        is_programme_passed={module.slug for module in programme.required_modules}
        <= {each.module.slug for each in (*member.modules, *member.further) if each.state is ModuleState.PASSED},
        missing=tuple(standing.module for standing in member.counted if standing.completed_at is None),
    )


def _tries(session: Session, user_id: int) -> defaultdict[str, list[Try]]:
    rows = session.scalars(select(Attempt).where(Attempt.user_id == user_id).order_by(Attempt.number))
    tries: defaultdict[str, list[Try]] = defaultdict(list)
    for row in rows:
        tries[row.module_slug].append(
            Try(
                row.number,
                row.started_at,
                row.submitted_at,
                row.points,
                row.points_possible,
                row.is_passed,
                row.ends_at,
                row.is_ended_by_time,
            )
        )
    return tries


def _deliveries(session: Session, course_id: int, user_id: int) -> defaultdict[str, list[Delivery]]:
    rows = session.execute(
        select(ScoreDelivery, func.coalesce(ResourceLink.title, "").label("title"))
        .join(LineItemRow, LineItemRow.id == ScoreDelivery.line_item_id)
        .outerjoin(ResourceLink, ResourceLink.id == LineItemRow.resource_link_id)
        .where(
            ScoreDelivery.user_id == user_id,
            or_(ResourceLink.course_id == course_id, LineItemRow.course_id == course_id),
        )
        .order_by(ScoreDelivery.id)
    ).all()
    ledgers: defaultdict[int, list[LedgerLine]] = defaultdict(list)
    events = session.scalars(
        select(DeliveryEvent).where(DeliveryEvent.score_delivery_id.in_([row.id for row, _ in rows])).order_by(DeliveryEvent.id)
    )
    for event in events:
        code = event.detail.partition(",")[0] if event.event in ("delayed", "parked") else ""
        ledgers[event.score_delivery_id].append(LedgerLine(event.event, event.detail, reason_for(code), event.at))
    found: defaultdict[str, list[Delivery]] = defaultdict(list)
    for row, title in rows:
        state = shown_state(row.state, row.tries, row.last_error)
        found[row.module_slug].append(
            Delivery(
                id=row.id,
                link_title=title,
                score_given=row.score_given,
                state=state,
                reason=reason_for(row.last_error),
                next_try_at=row.next_try_at if row.state == "waiting" and row.tries else None,
                delivered_at=row.delivered_at,
                standing=row.standing if row.last_error in (KEPT_BY_TEACHER, BETTER_STANDS) else None,
                ledger=tuple(ledgers[row.id]),
            )
        )
    return found


def _grants(session: Session, user_id: int) -> defaultdict[str, list[Grant]]:
    granter = aliased(User)
    rows = session.execute(
        select(ExtraAttempt.module_slug, ExtraAttempt.reason, granter.name, ExtraAttempt.granted_at)
        .outerjoin(granter, granter.id == ExtraAttempt.granted_by_id)
        .where(ExtraAttempt.user_id == user_id)
        .order_by(ExtraAttempt.id)
    )
    grants: defaultdict[str, list[Grant]] = defaultdict(list)
    for slug, reason, name, at in rows:
        grants[slug].append(Grant(reason, name, at))
    return grants
