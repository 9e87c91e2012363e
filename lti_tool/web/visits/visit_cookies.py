"""What the cookie of a visit holds: the ids of one launch's Visitor, sealed, and bound to the key in the address."""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime

from lti_tool.domain.people import Role, Visitor
from lti_tool.signed_values import SignedValues

VISIT_LIFETIME_S = 12 * 3600
# A page left open may still send what was typed when its visit has been renewed: after a weekend, after a leave.
TOKEN_LIFETIME_S = 30 * 86400
# Short names: every request carries this.
_FIELDS = (
    "key",
    "opened",
    "used",
    "user",
    "platform",
    "registration",
    "deployment",
    "course",
    "link",
    "module",
    "roles",
    "locale",
    "origin",
    "back",
)


@dataclass(frozen=True)
class Visit:
    key: str
    visitor: Visitor
    opened_at: int
    used_at: int
    """When something was last written in it, to within minutes."""


class VisitCookies:
    """Writes and reads the cookies' values."""

    def __init__(self, secret: str) -> None:
        self._visits = SignedValues(secret, "web.visit", *_FIELDS)
        self._tokens = SignedValues(secret, "web.csrf", "visit", "user", "made_at")
        self._keys = hmac.digest(secret.encode(), b"web.visit-key.1", "sha256")

    def key_of(self, visitor: Visitor) -> str:
        named = f"{visitor.user_id} {visitor.course_id} {' '.join(sorted(visitor.roles))}"
        if visitor.course_id is None:
            named += f" {visitor.resource_link_id}"
        return urlsafe_b64encode(hmac.digest(self._keys, named.encode(), "sha256")[:6]).decode()

    def begin(self, key: str, visitor: Visitor, *, now: datetime) -> Visit:
        moment = int(now.timestamp())
        return Visit(key, visitor, opened_at=moment, used_at=moment)

    def write(self, visit: Visit) -> str:
        visitor = visit.visitor
        return self._visits.sign(
            key=visit.key,
            opened=visit.opened_at,
            used=visit.used_at,
            user=visitor.user_id,
            platform=visitor.platform_id,
            registration=visitor.registration_id,
            deployment=visitor.deployment_id,
            course=visitor.course_id,
            link=visitor.resource_link_id,
            module=visitor.module_slug,
            roles=" ".join(sorted(visitor.roles)),
            locale=visitor.locale,
            origin=visitor.frame_origin,
            back=visitor.return_url,
        )

    def read(self, key: str, value: str, *, now: datetime) -> Visit | None:
        held = self._visits.read(value)
        if held is None or held["key"] != key or not -60 <= now.timestamp() - held["opened"] <= VISIT_LIFETIME_S:
            return None
        visitor = Visitor(
            user_id=held["user"],
            platform_id=held["platform"],
            registration_id=held["registration"],
            deployment_id=held["deployment"],
            course_id=held["course"],
            resource_link_id=held["link"],
            module_slug=held["module"],
            roles=frozenset(map(Role, held["roles"].split())),
            locale=held["locale"],
            frame_origin=held["origin"],
            return_url=held["back"],
        )
        return Visit(key, visitor, held["opened"], held["used"])

    def csrf_token(self, visit: Visit, *, now: datetime) -> str:
        return self._tokens.sign(visit=visit.key, user=visit.visitor.user_id, made_at=int(now.timestamp()))

    def is_token_of(self, visit: Visit, token: str, *, now: datetime) -> bool:
        held = self._tokens.read(token)
        if held is None or (held["visit"], held["user"]) != (visit.key, visit.visitor.user_id):
            return False
        return bool(-60 <= now.timestamp() - held["made_at"] <= TOKEN_LIFETIME_S)

    def key_of_token(self, token: str) -> str | None:
        """Return the key of the visit that a token was made for; None: it is none of ours."""
        held = self._tokens.read(token)
        return None if held is None else str(held["visit"])
