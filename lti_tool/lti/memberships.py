"""Who is in a context: the roster (Names and Role Provisioning Services 2.0)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from lti_tool.lti import claim_names as names
from lti_tool.lti.errors import ServiceUnavailable
from lti_tool.lti.paging import read_pages
from lti_tool.lti.ports import Registration
from lti_tool.lti.roles import Roles
from lti_tool.lti.service_client import ServiceClient, ServiceRequest

PAGE_SIZE = 200


@dataclass(frozen=True, slots=True)
class Member:
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


def read_members(client: ServiceClient, registration: Registration, memberships_url: str, *, now: datetime) -> Iterator[Member]:
    """Give the members of a context, page by page; one who stands on two pages comes once.

    A page may shift while it is read (Moodle sorts by name), so read all before concluding that somebody is gone.

    Raises:
        ServiceRefused, ServiceUnavailable: see `read_pages`; also `above_response_limit` of Open edX is a refusal.
    """
    request = ServiceRequest("GET", _with_limit(memberships_url), (names.SCOPE_MEMBERSHIPS,), accept=names.MEMBERSHIPS_TYPE)
    seen: set[str] = set()
    for page in read_pages(client, registration, request, now=now):
        entries = page.get("members") if isinstance(page, Mapping) else None
        if not isinstance(entries, list):
            raise ServiceUnavailable("roster_unreadable", "The platform's answer is no roster.")
        for entry in entries:
            member = _member(entry)
            if member is not None and member.user_id not in seen:
                seen.add(member.user_id)
                yield member


def _member(entry: Any) -> Member | None:
    if not isinstance(entry, Mapping):
        return None
    user_id, roles = entry.get("user_id"), entry.get("roles")
    if isinstance(user_id, int) and not isinstance(user_id, bool):
        user_id = str(user_id)
    if not isinstance(user_id, str) or not user_id or len(user_id) > 255:
        return None
    return Member(
        user_id=user_id,
        # Bare words here (Moodle: `Learner`), full addresses there (Open edX); `Roles` takes both.
        roles=Roles.of(role for role in roles if isinstance(role, str)) if isinstance(roles, list) else Roles.of(()),
        is_active=entry.get("status", "Active") == "Active",
        name=_text(entry.get("name")),
        given_name=_text(entry.get("given_name")),
        family_name=_text(entry.get("family_name")),
        email=_text(entry.get("email")),
    )


def _text(value: object) -> str | None:
    return value[:255].replace("\x00", "").strip() or None if isinstance(value, str) else None


def _with_limit(url: str) -> str:
    """Ask for pages. Without `limit` platforms give all at once, and Open edX refuses that above its limit."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    if any(name == "limit" for name, _ in query):
        return url
    return urlunsplit(parts._replace(query=urlencode([*query, ("limit", str(PAGE_SIZE))])))
