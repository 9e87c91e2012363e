"""AGS line items, by the rules that Moodle 4.2.3 was seen to follow."""

import html
from collections.abc import Mapping
from urllib.parse import urlencode

from lti_tool.playground.advantage.answers import Answer, ServiceRefused, bad_gateway, json_answer
from lti_tool.playground.launching.claim_names import MEDIA_LINE_ITEM, MEDIA_LINE_ITEMS
from lti_tool.playground.launching.claims import line_item_url, line_items_url
from lti_tool.playground.site import Site
from lti_tool.playground.state import Column, Json, Tool

# Longer ones make Moodle's database refuse the row, and PHP then answers with status 0.
_LABEL_LENGTH = 255
_RESOURCE_ID_LENGTH = 512


def number(value: float) -> int | float:
    """Write 50.0 as 50, as PHP does."""
    return int(value) if float(value).is_integer() else value


def to_json(site: Site, column: Column, type_id: str | None) -> Json:
    """Describe a column as the service reads it out."""
    item: Json = {
        "id": line_item_url(site, column, type_id),
        "label": column.label,
        "scoreMaximum": number(column.maximum),
        "resourceId": column.resource_id,
        "tag": column.tag,
    }
    if column.link_id is not None:
        item |= {"resourceLinkId": str(column.link_id), "ltiLinkId": str(column.link_id)}
    return item


class LineItems:
    """Lists, makes, changes and removes columns for a tool."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def find(self, tool: Tool, column_id: str) -> Column:
        """Find a tool's column by the id in its URL."""
        with self._site.lock:
            column = self._site.state.columns.get(column_id)
        if column is None:
            raise ServiceRefused(404, f"Not Found: Grade item {column_id} doesn't exist")
        if column.tool_id != tool.id:
            raise ServiceRefused(404, "Line item does not exist")
        return column

    def read_all(self, tool: Tool, query: Mapping[str, str], course: str = "") -> Answer:
        """Answer GET lineitems of a course: filtered, and paged only where `limit` asks for it."""
        wanted = {name: query.get(name) for name in ("resource_link_id", "resource_id", "tag")}
        with self._site.lock:
            columns = [column for column in self._site.state.columns.values() if column.tool_id == tool.id]
            columns = [column for column in columns if self._site.course(column.course) == self._site.course(course)]
        if wanted["resource_link_id"]:
            columns = [column for column in columns if str(column.link_id) == wanted["resource_link_id"]]
        if wanted["resource_id"]:
            columns = [column for column in columns if column.resource_id == wanted["resource_id"]]
        if wanted["tag"]:
            columns = [column for column in columns if column.tag == wanted["tag"]]
        headers: dict[str, str] = {}
        if query.get("limit", "").isdigit() and int(query["limit"]) > 0:
            columns, headers = self._page(columns, query)
        items = [to_json(self._site, column, query.get("type_id")) for column in columns]
        return json_answer(items, MEDIA_LINE_ITEMS, headers=headers)

    def _page(self, columns: list[Column], query: Mapping[str, str]) -> tuple[list[Column], dict[str, str]]:
        limit, start = int(query["limit"]), int(query.get("from", "0") or 0)
        last = max(len(columns) - 1, 0) // limit * limit
        places = {"first": 0, "canonical": start, "last": last}
        if start > 0:
            places["prev"] = max(start - limit, 0)
        if start + limit < len(columns):
            places["next"] = start + limit
        base = line_items_url(self._site, query.get("type_id"))
        links = []
        for relation in ("first", "prev", "canonical", "next", "last"):
            if relation in places:
                more = urlencode({"limit": limit, "from": places[relation]})
                url = f"{base}{'&' if '?' in base else '?'}{more}"
                # Moodle 4.2.3 escapes the URL for HTML and sets the relation in typographic quotation marks.
                links.append(f"<{html.escape(url)}>; rel=“{relation}”")
        return columns[start : start + limit], {"Link": ", ".join(links)}

    def get(self, tool: Tool, column_id: str, query: Mapping[str, str]) -> Answer:
        """Answer GET of one line item."""
        item = to_json(self._site, self.find(tool, column_id), query.get("type_id"))
        return json_answer(item, MEDIA_LINE_ITEM)

    def create(self, tool: Tool, body: Json | None, query: Mapping[str, str], course: str = "") -> Answer:
        """Answer POST lineitems. Nothing stops a second column with the same resourceId, in Moodle neither."""
        if not body or not body.get("label") or not _is_number(body.get("scoreMaximum")):
            raise ServiceRefused(400, "No label or Score Maximum")
        if _is_too_long(body):
            return bad_gateway()
        link = body.get("resourceLinkId") or body.get("ltiLinkId")
        with self._site.lock:
            activity = self._site.state.activities.get(str(link)) if link else None
            if link and (activity is None or activity.tool_id != tool.id):
                raise ServiceRefused(403, "Forbidden")
            column = Column(
                self._site.next_id(),
                tool.id,
                str(body["label"]),
                float(body["scoreMaximum"]),
                str(body.get("resourceId") or ""),
                str(body.get("tag") or ""),
                activity.id if activity else None,
                course=course if course in self._site.state.further_courses else "",
            )
            self._site.state.columns[str(column.id)] = column
            self._site.save()
        # The body comes back with the id added, dates included, though those are not kept.
        echo = {**body, "id": line_item_url(self._site, column, query.get("type_id"))}
        return json_answer(echo, MEDIA_LINE_ITEM, status=201)

    def update(self, tool: Tool, column_id: str, body: Json | None, query: Mapping[str, str]) -> Answer:
        """Answer PUT: what is left out is cleared, and a new maximum rescales the grades."""
        column = self.find(tool, column_id)
        if not body or not body.get("label") or not _is_number(body.get("scoreMaximum")):
            raise ServiceRefused(400, "Bad Request")
        if _is_too_long(body):
            return bad_gateway()
        with self._site.lock:
            maximum = float(body["scoreMaximum"])
            if column.maximum and maximum != column.maximum:
                self._rescale(column, maximum / column.maximum)
            column.label, column.maximum = str(body["label"]), maximum
            column.resource_id, column.tag = str(body.get("resourceId") or ""), str(body.get("tag") or "")
            self._site.save()
        echo = {**body, "id": line_item_url(self._site, column, query.get("type_id"))}
        return json_answer(echo, MEDIA_LINE_ITEM)

    def _rescale(self, column: Column, factor: float) -> None:
        for key, grade in self._site.state.grades.items():
            if key.startswith(f"{column.id}:") and grade.value is not None:
                grade.value = round(grade.value * factor, 5)

    def delete(self, tool: Tool, column_id: str) -> Answer:
        """Answer DELETE; the column of an activity goes too, with its grades."""
        column = self.find(tool, column_id)
        with self._site.lock:
            self._site.state.columns.pop(str(column.id), None)
            for key in [key for key in self._site.state.grades if key.startswith(f"{column.id}:")]:
                del self._site.state.grades[key]
            self._site.save()
        return Answer(204, "OK", "", "text/html; charset=utf-8")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_too_long(body: Json) -> bool:
    return len(str(body["label"])) > _LABEL_LENGTH or len(str(body.get("resourceId") or "")) > _RESOURCE_ID_LENGTH
