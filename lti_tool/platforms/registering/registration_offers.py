"""What was shown to an administrator who connects a platform: signed, it comes back with the confirmation."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime

from lti_tool.lti.json_shapes import host_of, origin_of
from lti_tool.lti.registering.dynamic_registration import PlatformConfiguration, Registered
from lti_tool.lti.registering.known_clouds import cloud_of
from lti_tool.platforms.registering.invite_platform import OpenInvite
from lti_tool.platforms.registering.new_registration import NewRegistration
from lti_tool.signed_values import SignedValues

# As long as Moodle's registration token.
OFFER_LIFETIME_S = 3600
_CONFIGURATION_FIELDS = tuple(field.name for field in fields(PlatformConfiguration))


@dataclass(frozen=True, slots=True)
class Offer:
    """A platform as a page has shown it, and the token that it gave for registering."""

    platform: PlatformConfiguration
    token: str


class Offers:
    """Signs what a confirm page has shown, so that what is confirmed is what was shown, without cookie and without a table."""

    def __init__(self, secret: str) -> None:
        self._signed = SignedValues(secret, "platforms.offer", "invite_id", "made_at", "token", *_CONFIGURATION_FIELDS)

    def sign(self, invite: OpenInvite, offer: Offer, *, now: datetime) -> str:
        """Sign what was shown, for one invitation."""
        made_at = int(now.timestamp())
        return self._signed.sign(invite_id=invite.id, made_at=made_at, token=offer.token, **asdict(offer.platform))

    def read(self, invite: OpenInvite, text: str, *, now: datetime) -> Offer | None:
        """Return what was shown; None if it is not ours, of another invitation, or too old."""
        values = self._signed.read(text)
        if values is None:
            return None
        invite_id, made_at, token = values.pop("invite_id"), values.pop("made_at"), values.pop("token")
        if invite_id != invite.id or not -60 <= now.timestamp() - made_at <= OFFER_LIFETIME_S:
            return None
        # JSON has no tuples.
        return Offer(PlatformConfiguration(**values | {"scopes": tuple(values["scopes"])}), token)


def registration_from(platform: PlatformConfiguration, registered: Registered) -> NewRegistration:
    """Put together what a platform has said of itself and answered."""
    return NewRegistration(
        issuer=platform.issuer,
        client_id=registered.client_id,
        auth_login_url=platform.auth_login_url,
        token_url=platform.token_url,
        jwks_url=platform.jwks_url,
        token_audience=platform.token_audience,
        name=host_of(platform.issuer),
        product_family=platform.product_family,
        deployment_ids=(registered.deployment_id,) if registered.deployment_id else (),
        service_hosts=_school_hosts(platform),
    )


def _school_hosts(platform: PlatformConfiguration) -> tuple[str, ...]:
    """Give the school's host of a shared cloud, which takes its registration: its gradebook and roster lie there, too."""
    host = origin_of(platform.registration_url)
    is_school = cloud_of(host_of(platform.issuer)).schools_register and host_of(platform.registration_url) not in {
        host_of(url) for url in (platform.issuer, platform.auth_login_url, platform.token_url, platform.jwks_url)
    }
    return (host,) if host is not None and is_school else ()
