"""Compares what the gradebooks hold with what is due and what we delivered: by night for all, in between for single courses."""

import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from lti_tool.jobs.turns import NotNow, Shares, take_turns
from lti_tool.lti.transport.patience import patience
from lti_tool.models import ColumnLook, Course, Deployment, LineItemRow, RegistrationRow, ResourceLink
from lti_tool.models.database import Database
from lti_tool.passback.columns.compare_column import Difference, GradebookFindings, columns_to_compare, compare_column
from lti_tool.passback.columns.read_lists import read_lists
from lti_tool.passback.columns.wanted_looks import claim_look, end_look, find_wanted, note_compared
from lti_tool.passback.delivering.after_restore import is_after_restore
from lti_tool.passback.ports import Gradebooks

log = logging.getLogger(__name__)

# While somebody waits: short turns, so that what is wanted meanwhile is not kept by a platform that hangs.
LOOKS = Shares(turn_s=20.0, all_s=120.0)
# A course that nobody has opened for so long is left alone at night.
STILL_USED = timedelta(days=200)
# What says of a platform that it is not to be had at all, so that each further question would cost a timeout.
_UNREACHED = ("timeout", "out_of_time", "unreachable", "tls", "broken_off", "token_")


@dataclass(frozen=True, slots=True)
class UnreadColumn:
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
    unreadable: tuple[UnreadColumn, ...]
    emptied: tuple[Difference, ...] = ()
    """Somebody has taken them out of the gradebook; the course page asks what is meant."""
    gone: tuple[int, ...] = ()
    """Line items that are not there (any more)."""
    newly_sent: int = 0
    """Scores that are on their way to columns that had none of them."""


def reconcile(
    database: Database,
    gradebooks: Gradebooks,
    *,
    registration_id: int,
    fills: bool = False,
    clock: Callable[[], datetime],
) -> Reconciliation:
    """Look at the columns of a registration's courses, read their results, and set right what is safe to set right.

    Opens its own transactions, because platforms are asked in between. What is due and has no column yet goes out as soon as
    one is found. A grade that is none of the values that we ever sent was given by somebody by hand: it is reported and stays.
    What somebody has emptied is reported and asked about. What is waiting or parked is none of this one's business.

    Args:
        fills: send what was emptied, too.
    """
    comparison = _Comparison(database, gradebooks, fills, clock)
    for course_id in _courses(database, registration_id, None):
        comparison.compare(registration_id, course_id)
    return _reconciliation(registration_id, comparison.findings[registration_id])


def reconcile_all(
    database: Database, gradebooks: Gradebooks, shares: Shares | None = None, *, clock: Callable[[], datetime]
) -> None:
    """Reconcile every registration in use, for a nightly run: what was found goes to the log.

    The courses that were compared longest ago come first, and each platform has its turns. Whatever one course does, a fault of
    our own included, the next one is compared.
    """
    with database.read() as session:
        ids = session.scalars(select(RegistrationRow.id).where(RegistrationRow.is_enabled).order_by(RegistrationRow.id)).all()
    used_since = clock() - STILL_USED
    comparison = _Comparison(database, gradebooks, False, clock)

    def compare(item: tuple[int, int | None], left_s: float) -> None:
        with patience(left_s):
            if not comparison.compare(*item):
                raise NotNow

    waiting = {each: [(each, course_id) for course_id in _courses(database, each, used_since)] for each in ids}
    turns = take_turns(waiting, compare, shares or Shares(), what="gradebook")
    for registration_id in ids:
        found = comparison.findings[registration_id]
        log.info(
            "gradebooks_compared",
            extra={
                "registration": registration_id,
                "line_items": found.line_items_read,
                "matching": found.matching,
                "sent_again": len(found.sent_again),
                "newly_sent": found.newly_sent,
                "changed_by_teacher": len(found.changed_by_teacher),
                "emptied": len(found.emptied),
                "gone": len(found.gone),
                "unreadable": len(found.unreadable),
            },
        )
    if turns.failed or turns.left:
        log.warning("gradebooks_not_compared", extra={"failed": turns.failed, "left": turns.left})


def look_at_wanted(database: Database, gradebooks: Gradebooks, shares: Shares = LOOKS, *, clock: Callable[[], datetime]) -> int:
    """Look at the courses for which somebody waits; return how many that were. One that fails does not stop the others, nor does
    a platform that hangs."""

    def look(course_id: int, left_s: float) -> None:
        with database.write.begin() as session:
            wanted_at = claim_look(session, course_id, now=clock())
        if wanted_at is None:
            raise NotNow
        problem, is_done = "internal_error", False
        try:
            with patience(left_s):
                problem, is_done = _look(database, gradebooks, course_id, clock)
        except Exception:
            log.exception("columns_not_looked_at", extra={"course": course_id})
        with database.write.begin() as session:
            end_look(session, course_id, wanted_at=wanted_at, problem=problem, is_done=is_done, now=clock())
        if not is_done:
            raise NotNow

    with database.read() as session:
        wanted = find_wanted(session, now=clock())
    turns = take_turns(wanted, look, shares, what="columns")
    return turns.done + turns.failed


def _look(database: Database, gradebooks: Gradebooks, course_id: int, clock: Callable[[], datetime]) -> tuple[str, bool]:
    lists = read_lists(database, gradebooks, course_id, clock=clock)
    with database.read() as session:
        moved = columns_to_compare(session, course_id=course_id, moved_only=True)
        better_is_ours = is_after_restore(session, now=clock())
    findings = GradebookFindings()
    for column in moved:
        compare_column(database, gradebooks, column, findings, fills=False, better_is_ours=better_is_ours, clock=clock)
    unread = [code for _, code in findings.unreadable]
    return (lists.problem or next(iter(unread), "")), lists.is_final and not unread


class _Comparison:
    """Compares courses one after the other, and keeps what was found by registration."""

    def __init__(self, database: Database, gradebooks: Gradebooks, fills: bool, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._gradebooks = gradebooks
        self._fills = fills
        self._clock = clock
        self.findings: defaultdict[int, GradebookFindings] = defaultdict(GradebookFindings)
        with database.read() as session:
            self._better_is_ours = is_after_restore(session, now=clock())

    def compare(self, registration_id: int, course_id: int | None) -> bool:
        """Compare a course (None: the columns that lie in none); return whether the platform could be had."""
        findings, problem = self.findings[registration_id], ""
        if course_id is not None:
            lists = read_lists(self._database, self._gradebooks, course_id, only=registration_id, clock=self._clock)
            findings.newly_sent += lists.sent
            problem = lists.problem
            if problem.startswith(_UNREACHED):
                return False
        with self._database.read() as session:
            columns = columns_to_compare(session, registration_id=registration_id, course_id=course_id)
        for column in columns:
            code = compare_column(
                self._database,
                self._gradebooks,
                column,
                findings,
                fills=self._fills,
                better_is_ours=self._better_is_ours,
                clock=self._clock,
            )
            if code.startswith(_UNREACHED):
                return False
        if course_id is not None:
            with self._database.write.begin() as session:
                note_compared(session, course_id, problem=problem, now=self._clock())
        return True


def _courses(database: Database, registration_id: int, used_since: datetime | None) -> list[int | None]:
    """List the courses of a registration, those first that were compared longest ago; None where columns lie in no course."""
    query = (
        select(Course.id, ColumnLook.compared_at)
        .distinct()
        .join(ResourceLink, ResourceLink.course_id == Course.id)
        .join(Deployment, Deployment.id == ResourceLink.deployment_id)
        .outerjoin(ColumnLook, ColumnLook.course_id == Course.id)
        .where(Deployment.registration_id == registration_id)
        .order_by(ColumnLook.compared_at.asc().nulls_first(), Course.id)
    )
    if used_since is not None:
        query = query.where(Course.last_seen_at >= used_since)
    alone = (
        select(LineItemRow.id)
        .join(ResourceLink, ResourceLink.id == LineItemRow.resource_link_id)
        .where(LineItemRow.registration_id == registration_id, ResourceLink.course_id.is_(None))
        .limit(1)
    )
    with database.read() as session:
        found: list[int | None] = [row.id for row in session.execute(query)]
        return [*found, None] if session.execute(alone).first() else found


def _reconciliation(registration_id: int, findings: GradebookFindings) -> Reconciliation:
    return Reconciliation(
        registration_id,
        findings.line_items_read,
        findings.matching,
        tuple(findings.sent_again),
        tuple(findings.changed_by_teacher),
        tuple(UnreadColumn(*each) for each in findings.unreadable),
        tuple(findings.emptied),
        tuple(findings.gone),
        findings.newly_sent,
    )
