"""Which column a link's scores go to: found by link, resource id and tag; made where there is none."""

from collections.abc import Callable, Collection
from datetime import datetime

from lti_tool.lti.advantage.line_items import LineItem, NewLineItem
from lti_tool.lti.claims.claim_names import SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ
from lti_tool.lti.errors import ServiceRefused
from lti_tool.passback.delivery import GRADING_OFF, NO_LINE_ITEM, SCORE_MAXIMUM, ClaimedDelivery
from lti_tool.passback.ports import Gradebooks, LineItemList

# Marks the columns that this tool made, also in a copied course.
TAG = "lti-tool"


def find_line_item(claimed: ClaimedDelivery, gradebooks: Gradebooks, *, now: datetime) -> LineItem | None:
    """Look for the line item of a link.

    First among those of the link itself, whatever they are called: Moodle leaves `lineitem` out of the launch where a link
    has several. Then for one that this tool made in a course from which this one was copied: resource id and tag come
    along, and "a tool MUST NOT create a duplicate in a copied course" (AGS 2.0). One that belongs to another link is never
    taken: the same module may be placed twice in a course.

    Raises:
        ServiceRefused: the platform offers no list, or refuses it.
        ServiceUnavailable: not now.
    """
    place = _list_of(claimed)
    if claimed.resource_link_id is not None:
        of_link = gradebooks.line_items(place, resource_link_id=claimed.resource_link_id, now=now)
        own = [item for item in of_link if item.resource_link_id == claimed.resource_link_id]
        if own:
            made_by_us = () if claimed.made_by_us_url is None else (claimed.made_by_us_url,)
            return min(own, key=lambda item: rank(item, claimed.module_slug, made_by_us=made_by_us))
    made_by_us_before = gradebooks.line_items(place, resource_id=claimed.module_slug, tag=TAG, now=now)
    for item in made_by_us_before:
        if item.resource_id == claimed.module_slug and item.tag == TAG and item.resource_link_id is None:
            return item
    return None


def find_or_create_line_item(
    claimed: ClaimedDelivery, gradebooks: Gradebooks, *, label: str, may_create: Callable[[], bool], now: datetime
) -> tuple[LineItem | None, bool]:
    """Find a link's line item, or create it. One worker at a time does this for a line item: its claim sees to that.

    Args:
        label: the column's title, as teachers see it.
        may_create: asked right before; False where the claim is no longer ours.
    Returns:
        The line item, None where it did not exist and might not be created any more; and whether we have made it.
    Raises:
        ServiceRefused: there is none, and we may make none, by our own rule or the platform's.
        ServiceUnavailable: not now.
    """
    found = find_line_item(claimed, gradebooks, now=now)
    if found is not None:
        return found, False
    if not claimed.creates_columns:
        raise ServiceRefused(GRADING_OFF, "The activity could have a line item and has none: somebody wants none.")
    if SCOPE_LINE_ITEM not in claimed.scopes:
        raise ServiceRefused(NO_LINE_ITEM, "The link has no line item, and the platform lets the tool create none.")
    if not may_create():
        return None, False
    new = NewLineItem(
        label=label,
        score_maximum=int(SCORE_MAXIMUM),
        resource_id=claimed.module_slug,
        tag=TAG,
        # Open edX brings only a line item of the launch's own link to the gradebook.
        resource_link_id=claimed.resource_link_id,
    )
    return gradebooks.create_line_item(_list_of(claimed), new, now=now), True


def _list_of(claimed: ClaimedDelivery) -> LineItemList:
    if claimed.line_items_url is None or not claimed.scopes & {SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ}:
        raise ServiceRefused(NO_LINE_ITEM, "The platform offers no list of line items for this link.")
    return LineItemList(claimed.registration_id, claimed.line_items_url, claimed.scopes)


def rank(item: LineItem, module_slug: str, *, made_by_us: Collection[str] = (), named: str | None = None) -> tuple[int, ...]:
    """Order the columns of one link, the best first.

    The one that the latest launch names; one that the activity has brought before one that we made beside it; then ours by both
    marks, by resource id, one without marks, any other.
    """
    marks = 2 if item.resource_id is None else 3
    if item.resource_id == module_slug:
        marks = 0 if item.tag == TAG else 1
    return (item.url != named, item.url in made_by_us, marks)
