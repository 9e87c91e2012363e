"""Third-party initiated login: the first two steps of an LTI 1.3 launch. Writes nothing.

Steps:
1. The platform sends the browser here with issuer, login hint and target (Security Framework 1.0, 5.1.1.1).
2. State, nonce, issuer and client go into a signed cookie of this login alone.
3. In a frame: one redirect to ourselves shows whether the browser gives the cookie back. Moodle takes each
   `lti_message_hint` only once, so a login that cannot succeed must not use it up. Where it does not and the platform
   keeps values for tools, a page puts the login there (`platform_storage.py`).
4. The browser goes on to the platform's authentication address (5.1.1.2; OIDC Core 3.1.2.1).

Some platforms' hints are too long for an address. Then a page posts in step 3 and 4 what a redirect would carry else.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from pylti1p3.exception import OIDCException

from lti_tool.lti.addresses import OwnAddresses
from lti_tool.lti.errors import LaunchRefusal, LaunchRejected
from lti_tool.lti.json_shapes import LONGEST_URL
from lti_tool.lti.launching.platform_storage import errand_to_keep, usable_target
from lti_tool.lti.launching.pylti1p3_adapters import KnownRegistration, PortsToolConfig, ReceivedRequest, ToolLogin
from lti_tool.lti.launching.state import (
    LOGIN_COOKIE_PREFIX,
    PendingLogin,
    Seals,
    digest_of,
)
from lti_tool.lti.login_initiation import LoginInitiation, StorageErrand
from lti_tool.lti.ports import FindRegistration, Registration
from lti_tool.signed_values import CookieToSet, is_same

# Servers take some 8 KB in the first line of a request. A redirect is the rule, though: a POST from our site would come
# without the platform's session cookie where that is SameSite=Lax, as Moodle's is.
_LONGEST_ADDRESS = 8000
_LONGEST_DEPLOYMENT = 255
# The platform's answer to a request without this is a page in the browser, not an id_token (Security Framework 5.1.1.2).
_FIXED_PARAMETERS = {"scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none"}


@dataclass(frozen=True, slots=True)
class LoginAnswer:
    """Where the browser goes next, and the cookies that it takes along."""

    location: str
    cookies: tuple[CookieToSet, ...] = ()
    form: Mapping[str, str] | None = None
    """What it posts there, where that is too long for the address."""


@dataclass(frozen=True, slots=True)
class LoginDesk:
    """What a login needs, wired once."""

    find_registration: FindRegistration
    seals: Seals
    addresses: OwnAddresses
    storage_prefix: str
    """How the names begin under which values are kept at platforms."""


def begin_login(desk: LoginDesk, params: Mapping[str, str], *, in_frame: bool | None, now: datetime) -> LoginAnswer:
    """Answer a platform's login request.

    Args:
        params: the received parameters, from the query or the form.
        in_frame: whether the browser loads a frame (`Sec-Fetch-Dest: iframe`); None: it does not say.
    Raises:
        LaunchRejected: parameters are missing or foreign, or nobody registered this issuer and client.
    """
    initiation = read_initiation(params)
    if not desk.addresses.is_own_target(initiation.target_link_uri):
        raise LaunchRejected(LaunchRefusal.TARGET_LINK_FOREIGN)
    login = _login_for(desk, initiation, now=now)
    try:
        answer = login.start()
    except LaunchRejected as refusal:
        refusal.tell_received(issuer=initiation.issuer, client_id=initiation.client_id, deployment_id=initiation.deployment_id)
        raise
    # Browsers older than 2023 do not say. They skip the check and meet the same page one step later; but what is kept at the
    # platform has to be put there before, and a login too long for the state could not be begun anew from there.
    if in_frame is None:
        in_frame = initiation.storage_target is not None or not initiation.is_short
    if not in_frame:
        return answer
    check = {"check": login.state}
    if initiation.is_short:
        return LoginAnswer(f"{desk.addresses.login_url}?{urlencode(check)}", answer.cookies)
    return LoginAnswer(desk.addresses.login_url, answer.cookies, {**check, **_as_received(initiation)})


def continue_login(desk: LoginDesk, params: Mapping[str, str], cookies: Mapping[str, str], *, now: datetime) -> LoginAnswer:
    """Go on to the platform if the browser has brought the login's cookie back.

    Args:
        params: the state, and where it could not carry them the login's own parameters.
    Raises:
        LaunchRejected: it has not (`cookie_missing`, with the login to repeat in a new window, and with what to put into the
            platform's storage where there is one), or we made no such state.
    """
    state = params["check"]
    opened = desk.seals.open_state(state)
    initiation = opened.initiation if opened else None
    if opened is not None and initiation is None and params.get("login_hint"):
        initiation = read_initiation(params)
    if opened is None or initiation is None:
        raise LaunchRejected(LaunchRefusal.STATE_MISSING)
    pending = desk.seals.open_login(cookies.get(LOGIN_COOKIE_PREFIX + opened.key, ""))
    if pending is None or not is_same(pending.state_digest, digest_of(state)):
        errand = _errand_to_keep(desk, initiation, now=now)
        raise LaunchRejected(LaunchRefusal.COOKIE_MISSING, initiation=initiation, errand=errand)
    if pending.is_expired(now):
        raise LaunchRejected(LaunchRefusal.STATE_EXPIRED)
    registration = desk.find_registration(pending.issuer, pending.client_id)
    if registration is None or not registration.is_enabled:
        raise LaunchRejected(LaunchRefusal.REGISTRATION_DISABLED)
    return _authentication_request(desk, registration, initiation, state=state, nonce=pending.nonce)


def _as_received(initiation: LoginInitiation) -> dict[str, str]:
    storage = {"lti_storage_target": initiation.storage_target} if initiation.storage_target else {}
    return initiation.as_form() | storage


def _errand_to_keep(desk: LoginDesk, initiation: LoginInitiation, *, now: datetime) -> StorageErrand | None:
    """Begin the login anew, with a state of its own, for a page that keeps it at the platform instead of in a cookie."""
    if initiation.storage_target is None:
        return None
    answer = _login_for(desk, initiation, now=now).start()
    (cookie,) = answer.cookies
    return errand_to_keep(initiation.storage_target, desk.storage_prefix, cookie, answer.location, answer.form)


def _login_for(desk: LoginDesk, initiation: LoginInitiation, *, now: datetime) -> "_StatelessLogin":
    request = ReceivedRequest(initiation.as_form(), {})
    config = PortsToolConfig(desk.find_registration, initiation.deployment_id)
    return _StatelessLogin(request, config, desk, initiation, now)


def read_initiation(params: Mapping[str, str]) -> LoginInitiation:
    """Read a login request's parameters.

    Raises:
        LaunchRejected: one is missing (Security Framework 5.1.1.1; Core 4.1.1 makes target_link_uri required) or too long.
    """
    # The hints are the platform's business: as long as a request may be.
    if any(len(params.get(name, "")) > LONGEST_URL for name in ("iss", "target_link_uri", "client_id")):
        raise LaunchRejected(LaunchRefusal.LOGIN_INCOMPLETE, detail="iss")
    for name in ("iss", "login_hint", "target_link_uri"):
        if not params.get(name):
            raise LaunchRejected(LaunchRefusal.LOGIN_INCOMPLETE, detail=name)
    if any("\x00" in params.get(name, "") for name in ("iss", "client_id")):
        # No database takes them, and none could have them.
        raise LaunchRejected(LaunchRefusal.REGISTRATION_UNKNOWN)
    return LoginInitiation(
        issuer=params["iss"],
        login_hint=params["login_hint"],
        target_link_uri=params["target_link_uri"],
        client_id=params.get("client_id") or None,
        message_hint=params.get("lti_message_hint") or None,
        deployment_id=_usable_deployment(params.get("lti_deployment_id", "")),
        storage_target=usable_target(params.get("lti_storage_target", "")),
    )


def _usable_deployment(text: str) -> str | None:
    """Give the deployment that a login names, None where no deployment could be called so: it may be left out (Core 4.1.2)."""
    return text if 0 < len(text) <= _LONGEST_DEPLOYMENT and "\x00" not in text else None


class _StatelessLogin(ToolLogin):
    def __init__(
        self,
        request: ReceivedRequest,
        config: PortsToolConfig,
        desk: LoginDesk,
        initiation: LoginInitiation,
        now: datetime,
    ) -> None:
        super().__init__(request, config)
        self._desk = desk
        self._initiation = initiation
        self._now = now
        self.state = ""

    def start(self) -> LoginAnswer:
        try:
            request = self._begin()
        except OIDCException as err:
            raise LaunchRejected(LaunchRefusal.LOGIN_INCOMPLETE) from err
        return replace(request, cookies=tuple(self._cookie_service.to_set))

    def _prepare_redirect_url(self, launch_url: str) -> str:
        raise NotImplementedError("replaced by _begin")

    def _begin(self) -> LoginAnswer:
        """Replace the one place where PyLTI1p3 makes state and nonce: there they are not bound to each other, the nonce
        is stored, and an authentication address that has a query already gets a second question mark."""
        known = self.validate_oidc_login()
        assert isinstance(known, KnownRegistration)
        registration = known.known
        if not registration.is_enabled:
            raise LaunchRejected(LaunchRefusal.REGISTRATION_DISABLED, registration_id=registration.id)
        key, self.state = self._desk.seals.seal_state(self._initiation, now=self._now)
        nonce = secrets.token_urlsafe(24)
        login = PendingLogin(
            key=key,
            state_digest=digest_of(self.state),
            nonce=nonce,
            issuer=registration.issuer,
            client_id=registration.client_id,
            target_link_uri=self._initiation.target_link_uri,
            made_at=int(self._now.timestamp()),
        )
        cookie = self._desk.seals.seal_login(login)
        self._cookie_service.set_cookie(cookie.name, cookie.value, cookie.max_age_s)
        return _authentication_request(self._desk, registration, self._initiation, state=self.state, nonce=nonce)


def _authentication_request(
    desk: LoginDesk, registration: Registration, initiation: LoginInitiation, *, state: str, nonce: str
) -> LoginAnswer:
    """Make the authentication request, by GET if it can be (Security Framework 5.1.1.2; OIDC Core 3.1.2.1 takes both)."""
    query = {
        **_FIXED_PARAMETERS,
        "client_id": registration.client_id,
        "redirect_uri": desk.addresses.launch_url,
        "state": state,
        "nonce": nonce,
        "login_hint": initiation.login_hint,
    }
    if initiation.message_hint is not None:
        # Core 4.1.1: MUST be sent back unaltered; Moodle's is JSON.
        query["lti_message_hint"] = initiation.message_hint
    joint = "&" if "?" in registration.auth_login_url else "?"
    location = f"{registration.auth_login_url}{joint}{urlencode(query)}"
    return LoginAnswer(location) if len(location) <= _LONGEST_ADDRESS else LoginAnswer(registration.auth_login_url, form=query)
