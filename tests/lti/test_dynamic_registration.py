"""Dynamic registration against a small server that says what the test wants."""

import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from lti_tool.lti.addresses import OwnAddresses
from lti_tool.lti.registering.dynamic_registration import (
    CLAIMS,
    PLATFORM_CONFIGURATION,
    SCOPES,
    TOOL_CONFIGURATION,
    PlatformConfiguration,
    ToolDescription,
    check_hosts,
    check_keys,
    is_usable_token,
    read_configuration,
    register,
    registration_request,
)
from lti_tool.lti.registering.registration_failed import RegistrationFailed
from lti_tool.lti.transport.guarded_fetch import GuardedHttp
from lti_tool.web.failures.refusal_texts import text_of

HTTP = GuardedHttp(allow_private=True)
TOOL = ToolDescription("Smart-City-Manager:in", "Lernprogramm", "https://tool.test/static/icon.svg", "https://tool.test/privacy")


class Server:
    """Answers every request with `status` and `body`, and keeps what it was asked."""

    def __init__(self) -> None:
        self.status = 200
        self.body = b""
        self.content_type = "application/json"
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                outer.asked.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
                self.send_response(outer.status)
                self.send_header("Content-Type", outer.content_type)
                self.end_headers()
                self.wfile.write(outer.body)

            do_POST = do_GET  # noqa: N815

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def says(self, document: Any, status: int = 200) -> None:
        self.status, self.body = status, json.dumps(document).encode()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def configuration(self, **changes: Any) -> dict[str, Any]:
        document = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/mod/lti/auth.php",
            "token_endpoint": f"{self.url}/mod/lti/token.php",
            "jwks_uri": f"{self.url}/mod/lti/certs.php",
            "registration_endpoint": f"{self.url}/mod/lti/openid-registration.php",
            "scopes_supported": [*SCOPES, "openid"],
            PLATFORM_CONFIGURATION: {
                "product_family_code": "moodle",
                "version": "4.2.3 (Build: 20231009)",
                "messages_supported": [{"type": "LtiResourceLinkRequest"}, {"type": "LtiDeepLinkingRequest"}],
            },
            **changes,
        }
        return {name: value for name, value in document.items() if value is not None}


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def platform(server: Server) -> PlatformConfiguration:
    server.says(server.configuration())
    return read_configuration(HTTP, f"{server.url}/openid-configuration")


def refusal(server: Server, document: Any, path: str = "/openid-configuration") -> RegistrationFailed:
    server.says(document)
    with pytest.raises(RegistrationFailed) as caught:
        read_configuration(HTTP, server.url + path)
    return caught.value


def test_a_configuration_is_read(server: Server, platform: PlatformConfiguration) -> None:
    assert platform == PlatformConfiguration(
        issuer=server.url,
        auth_login_url=f"{server.url}/mod/lti/auth.php",
        token_url=f"{server.url}/mod/lti/token.php",
        jwks_url=f"{server.url}/mod/lti/certs.php",
        registration_url=f"{server.url}/mod/lti/openid-registration.php",
        token_audience=None,
        product_family="moodle",
        version="4.2.3 (Build: 20231009)",
        scopes=SCOPES,
        takes_deep_linking=True,
    )


def test_a_configuration_over_http_is_refused_in_production() -> None:
    with pytest.raises(RegistrationFailed) as caught:
        read_configuration(GuardedHttp(allow_private=False), "http://moodle.example/openid-configuration")
    assert caught.value.code == "not_https"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "10.0.0.1", "192.168.0.1", "169.254.169.254", "[::1]"])
def test_a_configuration_in_our_own_network_is_refused_in_production(host: str) -> None:
    with pytest.raises(RegistrationFailed) as caught:
        read_configuration(GuardedHttp(allow_private=False), f"https://{host}/openid-configuration")
    assert caught.value.code == "private_address"


def test_a_name_that_resolves_to_a_private_address_is_refused() -> None:
    http = GuardedHttp(allow_private=False, resolve=lambda host, port: ["10.0.0.7"])
    with pytest.raises(RegistrationFailed) as caught:
        read_configuration(http, "https://moodle.example/openid-configuration")
    assert caught.value.code == "private_address"


def test_a_platform_cannot_speak_for_another(server: Server) -> None:
    failure = refusal(server, server.configuration(issuer="http://moodle.victim.example"))
    assert failure.code == "issuer_differs"
    assert failure.values["detail"] == "http://moodle.victim.example"


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint"])
def test_an_endpoint_at_another_host_is_refused(server: Server, name: str) -> None:
    assert refusal(server, server.configuration(**{name: "http://evil.example/x"})).code == "endpoint_foreign"


def test_an_endpoint_at_another_host_is_taken_where_the_operator_allows_it(server: Server) -> None:
    server.says(server.configuration(token_endpoint="http://login.example/token"))
    found = read_configuration(HTTP, f"{server.url}/c", further_hosts=frozenset({"login.example"}))
    assert found.token_url == "http://login.example/token"


def test_the_cloud_of_canvas_may_answer_at_its_sso_host() -> None:
    check_hosts("https://canvas.instructure.com", ["https://sso.canvaslms.com/api/lti/security/jwks"])


def test_nobody_else_may_answer_at_the_sso_host_of_canvas() -> None:
    with pytest.raises(RegistrationFailed):
        check_hosts("https://moodle.example", ["https://sso.canvaslms.com/api/lti/security/jwks"])


def test_https_endpoints_do_not_fall_back_to_http() -> None:
    with pytest.raises(RegistrationFailed):
        check_hosts("https://moodle.example", ["http://moodle.example/token"])


@pytest.mark.parametrize("name", ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint"])
@pytest.mark.parametrize("value", [None, 7, "", "no address", "javascript:alert(1)", "http://x/" + "a" * 1000])
def test_a_configuration_lacking_an_address_names_it(server: Server, name: str, value: Any) -> None:
    failure = refusal(server, server.configuration(**{name: value}))
    assert (failure.code, failure.values["detail"]) == ("configuration_unreadable", name)


@pytest.mark.parametrize("document", [[], "text", 7, None])
def test_a_configuration_that_is_no_object_is_refused(server: Server, document: Any) -> None:
    assert refusal(server, document).code == "configuration_unreadable"


def test_a_login_page_instead_of_a_configuration_is_shown_without_markup_and_cut(server: Server) -> None:
    server.status = 403
    server.body = b"<html><head><title>x</title></head><script>alert(1)</script><p>Zugriff <b>verweigert</b></p>" + b"a" * 5000
    with pytest.raises(RegistrationFailed) as caught:
        read_configuration(HTTP, f"{server.url}/c")
    assert caught.value.code == "configuration_status"
    assert caught.value.platform_answer.startswith("Zugriff verweigert aaa")
    assert len(caught.value.platform_answer) == 402


def test_only_the_scopes_that_a_platform_supports_are_asked_for(server: Server) -> None:
    server.says(server.configuration(scopes_supported=[SCOPES[3], "openid"]))
    assert read_configuration(HTTP, f"{server.url}/c").scopes == (SCOPES[3],)


def test_all_scopes_are_asked_for_where_a_platform_does_not_say(server: Server) -> None:
    server.says(server.configuration(scopes_supported=None))
    assert read_configuration(HTTP, f"{server.url}/c").scopes == SCOPES


def test_the_audience_of_the_token_request_is_kept(server: Server) -> None:
    server.says(server.configuration(authorization_server="https://auth.example"))
    assert read_configuration(HTTP, f"{server.url}/c").token_audience == "https://auth.example"


def test_the_request_asks_for_the_name_and_not_for_the_e_mail_address(platform: PlatformConfiguration) -> None:
    request = registration_request(platform, OwnAddresses("https://tool.test"), TOOL)
    assert request[TOOL_CONFIGURATION]["claims"] == ["iss", "sub", "name", "given_name", "family_name"]
    assert "email" not in CLAIMS
    assert request["scope"].split() == [
        "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
        "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly",
        "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly",
        "https://purl.imsglobal.org/spec/lti-ags/scope/score",
        "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
    ]


def shape_of(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: shape_of(each) for name, each in value.items()}
    return [shape_of(each) for each in value] if isinstance(value, list) else type(value).__name__


def test_the_request_has_the_shape_that_moodle_4_2_3_accepted(platform: PlatformConfiguration) -> None:
    """Recorded from a real Moodle: the same members and types; absent are only the voluntary ones that we have no use for."""
    request = registration_request(platform, OwnAddresses("https://tool.test"), TOOL)
    assert shape_of(request) == {
        "application_type": "str",
        "response_types": ["str"],
        "grant_types": ["str", "str"],
        "initiate_login_uri": "str",
        "redirect_uris": ["str"],
        "client_name": "str",
        "jwks_uri": "str",
        "logo_uri": "str",
        "token_endpoint_auth_method": "str",
        "client_uri": "str",
        "policy_uri": "str",
        "scope": "str",
        TOOL_CONFIGURATION: {
            "domain": "str",
            "description": "str",
            "target_link_uri": "str",
            "custom_parameters": {"course_begin": "str", "course_end": "str", "context_id_history": "str"},
            "claims": ["str", "str", "str", "str", "str"],
            "messages": [
                {"type": "str", "label": "str"},
                {"type": "str", "target_link_uri": "str", "label": "str", "placements": ["str"], "supported_types": ["str"]},
            ],
        },
    }
    assert request["response_types"] == ["id_token"]
    assert request["grant_types"] == ["implicit", "client_credentials"]
    assert request["token_endpoint_auth_method"] == "private_key_jwt"
    assert request["redirect_uris"] == ["https://tool.test/lti/launch"]
    assert request[TOOL_CONFIGURATION]["domain"] == "tool.test"


def test_a_platform_without_deep_linking_is_not_asked_for_it(server: Server) -> None:
    only_links = {"messages_supported": [{"type": "LtiResourceLinkRequest"}]}
    server.says(server.configuration(**{PLATFORM_CONFIGURATION: only_links}))
    found = read_configuration(HTTP, f"{server.url}/c")
    request = registration_request(found, OwnAddresses("https://tool.test"), TOOL)
    assert [each["type"] for each in request[TOOL_CONFIGURATION]["messages"]] == ["LtiResourceLinkRequest"]


@pytest.mark.parametrize("status", [200, 201])
def test_a_registration_is_answered_with_client_and_deployment(
    server: Server, platform: PlatformConfiguration, status: int
) -> None:
    server.says({"client_id": "abc", "scope": SCOPES[3], TOOL_CONFIGURATION: {"deployment_id": "6"}}, status)
    registered = register(HTTP, platform, {"client_name": "x"}, "t0k.en")
    assert (registered.client_id, registered.deployment_id, registered.scopes) == ("abc", "6", (SCOPES[3],))
    method, path, headers, body = server.asked[-1]
    assert (method, path, body) == ("POST", "/mod/lti/openid-registration.php", b'{"client_name": "x"}')
    assert (headers["Authorization"], headers["Content-Type"]) == ("Bearer t0k.en", "application/json")


def test_a_registration_without_token_is_sent_without_one(server: Server, platform: PlatformConfiguration) -> None:
    server.says({"client_id": "abc"})
    registered = register(HTTP, platform, {}, "")
    assert "Authorization" not in server.asked[-1][2]
    assert registered.deployment_id is None


@pytest.mark.parametrize(
    "document", [{}, {"client_id": ""}, {"client_id": True}, {"client_id": "a" * 256}, {"client_id": "a\x00b"}, [], "abc"]
)
def test_an_answer_without_client_id_is_refused(server: Server, platform: PlatformConfiguration, document: Any) -> None:
    server.says(document)
    with pytest.raises(RegistrationFailed) as caught:
        register(HTTP, platform, {}, "token")
    assert caught.value.code == "answer_unreadable"


@pytest.mark.parametrize(
    ("status", "word", "says"),
    [
        (401, "token_already_used", "schon abgeschlossen"),
        (401, "missing_registration_token", "CGIPassAuth"),
        (400, "missing_domain", "noch einmal"),
    ],
)
def test_moodles_words_are_shown_with_what_they_mean(
    server: Server, platform: PlatformConfiguration, status: int, word: str, says: str
) -> None:
    server.status, server.body, server.content_type = status, word.encode(), "text/html"
    with pytest.raises(RegistrationFailed) as caught:
        register(HTTP, platform, {}, "token")
    assert (caught.value.code, caught.value.platform_answer) == ("refused", word)
    assert says in text_of(caught.value).next_step


@pytest.mark.parametrize(("token", "usable"), [("", True), ("a.b.c", True), ("a b", False), ("a\nb", False), ("ä", False)])
def test_a_token_that_would_break_a_header_is_not_used(token: str, usable: bool) -> None:
    assert is_usable_token(token) is usable


@pytest.mark.parametrize("document", [{"keys": []}, {"key": 1}, [], "x", {"keys": "none"}])
def test_keys_that_are_none_are_refused(server: Server, document: Any) -> None:
    server.says(document)
    with pytest.raises(RegistrationFailed) as caught:
        check_keys(HTTP, f"{server.url}/jwks")
    assert caught.value.code == "keys_missing"
