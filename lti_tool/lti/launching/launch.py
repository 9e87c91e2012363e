"""The launch: from what the platform posted to a verified `Launch`, in a visible list of steps.

Nothing is written here and nothing is sent, except that a platform is asked once for a key that is missing or does not fit.
The nonce is used up by the caller, in the same statement that records the launch.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from joserfc.jwk import RSAKey
from pylti1p3.exception import LtiException

from lti_tool.lti.addresses import OwnAddresses
from lti_tool.lti.claims import claim_names as names
from lti_tool.lti.claims.claims import Launch, read_claims
from lti_tool.lti.errors import LaunchRefusal, LaunchRejected
from lti_tool.lti.launching.oddities import Oddities
from lti_tool.lti.launching.platform_storage import errand_to_fetch
from lti_tool.lti.launching.pylti1p3_adapters import PortsToolConfig, ReceivedRequest, ToolMessageLaunch
from lti_tool.lti.launching.state import LOGIN_COOKIE_PREFIX, OpenedState, PendingLogin, Seals, digest_of
from lti_tool.lti.launching.token_checks import (
    UnverifiedToken,
    check_issuer_and_audience,
    check_nonce,
    check_times,
    take_apart,
    verify,
)
from lti_tool.lti.login_initiation import StorageErrand
from lti_tool.lti.ports import CheckDeployment, DeploymentStanding, FindRegistration, Registration
from lti_tool.signed_values import is_same

log = logging.getLogger(__name__)

# OIDC Core 3.1.2.6 and RFC 6749 4.1.2.1; Moodle 4.2 posts the first three. Others are logged as `other`.
_KNOWN_PLATFORM_ERRORS: Final = frozenset(
    {
        "access_denied",
        "unauthorized_client",
        "invalid_request",
        "login_required",
        "interaction_required",
        "consent_required",
        "account_selection_required",
        "invalid_scope",
        "unsupported_response_type",
        "server_error",
        "temporarily_unavailable",
        "launch_no_longer_valid",
    }
)

_BY_STANDING: Final = {
    DeploymentStanding.HELD: LaunchRefusal.DEPLOYMENT_HELD,
    DeploymentStanding.BLOCKED: LaunchRefusal.DEPLOYMENT_BLOCKED,
}


class PlatformKeys(Protocol):
    """The platforms' public keys (`key_sets.py`)."""

    def find_keys(self, registration: Registration, kid: str, *, now: datetime) -> tuple[RSAKey, ...]:
        """Return the keys with this kid, usually one; empty if the platform has none."""
        ...

    def find_newer(self, registration: Registration, kid: str, tried: tuple[RSAKey, ...], *, now: datetime) -> tuple[RSAKey, ...]:
        """Return keys that the platform has put in place of those tried; empty if it has not."""
        ...


@dataclass(frozen=True, slots=True)
class LaunchDesk:
    """What a launch needs, wired once."""

    find_registration: FindRegistration
    check_deployment: CheckDeployment
    keys: PlatformKeys
    seals: Seals
    addresses: OwnAddresses
    storage_prefix: str
    """As for the login."""
    message_types: frozenset[str] = frozenset({names.RESOURCE_LINK_REQUEST})
    """The message types that this tool has a page for."""
    oddities: Oddities = field(default_factory=Oddities)


def receive_launch(
    desk: LaunchDesk, form: Mapping[str, str], cookies: Mapping[str, str], *, kept: str | None = None, now: datetime
) -> Launch:
    """Verify what a platform posted to the launch address.

    Args:
        kept: what our own page found in the platform's storage in place of the cookie; empty: nothing; None: nobody looked.
    Raises:
        LaunchRejected: with a code for each reason, and with the registration once it is known.
    """
    checks = _LaunchChecks(desk, ReceivedRequest(form, cookies), kept, now)
    try:
        launch = checks.run()
    except LaunchRejected as refusal:
        refusal.registration_id = checks.registration_id
        refusal.tell_received(**checks.received)
        raise
    except LtiException as err:
        # One of PyLTI1p3's message validators; ours, which say more exactly what is wrong, run before them.
        raise LaunchRejected(LaunchRefusal.CLAIM_MALFORMED, registration_id=checks.registration_id) from err
    desk.oddities.tell(launch)
    return launch


class _LaunchChecks(ToolMessageLaunch):
    """One launch on its way through the steps; each step relies on those before it."""

    _login: PendingLogin
    _token: UnverifiedToken
    _known: Registration | None = None
    _launch: Launch

    def __init__(self, desk: LaunchDesk, request: ReceivedRequest, kept: str | None, now: datetime) -> None:
        super().__init__(request, PortsToolConfig(desk.find_registration))
        self._desk = desk
        self._kept = kept
        self._now = now

    @property
    def registration_id(self) -> int | None:
        return self._known.id if self._known else None

    @property
    def received(self) -> dict[str, object]:
        """Give who the platform says it is: from the token once its signature has been checked, before from the login."""
        claims = self._jwt.get("body")
        if isinstance(claims, dict):
            sent = {"issuer": claims.get("iss"), "client_id": claims.get("aud"), "authorized_party": claims.get("azp")}
            return {**sent, "deployment_id": claims.get(names.DEPLOYMENT_ID)}
        login: PendingLogin | None = getattr(self, "_login", None)
        return {"issuer": login.issuer, "client_id": login.client_id} if login else {}

    def run(self) -> Launch:
        self.validate()
        return self._launch

    def validate(self) -> "_LaunchChecks":
        """Take the steps. "SecFw" is the 1EdTech Security Framework 1.0, "Core" is LTI Core 1.3."""
        self.validate_platform_answer()  # OIDC Core 3.1.2.6: the platform may answer with an error
        self.validate_state()  # SecFw 5.1.3 step 9 and 7.3.1: made by us, for this very browser, not long ago
        self.validate_registration()  # Core 3.1.3: the issuer and client that the login was opened for
        self.validate_jwt_format()  # SecFw 5.4, RFC 7515: size, three parts, RS256, no crit, a kid
        self.validate_jwt_signature()  # SecFw 5.1.3 step 1: by the platform's key of that kid
        self.validate_claimed_parties()  # SecFw 5.1.3 steps 2-5: iss, aud, azp
        self.validate_times()  # SecFw 5.1.3 steps 7, 8: exp, iat
        self.validate_nonce()  # SecFw 5.1.3 step 9: the nonce of this login
        self.validate_message()  # Core 5.3 and 5.4: message type, version, required claims and their shapes
        self.validate_target()  # Core 5.3.4: target_link_uri is ours
        self.validate_deployment()  # Core 5.3.3: known, approved, not blocked
        return self

    def validate_platform_answer(self) -> None:
        error = self._get_request_param("error")
        if error and not self._get_request_param("id_token"):
            raise LaunchRejected(LaunchRefusal.PLATFORM_ERROR, detail=error if error in _KNOWN_PLATFORM_ERRORS else "other")

    def validate_state(self) -> "_LaunchChecks":
        """Replaces PyLTI1p3's, which lets a token it has accepted once in again without looking at the cookie."""
        state = self._get_request_param("state")
        opened = self._desk.seals.open_state(state) if state else None
        if opened is None:
            raise LaunchRejected(LaunchRefusal.STATE_MISSING)
        cookie = self._cookie_service.get_cookie(LOGIN_COOKIE_PREFIX + opened.key)
        login = self._desk.seals.open_login(cookie or self._kept or "")
        # The seal binds the cookie's content to its key: a cookie of another login, renamed, does not pass.
        if login is None or login.key != opened.key or not is_same(login.state_digest, digest_of(state)):
            raise LaunchRejected(LaunchRefusal.COOKIE_MISSING, initiation=opened.initiation, errand=self._errand(opened))
        if login.is_expired(self._now):
            raise LaunchRejected(LaunchRefusal.STATE_EXPIRED)
        self._login = login
        return self

    def _errand(self, opened: OpenedState) -> StorageErrand | None:
        """Say where our page may look for the login once, if the platform offered to keep it."""
        initiation = opened.initiation or opened.trimmed
        if self._kept is not None or initiation is None or initiation.storage_target is None:
            return None
        known = self._desk.find_registration(initiation.issuer, initiation.client_id, initiation.deployment_id)
        if known is None:
            return None
        return errand_to_fetch(initiation.storage_target, self._desk.storage_prefix + opened.key, known.auth_login_url)

    def validate_registration(self) -> "_LaunchChecks":
        """Replaces PyLTI1p3's, which looks up whatever the token names before its signature is checked."""
        known = self._desk.find_registration(self._login.issuer, self._login.client_id)
        if known is None:
            raise LaunchRejected(LaunchRefusal.REGISTRATION_UNKNOWN)
        self._known = known
        if not known.is_enabled:
            raise LaunchRejected(LaunchRefusal.REGISTRATION_DISABLED)
        return self

    def validate_jwt_format(self) -> "_LaunchChecks":
        raw = self._get_request_param("id_token")
        if not raw:
            raise LaunchRejected(LaunchRefusal.TOKEN_MISSING)
        self._token = take_apart(raw)
        return self

    def validate_jwt_signature(self) -> "_LaunchChecks":
        """Replaces PyLTI1p3's, which downloads the key set at every launch and takes the algorithm from it."""
        assert self._known is not None
        kid = self._token.kid
        keys = self._desk.keys.find_keys(self._known, kid, now=self._now)
        if not keys:
            raise LaunchRejected(LaunchRefusal.KID_UNKNOWN)
        claims: Any = verify(self._token, keys)
        if claims is None:
            # Some platforms put a new key under the old kid.
            claims = verify(self._token, self._desk.keys.find_newer(self._known, kid, keys, now=self._now))
        if claims is None:
            raise LaunchRejected(LaunchRefusal.SIGNATURE_WRONG)
        self._jwt = {"body": claims}
        return self

    def validate_claimed_parties(self) -> None:
        assert self._known is not None
        check_issuer_and_audience(self._jwt["body"], self._known)

    def validate_times(self) -> None:
        check_times(self._jwt["body"], now=self._now)

    def validate_nonce(self) -> "_LaunchChecks":
        check_nonce(self._jwt["body"], self._login.nonce)
        return self

    def validate_message(self) -> "_LaunchChecks":
        """Replaces PyLTI1p3's validators, which ask less of what identifies and more of what may be missing."""
        assert self._known is not None
        login = self._login
        self._launch = read_claims(self._jwt["body"], self._known, nonce=login.nonce, login_target=login.target_link_uri)
        if self._launch.message_type not in self._desk.message_types:
            raise LaunchRejected(LaunchRefusal.MESSAGE_TYPE_UNSUPPORTED)
        return self

    def validate_target(self) -> None:
        target = self._launch.target_link_uri
        if not self._desk.addresses.is_own_target(target):
            raise LaunchRejected(LaunchRefusal.TARGET_LINK_FOREIGN)
        if target != self._login.target_link_uri:
            # Open edX names the component's address at login and the chosen item's in the token. The signed one counts.
            log.info("target_link_uri_differs", extra={"registration": self.registration_id})

    def validate_deployment(self) -> "_LaunchChecks":
        assert self._known is not None
        standing = self._desk.check_deployment(self._known, self._launch.deployment_id, now=self._now)
        if standing is not DeploymentStanding.APPROVED:
            raise LaunchRejected(_BY_STANDING[standing])
        return self
