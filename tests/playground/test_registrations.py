"""Dynamic registration asks, answers and refuses as Moodle 4.2.3 was recorded to do."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from lti_tool.playground import Playground
from lti_tool.playground.launching import claim_names as names

Post = Callable[..., TestResponse]
TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
ENDPOINT = "/mod/lti/openid-registration.php"


def request_body(**changes: Any) -> dict[str, Any]:
    body = {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": "https://tool.example/lti/login",
        "redirect_uris": ["https://tool.example/lti/launch"],
        "client_name": "Ein Werkzeug",
        "jwks_uri": "https://tool.example/lti/jwks",
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": f"{names.SCOPE_LINE_ITEM} {names.SCOPE_MEMBERSHIPS}",
        TOOL: configuration(),
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


def configuration(**changes: Any) -> dict[str, Any]:
    settings = {
        "domain": "tool.example",
        "description": "Zum Testen",
        "target_link_uri": "https://tool.example/lti/launch",
        "custom_parameters": {"static": "ä=ö", "uid": "$User.id"},
        "claims": ["iss", "sub", "name", "given_name", "family_name"],
        "messages": [
            {"type": "LtiResourceLinkRequest"},
            {"type": "LtiDeepLinkingRequest", "target_link_uri": "https://tool.example/lti/deep"},
        ],
        **changes,
    }
    return {name: value for name, value in settings.items() if value is not None}


@pytest.fixture
def token(lms: Playground) -> str:
    opened = lms.begin_registration("https://tool.example/lti/register/abc?x=1")
    return parse_qs(urlsplit(opened).query)["registration_token"][0]


@pytest.fixture
def post(client: FlaskClient, token: str) -> Post:
    def send(body: dict[str, Any], *, bearer: str | None = None) -> TestResponse:
        return client.post(ENDPOINT, json=body, headers={"Authorization": f"Bearer {bearer or token}"})

    return send


def test_discovery_has_the_recorded_members(client: FlaskClient, shape: Callable[[Any], Any]) -> None:
    answer = client.get("/mod/lti/openid-configuration.php")
    assert answer.content_type == "application/json; charset=utf-8"
    assert shape(answer.get_json()) == {
        "issuer": "str",
        "token_endpoint": "str",
        "token_endpoint_auth_methods_supported": ["str"],
        "token_endpoint_auth_signing_alg_values_supported": ["str"],
        "jwks_uri": "str",
        "authorization_endpoint": "str",
        "registration_endpoint": "str",
        "scopes_supported": ["str"],
        "response_types_supported": ["str"],
        "subject_types_supported": ["str"],
        "id_token_signing_alg_values_supported": ["str"],
        "claims_supported": ["str"],
        "https://purl.imsglobal.org/spec/lti-platform-configuration": {
            "product_family_code": "str",
            "version": "str",
            "messages_supported": [{"type": "str"}],
            "variables": ["str"],
        },
    }


def test_the_key_set_has_the_recorded_members(client: FlaskClient, shape: Callable[[Any], Any]) -> None:
    assert shape(client.get("/mod/lti/certs.php").get_json()) == {
        "keys": [{"kty": "str", "alg": "str", "kid": "str", "e": "str", "n": "str", "use": "str"}]
    }


def test_the_tools_page_is_opened_with_its_own_query_kept(lms: Playground, platform_key: RSAKey) -> None:
    opened = urlsplit(lms.begin_registration("https://tool.example/lti/register/abc?x=1"))
    query = parse_qs(opened.query)
    assert opened.path == "/lti/register/abc"
    assert query["x"] == ["1"]
    assert query["openid_configuration"] == ["http://127.0.0.1:8001/mod/lti/openid-configuration.php"]
    claims = jwt.decode(query["registration_token"][0], platform_key, algorithms=["RS256"]).claims
    assert list(claims) == ["sub", "scope", "iat", "exp"]
    assert len(claims["sub"]) == 15
    assert claims["scope"] == "reg"
    assert claims["exp"] - claims["iat"] == 3600


def test_a_registration_succeeds_with_status_200_and_a_deployment(post: Post) -> None:
    answer = post(request_body())
    assert answer.status_code == 200
    body = answer.get_json()
    assert len(body["client_id"]) == 15
    assert body[TOOL] == {
        "version": "1.3.0",
        "deployment_id": body[TOOL]["deployment_id"],
        "target_link_uri": "https://tool.example/lti/launch",
        "domain": "tool.example",
        "description": "Zum Testen",
        "messages": [{"type": "LtiDeepLinkingRequest", "target_link_uri": "https://tool.example/lti/deep"}],
        "custom_parameters": {"static": "ä", "uid": "$User.id"},
        "claims": ["sub", "iss", "name", "family_name", "given_name"],
    }
    assert isinstance(body[TOOL]["deployment_id"], str)
    assert set(body["scope"].split()) == set(names.ALL_SCOPES)


def test_a_new_tool_waits_until_it_is_activated(lms: Playground, post: Post, client: FlaskClient) -> None:
    deployment = post(request_body()).get_json()[TOOL]["deployment_id"]
    assert not lms.site.tool(deployment).is_active
    client.post(f"/tools/{deployment}/activate")
    assert lms.site.tool(deployment).is_active
    # What is echoed badly is stored whole.
    assert lms.site.tool(deployment).custom["static"] == "ä=ö"


def test_claims_decide_whether_name_and_mail_are_shared(lms: Playground, post: Post) -> None:
    tool = lms.site.tool(post(request_body()).get_json()[TOOL]["deployment_id"])
    assert (tool.shares_name, tool.shares_email) == (True, False)


def test_without_the_line_item_scope_the_rest_of_ags_is_granted(post: Post) -> None:
    granted = post(request_body(scope=names.SCOPE_SCORE)).get_json()["scope"].split()
    assert granted == [names.SCOPE_LINE_ITEM_READONLY, names.SCOPE_RESULT_READONLY, names.SCOPE_SCORE]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({TOOL: configuration(domain=None)}, "missing_domain"),
        ({TOOL: configuration(domain="other.example")}, "domain_targetlinkuri_mismatch"),
        ({"token_endpoint_auth_method": "client_secret_post"}, "invalid_token_endpoint_auth_method"),
        ({"jwks_uri": None}, "missing required attribute jwks_uri"),
        ({"client_name": None}, "missing required attribute client_name"),
        ({"redirect_uris": "https://tool.example/lti/launch"}, "invalid_redirect_uris"),
        ({"response_types": ["code"]}, "invalid_response_types"),
    ],
)
def test_a_bad_registration_is_refused_in_bare_words(post: Post, changes: dict[str, Any], word: str) -> None:
    answer = post(request_body(**changes))
    assert answer.status_code == 400
    assert answer.content_type == "text/html; charset=utf-8"
    assert answer.text == word


def test_the_token_works_once_and_a_refused_attempt_does_not_use_it_up(post: Post) -> None:
    assert post(request_body(jwks_uri=None)).status_code == 400
    assert post(request_body()).status_code == 200
    again = post(request_body())
    assert again.status_code == 401
    assert again.text == "token_already_used"


def test_a_missing_token_is_refused(client: FlaskClient) -> None:
    answer = client.post(ENDPOINT, json=request_body())
    assert answer.status_code == 401
    assert answer.text == "missing_registration_token"


def test_a_tampered_or_late_token_gives_an_html_page(lms: Playground, post: Post, token: str) -> None:
    assert post(request_body(), bearer=token[:-8] + "AAAAAAAA").status_code == 404
    lms.move_clock(3601)
    assert post(request_body()).status_code == 404


def test_a_known_tool_may_be_updated_repeatedly(lms: Playground, client: FlaskClient) -> None:
    opened = lms.begin_registration("https://tool.example/lti/register/abc", update="1")
    bearer = parse_qs(urlsplit(opened).query)["registration_token"][0]
    headers = {"Authorization": f"Bearer {bearer}"}
    for _ in range(2):
        answer = client.post(ENDPOINT, json=request_body(), headers=headers)
        assert answer.status_code == 200
        assert answer.get_json()["client_id"] == "playground-tool"
        assert answer.get_json()[TOOL]["deployment_id"] == "1"
    assert client.get(ENDPOINT, headers=headers).get_json()["client_name"] == "Ein Werkzeug"
    assert lms.site.tool("1").is_active


def test_the_registration_page_frames_the_tool(client: FlaskClient) -> None:
    page = client.post("/tools/register", data={"address": "https://tool.example/lti/register/abc"})
    assert 'src="https://tool.example/lti/register/abc?openid_configuration=' in page.text
