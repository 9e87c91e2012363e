"""Compares one column with what was delivered to it, and draws the consequences."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from lti_tool.lti.advantage.results import ToldResult
from lti_tool.lti.claims.claim_names import SCOPE_RESULT_READ
from lti_tool.lti.errors import ServiceRefused, ServiceUnavailable
from lti_tool.models import LineItemRow, Membership, ResourceLink, ScoreDelivery, User
from lti_tool.models.database import Database
from lti_tool.passback import delivery as states
from lti_tool.passback.columns.columns import close_column
from lti_tool.passback.columns.verdicts import Compared, Verdict, judge
from lti_tool.passback.deliveries import send_again
from lti_tool.passback.ledger import LedgerEntry, scores_held, write_entries
from lti_tool.passback.ports import Gradebooks

_GONE = ("http_404", "http_410")


@dataclass(frozen=True, slots=True)
class Difference:
    """A score that stands otherwise in the gradebook than it was delivered; `standing` is None where nothing stands there."""

    delivery_id: int
    user_id: int
    module_slug: str
    delivered: float
    standing: float | None


@dataclass(frozen=True, slots=True)
class ColumnToCompare:
    """A column and what comparing it needs."""

    id: int
    registration_id: int
    course_id: int | None
    url: str
    since: datetime | None
    maximum: float | None
    scopes: frozenset[str]


@dataclass
class GradebookFindings:
    """What comparing has found so far."""

    line_items_read: int = 0
    matching: int = 0
    sent_again: list[Difference] = field(default_factory=list)
    changed_by_teacher: list[Difference] = field(default_factory=list)
    emptied: list[Difference] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    """Line items that the platform says are not there (any more)."""
    unreadable: list[tuple[int, str]] = field(default_factory=list)
    """Line items whose results could not be read, and why."""
    newly_sent: int = 0
    """Scores that are on their way to columns that had none of them."""


def columns_to_compare(
    session: Session, *, registration_id: int | None = None, course_id: int | None, moved_only: bool = False
) -> list[ColumnToCompare]:
    """List the columns of a course (None: those of no course) in which something has arrived once.

    Args:
        moved_only: only those that something was delivered to before they became the column that they are.
    """
    of = func.coalesce(ResourceLink.course_id, LineItemRow.course_id)
    arrived = select(ScoreDelivery.id).where(
        ScoreDelivery.line_item_id == LineItemRow.id, ScoreDelivery.state.in_((states.DELIVERED, states.MISSING))
    )
    if moved_only:
        arrived = arrived.where(ScoreDelivery.delivered_at < LineItemRow.url_since)
    query = (
        select(
            LineItemRow.id,
            LineItemRow.registration_id,
            of,
            LineItemRow.url,
            LineItemRow.url_since,
            LineItemRow.score_maximum,
            func.coalesce(ResourceLink.ags_scopes, LineItemRow.scopes, ""),
        )
        .select_from(LineItemRow)
        .outerjoin(ResourceLink, ResourceLink.id == LineItemRow.resource_link_id)
        .where(LineItemRow.url.is_not(None), LineItemRow.gone_at.is_(None), arrived.exists())
        .where(of.is_(None) if course_id is None else of == course_id)
        .order_by(LineItemRow.id)
    )
    if registration_id is not None:
        query = query.where(LineItemRow.registration_id == registration_id)
    return [_column(*row) for row in session.execute(query).all()]


def _column(*row: Any) -> ColumnToCompare:
    key, registration_id, course_id, url, since, maximum, scopes = row
    return ColumnToCompare(key, registration_id, course_id, url, since, maximum, frozenset(scopes.split()))


def compare_column(
    database: Database,
    gradebooks: Gradebooks,
    column: ColumnToCompare,
    findings: GradebookFindings,
    *,
    fills: bool,
    better_is_ours: bool,
    clock: Callable[[], datetime],
) -> str:
    """Read a column's results and set right what is safe to set right. Opens its own transactions.

    Args:
        fills: send what somebody has emptied as well, because an operator asks for it.
        better_is_ours: our data were restored from a backup, so that a better score than ours may be ours.
    Returns:
        Code of why it could not be read; empty: nothing is wrong.
    """
    if SCOPE_RESULT_READ not in column.scopes:
        return ""
    try:
        standings = gradebooks.results(column.registration_id, column.url, now=clock())
    except (ServiceRefused, ServiceUnavailable) as failure:
        if failure.code in _GONE:
            with database.write.begin() as session:
                close_column(session, column.id, now=clock())
            findings.gone.append(column.id)
        else:
            findings.unreadable.append((column.id, failure.code))
        return failure.code
    findings.line_items_read += 1
    with database.read() as session:
        rows = [Compared(*row) for row in session.execute(_arrived_in(column))]
        held = {row.id: scores_held(session, row.id) for row in rows if _is_unlike(row, standings.get(row.user_sub))}
    verdicts = [
        (
            row,
            judge(
                row,
                standings.get(row.user_sub),
                held.get(row.id, ()),
                column_maximum=column.maximum,
                column_since=column.since,
            ),
        )
        for row in rows
    ]
    _Consequences(findings, standings, fills=fills, better_is_ours=better_is_ours).draw(database, verdicts, clock())
    return ""


def _arrived_in(column: ColumnToCompare) -> Select[*tuple[Any, ...]]:
    return (
        select(
            ScoreDelivery.id,
            ScoreDelivery.version,
            ScoreDelivery.user_id,
            User.sub,
            ScoreDelivery.module_slug,
            ScoreDelivery.score_given,
            ScoreDelivery.state,
            ScoreDelivery.last_error,
            ScoreDelivery.delivered_at,
            ScoreDelivery.sent_of,
            ScoreDelivery.standing,
            func.coalesce(Membership.is_gone, False),
        )
        .join(User, User.id == ScoreDelivery.user_id)
        .outerjoin(Membership, (Membership.user_id == ScoreDelivery.user_id) & (Membership.course_id == column.course_id))
        .where(ScoreDelivery.line_item_id == column.id, ScoreDelivery.state.in_((states.DELIVERED, states.MISSING)))
        .order_by(ScoreDelivery.id)
    )


def _is_unlike(row: Compared, standing: ToldResult | None) -> bool:
    """Whether the ledger may be needed; most agree, and it is a query for each."""
    return standing is not None and abs(standing.of_100 - row.score_given) > 0.01


class _Consequences:
    """Writes down what was found, with one line in the ledger for each change."""

    def __init__(
        self, findings: GradebookFindings, standings: dict[str, ToldResult], *, fills: bool, better_is_ours: bool
    ) -> None:
        self._findings = findings
        self._standings = standings
        self._fills = fills
        self._better_is_ours = better_is_ours

    def draw(self, database: Database, verdicts: Sequence[tuple[Compared, Verdict]], now: datetime) -> None:
        if not verdicts:
            return
        with database.write.begin() as session:
            unmoved = self._unmoved(session, [row.id for row, _ in verdicts])
            for row, verdict in verdicts:
                if unmoved.get(row.id) == (row.version, row.state):
                    self._draw_one(session, row, verdict, now)

    def _unmoved(self, session: Session, ids: Sequence[int]) -> dict[int, tuple[int, str]]:
        """Lock the rows; one that has moved since we looked is none of ours any more."""
        found: dict[int, tuple[int, str]] = {}
        for start in range(0, len(ids), 500):
            query = select(ScoreDelivery.id, ScoreDelivery.version, ScoreDelivery.state, ScoreDelivery.user_id)
            query = query.where(ScoreDelivery.id.in_(ids[start : start + 500]))
            rows: Sequence[Any] = session.execute(
                query.order_by(ScoreDelivery.line_item_id, ScoreDelivery.user_id).with_for_update(key_share=True)
            ).all()
            found |= {row.id: (row.version, row.state) for row in rows}
        return found

    def _draw_one(self, session: Session, row: Compared, verdict: Verdict, now: datetime) -> None:
        there = self._standings.get(row.user_sub)
        standing = there.of_100 if there else None
        difference = Difference(row.id, row.user_id, row.module_slug, row.score_given, standing)
        match verdict:
            case Verdict.AGREES:
                self._findings.matching += 1
                self._settle(session, row, states.DELIVERED, "", None, states.AGREES, now)
            case Verdict.UNCONVERTED:
                self._findings.matching += 1
                self._settle(session, row, states.DELIVERED, states.UNCONVERTED, None, states.AGREES, now)
            case Verdict.BY_TEACHER:
                self._findings.changed_by_teacher.append(difference)
                is_better = self._better_is_ours and standing is not None and standing > row.score_given
                note = states.BETTER_STANDS if is_better else states.KEPT_BY_TEACHER
                self._settle(session, row, states.DELIVERED, note, standing, states.BY_TEACHER, now)
            case Verdict.SEND_AGAIN:
                self._send_again(session, row, difference, now)
            case Verdict.EMPTIED:
                if self._fills:
                    self._send_again(session, row, difference, now)
                    return
                self._findings.emptied.append(difference)
                is_answered = row.state == states.MISSING and row.last_error == states.LEFT_EMPTY
                reason = states.LEFT_EMPTY if is_answered else states.EMPTIED
                self._settle(session, row, states.MISSING, reason, None, states.EMPTIED, now)
            case Verdict.LEFT:
                self._settle(session, row, states.MISSING, states.USER_LEFT, None, states.EMPTIED, now)

    def _send_again(self, session: Session, row: Compared, difference: Difference, now: datetime) -> None:
        send_again(session, [row.id], detail="missing in the gradebook", reason=states.MISSING_AT_PLATFORM, now=now)
        # Should it stand there again, it was not missing: somebody wants it so.
        session.execute(update(ScoreDelivery).where(ScoreDelivery.id == row.id).values(standing=difference.standing))
        self._findings.sent_again.append(difference)

    def _settle(
        self, session: Session, row: Compared, state: str, reason: str, standing: float | None, event: str, now: datetime
    ) -> None:
        if (state, reason, standing) == (row.state, row.last_error, row.standing):
            return
        values = {"state": state, "last_error": reason, "standing": standing, "scheduled_at": now}
        session.execute(update(ScoreDelivery).where(ScoreDelivery.id == row.id).values(values))
        if (state, reason) != (row.state, row.last_error) or event == states.BY_TEACHER:
            detail = "" if standing is None else states.score_text(standing)
            write_entries(session, [LedgerEntry(row.id, row.version, event, detail)], now=now)
