"""Where a platform's services may lie: its own origins, those listed for a registration, and who may name the latter.

The rule (Security Framework 1.0, section 4.1.3: a token goes to the platform alone):

1. An address on the origin of one of the registered addresses is the platform's.
2. So is one on an origin that is listed to the letter (`https://schule.instructure.com`).
3. One below a listed `https://*.instructure.com` is, if a signed launch has named it. What an answer names (a next page, a new
   line item's address) is believed only on the origin that answered: a platform's answer is not signed.
"""

import re
from typing import Final

from lti_tool.lti.errors import ServiceRefused
from lti_tool.lti.json_shapes import origin_of
from lti_tool.lti.ports import Registration

# At least two labels behind the star; the star stands for one label or several.
_BELOW: Final = re.compile(r"https://\*(?P<domain>(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?){2,})")

# Nothing else may stand in `frame-ancestors`, where the list goes as well.
_ORIGIN: Final = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]+)?")


def is_service_host(text: str) -> bool:
    """Tell whether a text may be listed: an origin without anything behind it, or `https://*.` and a domain."""
    return (text == origin_of(text) and _ORIGIN.fullmatch(text) is not None) or _BELOW.fullmatch(text) is not None


def frameable_origin(url: str) -> str | None:
    """Give the origin of an address if it may stand in `frame-ancestors`: nothing that could end the directive."""
    origin = origin_of(url)
    return origin if origin is not None and _ORIGIN.fullmatch(origin) else None


def check_service_url(registration: Registration, url: str, *, named_by: str | None = None) -> None:
    """Refuse to carry a token anywhere but to the platform itself.

    Args:
        named_by: address whose answer named this one; None for an address from a signed launch.
    Raises:
        ServiceRefused: the rule above does not allow it.
    """
    origin = origin_of(url)
    if origin is not None and (origin in platform_origins(registration) or _is_believed(registration, origin, named_by)):
        return
    raise ServiceRefused("foreign_address", "The service address does not belong to the platform.")


def with_registered_scheme(registration: Registration, url: str) -> str:
    """Give an address with https where the platform wrote http, but is registered with https at that very host.

    A proxy ends TLS before it, and it takes itself for an http server. `:443` is what the proxy's port makes of it.
    """
    if url[:5].lower() != "http:":
        return url
    origin = origin_of(url)
    ours = platform_origins(registration)
    if origin is None or origin in ours:
        return url
    rest = url[url.index("//") + 2 :]
    host = re.split("[/?#]", rest, maxsplit=1)[0]
    secure = host.removesuffix(":443").removesuffix(":80")
    return f"https://{secure}{rest[len(host) :]}" if origin_of(f"https://{secure}") in ours else url


def platform_origins(registration: Registration) -> frozenset[str]:
    """Give the origins that are the platform's to the letter: of its registered addresses, and those listed."""
    addresses = (registration.issuer, registration.auth_login_url, registration.token_url, registration.jwks_url)
    return frozenset(
        origin for address in (*addresses, *registration.service_hosts) if (origin := origin_of(address)) is not None
    )


def _is_believed(registration: Registration, origin: str, named_by: str | None) -> bool:
    if named_by is not None:
        return origin == origin_of(named_by)
    return any(_is_below(listed, origin) for listed in registration.service_hosts)


def _is_below(listed: str, origin: str) -> bool:
    found = _BELOW.fullmatch(listed)
    # Without a port: `origin_of` leaves out the usual one, and any other is somebody else's door.
    return found is not None and origin.startswith("https://") and origin.endswith(found["domain"]) and origin.count(":") == 1
