"""What LTI needs from its host: registrations, deployments, kept key sets and tokens, the tool's own key."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from joserfc.jwk import RSAKey


@dataclass(frozen=True, slots=True)
class Registration:
    """How one platform knows this tool: (issuer, client_id) and the addresses that go with it."""

    id: int
    issuer: str
    client_id: str
    auth_login_url: str
    token_url: str
    jwks_url: str
    token_audience: str | None = None
    """`aud` of the client assertion where it is not the token address (Canvas, D2L, Blackboard)."""
    is_enabled: bool = True
    service_hosts: tuple[str, ...] = ()
    """Where else its services may lie (`service_hosts.py`)."""


class FindRegistration(Protocol):
    def __call__(self, issuer: str, client_id: str | None, deployment_id: str | None = None) -> Registration | None:
        """Give the registration. Without `client_id` the deployment decides, where the issuer has several.

        Raises:
            LaunchRejected: it has several, and it is not clear which is meant.
        """
        ...


class DeploymentStanding(StrEnum):
    APPROVED = "approved"
    HELD = "held"
    BLOCKED = "blocked"


class CheckDeployment(Protocol):
    def __call__(self, registration: Registration, deployment_id: str, *, now: datetime) -> DeploymentStanding:
        """Tell whether a deployment may launch; one never seen before is noted."""
        ...


@dataclass(frozen=True, slots=True)
class StoredKeySet:
    """The last good JWKS of an address; `jwks_json` is empty before the first."""

    jwks_json: str
    fetched_at: datetime | None
    next_fetch_at: datetime | None = None
    """Before this moment nobody asks the platform again."""


class KeySetStore(Protocol):
    """Keeps each platform's last good key set for all processes."""

    def load(self, jwks_url: str) -> StoredKeySet | None: ...

    def claim_fetch(self, jwks_url: str, *, now: datetime, next_fetch_at: datetime) -> bool:
        """Take the right to ask the platform now, for one of many; False while the cooldown of the last asking lasts."""
        ...

    def save(self, jwks_url: str, jwks_json: str, *, now: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class AccessToken:
    value: str
    expires_at: datetime
    granted_scopes: frozenset[str]


class TokenStore(Protocol):
    """Keeps access tokens by registration and asked scopes (sorted, separated by spaces), for all processes."""

    def load(self, registration_id: int, scopes: str) -> AccessToken | None: ...

    def save(self, registration_id: int, scopes: str, token: AccessToken) -> None: ...

    def drop(self, registration_id: int, scopes: str, token_value: str) -> None:
        """Forget this token, but not a newer one that another process has put in its place."""
        ...


class SigningKey(Protocol):
    def __call__(self) -> RSAKey:
        """Give the tool's private key that signs now, parsed, with its kid."""
        ...
