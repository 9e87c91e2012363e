"""Dynamic registration (LTI Dynamic Registration 1.0): this tool registers itself at a platform.

1. `read_configuration`: fetch what the platform says of itself and check it (section 3.5.1).
2. A person confirms what is shown.
3. `register`: tell the platform about the tool and read what it answers (sections 3.5.2 and 3.6).
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from lti_tool.lti.addresses import OwnAddresses
from lti_tool.lti.claims import claim_names as names
from lti_tool.lti.claims.course_variables import CUSTOM_PARAMETERS
from lti_tool.lti.errors import ServiceRefused, ServiceUnavailable
from lti_tool.lti.json_shapes import host_of
from lti_tool.lti.registering.known_clouds import cloud_of
from lti_tool.lti.registering.registration_failed import LONGEST_SHOWN, RegistrationFailed, RegistrationProblem
from lti_tool.lti.registering.registration_members import (
    identifier,
    short_text,
    supported_scopes,
    takes_deep_linking,
    token_audience,
    web_address,
    words,
)
from lti_tool.lti.registering.sites import site_of
from lti_tool.lti.transport.guarded_fetch import GuardedHttp
from lti_tool.lti.transport.http import HttpAnswer

PLATFORM_CONFIGURATION: Final = "https://purl.imsglobal.org/spec/lti-platform-configuration"
TOOL_CONFIGURATION: Final = "https://purl.imsglobal.org/spec/lti-tool-configuration"

# All that this tool asks for. Moodle grants the reading scopes only if they are asked for by name.
SCOPES: Final = (
    names.SCOPE_LINE_ITEM,
    names.SCOPE_LINE_ITEM_READ,
    names.SCOPE_RESULT_READ,
    names.SCOPE_SCORE,
    names.SCOPE_MEMBERSHIPS,
)
# The name for the roster and the certificate. Moodle turns these into "share the name: always", and no e-mail claim into
# "share the e-mail address: never".
CLAIMS: Final = ("iss", "sub", "name", "given_name", "family_name")

_LONGEST_ISSUER = 500
_LARGEST_TOKEN = 16 * 1024


@dataclass(frozen=True, slots=True)
class PlatformConfiguration:
    """What a platform says of itself, checked."""

    issuer: str
    auth_login_url: str
    token_url: str
    jwks_url: str
    registration_url: str
    token_audience: str | None = None
    product_family: str = ""
    version: str = ""
    scopes: tuple[str, ...] = ()
    """Those of ours that it supports; all of them where it does not say."""
    takes_deep_linking: bool = True


@dataclass(frozen=True, slots=True)
class Registered:
    """What the platform answered; `deployment_id` is None where it deploys the tool later."""

    client_id: str
    deployment_id: str | None
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToolDescription:
    """How the tool introduces itself."""

    name: str
    description: str
    logo_url: str
    policy_url: str


def read_configuration(
    http: GuardedHttp, url: str, *, token: str = "", further_hosts: frozenset[str] = frozenset()
) -> PlatformConfiguration:
    """Fetch a platform's configuration and check it.

    Args:
        url: the parameter `openid_configuration`; anybody may have written it.
        token: the parameter `registration_token`, without which Canvas shows nothing.
        further_hosts: where endpoints may lie besides the issuer's own host.
    Raises:
        RegistrationFailed: with one sentence for the administrator.
    """
    answer = _send(http, "GET", url, bearer=token or None)
    if answer.status != 200:
        raise RegistrationFailed(
            RegistrationProblem.CONFIGURATION_STATUS, platform_status=answer.status, platform_answer=readable(answer)
        )
    document = _object(answer, RegistrationProblem.CONFIGURATION_UNREADABLE)
    issuer = web_address(document, "issuer", longest=_LONGEST_ISSUER)
    # Section 3.5.1: the configuration must be the issuer's; else anybody could speak for any platform.
    if not _belongs_to(url, issuer, frozenset()):
        raise RegistrationFailed(RegistrationProblem.ISSUER_DIFFERS, detail=issuer)
    endpoints = {
        name: web_address(document, name)
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint")
    }
    registration_url = endpoints.pop("registration_endpoint")
    check_hosts(issuer, endpoints.values(), further_hosts=further_hosts)
    # A school's host takes its registration and has no say in whose keys count.
    if not cloud_of(host_of(issuer)).schools_register or urlsplit(registration_url).scheme != urlsplit(issuer).scheme:
        check_hosts(issuer, (registration_url,), further_hosts=further_hosts)
    platform = document.get(PLATFORM_CONFIGURATION)
    platform = platform if isinstance(platform, dict) else {}
    return PlatformConfiguration(
        issuer=issuer,
        auth_login_url=endpoints["authorization_endpoint"],
        token_url=endpoints["token_endpoint"],
        jwks_url=endpoints["jwks_uri"],
        registration_url=registration_url,
        token_audience=token_audience(document, issuer),
        product_family=short_text(platform, "product_family_code", 100),
        version=short_text(platform, "version", 100),
        scopes=supported_scopes(document, SCOPES),
        takes_deep_linking=takes_deep_linking(platform),
    )


def check_hosts(issuer: str, endpoints: Iterable[str], *, further_hosts: frozenset[str] = frozenset()) -> None:
    """Check that a platform's addresses lie at the issuer's site (`sites.py`), or where an operator allows it.

    Keys that came from elsewhere could speak for people of this platform: also from another port or folder of the same host,
    where another school may be at home.

    Raises:
        RegistrationFailed: one lies elsewhere.
    """
    for address in endpoints:
        if not _belongs_to(address, issuer, further_hosts):
            raise RegistrationFailed(RegistrationProblem.ENDPOINT_FOREIGN, detail=address)


def _belongs_to(address: str, issuer: str, further_hosts: frozenset[str]) -> bool:
    site, place = site_of(issuer), site_of(address)
    if site is None or place is None or urlsplit(address).scheme != urlsplit(issuer).scheme:
        return False
    in_cloud = place.origin in {f"https://{host}" for host in cloud_of(host_of(issuer)).hosts}
    return site.holds(address) or in_cloud or host_of(address) in further_hosts


def registration_request(platform: PlatformConfiguration, addresses: OwnAddresses, tool: ToolDescription) -> dict[str, Any]:
    """Describe the tool as a platform wants it (section 3.5.2); the shape is the one that Moodle 4.2.3 was seen to accept."""
    messages: list[dict[str, Any]] = [{"type": names.RESOURCE_LINK_REQUEST, "label": tool.name}]
    if platform.takes_deep_linking:
        messages.append(
            {
                "type": names.DEEP_LINKING_REQUEST,
                "target_link_uri": addresses.launch_url,
                "label": tool.name,
                "placements": ["ContentArea"],
                "supported_types": ["ltiResourceLink"],
            }
        )
    return {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": addresses.login_url,
        # Platforms compare these to the letter; there is one for all messages.
        "redirect_uris": [addresses.launch_url],
        "client_name": tool.name,
        "jwks_uri": f"{addresses.public_url}/lti/jwks",
        "logo_uri": tool.logo_url,
        "token_endpoint_auth_method": "private_key_jwt",
        "client_uri": addresses.public_url,
        "policy_uri": tool.policy_url,
        "scope": " ".join(platform.scopes),
        TOOL_CONFIGURATION: {
            # Moodle compares it with the target's host and wants no port.
            "domain": urlsplit(addresses.public_url).hostname,
            "description": tool.description,
            "target_link_uri": addresses.launch_url,
            "custom_parameters": dict(CUSTOM_PARAMETERS),
            "claims": list(CLAIMS),
            "messages": messages,
        },
    }


def register(http: GuardedHttp, platform: PlatformConfiguration, request: Mapping[str, Any], token: str | None) -> Registered:
    """Send the registration and read the answer. Moodle answers 200, the specification says 201.

    Args:
        token: the parameter `registration_token`; D2L sends none.
    Raises:
        RegistrationFailed: with the platform's own words.
    """
    answer = _send(
        http,
        "POST",
        platform.registration_url,
        headers={"Content-Type": "application/json", "Accept": "application/json"},
        body=json.dumps(request).encode(),
        bearer=token or None,
    )
    if answer.status not in (200, 201):
        raise RegistrationFailed(RegistrationProblem.REFUSED, platform_status=answer.status, platform_answer=readable(answer))
    document = _object(answer, RegistrationProblem.ANSWER_UNREADABLE)
    client_id = identifier(document, "client_id")
    if client_id is None:
        raise RegistrationFailed(RegistrationProblem.ANSWER_UNREADABLE, platform_answer=readable(answer))
    configuration = document.get(TOOL_CONFIGURATION)
    return Registered(
        client_id=client_id,
        deployment_id=identifier(configuration, "deployment_id") if isinstance(configuration, dict) else None,
        scopes=words(document, "scope") or platform.scopes,
    )


def check_keys(http: GuardedHttp, jwks_url: str) -> None:
    """Look whether a platform's public keys are where somebody typed that they are.

    Raises:
        RegistrationFailed: they are not, or we may not look there.
    """
    answer = _send(http, "GET", jwks_url)
    try:
        keys = answer.json()["keys"] if answer.status == 200 else None
    except (ValueError, KeyError, TypeError):
        keys = None
    if not isinstance(keys, list) or not keys:
        raise RegistrationFailed(RegistrationProblem.KEYS_MISSING, detail=jwks_url, platform_status=answer.status)


def check_reachable(http: GuardedHttp, host: str) -> None:
    """Look whether we may send requests to a host that somebody typed: not to our own network, not to every host below one.

    Raises:
        RegistrationFailed: we may not.
    """
    try:
        http.check(host)
    except (ServiceRefused, ServiceUnavailable) as err:
        raise RegistrationFailed(RegistrationProblem(err.code)) from err


def is_usable_token(token: str) -> bool:
    """Tell whether a registration token may go into a header."""
    return token.isascii() and token.isprintable() and " " not in token and len(token) <= _LARGEST_TOKEN


def readable(answer: HttpAnswer) -> str:
    """Give the words of an answer without markup and cut, for people; it is still somebody else's text."""
    text = answer.body[: 64 * 1024].decode("utf-8", "replace")
    text = re.sub(r"(?is)<(script|style|head)\b.*?</\1\s*>", " ", text)
    text = re.sub(r"<[^>]*>", " ", text)
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + " …"


def _send(http: GuardedHttp, method: str, url: str, **rest: Any) -> HttpAnswer:
    try:
        return http.send(method, url, **rest)
    except (ServiceRefused, ServiceUnavailable) as err:
        raise RegistrationFailed(RegistrationProblem(err.code)) from err


def _object(answer: HttpAnswer, problem: RegistrationProblem) -> Mapping[str, Any]:
    try:
        document = answer.json()
    except ValueError as err:
        raise RegistrationFailed(problem, detail="JSON", platform_answer=readable(answer)) from err
    if not isinstance(document, dict):
        raise RegistrationFailed(problem, detail="JSON", platform_answer=readable(answer))
    return document
