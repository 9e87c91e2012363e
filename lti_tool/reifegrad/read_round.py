"""Reads what somebody rated, at the beginning and at the end, dimension by dimension."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Programme
from lti_tool.models import ReifegradRating, ReifegradRound


class Moment(StrEnum):
    """When the assessment is made."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True)
class DimensionRating:
    """`level` counts from 0; None: not rated."""

    level: int | None = None
    evidence: str = ""

    @property
    def lacks_evidence(self) -> bool:
        return self.level is not None and not self.evidence


@dataclass(frozen=True)
class Round:
    """One self-assessment; `ratings` by number of the dimension, all of the programme's."""

    moment: Moment
    ratings: Mapping[int, DimensionRating]
    saved_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def rated(self) -> int:
        return sum(rating.level is not None for rating in self.ratings.values())

    @property
    def texts(self) -> dict[str, str]:
        """The ratings as they are compared with what a page showed, by the names of the form's fields."""
        return texts_of(self.ratings)

    @property
    def missing(self) -> tuple[int, ...]:
        return tuple(number for number, rating in self.ratings.items() if rating.level is None)


def texts_of(ratings: Mapping[int, DimensionRating]) -> dict[str, str]:
    """Write ratings as texts, by the names of the form's fields."""
    texts = {}
    for number, rating in ratings.items():
        texts[f"level-{number}"] = "" if rating.level is None else str(rating.level)
        texts[f"evidence-{number}"] = rating.evidence
    return texts


def ratings_from(texts: Mapping[str, str], numbers: Iterable[int]) -> dict[int, DimensionRating]:
    """Read ratings from what `texts_of` wrote."""
    levels = {number: texts.get(f"level-{number}", "") for number in numbers}
    return {
        number: DimensionRating(int(level) if level else None, texts.get(f"evidence-{number}", ""))
        for number, level in levels.items()
    }


@dataclass(frozen=True)
class ProfileLine:
    number: int
    dimension: str
    before: DimensionRating
    after: DimensionRating

    @property
    def change(self) -> int | None:
        if self.before.level is None or self.after.level is None:
            return None
        return self.after.level - self.before.level


@dataclass(frozen=True)
class Profile:
    """Both rounds side by side; `levels` are the names of the levels from 0 upwards."""

    levels: tuple[str, ...]
    rows: tuple[ProfileLine, ...]
    before: Round
    after: Round

    @property
    def has_both(self) -> bool:
        return bool(self.before.rated and self.after.rated)


def read_round(session: Session, programme: Programme, moment: Moment, *, user_id: int) -> Round:
    """Read one self-assessment; what was never saved is an empty one."""
    numbers = [dimension.number for dimension in programme.dimensions]
    row = session.scalar(
        select(ReifegradRound).where(
            ReifegradRound.user_id == user_id,
            ReifegradRound.programme_slug == programme.slug,
            ReifegradRound.moment == moment.value,
        )
    )
    if row is None:
        return Round(moment, {number: DimensionRating() for number in numbers})
    found = session.scalars(select(ReifegradRating).where(ReifegradRating.reifegrad_round_id == row.id))
    saved = {rating.dimension: DimensionRating(rating.level, rating.evidence) for rating in found}
    # A dimension that a later version of the programme added is not rated yet; one that it dropped is not shown.
    ratings = {number: saved.get(number, DimensionRating()) for number in numbers}
    return Round(moment, ratings, row.saved_at, row.finished_at)


def read_profile(session: Session, programme: Programme, *, user_id: int) -> Profile:
    """Put both rounds side by side."""
    before = read_round(session, programme, Moment.BEFORE, user_id=user_id)
    after = read_round(session, programme, Moment.AFTER, user_id=user_id)
    rows = tuple(
        ProfileLine(each.number, each.title, before.ratings[each.number], after.ratings[each.number])
        for each in programme.dimensions
    )
    return Profile(programme.dimension_levels, rows, before, after)


def profile_of(session: Session, *, user_id: int, programme: Programme) -> Profile | None:
    """Give somebody's profile for their strategy draft; None where nothing was rated."""
    profile = read_profile(session, programme, user_id=user_id)
    return profile if profile.before.rated or profile.after.rated else None
