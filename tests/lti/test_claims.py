"""Claims become typed values: as real platforms send them, and as nobody should."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings

from lti_tool.lti.claims import claim_names as names
from lti_tool.lti.claims.claims import (
    AgsEndpoint,
    DeepLinkingSettings,
    Launch,
    LaunchContext,
    LaunchedResourceLink,
    Person,
    Presentation,
    read_claims,
)
from lti_tool.lti.claims.roles import Roles
from lti_tool.lti.errors import LaunchRejected
from lti_tool.lti.launching.token_checks import check_issuer_and_audience, check_nonce, check_times
from lti_tool.lti.ports import Registration
from tests.certification.platform import ABSENT, CLIENT_ID, ISSUER, launch_claims
from tests.certification.spoilt import spoilt_claims
from tests.lti.recording_platform import NOW

REGISTRATION = Registration(1, ISSUER, CLIENT_ID, f"{ISSUER}/auth", f"{ISSUER}/token", f"{ISSUER}/certs")


def read(**changes: Any) -> Launch:
    return read_claims(launch_claims("n", now=NOW, **changes), REGISTRATION, nonce="n")


def test_a_launch_of_moodle_is_read_whole() -> None:
    launch = read()
    assert launch.person == Person("4", "Jürgen Müller", "Jürgen", "Müller", "student01@stadt.test")
    assert launch.roles == Roles.of(["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"])
    assert launch.context == LaunchContext("2", "Smart-City-Manager:in", "SCM-in", ("CourseSection",))
    assert launch.resource_link == LaunchedResourceLink("95", "Modul 1")
    assert launch.custom == {"module": "grundlagen-und-strategie"}
    assert launch.ags == AgsEndpoint(
        frozenset({names.SCOPE_LINE_ITEM, names.SCOPE_SCORE}),
        "https://moodle.test/mod/lti/services.php/2/lineitems?type_id=6",
        "https://moodle.test/mod/lti/services.php/2/lineitems/87/lineitem?type_id=6",
    )
    assert launch.memberships_url == "https://moodle.test/mod/lti/services.php/CourseSection/2/bindings/6/memberships"
    assert launch.presentation == Presentation(
        "de", "iframe", f"{ISSUER}/mod/lti/return.php?course=2&launch_container=2&instanceid=95&sesskey=Dr0rJWPPuM"
    )
    assert launch.platform.product_family == "moodle"


def test_a_launch_of_open_edx_is_read() -> None:
    launch = read(
        sub="3a9d6a1c-6cf7-4b0e-8a57-3a1cf6f0a7f4",
        given_name=ABSENT,
        family_name=ABSENT,
        name=ABSENT,
        email=ABSENT,
        aud=[CLIENT_ID],
        resource_link={"id": "block-v1:Stadt+SCM+2026+type@lti_consumer+block@modul1"},
        context={"id": "course-v1:Stadt+SCM+2026", "type": [], "title": "SCM - Stadt", "label": "course-v1:Stadt+SCM+2026"},
        custom=ABSENT,
        launch_presentation={"document_target": "iframe"},
        tool_platform={"guid": "x", "name": "edX"},
        ags_endpoint={"scope": [names.SCOPE_SCORE], "lineitems": f"{ISSUER}/api/lti/1/lti-ags"},
        names_role_service=ABSENT,
    )
    assert launch.resource_link == LaunchedResourceLink("block-v1:Stadt+SCM+2026+type@lti_consumer+block@modul1")
    assert launch.ags is not None
    assert launch.ags.line_item is None
    assert launch.presentation.locale is None
    assert launch.custom == {}


def test_an_empty_line_item_is_none() -> None:
    launch = read(ags_endpoint={"scope": [], "lineitem": "", "lineitems": "https://moodle.test/l"})
    assert launch.ags == AgsEndpoint(frozenset(), "https://moodle.test/l", None)


def test_null_counts_as_absent() -> None:
    launch = read(
        name=None,
        email=None,
        context=None,
        custom=None,
        launch_presentation={"locale": None, "return_url": None},
        resource_link={"id": "95", "title": None, "description": None},
        ags_endpoint=None,
        tool_platform=None,
    )
    assert launch.context is None
    assert launch.custom == {}
    assert launch.presentation == Presentation()
    assert launch.person.name is None


def test_custom_values_that_are_no_texts_are_taken_in_their_spelling() -> None:
    launch = read(custom={"a": 1, "b": 2.5, "c": True, "d": False, "e": None, "f": " x ", "g": "$Unknown.variable"})
    assert launch.custom == {"a": "1", "b": "2.5", "c": "true", "d": "false", "f": "x", "g": "$Unknown.variable"}


def test_long_titles_are_cut_and_names_are_put_together_in_one_spelling() -> None:
    launch = read(resource_link={"id": "95", "title": "x" * 400}, name="Ju\u0308rgen")
    assert launch.resource_link is not None
    assert launch.resource_link.title == "x" * 255
    assert launch.person.name == "J\u00fcrgen"


def test_the_settings_of_a_deep_linking_request_are_read() -> None:
    launch = read(
        message_type=names.DEEP_LINKING_REQUEST,
        resource_link=ABSENT,
        deep_linking_settings={
            "deep_link_return_url": "https://moodle.test/mod/lti/contentitem_return.php?course=2&sesskey=x",
            "accept_types": ["ltiResourceLink"],
            "accept_presentation_document_targets": ["frame", "iframe", "window"],
            "accept_multiple": True,
            "auto_create": False,
            "title": "",
            "text": "",
        },
    )
    assert launch.deep_linking == DeepLinkingSettings(
        return_url="https://moodle.test/mod/lti/contentitem_return.php?course=2&sesskey=x",
        accept_types=("ltiResourceLink",),
        accept_presentation_document_targets=("frame", "iframe", "window"),
        accept_multiple=True,
        auto_create=False,
    )


@pytest.mark.parametrize("data", ["", " opaque \n", "x" * 5000])
def test_the_data_of_a_deep_linking_request_is_kept_untouched(data: str) -> None:
    settings = {"deep_link_return_url": "https://moodle.test/r", "accept_types": [], "data": data}
    launch = read(message_type=names.DEEP_LINKING_REQUEST, resource_link=ABSENT, deep_linking_settings=settings)
    assert launch.deep_linking is not None
    assert launch.deep_linking.data == data


@pytest.mark.parametrize(
    "settings_claim",
    [ABSENT, {}, {"deep_link_return_url": ""}, {"deep_link_return_url": "javascript:1"}, {"deep_link_return_url": 5}, []],
)
def test_a_deep_linking_request_that_cannot_be_answered_is_refused(settings_claim: object) -> None:
    with pytest.raises(LaunchRejected):
        read(message_type=names.DEEP_LINKING_REQUEST, resource_link=ABSENT, deep_linking_settings=settings_claim)


@pytest.mark.parametrize("target", [ABSENT, None, "", 5, "about:blank"])
def test_a_request_for_content_without_a_target_has_the_logins(target: object) -> None:
    settings = {"deep_link_return_url": "https://moodle.test/r"}
    claims = launch_claims(
        "n",
        now=NOW,
        message_type=names.DEEP_LINKING_REQUEST,
        resource_link=ABSENT,
        target_link_uri=target,
        deep_linking_settings=settings,
    )
    launch = read_claims(claims, REGISTRATION, nonce="n", login_target="https://tool.test/lti/launch")
    assert launch.target_link_uri == "https://tool.test/lti/launch"


def test_a_launch_is_not_a_request_for_content_whatever_it_carries() -> None:
    assert read(deep_linking_settings={"deep_link_return_url": "https://moodle.test/r"}).deep_linking is None


@pytest.mark.parametrize(
    ("sent", "taken"),
    [
        ("http://moodle.test/s?a=1#b", "https://moodle.test/s?a=1#b"),
        ("http://moodle.test:80/s", "https://moodle.test/s"),
        ("http://moodle.test:443/s", "https://moodle.test/s"),
        ("HTTP://MOODLE.test/s", "https://MOODLE.test/s"),
        (" https://moodle.test/s ", "https://moodle.test/s"),
        # Somebody else's, or another port: as it came. No token goes there.
        ("http://moodle.test:8080/s", "http://moodle.test:8080/s"),
        ("http://other.test/s", "http://other.test/s"),
        ("http://moodle.test.evil.example/s", "http://moodle.test.evil.example/s"),
    ],
)
def test_addresses_of_a_platform_behind_a_tls_proxy_are_those_of_the_proxy(sent: str, taken: str) -> None:
    launch = read(
        ags_endpoint={"lineitem": sent, "lineitems": sent},
        names_role_service={"context_memberships_url": sent},
        launch_presentation={"return_url": sent},
    )
    assert launch.ags is not None
    found = {launch.ags.line_item, launch.ags.line_items, launch.memberships_url, launch.presentation.return_url}
    assert found == {taken}


def test_a_platform_registered_over_http_keeps_its_addresses() -> None:
    at_home = Registration(
        1, "http://moodle.test", CLIENT_ID, "http://moodle.test/a", "http://moodle.test/t", "http://moodle.test/c"
    )
    claims = launch_claims("n", now=NOW, iss="http://moodle.test", ags_endpoint={"lineitem": "http://moodle.test/s"})
    launch = read_claims(claims, at_home, nonce="n")
    assert launch.ags == AgsEndpoint(frozenset(), None, "http://moodle.test/s")


@settings(max_examples=400, deadline=None)
@given(spoilt_claims)
def test_whatever_a_platform_claims_is_taken_or_refused_and_never_crashes(changes: dict[str, Any]) -> None:
    # Once through JSON, as it comes: NaN and big numbers as Python's parser gives them.
    claims = json.loads(json.dumps(launch_claims("n", now=NOW) | changes))
    with suppress(LaunchRejected):
        check_issuer_and_audience(claims, REGISTRATION)
        check_times(claims, now=NOW)
        check_nonce(claims, "n")
        launch = read_claims(claims, REGISTRATION, nonce="n")
        assert 0 < len(launch.person.sub) <= 255
        for text in (launch.person.sub, launch.person.name or "", launch.deployment_id, launch.target_link_uri):
            assert "\x00" not in text
            text.encode("utf-8")
