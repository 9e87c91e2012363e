"""PyLTI1p3's classes with their gaps closed; nothing of PyLTI1p3 leaves this room.

What is closed here (the places are those of version 2.0.0): its session and nonce storage is replaced by the signed
login cookie, its per-launch key download by a session that cannot send, its configuration by ports. `login.py` and
`launch.py` build on these and hold the checks.
"""

from collections.abc import Mapping
from typing import Any, Final

import requests
from pylti1p3.cookie import CookieService
from pylti1p3.deployment import Deployment
from pylti1p3.message_launch import MessageLaunch
from pylti1p3.oidc_login import OIDCLogin
from pylti1p3.redirect import Redirect
from pylti1p3.registration import Registration as PyltiRegistration
from pylti1p3.request import Request
from pylti1p3.session import SessionService
from pylti1p3.tool_config.abstract import ToolConfAbstract

from lti_tool.lti.errors import LaunchRefusal, LaunchRejected
from lti_tool.lti.ports import FindRegistration, Registration
from lti_tool.signed_values import CookieToSet, is_same


class ReceivedRequest(Request):
    """Parameters and cookies of one request, whatever web framework received it."""

    def __init__(self, params: Mapping[str, str], cookies: Mapping[str, str]) -> None:
        self.params = params
        self.cookies = cookies

    @property
    def session(self) -> dict[str, Any]:
        return {}

    def is_secure(self) -> bool:
        return True

    def get_param(self, key: str) -> str:
        return self.params.get(key, "")


class SignedCookies(CookieService):
    """Reads the browser's cookies and collects what the answer shall set; the web layer writes them."""

    def __init__(self, request: ReceivedRequest) -> None:
        self._cookies = request.cookies
        self.to_set: list[CookieToSet] = []

    def get_cookie(self, name: str) -> str | None:
        return self._cookies.get(name)

    def set_cookie(self, name: str, value: str | int, exp: int | None = 3600) -> None:
        self.to_set.append(CookieToSet(name, str(value), exp or 0))


class NothingStored(SessionService):
    """Knows only the nonce of the login at hand.

    PyLTI1p3's own keeps nonces and whole launches on the server, asks only whether a nonce exists (`check_nonce`), and
    once a token was accepted takes it again without the cookie (`check_state_is_valid`): its door for replays.
    """

    def __init__(self, expected_nonce: str = "") -> None:
        self.expected_nonce = expected_nonce

    def check_nonce(self, nonce: str) -> bool:
        return bool(self.expected_nonce) and is_same(nonce, self.expected_nonce)

    def save_nonce(self, nonce: str) -> None:
        raise NotImplementedError("a nonce travels in the login cookie")

    def check_state_is_valid(self, state: str, id_token_hash: str) -> bool:
        return False


class PortsToolConfig(ToolConfAbstract[ReceivedRequest]):
    """Looks registrations up through a port. Saying "many clients" also avoids PyLTI1p3's class-wide dict of issuers."""

    def __init__(self, find_registration: FindRegistration, deployment_id: str | None = None) -> None:
        self._find = find_registration
        self._deployment_id = deployment_id

    def check_iss_has_one_client(self, iss: str) -> bool:
        return False

    def check_iss_has_many_clients(self, iss: str) -> bool:
        return True

    def find_registration_by_issuer(self, iss: str, *args: object, **kwargs: object) -> PyltiRegistration:
        return self.find_registration_by_params(iss, None)

    def find_registration_by_params(self, iss: str, client_id: str | None, *args: object, **kwargs: object) -> PyltiRegistration:
        found = self._find(iss, client_id or None, self._deployment_id)
        if found is None:
            raise LaunchRejected(LaunchRefusal.REGISTRATION_UNKNOWN)
        return KnownRegistration(found)

    def find_deployment(self, iss: str, deployment_id: str) -> Deployment | None:
        raise NotImplementedError("deployments are checked by launch.py with issuer and client")

    def find_deployment_by_params(
        self, iss: str, deployment_id: str, client_id: str, *args: object, **kwargs: object
    ) -> Deployment | None:
        raise NotImplementedError("deployments are checked by launch.py with issuer and client")


class KnownRegistration(PyltiRegistration):
    """A `Registration` of ours in PyLTI1p3's clothes."""

    def __init__(self, known: Registration) -> None:
        self.known = known
        self._issuer = known.issuer
        self._client_id = known.client_id
        self._auth_login_url = known.auth_login_url
        self._auth_token_url = known.token_url
        self._auth_audience = known.token_audience
        self._key_set_url = known.jwks_url


class ToolLogin(OIDCLogin[ReceivedRequest, PortsToolConfig, NothingStored, SignedCookies, str]):
    """PyLTI1p3's login without its storage."""

    def __init__(self, request: ReceivedRequest, config: PortsToolConfig) -> None:
        super().__init__(request, config, NothingStored(), SignedCookies(request))

    def get_redirect(self, url: str) -> Redirect[str]:
        raise NotImplementedError("the web layer redirects")


class ToolMessageLaunch(MessageLaunch[ReceivedRequest, PortsToolConfig, NothingStored, SignedCookies]):
    """PyLTI1p3's launch without its storage and without a way to the network."""

    def __init__(self, request: ReceivedRequest, config: PortsToolConfig) -> None:
        super().__init__(request, config, NothingStored(), SignedCookies(request), requests_session=_SENDS_NOTHING)
        # Else the first look at the body would start a validation of its own.
        self.set_auto_validation(False)

    def _get_request_param(self, key: str) -> str:
        return self._request.get_param(key)


def _session_that_sends_nothing() -> requests.Session:
    session = requests.Session()
    session.adapters.clear()
    return session


# PyLTI1p3 downloads the platform's keys at every launch, without a time limit. Should any path still lead there, it fails.
_SENDS_NOTHING: Final = _session_that_sends_nothing()
