"""The way into the services: path, media type, method and token are checked in the order of Moodle's services.php."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lti_tool.playground.advantage.answers import Answer, ServiceRefused
from lti_tool.playground.advantage.line_items import LineItems
from lti_tool.playground.advantage.roster import Roster
from lti_tool.playground.advantage.scores import Scores
from lti_tool.playground.advantage.tokens import Tokens
from lti_tool.playground.launching import claim_names as names
from lti_tool.playground.launching import open_edx
from lti_tool.playground.site import Site
from lti_tool.playground.state import Json, Tool

_READ_ITEMS = frozenset({names.SCOPE_LINE_ITEM, names.SCOPE_LINE_ITEM_READONLY})
_WRITE_ITEMS = frozenset({names.SCOPE_LINE_ITEM})


@dataclass(frozen=True)
class Call:
    """One request to a service."""

    method: str
    path: str
    """The path below services.php, with its leading slash."""
    url: str
    query: Mapping[str, str]
    accept: str | None
    content_type: str
    authorization: str
    body: str

    def json(self) -> Json | None:
        """Give the body as an object, or None if it is none."""
        try:
            data = json.loads(self.body)
        except ValueError:
            return None
        return data if isinstance(data, dict) else None


@dataclass(frozen=True)
class Resource:
    """One kind of address with the media types it knows and the scopes that each method wants."""

    pattern: re.Pattern[str]
    media_types: tuple[str, ...]
    scopes: Mapping[str, frozenset[str]]
    answer: Callable[[Tool, re.Match[str], Call], Answer]
    media_type_of: Mapping[str, str] | None = None
    """Where a resource knows several types, the one that each method takes; then `*/*` fails, as nothing tells which is meant."""


class Services:
    """Answers the calls of tools."""

    def __init__(self, site: Site, tokens: Tokens, line_items: LineItems, scores: Scores, roster: Roster) -> None:
        self._tokens = tokens
        self._site = site
        self._resources = (
            Resource(
                re.compile(r"/(?P<course>[^/]+)/lineitems"),
                (names.MEDIA_LINE_ITEMS, names.MEDIA_LINE_ITEM),
                {"GET": _READ_ITEMS, "POST": _WRITE_ITEMS},
                lambda tool, match, call: (
                    line_items.read_all(tool, call.query, match["course"])
                    if call.method == "GET"
                    else line_items.create(tool, call.json(), call.query, match["course"])
                ),
                media_type_of={"GET": names.MEDIA_LINE_ITEMS, "POST": names.MEDIA_LINE_ITEM},
            ),
            Resource(
                re.compile(r"/(?P<course>[^/]+)/lineitems/(?P<item>[^/]+)/lineitem"),
                (names.MEDIA_LINE_ITEM,),
                {"GET": _READ_ITEMS, "PUT": _WRITE_ITEMS, "DELETE": _WRITE_ITEMS},
                lambda tool, match, call: _line_item(line_items, tool, match["item"], call),
            ),
            Resource(
                re.compile(r"/(?P<course>[^/]+)/lineitems/(?P<item>[^/]+)/lineitem/scores"),
                (names.MEDIA_SCORE,),
                {"POST": frozenset({names.SCOPE_SCORE})},
                lambda tool, match, call: scores.post(tool, match["item"], call.body),
            ),
            Resource(
                re.compile(r"/(?P<course>[^/]+)/lineitems/(?P<item>[^/]+)/lineitem/results"),
                (names.MEDIA_RESULTS,),
                {"GET": frozenset({names.SCOPE_RESULT_READONLY})},
                lambda tool, match, call: scores.results(tool, match["item"], call.query),
            ),
            Resource(
                re.compile(r"/CourseSection/(?P<course>[^/]+)/bindings/(?P<binding>[^/]+)/memberships"),
                (names.MEDIA_MEMBERSHIPS,),
                {"GET": frozenset({names.SCOPE_MEMBERSHIPS})},
                lambda tool, _, call: roster.memberships(tool, call.query),
            ),
        )

    def answer(self, call: Call) -> Answer:
        """Answer a call in the manner of the platform that is played."""
        answer = self._answer_as_moodle(call)
        return open_edx.answer_of(answer, call.method, call.path) if self._site.is_open_edx else answer

    def _answer_as_moodle(self, call: Call) -> Answer:
        """Answer a call; every refusal has Moodle's JSON body."""
        try:
            resource, match = self._route(call)
            return self._answer(resource, match, call)
        except ServiceRefused as refused:
            return _refusal(refused, call)

    def _route(self, call: Call) -> tuple[Resource, re.Match[str]]:
        for resource in self._resources:
            match = resource.pattern.fullmatch(call.path)
            if match and self._knows_media_type(resource, call):
                return resource, match
        accept = f"{call.accept or ''} {call.content_type}"
        raise ServiceRefused(400, f"No handler found for {call.path} {accept}")

    def _knows_media_type(self, resource: Resource, call: Call) -> bool:
        if call.method == "DELETE":
            return True
        if call.method == "GET":
            # Alternatives and parameters in Accept are not understood: the whole value must be a known type.
            return not call.accept or "*/*" in call.accept or call.accept in resource.media_types
        return call.content_type in resource.media_types

    def _answer(self, resource: Resource, match: re.Match[str], call: Call) -> Answer:
        if call.method not in resource.scopes:
            raise ServiceRefused(405, "Method Not Allowed")
        named = match.groupdict().get("binding") or call.query.get("type_id") or None
        tool = self._tokens.holder(call.authorization, resource.scopes[call.method], named)
        if tool is None:
            # One answer for no token, an expired one, a wrong scope and another tool's address.
            raise ServiceRefused(401, "Unauthorized")
        if not self._site.has_course(match["course"]):
            raise ServiceRefused(404, f"Not Found: Course {match['course']} doesn't exist")
        self._check_kind(resource, call)
        return resource.answer(tool, match, call)

    def _check_kind(self, resource: Resource, call: Call) -> None:
        if resource.media_type_of is None:
            return
        given = call.accept if call.method == "GET" else call.content_type
        if given and given != resource.media_type_of[call.method]:
            raise ServiceRefused(400, "No context or unsupported content type")


def _line_item(line_items: LineItems, tool: Tool, item: str, call: Call) -> Answer:
    if call.method == "PUT":
        return line_items.update(tool, item, call.json(), call.query)
    if call.method == "DELETE":
        return line_items.delete(tool, item)
    return line_items.get(tool, item, call.query)


def _refusal(refused: ServiceRefused, call: Call) -> Answer:
    request: Json = {"method": call.method, "url": call.url}
    if call.accept is not None:
        request["accept"] = call.accept
    request["contentType"] = call.content_type
    body = {"status": refused.status, "reason": refused.reason, "request": request}
    return Answer(refused.status, refused.reason, json.dumps(body, indent=4, ensure_ascii=False))
