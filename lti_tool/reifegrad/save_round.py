"""Saves a self-assessment, whole or in parts, and finishes it when every dimension is rated."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.words.edits import NOTHING_SHOWN, ChangedMeanwhile, Shown, merge
from lti_tool.errors import ToolError
from lti_tool.messages import N_
from lti_tool.models import ReifegradRating, ReifegradRound, User
from lti_tool.reifegrad.read_round import DimensionRating, Moment, Round, ratings_from, read_round, texts_of

EVIDENCE_MAX = 1000


class RatingRefused(ToolError):
    """An entry that cannot be kept; nothing was saved."""

    status = 422

    def __init__(self, message: str, *, next_step: str, dimension: int, **values: object) -> None:
        super().__init__(message, next_step=next_step, code="reifegrad_refused", **values)
        self.dimension = dimension


def save_round(
    session: Session,
    programme: Programme,
    moment: Moment,
    ratings: Mapping[int, DimensionRating],
    *,
    user_id: int,
    shown: Shown = NOTHING_SHOWN,
    finishes: bool,
    now: datetime,
) -> Round:
    """Save the ratings; gives the round as it stands now. It is finished only where none is missing.

    Args:
        shown: what the page showed, by the names of `Round.texts`: only what was changed there is written.

    Raises:
        RatingRefused: a level that does not exist, or evidence that is too long.
        ChangedMeanwhile: the same was changed in another window since the page was opened.
    """
    _check(programme, ratings)
    # All saves of one person take turns, the first included, for which there is no row to lock yet.
    session.execute(select(User.id).where(User.id == user_id).with_for_update())
    before = read_round(session, programme, moment, user_id=user_id)
    typed = {number: ratings.get(number, DimensionRating()) for number in before.ratings}
    merged = merge(shown, texts_of(typed), before.texts)
    if merged.clashes:
        raise ChangedMeanwhile(merged.clashes, at=before.saved_at)
    row = _row(session, programme, moment, user_id=user_id, now=now)
    _write(session, row.id, ratings_from(merged.values, before.ratings))
    row.saved_at, row.programme_version = now, programme.version
    session.flush()
    saved = read_round(session, programme, moment, user_id=user_id)
    if finishes and not saved.missing and row.finished_at is None:
        row.finished_at = now
        session.flush()
    return read_round(session, programme, moment, user_id=user_id)


def _check(programme: Programme, ratings: Mapping[int, DimensionRating]) -> None:
    for dimension in programme.dimensions:
        rating = ratings.get(dimension.number, DimensionRating())
        if rating.level is not None and not 0 <= rating.level < len(dimension.levels):
            raise RatingRefused(
                N_("Diese Stufe gibt es nicht."),
                next_step=N_("Wählen Sie eine der gezeigten Stufen."),
                dimension=dimension.number,
            )
        if len(rating.evidence) > EVIDENCE_MAX:
            raise RatingRefused(
                N_("Der Beleg zu „%(title)s“ ist zu lang: %(n)s Zeichen."),
                next_step=N_("Kürzen Sie ihn auf höchstens 1000 Zeichen; ein Satz mit Fundstelle genügt."),
                dimension=dimension.number,
                title=dimension.title,
                n=len(rating.evidence),
            )


def _row(session: Session, programme: Programme, moment: Moment, *, user_id: int, now: datetime) -> ReifegradRound:
    row = session.scalar(
        select(ReifegradRound).where(
            ReifegradRound.user_id == user_id,
            ReifegradRound.programme_slug == programme.slug,
            ReifegradRound.moment == moment.value,
        )
    )
    if row is None:
        row = ReifegradRound(
            user_id=user_id,
            programme_slug=programme.slug,
            moment=moment.value,
            programme_version=programme.version,
            saved_at=now,
        )
        session.add(row)
        session.flush()
    return row


def _write(session: Session, round_id: int, ratings: Mapping[int, DimensionRating]) -> None:
    found = session.scalars(select(ReifegradRating).where(ReifegradRating.reifegrad_round_id == round_id))
    rows = {row.dimension: row for row in found}
    for number, rating in ratings.items():
        row = rows.get(number)
        if row is None:
            session.add(
                ReifegradRating(reifegrad_round_id=round_id, dimension=number, level=rating.level, evidence=rating.evidence)
            )
        else:
            row.level, row.evidence = rating.level, rating.evidence
