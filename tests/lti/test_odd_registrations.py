"""Platforms of other makes register (fault L8): clouds with hosts of their own, ids as numbers, audiences that are none."""

from dataclasses import dataclass, field
from json import dumps
from typing import Any

import pytest

from lti_tool.lti.registering.dynamic_registration import (
    SCOPES,
    TOOL_CONFIGURATION,
    PlatformConfiguration,
    Registered,
    check_hosts,
    read_configuration,
    register,
)
from lti_tool.lti.registering.registration_failed import RegistrationFailed
from lti_tool.lti.transport.guarded_fetch import GuardedHttp
from lti_tool.lti.transport.http import HttpAnswer
from lti_tool.platforms.registering.registration_offers import _school_hosts

CANVAS = "https://canvas.instructure.com"
SSO = "https://sso.canvaslms.com"
SCHOOL = "https://stadt.instructure.com"


@dataclass
class FarAway(GuardedHttp):
    """Answers in the name of hosts that no test can reach."""

    document: Any
    status: int = 200
    bearers: list[str | None] = field(default_factory=list)

    def send(self, method: str, url: str, *, bearer: str | None = None, **rest: Any) -> HttpAnswer:
        self.bearers.append(bearer)
        return HttpAnswer(self.status, "OK", {}, dumps(self.document).encode())


def configuration(issuer: str = CANVAS, host: str = SSO, **changes: Any) -> dict[str, Any]:
    """Say what Canvas' cloud says of itself."""
    document = {
        "issuer": issuer,
        "authorization_endpoint": f"{host}/api/lti/authorize_redirect",
        "token_endpoint": f"{host}/login/oauth2/token",
        "jwks_uri": f"{host}/api/lti/security/jwks",
        "registration_endpoint": f"{SCHOOL}/api/lti/registrations",
        "authorization_server": "sso.canvaslms.com",
        **changes,
    }
    return {name: value for name, value in document.items() if value is not None}


def read(document: Any, url: str = f"{CANVAS}/api/lti/security/openid-configuration", token: str = "t") -> PlatformConfiguration:
    return read_configuration(FarAway(document), url, token=token)


def test_the_cloud_of_canvas_registers_at_the_schools_host() -> None:
    found = read(configuration())
    assert (found.issuer, found.registration_url) == (CANVAS, f"{SCHOOL}/api/lti/registrations")
    assert found.jwks_url == f"{SSO}/api/lti/security/jwks"
    # Its gradebook and rosters lie there, too.
    assert _school_hosts(found) == (SCHOOL,)


def test_the_cloud_of_canvas_may_tell_its_configuration_at_its_sign_in_host() -> None:
    assert read(configuration(), f"{SSO}/api/lti/security/openid-configuration").issuer == CANVAS


def test_a_school_at_a_name_of_its_own_registers_as_well() -> None:
    found = read(configuration(registration_endpoint="https://canvas.stadt.example/api/lti/registrations"))
    assert _school_hosts(found) == ("https://canvas.stadt.example",)


def test_the_configuration_is_asked_for_with_the_registration_token() -> None:
    http = FarAway(configuration())
    read_configuration(http, f"{CANVAS}/c", token="t0ken")
    read_configuration(http, f"{CANVAS}/c")
    assert http.bearers == ["t0ken", None]


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("host", [SCHOOL, "https://evil.example", "https://sso.canvaslms.com.evil.example"])
def test_keys_and_tokens_of_a_cloud_are_its_own(name: str, host: str) -> None:
    with pytest.raises(RegistrationFailed) as caught:
        read(configuration(**{name: f"{host}/x"}))
    assert caught.value.code == "endpoint_foreign"


def test_a_schools_host_without_tls_takes_no_registration() -> None:
    with pytest.raises(RegistrationFailed) as caught:
        read(configuration(registration_endpoint="http://stadt.instructure.com/api/lti/registrations"))
    assert caught.value.code == "endpoint_foreign"


@pytest.mark.parametrize("url", [f"{SCHOOL}/c", "https://evil.example/c", "https://developer.blackboard.com/c"])
def test_nobody_else_speaks_for_the_cloud(url: str) -> None:
    with pytest.raises(RegistrationFailed) as caught:
        read(configuration(), url)
    assert caught.value.code == "issuer_differs"


@pytest.mark.parametrize(
    ("issuer", "address"),
    [
        (CANVAS, f"{SSO}/login/oauth2/token"),
        ("https://canvas.beta.instructure.com", "https://sso.beta.canvaslms.com/login/oauth2/token"),
        ("https://blackboard.com", "https://developer.blackboard.com/api/v1/gateway/oauth2/jwttoken"),
        ("https://schoology.schoology.com", "https://lti-service.svc.schoology.com/lti-service/access-token"),
        ("https://stadt.brightspace.com", "https://auth.brightspace.com/core/connect/token"),
        ("https://stadt.desire2learn.com", "https://auth.brightspace.com/core/connect/token"),
    ],
)
def test_the_hosts_of_known_clouds_are_known(issuer: str, address: str) -> None:
    check_hosts(issuer, [address])


@pytest.mark.parametrize(
    ("issuer", "address"),
    [
        # With a token host of all schools, a school at another name would get the tokens of a third.
        ("https://lms.evil.example", "https://auth.brightspace.com/core/connect/token"),
        ("https://brightspace.com.evil.example", "https://auth.brightspace.com/core/connect/token"),
        ("https://evilbrightspace.com", "https://auth.brightspace.com/core/connect/token"),
        ("https://stadt.instructure.com", f"{SSO}/login/oauth2/token"),
        ("https://stadt.brightspace.com", "https://other.brightspace.com/token"),
        ("https://blackboard.com", f"{SSO}/login/oauth2/token"),
    ],
)
def test_they_are_for_their_own_issuers_alone(issuer: str, address: str) -> None:
    with pytest.raises(RegistrationFailed):
        check_hosts(issuer, [address])


@pytest.mark.parametrize(
    "audience",
    ["sso.canvaslms.com", "", "canvas", 5, ["https://sso.canvaslms.com"], "javascript:1", "https://", "https://x/" + "a" * 1000],
)
def test_an_audience_that_is_no_web_address_is_none(audience: Any) -> None:
    assert read(configuration(authorization_server=audience)).token_audience is None


def test_an_audience_that_is_one_is_kept() -> None:
    assert read(configuration(authorization_server=f"{SSO}/login/oauth2/token")).token_audience == f"{SSO}/login/oauth2/token"


def test_an_audience_of_another_cloud_is_none() -> None:
    lms = "https://lms.example"
    document = configuration(lms, lms, registration_endpoint=f"{lms}/r", authorization_server=f"{SSO}/login/oauth2/token")
    assert read(document, f"{lms}/c").token_audience is None


@pytest.mark.parametrize(
    ("supported", "asked"),
    [
        (" ".join(SCOPES[:2]), SCOPES[:2]),
        ({"0": SCOPES[1], "7": SCOPES[0]}, SCOPES[:2]),
        ([SCOPES[0], 5, None], SCOPES[:1]),
        (5, SCOPES),
        (None, SCOPES),
    ],
)
def test_scopes_come_in_many_shapes(supported: Any, asked: tuple[str, ...]) -> None:
    assert read(configuration(scopes_supported=supported)).scopes == asked


@pytest.mark.parametrize(
    ("client_id", "deployment_id", "scope", "registered"),
    [
        (7, 6, SCOPES[3], ("7", "6", (SCOPES[3],))),
        (10000000000042, None, list(SCOPES[:2]), ("10000000000042", None, SCOPES[:2])),
        ("abc", True, None, ("abc", None, SCOPES)),
        ("abc", {"id": 6}, 5, ("abc", None, SCOPES)),
        ("abc", "6\x00", "", ("abc", None, SCOPES)),
    ],
)
def test_ids_that_are_numbers_are_taken(client_id: Any, deployment_id: Any, scope: Any, registered: tuple[Any, ...]) -> None:
    answer = {"client_id": client_id, "scope": scope, TOOL_CONFIGURATION: {"deployment_id": deployment_id}}
    assert register(FarAway(answer), read(configuration()), {}, "t") == Registered(*registered)


@pytest.mark.parametrize(
    ("messages", "takes"),
    [
        (["LtiResourceLinkRequest", "LtiDeepLinkingRequest"], True),
        ({"0": {"type": "LtiDeepLinkingRequest"}}, True),
        ([{"type": "LtiResourceLinkRequest"}], False),
        (5, True),
    ],
)
def test_messages_come_in_many_shapes(messages: Any, takes: bool) -> None:
    platform: dict[str, Any] = {"https://purl.imsglobal.org/spec/lti-platform-configuration": {"messages_supported": messages}}
    assert read(configuration(**platform)).takes_deep_linking is takes
