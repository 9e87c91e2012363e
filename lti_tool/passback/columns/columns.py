"""The columns of a course that we know: links that take scores, and columns that were found in the course's list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, false, func, select, update
from sqlalchemy.orm import Session

from lti_tool.lti.claims.claim_names import SCOPE_SCORE
from lti_tool.models import ColumnLook, Deployment, DueScore, LaunchedLink, LineItemRow, ResourceLink, ScoreDelivery
from lti_tool.passback.columns.gradebook_place import GradebookPlace
from lti_tool.passback.columns.wanted_looks import want_look
from lti_tool.passback.delivery import LINE_ITEM_GONE
from lti_tool.passback.outbox import enqueue_missing, insert_into, park_column, revive

# A column that was not there and is again under the same address is believed only after this: it may be listed and not answer.
GONE_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class GradebookColumn:
    """A column that takes scores for a module."""

    id: int
    module_slug: str
    is_gone: bool


@dataclass(frozen=True, slots=True)
class _Link:
    """A link that takes scores, and its line item as far as we know it."""

    id: int
    platform_id: str
    course_id: int | None
    registration_id: int
    module_slug: str
    last_seen_at: datetime
    named_url: str | None
    line_item_id: int | None
    known_url: str | None
    known_since: datetime | None
    gone_at: datetime | None

    @property
    def place(self) -> GradebookPlace:
        return GradebookPlace.of(self.course_id, self.id)

    @property
    def has_news(self) -> bool:
        """Whether a launch has told what we have not drawn the consequences of yet."""
        if self.line_item_id is None:
            return True
        if self.named_url is None:
            return False
        if self.named_url != self.known_url:
            # Not where a look has found another one since that launch.
            return self.known_since is None or self.last_seen_at > self.known_since
        # Named again after the platform had said that it is gone: it is back.
        return self.gone_at is not None and self.last_seen_at > self.gone_at + GONE_FOR


def columns_in(session: Session, place: GradebookPlace, module_slug: str, *, now: datetime) -> list[GradebookColumn]:
    """List the columns that a place holds for a module, as far as we know; of links that are new to us from now on, too."""
    for link in _links(session, _links_of(place), ResourceLink.module_slug == module_slug):
        if link.has_news:
            _adopt(session, link, now)
    of_links = (
        select(LineItemRow.id, LineItemRow.gone_at, ResourceLink.ags_scopes)
        .join(ResourceLink, ResourceLink.id == LineItemRow.resource_link_id)
        .where(_links_of(place), ResourceLink.module_slug == module_slug)
    )
    found = [
        GradebookColumn(row.id, module_slug, row.gone_at is not None)
        for row in session.execute(of_links)
        if _takes(row.ags_scopes)
    ]
    listed = select(LineItemRow.id, LineItemRow.gone_at).where(_listed_in(place), LineItemRow.module_slug == module_slug)
    found += [
        GradebookColumn(row.id, module_slug, row.gone_at is not None) for row in session.execute(listed.order_by(LineItemRow.id))
    ]
    return sorted(found, key=lambda column: column.id)


def look_at_link(session: Session, link_id: int, user_id: int) -> tuple[bool, datetime | None]:
    """Tell whether a link's latest launch told of a column that we have not taken up yet; and when somebody came by it last."""
    launched_at = (
        select(LaunchedLink.last_launched_at)
        .where(LaunchedLink.user_id == user_id, LaunchedLink.resource_link_id == link_id)
        .scalar_subquery()
    )
    rows = session.execute(_query(ResourceLink.id == link_id).add_columns(launched_at)).all()
    return any(link.has_news for link in _taking_scores(rows)), next((row[-1] for row in rows), None)


def take_up_link(session: Session, link_id: int, *, now: datetime) -> None:
    """Take up the column of a link that somebody has launched, and put on its way what is due there for anybody."""
    for link in _links(session, ResourceLink.id == link_id):
        if link.has_news:
            if link.line_item_id is None and not _was_looked_at(session, link.course_id):
                # The first that we hear of a course: what else is placed there stands in its list.
                want_look(session, link.course_id, now=now)
            column_id = _adopt(session, link, now)
            send_due(session, column_id, link.place, link.module_slug, now=now)


def take_up_links(session: Session, course_id: int, *, now: datetime) -> None:
    """Do the same for all links of a course."""
    for link in _links(session, ResourceLink.course_id == course_id):
        if link.has_news:
            _adopt(session, link, now)


def send_due(session: Session, line_item_id: int, place: GradebookPlace, module_slug: str, *, now: datetime) -> int:
    """Put on its way to a column whatever is due in its place and has not been; return how many scores that were."""
    is_gone = session.scalar(select(LineItemRow.gone_at).where(LineItemRow.id == line_item_id)) is not None
    has_one = select(ScoreDelivery.user_id).where(ScoreDelivery.line_item_id == line_item_id)
    lacking = select(DueScore.user_id, DueScore.score_given).where(
        due_in(place), DueScore.module_slug == module_slug, DueScore.user_id.not_in(has_one)
    )
    scores: dict[int, float] = dict(session.execute(lacking).all())
    return enqueue_missing(session, line_item_id, scores, module_slug=module_slug, is_gone=is_gone, now=now)


def move_column(session: Session, line_item_id: int, url: str, course_id: int | None, *, now: datetime) -> None:
    """Send to another column from now on; what has arrived in the old one is looked for in the new one."""
    values = {"url": url, "url_since": now, "gone_at": None, "score_maximum": None, "is_made_by_us": False}
    session.execute(update(LineItemRow).where(LineItemRow.id == line_item_id).values(values))
    revive(session, line_item_id, detail="line item changed", now=now)
    want_look(session, course_id, now=now)


def close_column(session: Session, line_item_id: int, *, reason: str = LINE_ITEM_GONE, now: datetime) -> None:
    """Note that a column is not there; what is sent to it waits until it is."""
    session.execute(update(LineItemRow).where(LineItemRow.id == line_item_id, LineItemRow.gone_at.is_(None)).values(gone_at=now))
    park_column(session, line_item_id, reason=reason, now=now)


def reopen_column(session: Session, line_item_id: int, *, now: datetime) -> None:
    """Note that a column is there again."""
    session.execute(update(LineItemRow).where(LineItemRow.id == line_item_id).values(gone_at=None))
    revive(session, line_item_id, detail="line item is back", now=now)


def course_of(session: Session, line_item_id: int) -> int | None:
    """Return our key of the course that a column lies in; None: the platform names none."""
    query = (
        select(func.coalesce(ResourceLink.course_id, LineItemRow.course_id))
        .select_from(LineItemRow)
        .outerjoin(ResourceLink, ResourceLink.id == LineItemRow.resource_link_id)
        .where(LineItemRow.id == line_item_id)
    )
    return session.scalar(query)


def due_in(place: GradebookPlace) -> ColumnElement[bool]:
    """Return the condition that picks what is due in a place."""
    if place.course_id is not None:
        return DueScore.course_id == place.course_id
    return DueScore.resource_link_id == place.resource_link_id


def _links_of(place: GradebookPlace) -> ColumnElement[bool]:
    if place.course_id is not None:
        return ResourceLink.course_id == place.course_id
    return ResourceLink.id == place.resource_link_id


def _listed_in(place: GradebookPlace) -> ColumnElement[bool]:
    if place.course_id is None:
        return false()
    return (LineItemRow.course_id == place.course_id) & LineItemRow.resource_link_id.is_(None)


def _takes(scopes: str) -> bool:
    # AGS 2.0, section 3.1: without the score scope nothing can be sent.
    return SCOPE_SCORE in scopes.split()


def _links(session: Session, *conditions: ColumnElement[bool]) -> list[_Link]:
    return _taking_scores(session.execute(_query(*conditions)).all())


def _query(*conditions: ColumnElement[bool]) -> Select[Any]:
    query = (
        select(
            ResourceLink.id,
            ResourceLink.resource_link_id,
            ResourceLink.course_id,
            Deployment.registration_id,
            ResourceLink.module_slug,
            ResourceLink.last_seen_at,
            ResourceLink.line_item_url,
            LineItemRow.id.label("line_item_id"),
            LineItemRow.url,
            LineItemRow.url_since,
            LineItemRow.gone_at,
            ResourceLink.line_items_url,
            ResourceLink.ags_scopes,
        )
        .join(Deployment, Deployment.id == ResourceLink.deployment_id)
        .outerjoin(LineItemRow, LineItemRow.resource_link_id == ResourceLink.id)
        .where(*conditions)
        # One order for all who write: two transactions that meet in several rows wait, and never for each other.
        .order_by(LineItemRow.id, ResourceLink.id)
    )
    return cast("Select[Any]", query)


def _taking_scores(rows: Sequence[Any]) -> list[_Link]:
    """Keep the links that stand for a module and take its score."""
    return [
        _Link(*row[:11])
        for row in rows
        if row.module_slug is not None and _takes(row.ags_scopes) and (row.line_item_url or row.line_items_url)
    ]


def _was_looked_at(session: Session, course_id: int | None) -> bool:
    """Whether a course's columns were looked at, or are to be."""
    return session.scalar(select(ColumnLook.course_id).where(ColumnLook.course_id == course_id)) is not None


def _adopt(session: Session, link: _Link, now: datetime) -> int:
    """Make the link's line item ours to send to, as its latest launch named it; return our key of it."""
    if link.line_item_id is None:
        # Who takes up the same link at this moment waits here, and finds what we made.
        session.execute(select(ResourceLink.id).where(ResourceLink.id == link.id).with_for_update(key_share=True))
        known = session.scalar(select(LineItemRow.id).where(LineItemRow.resource_link_id == link.id))
        return known if known is not None else _begin_line_item(session, link, now)
    assert link.named_url is not None
    if link.named_url == link.known_url:
        reopen_column(session, link.line_item_id, now=now)
    else:
        move_column(session, link.line_item_id, link.named_url, link.course_id, now=now)
    return link.line_item_id


def _begin_line_item(session: Session, link: _Link, now: datetime) -> int:
    """Begin a link's line item; one that was found in the course's list before becomes the link's, with all that hangs on it."""
    twin = session.scalar(
        select(LineItemRow.id)
        .where(
            LineItemRow.registration_id == link.registration_id,
            _listed_in(link.place),
            (LineItemRow.platform_link_id == link.platform_id)
            | (LineItemRow.url == link.named_url if link.named_url is not None else false()),
        )
        .order_by(LineItemRow.platform_link_id != link.platform_id, LineItemRow.id)
        .limit(1)
    )
    if twin is None:
        url = link.named_url
        values = {"registration_id": link.registration_id, "url": url, "url_since": now if url else None, "created_at": now}
        insert = insert_into(session, _LINE_ITEMS).values(resource_link_id=link.id, **values)
        session.execute(insert.on_conflict_do_nothing(index_elements=[_LINE_ITEMS.c.resource_link_id]))
        return session.scalars(select(LineItemRow.id).where(LineItemRow.resource_link_id == link.id)).one()
    session.execute(update(LineItemRow).where(LineItemRow.id == twin).values(resource_link_id=link.id))
    known = session.scalar(select(LineItemRow.url).where(LineItemRow.id == twin))
    if link.named_url is not None and link.named_url != known:
        move_column(session, twin, link.named_url, link.course_id, now=now)
    return twin


_LINE_ITEMS: Any = LineItemRow.__table__
