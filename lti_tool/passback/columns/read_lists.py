"""Looks at a course's columns: reads the platform's lists, takes up what is new or has moved, and sends what is due there."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.lti.advantage.line_items import LineItem as Listed
from lti_tool.lti.claims.claim_names import SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ, SCOPE_SCORE
from lti_tool.lti.errors import ServiceRefused, ServiceUnavailable
from lti_tool.models import Deployment, DueScore, LineItemRow, RegistrationRow, ResourceLink
from lti_tool.models.database import Database
from lti_tool.passback.columns.choose_columns import Chosen, KnownLink, choose_columns
from lti_tool.passback.columns.columns import GONE_FOR, move_column, reopen_column, send_due, take_up_links
from lti_tool.passback.columns.gradebook_place import GradebookPlace
from lti_tool.passback.outbox import insert_into
from lti_tool.passback.ports import Gradebooks, LineItemList

log = logging.getLogger(__name__)

NO_SERVICE = "no_service"
"""No link of the course takes scores."""
NO_LIST = "no_list"
"""The platform lets nobody look which columns there are."""
_LONGEST_URL = 2000
_LINE_ITEMS: Any = LineItemRow.__table__


@dataclass(frozen=True, slots=True)
class CourseList:
    """A list of a course's columns, as one deployment of a registration may read it."""

    registration_id: int
    deployment_id: int
    url: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class ListsRead:
    """What became of the lists of a course."""

    read: int
    sent: int
    """Scores that are on their way to columns that had none of them."""
    problem: str = ""
    """Code of why nothing, or not all, could be read; empty: all is well."""

    @property
    def is_final(self) -> bool:
        """Whether asking again soon would find the same."""
        return self.problem in ("", NO_SERVICE, NO_LIST)


def read_lists(
    database: Database, gradebooks: Gradebooks, course_id: int, *, only: int | None = None, clock: Callable[[], datetime]
) -> ListsRead:
    """Read a course's lists and draw the consequences. Opens its own transactions, because the platform is asked in between.

    Args:
        only: a registration, where the others of the course shall be left alone.
    """
    with database.write.begin() as session:
        take_up_links(session, course_id, now=clock())
        sent = _send_all_due(session, course_id, clock())
    with database.read() as session:
        lists, problem = _lists_of(session, course_id, only)
    read = 0
    for each in lists:
        try:
            items = gradebooks.line_items(LineItemList(each.registration_id, each.url, each.scopes), now=clock())
        except (ServiceRefused, ServiceUnavailable) as failure:
            # A list that is not there for good is no list; whatever else it is may be over soon.
            problem = NO_LIST if isinstance(failure, ServiceRefused) else failure.code
            log.info("columns_not_listed", extra={"registration": each.registration_id, "reason": failure.code})
            continue
        read += 1
        with database.write.begin() as session:
            sent += _take_up(session, course_id, each, items, clock())
            if sum(other.deployment_id == each.deployment_id for other in lists) == 1:
                _note_unlisted(session, course_id, each, items, clock())
    return ListsRead(read, sent, problem)


def _lists_of(session: Session, course_id: int, only: int | None) -> tuple[list[CourseList], str]:
    """Choose each list once, with what its latest launch offered; and say why there is none."""
    query = (
        select(
            Deployment.registration_id,
            Deployment.id,
            ResourceLink.line_items_url,
            ResourceLink.ags_scopes,
            ResourceLink.module_slug,
        )
        .join(Deployment, Deployment.id == ResourceLink.deployment_id)
        .join(RegistrationRow, RegistrationRow.id == Deployment.registration_id)
        .where(ResourceLink.course_id == course_id, RegistrationRow.is_enabled, Deployment.status == "approved")
        .order_by(ResourceLink.last_seen_at.desc(), ResourceLink.id)
    )
    if only is not None:
        query = query.where(Deployment.registration_id == only)
    found: dict[tuple[int, str], CourseList] = {}
    takes_scores = False
    for registration_id, deployment_id, url, words, _ in session.execute(query):
        scopes = frozenset(words.split())
        takes_scores |= SCOPE_SCORE in scopes
        if url and SCOPE_SCORE in scopes and scopes & {SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ}:
            found.setdefault((deployment_id, url), CourseList(registration_id, deployment_id, url, scopes))
    if found:
        return list(found.values()), ""
    return [], NO_LIST if takes_scores else NO_SERVICE


def _take_up(session: Session, course_id: int, of: CourseList, items: Sequence[Listed], now: datetime) -> int:
    """Take up what a list says; return how many scores are on their way for it."""
    sane = [item for item in items if len(item.url) <= _LONGEST_URL]
    links, others = _known_links(session, course_id, of)
    rows = _known_columns(session, course_id, of)
    modules = set(session.scalars(select(DueScore.module_slug).where(DueScore.course_id == course_id).distinct()))
    made_by_us = {row.url for row in rows if row.is_made_by_us}
    remembered = {row.platform_link_id: row.module_slug for row in rows if row.platform_link_id and row.resource_link_id is None}
    chosen = choose_columns(sane, links, made_by_us=made_by_us, modules=modules, other_links=others, remembered=remembered)
    sent = 0
    for each in chosen:
        column_id = _row_of(session, course_id, of, each, rows, now)
        session.execute(
            update(LineItemRow).where(LineItemRow.id == column_id).values(score_maximum=each.item.score_maximum or None)
        )
        sent += send_due(session, column_id, GradebookPlace(course_id), each.module_slug, now=now)
    return sent


def _note_unlisted(session: Session, course_id: int, of: CourseList, items: Sequence[Listed], now: datetime) -> None:
    """Note which columns that we know are no longer in the course's only list, and which are there again."""
    listed = {item.url for item in items}
    rows = [row for row in _known_columns(session, course_id, of) if row.url is not None]
    lost = [row.id for row in rows if row.url not in listed and row.unlisted_at is None]
    found = [row.id for row in rows if row.url in listed and row.unlisted_at is not None]
    for ids, moment in ((lost, now), (found, None)):
        if ids:
            session.execute(update(LineItemRow).where(LineItemRow.id.in_(ids)).values(unlisted_at=moment))


def _row_of(session: Session, course_id: int, of: CourseList, chosen: Chosen, rows: Sequence[Any], now: datetime) -> int:
    """Find or begin the row of a chosen column, and move it where the column has moved."""
    row = _match(chosen, rows)
    url = chosen.item.url
    if row is None:
        return _begin(session, course_id, of, chosen, now)
    if chosen.link is None:
        session.execute(
            update(LineItemRow).where(LineItemRow.id == row.id).values(line_items_url=of.url, scopes=" ".join(of.scopes))
        )
    if row.url != url:
        move_column(session, row.id, url, None, now=now)
    elif row.gone_at is not None and now > row.gone_at + GONE_FOR:
        reopen_column(session, row.id, now=now)
    return int(row.id)


def _match(chosen: Chosen, rows: Sequence[Any]) -> Any:
    if chosen.link is not None:
        return next((row for row in rows if row.resource_link_id == chosen.link.key), None)
    free = [row for row in rows if row.resource_link_id is None]
    same_place = [row for row in free if row.url == chosen.item.url]
    same_link = [row for row in free if chosen.item.resource_link_id and row.platform_link_id == chosen.item.resource_link_id]
    return next(iter([*same_place, *same_link]), None)


def _begin(session: Session, course_id: int, of: CourseList, chosen: Chosen, now: datetime) -> int:
    item = chosen.item
    values: dict[str, Any] = {"registration_id": of.registration_id, "url": item.url, "url_since": now, "created_at": now}
    if chosen.link is not None:
        values["resource_link_id"] = chosen.link.key
        insert = insert_into(session, _LINE_ITEMS).values(values)
        session.execute(insert.on_conflict_do_nothing())
        return session.scalars(select(LineItemRow.id).where(LineItemRow.resource_link_id == chosen.link.key)).one()
    values |= {
        "deployment_id": of.deployment_id,
        "course_id": course_id,
        "module_slug": chosen.module_slug,
        "platform_link_id": item.resource_link_id,
        "line_items_url": of.url,
        "scopes": " ".join(sorted(of.scopes)),
    }
    # Another process may look at the same course: one of them writes the row.
    session.execute(insert_into(session, _LINE_ITEMS).values(values).on_conflict_do_nothing())
    query = select(LineItemRow.id).where(
        LineItemRow.course_id == course_id, LineItemRow.url == item.url, LineItemRow.resource_link_id.is_(None)
    )
    return session.scalars(query).one()


def _known_links(session: Session, course_id: int, of: CourseList) -> tuple[list[KnownLink], list[str]]:
    query = (
        select(
            ResourceLink.id,
            ResourceLink.resource_link_id,
            ResourceLink.module_slug,
            ResourceLink.line_item_url,
            ResourceLink.ags_scopes,
        )
        .where(ResourceLink.course_id == course_id, ResourceLink.deployment_id == of.deployment_id)
        .order_by(ResourceLink.id)
    )
    links, others = [], []
    for key, platform_id, slug, named_url, scopes in session.execute(query):
        if slug is not None and SCOPE_SCORE in scopes.split():
            links.append(KnownLink(key, platform_id, slug, named_url))
        else:
            others.append(platform_id)
    return links, others


def _known_columns(session: Session, course_id: int, of: CourseList) -> Sequence[Any]:
    columns = (
        LineItemRow.id,
        LineItemRow.resource_link_id,
        LineItemRow.platform_link_id,
        LineItemRow.url,
        LineItemRow.gone_at,
        LineItemRow.unlisted_at,
        LineItemRow.is_made_by_us,
        LineItemRow.module_slug,
    )
    of_links = select(*columns).join(ResourceLink, ResourceLink.id == LineItemRow.resource_link_id)
    linked = session.execute(
        of_links.where(ResourceLink.course_id == course_id, ResourceLink.deployment_id == of.deployment_id)
    ).all()
    listed = session.execute(
        select(*columns).where(
            LineItemRow.course_id == course_id,
            LineItemRow.resource_link_id.is_(None),
            LineItemRow.deployment_id == of.deployment_id,
        )
    ).all()
    return [*linked, *listed]


def _send_all_due(session: Session, course_id: int, now: datetime) -> int:
    """Send what is due to the columns that we know already, and that were taken up without anybody having asked."""
    of_links = (
        select(LineItemRow.id, ResourceLink.module_slug)
        .join(ResourceLink, ResourceLink.id == LineItemRow.resource_link_id)
        .where(ResourceLink.course_id == course_id, ResourceLink.module_slug.is_not(None))
    )
    listed = select(LineItemRow.id, LineItemRow.module_slug).where(
        LineItemRow.course_id == course_id, LineItemRow.resource_link_id.is_(None)
    )
    pairs = [*session.execute(of_links), *session.execute(listed)]
    return sum(send_due(session, column_id, GradebookPlace(course_id), slug, now=now) for column_id, slug in sorted(pairs))
