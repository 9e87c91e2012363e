"""The playground's second profile sends and answers what Open edX was seen to."""

import uuid

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from lti_tool.playground import Playground
from lti_tool.playground.advantage.answers import Answer
from lti_tool.playground.launching import claim_names as names
from lti_tool.playground.launching.open_edx import answer_of


@pytest.fixture
def edx(platform_key: RSAKey) -> Playground:
    lms = Playground("http://127.0.0.1:8001", signing_key=platform_key, profile="open-edx")
    lms.register_tool("http://localhost:8000", client_id="client-7", deployment_id="component-7", with_modules=False)
    lms.add_activity("Modul 1", custom={"module": "m1"}, tool_id="component-7")
    return lms


def test_ids_are_long_and_have_signs_in_them(edx: Playground) -> None:
    claims = edx.claims("participant01", "m1", nonce="n")
    assert uuid.UUID(claims["sub"])
    assert claims[names.RESOURCE_LINK] == {"id": "block-v1:Stadt+SCM-01+2026+type@lti_consumer+block@client-7"}
    assert claims[names.CONTEXT]["id"] == claims[names.CONTEXT]["label"] == "course-v1:Stadt+SCM-01+2026"
    assert (claims["aud"], claims["azp"], claims[names.DEPLOYMENT_ID]) == ("client-7", "client-7", "1")


def test_what_open_edx_does_not_send_is_missing(edx: Playground) -> None:
    claims = edx.claims("participant01", "m1", nonce="n")
    assert {"given_name", "family_name", names.LIS, names.EXT} & set(claims) == set()
    assert claims[names.LAUNCH_PRESENTATION] == {"document_target": "iframe"}
    assert "product_family_code" not in claims[names.TOOL_PLATFORM]


def test_a_participant_also_has_roles_that_say_none(edx: Playground) -> None:
    roles = edx.claims("participant01", "m1", nonce="n")[names.ROLES]
    assert [role.rpartition("/")[2] for role in roles] == ["membership#Learner", "person#None", "person#None"]


def test_published_keys_have_neither_alg_nor_use(edx: Playground) -> None:
    assert {name for key in edx.site.public_jwks()["keys"] for name in key} == {"kty", "kid", "e", "n"}


def test_a_deep_linking_request_has_no_services_and_no_custom_values(edx: Playground, platform_key: RSAKey) -> None:
    pending = edx.initiate_deep_linking("instructor", tool_id="component-7")
    assert pending["lti_deployment_id"] == "1"
    form = edx.authenticate(
        {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "client_id": "client-7",
            "redirect_uri": "http://localhost:8000/lti/launch",
            "state": "s",
            "nonce": "n",
            "login_hint": pending["login_hint"],
            "lti_message_hint": pending["lti_message_hint"],
        }
    )[1]
    claims = jwt.decode(form["id_token"], platform_key, algorithms=["RS256"]).claims
    assert {names.CUSTOM, names.AGS_ENDPOINT, names.NRPS, names.RESOURCE_LINK} & set(claims) == set()
    assert claims[names.DEEP_LINKING_SETTINGS]["accept_multiple"] is True


@pytest.mark.parametrize(
    ("method", "path", "moodle", "open_edx"),
    [
        ("GET", "/2/lineitems", Answer(401, "Unauthorized"), 403),
        ("GET", "/2/lineitems", Answer(400, "No handler found for /2/lineitems"), 406),
        ("POST", "/2/lineitems", Answer(400, "No handler found for /2/lineitems"), 415),
        ("DELETE", "/2/lineitems/5/lineitem", Answer(200, "OK"), 403),
        ("POST", "/2/lineitems/5/lineitem/scores", Answer(200, "OK"), 201),
        ("POST", "/2/lineitems/5/lineitem/scores", Answer(409, "Refusing score"), 400),
        ("GET", "/2/lineitems", Answer(200, "OK"), 200),
    ],
)
def test_services_answer_with_the_statuses_of_open_edx(method: str, path: str, moodle: Answer, open_edx: int) -> None:
    assert answer_of(moodle, method, path).status == open_edx
