"""An instructor places content: which of it the course has already, and the message that brings the chosen."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.placing import Placeable
from lti_tool.lti.launching.deep_linking import ContentItem, ItemColumn, ResponseForm, Target, respond_to_deep_linking
from lti_tool.lti.ports import Registration, SigningKey
from lti_tool.models import OfferedItem, ResourceLink
from lti_tool.platforms.launching.deep_linking_requests import PendingRequest

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PlacedItems:
    """What the visitor's course has, by key of `Placeable`."""

    launched: frozenset[str]
    """Somebody has opened it there, so it is there for sure."""
    offered_at: dict[str, datetime]
    """Handed over before, but not opened yet: perhaps it was not saved."""


def placed_in(session: Session, visitor: Visitor) -> PlacedItems:
    """Tell what the visitor's course has already."""
    if visitor.course_id is None:
        return PlacedItems(frozenset(), {})
    links = session.execute(
        select(ResourceLink.module_slug, ResourceLink.page).where(ResourceLink.course_id == visitor.course_id)
    )
    launched = frozenset(link.module_slug or link.page for link in links) - {""}
    offered = session.execute(select(OfferedItem.item, OfferedItem.offered_at).where(OfferedItem.course_id == visitor.course_id))
    return PlacedItems(launched, {item: at for item, at in offered if item not in launched})


def place_items(
    request: PendingRequest,
    registration: Registration,
    chosen: Sequence[Placeable],
    *,
    target: Target | None,
    launch_url: str,
    icon_url: str,
    column_tag: str,
    signing_key: SigningKey,
    now: datetime,
) -> ResponseForm:
    """Make the message that brings the chosen content into the course.

    Args:
        column_tag: marks the gradebook columns as ours; with the module's slug it finds them again in a copied course.
    Raises:
        DeepLinkingRefused: the request does not allow this.
    """
    items = [_item(each, launch_url, icon_url, column_tag) for each in chosen]
    form = respond_to_deep_linking(
        registration, request.deployment_id, request.settings, items, target=target, signing_key=signing_key(), now=now
    )
    log.info("content_placed", extra={"registration": registration.id, "items": ",".join(each.key for each in chosen)})
    return form


def remember_offered(session: Session, visitor: Visitor, keys: Collection[str], *, now: datetime) -> None:
    """Note what was handed to the visitor's course."""
    if visitor.course_id is None:
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    for key in sorted(keys):
        statement = insert(OfferedItem).values(course_id=visitor.course_id, item=key, offered_at=now)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["course_id", "item"], set_={"offered_at": statement.excluded.offered_at}
            )
        )


def _item(placeable: Placeable, launch_url: str, icon_url: str, column_tag: str) -> ContentItem:
    # The launch address for all, and the custom parameter to tell them apart: Moodle copies both along with a course.
    column = ItemColumn(placeable.title, placeable.key, column_tag) if placeable.module is not None else None
    return ContentItem(placeable.title, placeable.text, launch_url, placeable.custom, icon_url, column)
