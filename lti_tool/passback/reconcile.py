"""Compares what the gradebooks hold with what we delivered: sends what is missing, reports what a teacher changed."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.lti.errors import ServiceRefused, ServiceUnavailable
from lti_tool.models import LineItem, Registration, ScoreDelivery, User
from lti_tool.models.database import Database
from lti_tool.passback.deliveries import send_again
from lti_tool.passback.delivery import DELIVERED, MISSING_AT_PLATFORM
from lti_tool.passback.ledger import scores_held
from lti_tool.passback.ports import Gradebooks
from lti_tool.passback.standing import Match, Standing, match

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Difference:
    """A score that stands otherwise in the gradebook than it was delivered; `standing` is None where nothing stands there."""

    delivery_id: int
    user_id: int
    module_slug: str
    delivered: float
    standing: float | None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line item whose results could not be read, and why."""

    line_item_id: int
    code: str


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What was found for one registration."""

    registration_id: int
    line_items_read: int
    matching: int
    sent_again: tuple[Difference, ...]
    changed_by_teacher: tuple[Difference, ...]
    unreadable: tuple[Unreadable, ...]


@dataclass(frozen=True, slots=True)
class _Delivered:
    id: int
    version: int
    user_id: int
    user_sub: str
    module_slug: str
    score_given: float


def reconcile(
    database: Database, gradebooks: Gradebooks, *, registration_id: int, clock: Callable[[], datetime]
) -> Reconciliation:
    """Read the results of every line item of a registration and set right what is missing there.

    Opens its own transactions, because platforms are asked in between. A grade that is none of the values that we ever sent
    was given by somebody by hand: it is reported and stays. What is waiting or parked is none of this one's business.
    """
    matching, line_items_read = 0, 0
    sent_again: list[Difference] = []
    changed: list[Difference] = []
    unreadable: list[Unreadable] = []
    for line_item_id, url in _line_items(database, registration_id):
        with database.read() as session:
            delivered = _delivered(session, line_item_id)
        if not delivered:
            continue
        try:
            standing = gradebooks.results(registration_id, url, now=clock())
        except (ServiceRefused, ServiceUnavailable) as failure:
            unreadable.append(Unreadable(line_item_id, failure.code))
            continue
        line_items_read += 1
        missing, by_teacher = _compare(database, delivered, standing)
        gone = _send_again(database, missing, {each.id: each.version for each in delivered}, clock())
        sent_again += gone
        changed += by_teacher
        matching += len(delivered) - len(missing) - len(by_teacher)
    return Reconciliation(registration_id, line_items_read, matching, tuple(sent_again), tuple(changed), tuple(unreadable))


def reconcile_all(database: Database, gradebooks: Gradebooks, *, clock: Callable[[], datetime]) -> None:
    """Reconcile every registration in use, for a nightly run: what was found goes to the log.

    Whatever one of them does, a fault of our own included, the others are compared.
    """
    with database.read() as session:
        ids = session.scalars(select(Registration.id).where(Registration.is_enabled).order_by(Registration.id)).all()
    for registration_id in ids:
        try:
            found = reconcile(database, gradebooks, registration_id=registration_id, clock=clock)
        except Exception:
            log.exception("gradebooks_not_compared", extra={"registration": registration_id})
            continue
        log.info(
            "gradebooks_compared",
            extra={
                "registration": registration_id,
                "line_items": found.line_items_read,
                "matching": found.matching,
                "sent_again": len(found.sent_again),
                "changed_by_teacher": len(found.changed_by_teacher),
                "unreadable": len(found.unreadable),
            },
        )


def _line_items(database: Database, registration_id: int) -> list[tuple[int, str]]:
    query = select(LineItem.id, LineItem.url).where(LineItem.registration_id == registration_id).order_by(LineItem.id)
    with database.read() as session:
        return [(line_item_id, url) for line_item_id, url in session.execute(query) if url is not None]


def _delivered(session: Session, line_item_id: int) -> list[_Delivered]:
    query = (
        select(
            ScoreDelivery.id,
            ScoreDelivery.version,
            ScoreDelivery.user_id,
            User.sub,
            ScoreDelivery.module_slug,
            ScoreDelivery.score_given,
        )
        .join(User, User.id == ScoreDelivery.user_id)
        .where(ScoreDelivery.line_item_id == line_item_id, ScoreDelivery.state == DELIVERED)
        .order_by(ScoreDelivery.id)
    )
    return [_Delivered(*row) for row in session.execute(query)]


def _compare(
    database: Database, delivered: list[_Delivered], standing: dict[str, Standing]
) -> tuple[list[Difference], list[Difference]]:
    """Give what has to be sent again, and what a teacher changed."""
    missing: list[Difference] = []
    by_teacher: list[Difference] = []
    for one in delivered:
        there = standing.get(one.user_sub)
        if there is not None and match(there, one.score_given) is not Match.OTHER:
            continue
        difference = Difference(one.id, one.user_id, one.module_slug, one.score_given, there.of_100 if there else None)
        if there is None or any(match(there, held) is not Match.OTHER for held in _held(database, one.id)):
            missing.append(difference)
        else:
            by_teacher.append(difference)
    return missing, by_teacher


def _held(database: Database, delivery_id: int) -> tuple[float, ...]:
    with database.read() as session:
        return scores_held(session, delivery_id)


def _send_again(database: Database, missing: list[Difference], versions: dict[int, int], now: datetime) -> list[Difference]:
    """Put back those that have not moved since we looked."""
    if not missing:
        return []
    with database.write.begin() as session:
        query = select(ScoreDelivery.id, ScoreDelivery.version).where(
            ScoreDelivery.id.in_([each.delivery_id for each in missing]), ScoreDelivery.state == DELIVERED
        )
        unmoved = [row.id for row in session.execute(query) if versions[row.id] == row.version]
        gone = send_again(session, unmoved, detail="missing in the gradebook", reason=MISSING_AT_PLATFORM, now=now)
    return [each for each in missing if each.delivery_id in gone]
