"""Line items: the gradebook's columns (Assignment and Grade Services 2.0, section 3.2)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from lti_tool.lti.advantage.paging import read_pages
from lti_tool.lti.advantage.peer_numbers import number_of
from lti_tool.lti.advantage.service_client import ServiceClient, ServiceRequest, checked, json_of
from lti_tool.lti.claims import claim_names as names
from lti_tool.lti.errors import ServiceRefused, ServiceUnavailable
from lti_tool.lti.json_shapes import text_of
from lti_tool.lti.ports import Registration
from lti_tool.lti.service_hosts import check_service_url, with_registered_scheme

# Moodle 4.2 breaks off with status 502 at a label or resourceId beyond its columns (255 and 512 characters).
LONGEST_LABEL = 255
# A column of more points than this is a mistake, or meant to be one.
LARGEST_MAXIMUM = 1_000_000.0


@dataclass(frozen=True, slots=True)
class LineItem:
    """`url` is the platform's id of it. `resource_id` and `tag` are ours, and come along when a course is copied.

    `score_maximum` is 0 where the platform names none that makes sense.
    """

    url: str
    label: str
    score_maximum: float
    resource_link_id: str | None = None
    resource_id: str | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class NewLineItem:
    label: str
    score_maximum: int
    resource_id: str
    tag: str
    resource_link_id: str | None = None


def scores_url(line_item_url: str) -> str:
    """Give the address that takes scores: `/scores` goes into the path, Moodle's line items have a query."""
    return _with_path(line_item_url, "scores")


def results_url(line_item_url: str, *, user_id: str | None = None) -> str:
    """Give the address of the results, of one user if asked. Open edX ignores `user_id` and gives all."""
    url = _with_path(line_item_url, "results")
    return url if user_id is None else _with_query(url, {"user_id": user_id})


def list_line_items(
    client: ServiceClient,
    registration: Registration,
    line_items_url: str,
    *,
    now: datetime,
    offered_scopes: frozenset[str] = frozenset(),
    resource_link_id: str | None = None,
    resource_id: str | None = None,
    tag: str | None = None,
) -> Iterator[LineItem]:
    """Give a context's line items, page by page; the filters are the platform's (AGS 3.2.4).

    Args:
        offered_scopes: those of the launch's AGS claim, so that no more is asked for than is on offer.

    Raises:
        ServiceRefused, ServiceUnavailable: see `read_pages`.
    """
    filters = {"resource_link_id": resource_link_id, "resource_id": resource_id, "tag": tag}
    url = _with_query(line_items_url, {name: value for name, value in filters.items() if value is not None})
    request = ServiceRequest("GET", url, (_reading_scope(offered_scopes),), accept=names.LINE_ITEMS_TYPE)
    for page in read_pages(client, registration, request, now=now):
        for entry in page if isinstance(page, list) else ():
            if (item := _line_item(entry)) is not None:
                yield _believed(registration, item, named_by=url)


def create_line_item(
    client: ServiceClient, registration: Registration, line_items_url: str, new: NewLineItem, *, now: datetime
) -> LineItem:
    """Create a line item. Platforms do not look for duplicates: look first whether there is one.

    Raises:
        ServiceRefused, ServiceUnavailable: see `checked`.
    """
    body: dict[str, object] = {
        "label": new.label[:LONGEST_LABEL],
        "scoreMaximum": new.score_maximum,
        "resourceId": new.resource_id,
        "tag": new.tag,
    }
    if new.resource_link_id is not None:
        body["resourceLinkId"] = new.resource_link_id
    request = ServiceRequest(
        "POST",
        line_items_url,
        (names.SCOPE_LINE_ITEM,),
        accept=names.LINE_ITEM_TYPE,
        content_type=names.LINE_ITEM_TYPE,
        body=json.dumps(body).encode(),
    )
    answer = checked(client.call(registration, request, now=now), accepted=(200, 201), now=now)
    item = _line_item(json_of(answer))
    if item is None:
        raise ServiceUnavailable("line_item_unreadable", "The platform did not tell the new line item's address.")
    return _believed(registration, item, named_by=line_items_url)


def read_line_item(
    client: ServiceClient,
    registration: Registration,
    line_item_url: str,
    *,
    offered_scopes: frozenset[str] = frozenset(),
    now: datetime,
) -> LineItem:
    """Read one line item.

    Raises:
        ServiceRefused, ServiceUnavailable: see `checked`.
    """
    scope = _reading_scope(offered_scopes)
    request = ServiceRequest("GET", line_item_url, (scope,), accept=names.LINE_ITEM_TYPE)
    item = _line_item(json_of(checked(client.call(registration, request, now=now), now=now)))
    if item is None:
        raise ServiceRefused("line_item_unreadable", "The platform's line item has no id.")
    return item


def _believed(registration: Registration, item: LineItem, *, named_by: str) -> LineItem:
    """Check where scores will go: it is an answer that says so, not a signed launch."""
    item = replace(item, url=with_registered_scheme(registration, item.url))
    check_service_url(registration, item.url, named_by=named_by)
    return item


def _reading_scope(offered: frozenset[str]) -> str:
    """Choose the lesser scope where a platform offers it, or where nothing is known."""
    only_full = names.SCOPE_LINE_ITEM in offered and names.SCOPE_LINE_ITEM_READ not in offered
    return names.SCOPE_LINE_ITEM if only_full else names.SCOPE_LINE_ITEM_READ


def _line_item(entry: Any) -> LineItem | None:
    if not isinstance(entry, Mapping):
        return None
    url = entry.get("id")
    if not isinstance(url, str) or not url:
        return None
    maximum = number_of(entry.get("scoreMaximum"))
    return LineItem(
        url=url,
        label=text_of(entry.get("label")) or "",
        score_maximum=maximum if maximum is not None and 0 < maximum <= LARGEST_MAXIMUM else 0.0,
        # Open edX and Moodle give these as texts, others as numbers or not at all.
        resource_link_id=text_of(entry.get("resourceLinkId")) or None,
        resource_id=text_of(entry.get("resourceId")) or None,
        tag=text_of(entry.get("tag")) or None,
    )


def _with_path(url: str, last: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{last}"))


def _with_query(url: str, added: Mapping[str, str]) -> str:
    if not added:
        return url
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=urlencode([*parse_qsl(parts.query, keep_blank_values=True), *added.items()])))
