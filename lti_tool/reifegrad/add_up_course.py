"""Adds up a course's self-assessments: how many chose which level, from five answers upwards, and never who."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Visitor, is_counted, roles_in
from lti_tool.errors import Conflict, Forbidden
from lti_tool.messages import N_
from lti_tool.models import Membership, ReifegradRating, ReifegradRound
from lti_tool.reifegrad.read_round import Moment

# Below this many, somebody could be recognised.
ANSWERS_MIN = 5


@dataclass(frozen=True)
class DimensionSum:
    """`counts[n]`: how many chose level n. None: fewer than five rated this dimension."""

    dimension: str
    counts: tuple[int, ...] | None

    @property
    def mean(self) -> float | None:
        if self.counts is None:
            return None
        return sum(level * count for level, count in enumerate(self.counts)) / sum(self.counts)


@dataclass(frozen=True)
class RoundSum:
    """`answers` is None, and nothing is added up, where there are fewer than five."""

    moment: Moment
    answers: int | None
    dimensions: tuple[DimensionSum, ...] = ()


def add_up_course(session: Session, programme: Programme, visitor: Visitor) -> tuple[RoundSum, RoundSum]:
    """Add up the finished self-assessments of the visitor's course, both rounds.

    Raises:
        Forbidden: the visitor does not teach here.
        Conflict: the launch named no course.
    """
    if not visitor.is_instructor:
        raise Forbidden(
            N_("Diese Seite ist der Kursleitung vorbehalten."),
            next_step=N_("Ihre eigene Einschätzung finden Sie unter „Reifegrad“."),
            code="instructors_only",
        )
    if visitor.course_id is None:
        raise Conflict(
            N_("Ihre Lernplattform hat nicht gesagt, aus welchem Kurs Sie kommen."),
            next_step=N_("Öffnen Sie eine Aktivität in einem Kurs."),
            code="no_context",
        )
    learners = _learners(session, visitor.course_id)
    return _add_up(session, programme, Moment.BEFORE, learners), _add_up(session, programme, Moment.AFTER, learners)


def _learners(session: Session, course_id: int) -> list[int]:
    rows = session.execute(
        select(Membership.user_id, Membership.roles).where(Membership.course_id == course_id, Membership.is_gone.is_(False))
    )
    return [user_id for user_id, roles in rows if is_counted(roles_in(roles))]


def _add_up(session: Session, programme: Programme, moment: Moment, learners: Sequence[int]) -> RoundSum:
    rounds = session.scalars(
        select(ReifegradRound.id).where(
            ReifegradRound.user_id.in_(learners),
            ReifegradRound.programme_slug == programme.slug,
            ReifegradRound.moment == moment.value,
            ReifegradRound.finished_at.is_not(None),
        )
    ).all()
    if len(rounds) < ANSWERS_MIN:
        return RoundSum(moment, None)
    rows = session.execute(
        select(ReifegradRating.dimension, ReifegradRating.level).where(ReifegradRating.reifegrad_round_id.in_(rounds))
    )
    chosen = Counter((dimension, level) for dimension, level in rows)
    sums = []
    for dimension in programme.dimensions:
        counts = tuple(chosen[dimension.number, level] for level in range(len(dimension.levels)))
        sums.append(DimensionSum(dimension.title, counts if sum(counts) >= ANSWERS_MIN else None))
    return RoundSum(moment, len(rounds), tuple(sums))
