"""What the cookie of a visit holds: the ids of one launch's Visitor, sealed, and bound to the key in the address."""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime

from lti_tool.domain.people import Role, Visitor
from lti_tool.lti.seal import Seal

VISIT_LIFETIME_S = 12 * 3600
# A page left open may still send what was typed when its visit has been renewed: after a weekend, after a leave.
TOKEN_LIFETIME_S = 30 * 86400


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
        # The number rises when the list below changes, so that cookies of an older release count as none.
        self._seal = Seal(secret, "web.visit.2")
        self._csrf = Seal(secret, "web.csrf.2")
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
        return self._seal.close(
            [
                visit.key,
                visit.opened_at,
                visit.used_at,
                visitor.user_id,
                visitor.platform_id,
                visitor.registration_id,
                visitor.deployment_id,
                visitor.course_id,
                visitor.resource_link_id,
                visitor.module_slug,
                " ".join(sorted(visitor.roles)),
                visitor.locale,
                visitor.frame_origin,
            ]
        )

    def read(self, key: str, value: str, *, now: datetime) -> Visit | None:
        values = self._seal.open(value)
        if values is None or values[0] != key or not -60 <= now.timestamp() - values[1] <= VISIT_LIFETIME_S:
            return None
        _, opened_at, used_at, user, platform, registration, deployment, course, link, module, roles, locale, origin = values
        visitor = Visitor(
            user_id=user,
            platform_id=platform,
            registration_id=registration,
            deployment_id=deployment,
            course_id=course,
            resource_link_id=link,
            module_slug=module,
            roles=frozenset(map(Role, roles.split())),
            locale=locale,
            frame_origin=origin,
        )
        return Visit(key, visitor, opened_at, used_at)

    def csrf_token(self, visit: Visit, *, now: datetime) -> str:
        return self._csrf.close([visit.key, visit.visitor.user_id, int(now.timestamp())])

    def is_token_of(self, visit: Visit, token: str, *, now: datetime) -> bool:
        values = self._csrf.open(token)
        if values is None or values[:2] != [visit.key, visit.visitor.user_id]:
            return False
        return bool(-60 <= now.timestamp() - values[2] <= TOKEN_LIFETIME_S)

    def key_of_token(self, token: str) -> str | None:
        """Return the key of the visit that a token was made for; None: it is none of ours."""
        values = self._csrf.open(token)
        return None if values is None else str(values[0])
