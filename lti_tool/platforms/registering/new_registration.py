"""What is copied from a platform to register this tool, and what is checked before it is stored."""

from dataclasses import dataclass

from lti_tool.errors import ToolError
from lti_tool.lti.json_shapes import origin_of
from lti_tool.lti.service_hosts import is_service_host
from lti_tool.messages import N_

_LONGEST_ISSUER = 500
LONGEST_URL = 1000
_LONGEST_CLIENT_ID = 255


@dataclass(frozen=True)
class NewRegistration:
    """What an administrator copies from the platform. `deployment_ids` are approved at once."""

    issuer: str
    client_id: str
    auth_login_url: str
    token_url: str
    jwks_url: str
    token_audience: str | None = None
    name: str = ""
    deployment_ids: tuple[str, ...] = ()
    product_family: str = ""
    service_hosts: tuple[str, ...] = ()
    """Where else services and course pages lie, see `lti.service_hosts`."""
    told_apart_by: str | None = None
    """What tells the issuer's institutions apart, see `institutions`; None: as is usual for the issuer."""


def check_addresses(new: NewRegistration, *, is_production: bool) -> None:
    """Check the shape of everything that was copied from the platform.

    Raises:
        ToolError: an address is none, or is not https in production; an id is missing or too long.
    """
    for name, value, longest in (
        ("issuer", new.issuer, _LONGEST_ISSUER),
        ("auth_login_url", new.auth_login_url, LONGEST_URL),
        ("token_url", new.token_url, LONGEST_URL),
        ("jwks_url", new.jwks_url, LONGEST_URL),
    ):
        _check_address(name, value, longest, is_production=is_production)
    if new.token_audience is not None:
        # Nothing is sent there, so it need not be https.
        _check_address("token_audience", new.token_audience, LONGEST_URL, is_production=False)
    if not new.client_id or len(new.client_id) > _LONGEST_CLIENT_ID:
        raise ToolError(N_("Die Client-ID fehlt oder ist länger als 255 Zeichen."), code="registration_invalid")
    check_service_hosts(new.service_hosts, is_production=is_production)
    if not all(0 < len(deployment_id) <= 255 for deployment_id in new.deployment_ids):
        raise ToolError(N_("Eine Deployment-ID ist leer oder länger als 255 Zeichen."), code="registration_invalid")


def check_service_hosts(hosts: tuple[str, ...], *, is_production: bool) -> None:
    """Check what is to be listed.

    Raises:
        ToolError: one is no host, or is not https in production.
    """
    for host in hosts:
        if not is_service_host(host) or (is_production and not host.startswith("https://")):
            raise ToolError(
                N_("%(value)s ist keine Adresse eines Rechners für die Dienste der Lernplattform."),
                next_step=N_("Geben Sie sie ohne Pfad an, zum Beispiel https://schule.instructure.com"),
                code="registration_invalid",
                value=host,
            )


def _check_address(name: str, value: str, longest: int, *, is_production: bool) -> None:
    if origin_of(value) is None or not value.isascii() or len(value) > longest:
        raise ToolError(
            N_("%(name)s ist keine Web-Adresse: %(value)s"),
            next_step=N_("Kopieren Sie die Adresse vollständig aus der Lernplattform."),
            code="registration_invalid",
            name=name,
            value=value,
        )
    # Security Framework 1.0, "Transport Security": TLS everywhere.
    if is_production and not value.startswith("https://"):
        raise ToolError(
            N_("%(name)s muss mit https:// beginnen: %(value)s"),
            next_step=N_("Ohne https darf die Lernplattform im Produktivbetrieb nicht angebunden werden."),
            code="registration_invalid",
            name=name,
            value=value,
        )
