"""Launches have the shape that Moodle 4.2.3 was recorded to send, and refuse what it refuses."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from lti_tool.playground import InvalidRequest, Playground
from lti_tool.playground.advantage.tool_keys import decode_segment
from lti_tool.playground.launching import claim_names as names

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"

# Member names and types of a recorded resource link launch of a student.
RECORDED_SHAPE = {
    "nonce": "str",
    "iat": "int",
    "exp": "int",
    "iss": "str",
    "aud": "str",
    f"{CLAIM}deployment_id": "str",
    f"{CLAIM}target_link_uri": "str",
    "sub": "str",
    f"{CLAIM}lis": {"person_sourcedid": "str", "course_section_sourcedid": "str"},
    f"{CLAIM}roles": ["str"],
    f"{CLAIM}context": {"id": "str", "label": "str", "title": "str", "type": ["str"]},
    f"{CLAIM}message_type": "str",
    f"{CLAIM}resource_link": {"title": "str", "description": "str", "id": "str"},
    "https://purl.imsglobal.org/spec/lti-bo/claim/basicoutcome": {
        "lis_result_sourcedid": "str",
        "lis_outcome_service_url": "str",
    },
    "given_name": "str",
    "family_name": "str",
    "name": "str",
    f"{CLAIM}ext": {"user_username": "str", "lms": "str"},
    "email": "str",
    f"{CLAIM}launch_presentation": {"locale": "str", "document_target": "str", "return_url": "str"},
    f"{CLAIM}tool_platform": {
        "product_family_code": "str",
        "version": "str",
        "guid": "str",
        "name": "str",
        "description": "str",
    },
    f"{CLAIM}version": "str",
    f"{CLAIM}custom": {"module": "str", "context_memberships_url": "str"},
    "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {"scope": ["str"], "lineitems": "str", "lineitem": "str"},
    "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice": {
        "context_memberships_url": "str",
        "service_versions": ["str"],
    },
}

MODULE = "grundlagen-und-strategie"


def auth_request(login: dict[str, str], **changes: str | None) -> dict[str, str]:
    request: dict[str, str | None] = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": login["client_id"],
        "redirect_uri": "http://localhost:8000/lti/launch",
        "state": "st-1",
        "nonce": "n-1",
        "login_hint": login["login_hint"],
        "lti_message_hint": login["lti_message_hint"],
        **changes,
    }
    return {name: value for name, value in request.items() if value is not None}


def launched(lms: Playground, key: RSAKey, user: str, link: str = MODULE) -> jwt.Token:
    _, form = lms.authenticate(auth_request(lms.initiate(user, link)))
    return jwt.decode(form["id_token"], key, algorithms=["RS256"])


def test_login_initiation_has_the_recorded_parameters(lms: Playground) -> None:
    login = lms.initiate("participant01", MODULE)
    hint = json.loads(login.pop("lti_message_hint"))
    assert login == {
        "iss": "http://127.0.0.1:8001",
        "target_link_uri": "http://localhost:8000/lti/launch",
        "login_hint": "4",
        "client_id": "playground-tool",
        "lti_deployment_id": "1",
    }
    assert list(hint) == ["cmid", "launchid"]
    assert hint["launchid"].startswith(f"ltilaunch{hint['cmid']}_")


def test_a_participants_launch_has_the_recorded_shape(lms: Playground, platform_key: RSAKey, shape: Callable[[Any], Any]) -> None:
    token = launched(lms, platform_key, "participant01")
    assert shape(token.claims) == RECORDED_SHAPE
    assert token.header == {"typ": "JWT", "alg": "RS256", "kid": platform_key.kid}


def test_a_launch_carries_person_course_and_module(lms: Playground, platform_key: RSAKey) -> None:
    claims = launched(lms, platform_key, "participant01").claims
    assert claims["sub"] == "4"
    assert claims["name"] == "Annegret Böttcher"
    assert claims["aud"] == "playground-tool"
    assert claims["exp"] - claims["iat"] == 60
    assert claims[names.ROLES] == ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"]
    assert claims[names.CUSTOM]["module"] == "grundlagen-und-strategie"
    assert claims[names.RESOURCE_LINK]["title"].startswith("Modul 1: ")
    assert claims[names.AGS_ENDPOINT]["lineitem"].endswith("/lineitem?type_id=1")


def test_an_administrators_launch_has_the_recorded_roles(lms: Playground, platform_key: RSAKey) -> None:
    assert launched(lms, platform_key, "administrator").claims[names.ROLES] == [
        "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator",
        "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor",
        "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator",
    ]


def test_a_withheld_name_is_in_no_claim(lms: Playground, platform_key: RSAKey) -> None:
    claims = launched(lms, platform_key, "nameless").claims
    assert not {"name", "given_name", "family_name", "email"} & set(claims)
    assert claims[names.EXT] == {"lms": "moodle-2"}
    assert claims[names.LIS]["person_sourcedid"] == "P-NAMELESS"


def test_state_comes_back_beside_the_token(lms: Playground) -> None:
    redirect_uri, form = lms.authenticate(auth_request(lms.initiate("4", MODULE)))
    assert redirect_uri == "http://localhost:8000/lti/launch"
    assert set(form) == {"id_token", "state"}
    assert form["state"] == "st-1"


def test_a_hint_works_once(lms: Playground) -> None:
    request = auth_request(lms.initiate("4", MODULE))
    lms.authenticate(request)
    with pytest.raises(InvalidRequest):
        lms.authenticate(request)


def test_of_two_launches_begun_the_first_may_end_last(lms: Playground) -> None:
    first, second = (auth_request(lms.initiate("4", MODULE)) for _ in range(2))
    assert "id_token" in lms.authenticate(second)[1]
    assert "id_token" in lms.authenticate(first)[1]


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "http://localhost:8000/elsewhere"},
        {"redirect_uri": "http://localhost:8000/lti/launch?item=1"},
        {"nonce": None},
        {"login_hint": None},
        {"lti_message_hint": None},
        {"lti_message_hint": "xyz"},
        {"response_type": "code"},
        {"scope": "openid profile"},
    ],
)
def test_these_requests_end_on_an_error_page(lms: Playground, changes: dict[str, str | None]) -> None:
    with pytest.raises(InvalidRequest):
        lms.authenticate(auth_request(lms.initiate("4", MODULE), **changes))


@pytest.mark.parametrize(
    ("changes", "posted"),
    [
        ({"client_id": "nobody"}, {"error": "unauthorized_client"}),
        ({"login_hint": "3"}, {"error": "access_denied"}),
        ({"response_mode": None}, {"error": "invalid_request", "error_description": "Invalid response_mode"}),
        ({"response_mode": "query"}, {"error": "invalid_request", "error_description": "Invalid response_mode"}),
        ({"prompt": "login"}, {"error": "invalid_request", "error_description": "Invalid prompt"}),
    ],
)
def test_these_requests_post_an_error_to_the_tool(
    lms: Playground, changes: dict[str, str | None], posted: dict[str, str]
) -> None:
    _, form = lms.authenticate(auth_request(lms.initiate("4", MODULE), **changes))
    assert form == {**posted, "state": "st-1"}


@pytest.mark.parametrize("changes", [{"prompt": None}, {"state": None}])
def test_prompt_and_state_may_be_missing(lms: Playground, changes: dict[str, str | None]) -> None:
    _, form = lms.authenticate(auth_request(lms.initiate("4", MODULE), **changes))
    assert "id_token" in form


def test_another_person_at_the_browser_is_denied(lms: Playground) -> None:
    _, form = lms.authenticate(auth_request(lms.initiate("4", MODULE)), signed_in="5")
    assert form["error"] == "access_denied"


def test_custom_values_are_filled_in_only_if_they_are_one_variable(lms: Playground, platform_key: RSAKey) -> None:
    custom = {"a": "$User.id", "b": "id-$User.id", "c": "$ResourceLink.submission.endDateTime", "d": "$Context.id.history"}
    activity = lms.add_activity("Zusatz", custom=custom)
    claims = launched(lms, platform_key, "4", str(activity.id)).claims
    sent = {name: claims[names.CUSTOM][name] for name in "abcd"}
    assert sent == {"a": "4", "b": "id-$User.id", "c": "$ResourceLink.submission.endDateTime", "d": ""}


def test_a_link_without_a_column_has_no_line_item(lms: Playground, platform_key: RSAKey) -> None:
    activity = lms.add_activity("Ohne Bewertung", maximum=None)
    claims = launched(lms, platform_key, "4", str(activity.id)).claims
    assert list(claims[names.AGS_ENDPOINT]) == ["scope", "lineitems"]


def test_any_claims_can_be_signed_with_any_header(lms: Playground) -> None:
    token = lms.sign({"name": "badltilaunch"}, kid=None, badtestonly="12345")
    header, payload, _ = token.split(".")
    assert decode_segment(header) == {"typ": "JWT", "alg": "RS256", "badtestonly": "12345"}
    assert decode_segment(payload) == {"name": "badltilaunch"}


def test_a_rotated_key_signs_and_the_old_one_stays_published(lms: Playground, platform_key: RSAKey) -> None:
    lms.rotate_key()
    kids = [key["kid"] for key in lms.site.public_jwks()["keys"]]
    assert len(kids) == 2
    assert kids[1] == platform_key.kid


def test_a_hard_rotation_takes_the_old_key_away(lms: Playground, platform_key: RSAKey) -> None:
    lms.rotate_key(keep_old=False)
    kids = [key["kid"] for key in lms.site.public_jwks()["keys"]]
    assert len(kids) == 1
    assert kids[0] != platform_key.kid


def test_storage_is_offered_only_on_request_and_only_in_a_frame(lms: Playground) -> None:
    assert "lti_storage_target" not in lms.initiate("participant01", MODULE)
    lms.offer_storage("platform_storage")
    assert lms.initiate("participant01", MODULE)["lti_storage_target"] == "platform_storage"
    assert lms.initiate_deep_linking()["lti_storage_target"] == "platform_storage"
    assert "lti_storage_target" not in lms.initiate("participant01", MODULE, target="window")


def test_a_review_of_a_result_has_the_recorded_shape(lms: Playground, platform_key: RSAKey, shape: Callable[[Any], Any]) -> None:
    """Recorded from Moodle's gradebook: a launch of the activity, with another message type and `for_user`."""
    _, form = lms.authenticate(auth_request(lms.initiate("instructor", MODULE, review="participant01")))
    claims = jwt.decode(form["id_token"], platform_key, algorithms=["RS256"]).claims
    assert claims[names.MESSAGE_TYPE] == "LtiSubmissionReviewRequest"
    assert claims[names.FOR_USER] == {"user_id": "4"}
    assert claims["sub"] == "3"
    assert shape(claims) == RECORDED_SHAPE | {f"{CLAIM}for_user": {"user_id": "str"}}


def test_a_review_in_a_new_window_arrives_as_a_plain_launch(lms: Playground, platform_key: RSAKey) -> None:
    """Recorded from Moodle 4.2.3, which writes `&amp;` into the address of its window."""
    _, form = lms.authenticate(auth_request(lms.initiate("instructor", MODULE, review="participant01", target="window")))
    claims = jwt.decode(form["id_token"], platform_key, algorithms=["RS256"]).claims
    assert claims[names.MESSAGE_TYPE] == "LtiResourceLinkRequest"
    assert names.FOR_USER not in claims
