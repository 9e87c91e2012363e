"""Which addresses get a token where a platform's services lie at hosts of their own; N35 from the attacker's side."""

from dataclasses import replace

import pytest

from lti_tool.lti.advantage.line_items import NewLineItem, create_line_item, list_line_items
from lti_tool.lti.advantage.service_client import ServiceClient, ServiceRequest
from lti_tool.lti.errors import ServiceRefused
from lti_tool.lti.ports import Registration
from lti_tool.lti.service_hosts import check_service_url, is_service_host
from tests.lti.recording_platform import NOW, RecordingPlatform

SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
CANVAS = Registration(
    id=1,
    issuer="https://canvas.instructure.com",
    client_id="10000000000001",
    auth_login_url="https://sso.canvaslms.com/api/lti/authorize_redirect",
    token_url="https://sso.canvaslms.com/login/oauth2/token",
    jwks_url="https://sso.canvaslms.com/api/lti/security/jwks",
)
SCHOOL = replace(CANVAS, service_hosts=("https://schule.instructure.com",))
ALL_BELOW = replace(CANVAS, service_hosts=("https://*.instructure.com",))
ITEMS = "https://schule.instructure.com/api/lti/courses/7/line_items"


def refused(registration: Registration, url: str, *, named_by: str | None = None) -> bool:
    try:
        check_service_url(registration, url, named_by=named_by)
    except ServiceRefused as err:
        return err.code == "foreign_address"
    return False


def test_an_institutions_host_is_foreign_until_it_is_listed() -> None:
    assert refused(CANVAS, ITEMS)
    assert not refused(SCHOOL, ITEMS)
    assert not refused(SCHOOL, "https://schule.instructure.com:443/x")


def test_the_registered_addresses_stay_the_platforms() -> None:
    for address in ("https://canvas.instructure.com/x", "https://sso.canvaslms.com/x"):
        assert not refused(SCHOOL, address)


@pytest.mark.parametrize(
    "url",
    [
        "https://andere.instructure.com/x",
        "https://schule.instructure.com.evil.example/x",
        "https://evil-schule.instructure.com/x",
        "http://schule.instructure.com/x",
        "https://schule.instructure.com:8443/x",
        "https://schule.instructure.com@evil.example/x",
        "https://evil.example\\@schule.instructure.com/x",
        "//schule.instructure.com/x",
        "",
    ],
)
def test_nothing_that_only_looks_like_a_listed_host_gets_a_token(url: str) -> None:
    assert refused(SCHOOL, url)


@pytest.mark.parametrize("url", [ITEMS, "https://a.b.instructure.com/x"])
def test_below_a_listed_domain_a_signed_launch_may_name_a_host(url: str) -> None:
    assert not refused(ALL_BELOW, url)


@pytest.mark.parametrize(
    "url",
    [
        "https://instructure.com/x",
        "https://evilinstructure.com/x",
        "https://schule.instructure.com.evil.example/x",
        "https://evil.example/.instructure.com",
        "http://schule.instructure.com/x",
        "https://schule.instructure.com:8443/x",
        "https://schule.instructure.com@evil.example/x",
        "https://evil.example#.instructure.com",
        "https://evil.example?.instructure.com",
    ],
)
def test_nothing_that_only_looks_like_below_it_gets_a_token(url: str) -> None:
    assert refused(ALL_BELOW, url)


def test_an_answer_may_name_only_the_host_that_answered() -> None:
    assert not refused(ALL_BELOW, f"{ITEMS}?page=2", named_by=ITEMS)
    assert refused(ALL_BELOW, "https://andere.instructure.com/x", named_by=ITEMS)
    assert refused(SCHOOL, "https://evil.example/x", named_by=ITEMS)


@pytest.mark.parametrize("text", ["https://schule.instructure.com", "https://lms.example:8443", "https://*.instructure.com"])
def test_what_may_be_listed(text: str) -> None:
    assert is_service_host(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "schule.instructure.com",
        "https://schule.instructure.com/",
        "https://schule.instructure.com/api",
        "https://*.com",
        "https://*",
        "https://*.*.instructure.com",
        "https://schule.*.com",
        "http://*.instructure.com",
        "https://*.instructure.com:8443",
        "https://*.instructure.com; script-src *",
        "https://a b",
        "*",
    ],
)
def test_what_may_not_be_listed(text: str) -> None:
    """The list also goes into `frame-ancestors`, so nothing but hosts may stand in it."""
    assert not is_service_host(text)


def elsewhere(platform: RecordingPlatform) -> tuple[str, str]:
    """Give the same server's address by two names: two origins."""
    return platform.url, platform.url.replace("127.0.0.1", "localhost")


def at_another_host(platform: RecordingPlatform) -> tuple[Registration, str]:
    own, other = elsewhere(platform)
    assert own != other
    return replace(platform.registration, service_hosts=(other,)), other


def test_a_listed_host_gets_the_token(client: ServiceClient, platform: RecordingPlatform) -> None:
    registration, other = at_another_host(platform)
    platform.tell("/x", 200, {})
    client.call(registration, ServiceRequest("GET", f"{other}/x", (SCORE,)), now=NOW)
    assert platform.asked_at("/x")[0].headers["Authorization"].startswith("Bearer ")


def test_a_new_line_item_elsewhere_is_refused(client: ServiceClient, platform: RecordingPlatform) -> None:
    """An answer is not signed: who can write it must not lead scores, and with them the token, to a host of their own."""
    platform.tell("/items", 201, {"id": "https://evil.example/items/1", "label": "x", "scoreMaximum": 100})
    with pytest.raises(ServiceRefused) as caught:
        create_line_item(client, platform.registration, f"{platform.url}/items", NewLineItem("x", 100, "x", "x"), now=NOW)
    assert caught.value.code == "foreign_address"


def test_a_listed_line_item_elsewhere_is_refused(client: ServiceClient, platform: RecordingPlatform) -> None:
    platform.tell("/items", 200, [{"id": "https://evil.example/items/1", "label": "x", "scoreMaximum": 100}])
    with pytest.raises(ServiceRefused) as caught:
        list(list_line_items(client, platform.registration, f"{platform.url}/items", now=NOW))
    assert caught.value.code == "foreign_address"


def test_n35_a_next_page_leads_away_from_a_listed_host_and_is_refused(client: ServiceClient, platform: RecordingPlatform) -> None:
    registration, other = at_another_host(platform)
    platform.tell("/items", 200, [], Link='<https://evil.example/items?page=2>; rel="next"')
    with pytest.raises(ServiceRefused) as caught:
        list(list_line_items(client, registration, f"{other}/items", now=NOW))
    assert caught.value.code == "foreign_address"
