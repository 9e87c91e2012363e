"""Who is in a context: the roster (Names and Role Provisioning Services 2.0)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from lti_tool.lti.advantage.paging import read_pages
from lti_tool.lti.advantage.service_client import ServiceClient, ServiceRequest
from lti_tool.lti.claims import claim_names as names
from lti_tool.lti.claims.roles import Roles, role_names_of
from lti_tool.lti.errors import ServiceRefused, ServiceUnavailable
from lti_tool.lti.json_shapes import text_of
from lti_tool.lti.ports import Registration

PAGE_SIZE = 200
# More people are in no course, and whoever sends them shall not fill our memory.
MOST_MEMBERS = 50_000
_LONGEST_ID = 255
_LONGEST_TEXT = 255
_GONE = frozenset({"inactive", "deleted"})


@dataclass(frozen=True, slots=True)
class RosterMember:
    """One person of the roster. Names are there only if the platform shares them.

    Moodle leaves suspended people out and Open edX those who left; others say `Inactive` or `Deleted`.
    """

    user_id: str
    roles: Roles
    is_active: bool = True
    name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None


def read_members(client: ServiceClient, registration: Registration, memberships_url: str, *, now: datetime) -> list[RosterMember]:
    """Return all members of a context, each once.

    A page may shift while it is read (Moodle sorts by name), and some platforms have an entry for each role or section of
    somebody: who is active in one of them is active, with the roles of all active ones.

    Raises:
        ServiceRefused, ServiceUnavailable: see `read_pages`; also `above_response_limit` of Open edX is a refusal, and
            `roster_unreadable` where there are entries and none of them is a person.
    """
    found: dict[str, RosterMember] = {}
    has_entries = False
    for page in _pages(client, registration, memberships_url, now=now):
        for entry in _entries(page):
            has_entries = True
            member = _member(entry)
            if member is None:
                continue
            before = found.get(member.user_id)
            if before is None and len(found) == MOST_MEMBERS:
                raise ServiceRefused("roster_too_large", "The platform's roster does not come to an end.")
            found[member.user_id] = member if before is None else _both(before, member)
    if has_entries and not found:
        raise ServiceUnavailable("roster_unreadable", "The platform's roster names nobody.")
    return list(found.values())


def check_members_readable(client: ServiceClient, registration: Registration, memberships_url: str, *, now: datetime) -> None:
    """Read the first page of a roster, which is enough to know that it can be read.

    Raises:
        ServiceRefused, ServiceUnavailable: see `read_members`.
    """
    entries = _entries(next(_pages(client, registration, memberships_url, now=now), None))
    if entries and not any(_member(entry) for entry in entries):
        raise ServiceUnavailable("roster_unreadable", "The platform's roster names nobody.")


def _pages(client: ServiceClient, registration: Registration, memberships_url: str, *, now: datetime) -> Iterator[Any]:
    request = ServiceRequest("GET", _with_limit(memberships_url), (names.SCOPE_MEMBERSHIPS,), accept=names.MEMBERSHIPS_TYPE)
    return read_pages(client, registration, request, now=now)


def _both(one: RosterMember, other: RosterMember) -> RosterMember:
    """Make one person of two entries."""
    if one.is_active != other.is_active:
        return one if one.is_active else other
    return replace(one, roles=Roles(one.roles.names | other.roles.names))


def _entries(page: Any) -> list[Any]:
    """Give a page's entries.

    PHP makes an object with numbers for names of a list with gaps; and some send a single member without a list around it.
    """
    entries = page.get("members") if isinstance(page, Mapping) else None
    if isinstance(entries, list):
        return entries
    if isinstance(entries, Mapping):
        if all(key.isdecimal() for key in entries):
            return list(entries.values())
        if "user_id" in entries:
            return [entries]
    raise ServiceUnavailable("roster_unreadable", "The platform's answer is no roster.")


def _member(entry: Any) -> RosterMember | None:
    if not isinstance(entry, Mapping):
        return None
    user_id = text_of(entry.get("user_id"))
    if not user_id or len(user_id) > _LONGEST_ID:
        return None
    return RosterMember(
        user_id=user_id,
        roles=Roles.of(role_names_of(entry.get("roles")) or ()),
        is_active=_is_active(entry.get("status")),
        name=_shown(entry.get("name")),
        given_name=_shown(entry.get("given_name")),
        family_name=_shown(entry.get("family_name")),
        email=_shown(entry.get("email")),
    )


def _is_active(status: object) -> bool:
    """Whether somebody is in the course: unless the last word of their status says otherwise (`http://…/person#Inactive`)."""
    words = re.findall(r"[A-Za-z]+", status) if isinstance(status, str) else []
    return not words or words[-1].lower() not in _GONE


def _shown(value: object) -> str | None:
    text = text_of(value)
    return text[:_LONGEST_TEXT].strip() or None if text is not None else None


def _with_limit(url: str) -> str:
    """Ask for pages. Without `limit` platforms give all at once, and Open edX refuses that above its limit."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    if any(name == "limit" for name, _ in query):
        return url
    return urlunsplit(parts._replace(query=urlencode([*query, ("limit", str(PAGE_SIZE))])))
