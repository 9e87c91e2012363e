"""Negative cases beyond the suite, N15 to N17 and N28 to N38: login, state, replay, keys, sizes, other people's pages."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lti_tool.lti.advantage.line_items import list_line_items
from lti_tool.lti.advantage.service_client import ServiceClient
from lti_tool.lti.errors import ServiceRefused
from lti_tool.models import Base, Deployment, UsedNonce, User
from lti_tool.models.database import Database
from lti_tool.parts import Parts
from lti_tool.platforms.registering.deployments import block_deployment
from lti_tool.platforms.registering.new_registration import NewRegistration
from lti_tool.platforms.registering.registrations import add_registration, disable_registration
from lti_tool.platforms.token_store import DatabaseTokenStore
from tests.certification.platform import INSTRUCTOR, ISSUER, TOOL_URL, new_key, public_half
from tests.certification.tool import Tool, cookie_names


def test_n15_id_token_replayed_in_the_same_browser(tool: Tool) -> None:
    begun = tool.begin()
    token = tool.token(begun)
    tool.got_in(tool.post(token, begun.state))
    answer = tool.post(token, begun.state)
    tool.refused(answer, "nonce_used")
    assert "noch einmal in Ihrem Kurs" in answer.get_data(as_text=True)


def test_n15_of_twenty_simultaneous_replays_exactly_one_gets_in(tool: Tool, database: Database) -> None:
    begun = tool.begin()
    token = tool.token(begun)
    cookie = tool.browser.get_cookie(f"__Host-login-{_login_key(tool.browser)}", domain="tool.test")
    assert cookie is not None
    barrier = Barrier(20)

    def replay(_: int) -> int:
        browser = tool.another_browser()
        browser.set_cookie(cookie.key, cookie.value, domain="tool.test")
        barrier.wait()
        return tool.post(token, begun.state, browser=browser).status_code

    with ThreadPoolExecutor(20) as pool:
        statuses = sorted(pool.map(replay, range(20)))
    assert statuses == [303, *[403] * 19]
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(UsedNonce)) == 1


def test_n16_id_token_and_state_replayed_in_another_browser(tool: Tool) -> None:
    begun = tool.begin()
    token = tool.token(begun)
    tool.got_in(tool.post(token, begun.state))
    tool.refused(tool.post(token, begun.state, browser=tool.another_browser()), "cookie_missing")


def test_n16_id_token_stolen_before_use_does_not_get_in_elsewhere(tool: Tool) -> None:
    begun = tool.begin()
    tool.refused(tool.post(tool.token(begun), begun.state, browser=tool.another_browser()), "cookie_missing")
    tool.got_in(tool.post(tool.token(begun), begun.state))


@pytest.mark.parametrize("state", [None, "", "state-1", "a.b", "ä", "W10.c2ln"])
def test_n17_state_missing_or_made_up(tool: Tool, state: str | None) -> None:
    begun = tool.begin()
    tool.refused(tool.post(tool.token(begun), state), "state_missing")


def test_n17_state_changed(tool: Tool) -> None:
    begun = tool.begin()
    changed = ("X" if begun.state[0] != "X" else "Y") + begun.state[1:]
    tool.refused(tool.post(tool.token(begun), changed), "state_missing")


def test_n17_state_expired(tool: Tool) -> None:
    begun = tool.begin()
    tool.clock.advance(seconds=601)
    tool.refused(tool.post(tool.token(begun), begun.state), "state_expired")


def test_n17_state_of_another_login_with_this_logins_cookie_renamed(tool: Tool) -> None:
    begun = tool.begin()
    own = _login_key(tool.browser)
    stranger = tool.another_browser()
    theirs = tool.begin(browser=stranger)
    cookie = tool.browser.get_cookie(f"__Host-login-{own}", domain="tool.test")
    assert cookie is not None
    key_of_theirs = _login_key(stranger)
    tool.browser.set_cookie(f"__Host-login-{key_of_theirs}", cookie.value, domain="tool.test")
    tool.refused(tool.post(tool.token(begun), theirs.state), "cookie_missing")


def test_n28_oidc_error_response(tool: Tool) -> None:
    begun = tool.begin()
    answer = tool.post(None, begun.state, error="login_required", error_description="<script>alert(1)</script>")
    page = answer.get_data(as_text=True)
    tool.refused(answer, "platform_error")
    assert answer.status_code == 403
    assert "script>alert" not in page


def test_n28_the_words_of_an_oidc_error_do_not_reach_the_log(tool: Tool) -> None:
    tool.post(None, None, error="jürgen\nlaunch_refused code=fake")
    assert "jürgen" not in tool.caplog.text
    assert tool.caplog.records[-1].__dict__["detail"] == "other"


def test_n28_neither_token_nor_error(tool: Tool) -> None:
    begun = tool.begin()
    tool.refused(tool.post(None, begun.state), "token_missing")


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "https://evil.example/lti/launch",
        "https://tool.test.evil.example/lti/launch",
        "//evil.example",
        "https://tool.test/elsewhere",
        "https://tool.test//evil.example",
        "https://tool.testevil.example",
        "https://tool.test@evil.example",
        "https://tool.test:8443/",
        "https://tool.test.",
    ],
)
def test_n29_login_with_the_target_link_uri_of_another_host(tool: Tool, target: str) -> None:
    answer = tool.login(target_link_uri=target)
    tool.refused(answer, "target_link_foreign")
    assert "Location" not in answer.headers


def test_n29_redirect_uri_is_the_launch_address_whatever_the_target(tool: Tool) -> None:
    begun = tool.begin(target_link_uri=f"{TOOL_URL}/modules/grundlagen-und-strategie?x=1")
    assert begun.query["redirect_uri"] == "https://tool.test/lti/launch"


def test_n30_login_with_unknown_issuer(tool: Tool) -> None:
    tool.refused(tool.login(iss="https://unknown.test"), "registration_unknown")


def test_n30_login_with_unknown_client(tool: Tool) -> None:
    tool.refused(tool.login(client_id="unknown"), "registration_unknown")


def test_n30_login_without_client_id_where_the_issuer_has_one_client(tool: Tool) -> None:
    assert tool.begin(client_id=None).query["client_id"] == "2IPN84Z5a6bbk2l"


def add_second_client(tool: Tool, *deployments: str) -> int:
    second = NewRegistration(
        issuer=ISSUER,
        client_id="second",
        auth_login_url=f"{ISSUER}/auth",
        token_url=f"{ISSUER}/token",
        jwks_url=f"{ISSUER}/certs",
        deployment_ids=deployments,
    )
    with tool.app.extensions["parts"].database.write.begin() as session:
        return add_registration(session, second, is_production=True, now=tool.clock()).id


@pytest.mark.parametrize(
    ("deployments", "sent"), [(("6",), "6"), ((), "99"), (("6",), None), ((), None), (("6",), ""), (("7",), "x" * 300)]
)
def test_n30_login_without_client_id_where_two_clients_could_be_meant(
    tool: Tool, deployments: tuple[str, ...], sent: str | None
) -> None:
    add_second_client(tool, *deployments)
    answer = tool.login(client_id=None, lti_deployment_id=sent)
    assert "mehrfach verbunden" in answer.text
    assert ISSUER in answer.text
    tool.refused(answer, "client_unnamed")


@pytest.mark.parametrize(("deployment", "client"), [("6", "2IPN84Z5a6bbk2l"), ("7", "second")])
def test_n30_login_without_client_id_where_the_deployment_decides(tool: Tool, deployment: str, client: str) -> None:
    add_second_client(tool, "7")
    assert tool.begin(client_id=None, lti_deployment_id=deployment).query["client_id"] == client


def test_n30_the_deployment_of_the_login_only_chooses_whom_the_token_must_be_for(tool: Tool) -> None:
    add_second_client(tool, "7")
    begun = tool.begin(client_id=None, lti_deployment_id="6")
    tool.refused(tool.post(tool.token(begun, aud="second"), begun.state), "audience_wrong")


def test_n30_a_client_that_is_switched_off_is_not_meant(tool: Tool) -> None:
    second = add_second_client(tool, "6")
    with tool.app.extensions["parts"].database.write.begin() as session:
        disable_registration(session, second)
    assert tool.begin(client_id=None).query["client_id"] == "2IPN84Z5a6bbk2l"


def test_n30_a_blocked_deployment_decides_nothing(tool: Tool) -> None:
    second = add_second_client(tool, "6")
    with tool.app.extensions["parts"].database.write.begin() as session:
        block_deployment(session, second, "6", now=tool.clock())
    assert tool.begin(client_id=None).query["client_id"] == "2IPN84Z5a6bbk2l"


@pytest.mark.parametrize("name", ["iss", "login_hint", "target_link_uri"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_n30_login_without_a_required_parameter(tool: Tool, name: str, method: str) -> None:
    tool.refused(tool.login(method=method, **{name: None}), "login_incomplete")


def test_n31_id_token_beyond_64_kb_is_refused_before_decoding(tool: Tool) -> None:
    begun = tool.begin()
    token = tool.token(begun, custom={"a": "x" * 49_500})
    assert 65_536 < len(token) < 80_000
    tool.refused(tool.post(token, begun.state), "token_too_large")


def test_n31_body_of_two_megabytes(tool: Tool) -> None:
    begun = tool.begin()
    answer = tool.post("x" * 2_000_000, begun.state)
    assert answer.status_code == 413
    assert "<h1" in answer.get_data(as_text=True)


def test_n31_login_body_of_two_megabytes(tool: Tool) -> None:
    assert tool.login(login_hint="x" * 2_000_000).status_code == 413


@pytest.mark.parametrize("deployment", ["x" * 256, "x" * 5000, "6\x00", ""])
def test_a_login_may_leave_its_deployment_out_so_one_that_is_none_is_left_out(tool: Tool, deployment: str) -> None:
    begun = tool.begin(lti_deployment_id=deployment, headers={"Sec-Fetch-Dest": "document"})
    tool.got_in(tool.post(tool.token(begun), begun.state))


@pytest.mark.parametrize("name", ["iss", "target_link_uri", "client_id"])
def test_n31_login_with_an_identifier_of_2001_characters(tool: Tool, name: str) -> None:
    changes: dict[str, Any] = {name: "https://moodle.test/" + "x" * 1981}
    tool.refused(tool.login(**changes), "login_incomplete")


def test_n32_a_known_kid_makes_no_request(tool: Tool) -> None:
    tool.got_in(tool.launch())
    assert tool.key_server.asked == 1
    for _ in range(3):
        tool.got_in(tool.launch())
    assert tool.key_server.asked == 1


def test_n32_launches_go_on_while_the_key_address_is_down(tool: Tool) -> None:
    tool.got_in(tool.launch())
    tool.key_server.status = 503
    tool.clock.advance(hours=30)
    tool.got_in(tool.launch())


def test_n32_a_platform_whose_keys_were_never_had_and_is_down(tool: Tool) -> None:
    tool.key_server.status = 503
    answer = tool.launch()
    assert [record.__dict__.get("code") for record in tool.caplog.records][-1] == "keys_unavailable"
    assert answer.status_code == 403


@pytest.mark.parametrize("body", [b"<html>maintenance</html>", b"[]", b"{}", b'{"keys": 5}', b'{"keys": []}', b"[" * 90_000])
def test_n32_a_spoilt_key_set_does_not_replace_the_good_one(tool: Tool, body: bytes) -> None:
    tool.got_in(tool.launch())
    tool.key_server.body = body
    tool.clock.advance(minutes=5)
    tool.launch(header=tool.header(kid="made-up"))
    assert tool.key_server.asked == 2
    tool.caplog.clear()
    tool.got_in(tool.launch())


def test_n32_a_key_set_beyond_the_size_cap_is_not_taken(tool: Tool) -> None:
    tool.key_server.body = b'{"keys": [' + b" " * 300_000 + b"]}"
    assert tool.launch().status_code == 403


def test_n32_a_redirect_is_not_followed_for_keys(tool: Tool) -> None:
    tool.key_server.status = 302
    tool.key_server.headers = {"Location": tool.key_server.url}
    assert tool.launch().status_code == 403
    assert tool.key_server.asked == 1


def test_n32_symmetric_and_private_keys_are_not_taken(tool: Tool) -> None:
    private = tool.key.as_dict(private=True)
    tool.key_server.publish({"kty": "oct", "kid": tool.key.kid, "k": "c2VjcmV0"}, private)
    assert tool.launch().status_code == 400
    assert tool.caplog.records[-1].__dict__["code"] == "kid_unknown"


def test_n32_a_thousand_unknown_kids_ask_the_platform_once(tool: Tool) -> None:
    tool.got_in(tool.launch())
    for number in range(20):
        assert tool.launch(header=tool.header(kid=f"made-up-{number}")).status_code == 400
    assert tool.key_server.asked == 1
    tool.clock.advance(seconds=31)
    for number in range(20):
        tool.launch(header=tool.header(kid=f"made-up-{number}"))
    assert tool.key_server.asked == 2


def test_n32_a_new_key_of_the_platform_works_after_the_cooldown(tool: Tool) -> None:
    tool.got_in(tool.launch())
    tool.clock.advance(seconds=31)
    tool.key = new_key("new-key")
    tool.key_server.publish(public_half(tool.key))
    tool.got_in(tool.launch())
    assert tool.key_server.asked == 2


@pytest.mark.parametrize("more", [{}, {"alg": "RS256"}, {"use": "sig"}, {"key_ops": ["verify"]}])
def test_n32_a_key_may_come_with_or_without_alg_and_use(tool: Tool, more: dict[str, Any]) -> None:
    tool.key_server.publish(public_half(tool.key, **more))
    tool.got_in(tool.launch())


@pytest.mark.parametrize("more", [{"use": "enc"}, {"alg": "RSA-OAEP"}, {"alg": "RS512"}])
def test_n32_a_key_that_serves_something_else_is_not_taken(tool: Tool, more: dict[str, Any]) -> None:
    tool.key_server.publish(public_half(tool.key, **more))
    assert tool.launch().status_code == 400


def test_n33_get_on_the_launch_address(tool: Tool) -> None:
    begun = tool.begin()
    answer = tool.browser.get(
        "/lti/launch", query_string={"id_token": tool.token(begun), "state": begun.state}, base_url=TOOL_URL
    )
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert "<h1" in answer.get_data(as_text=True)


def test_n33_a_token_in_the_query_of_a_post_does_not_count(tool: Tool) -> None:
    begun = tool.begin()
    answer = tool.browser.post(
        "/lti/launch", query_string={"id_token": tool.token(begun), "state": begun.state}, base_url=TOOL_URL
    )
    tool.refused(answer, "state_missing")


def test_n35_a_token_goes_to_the_platforms_own_addresses_only(tool: Tool, parts: Parts) -> None:
    entry = parts.front_door.registrations.by_id(tool.registration_id)
    assert entry is not None
    client = ServiceClient(parts.http, DatabaseTokenStore(parts.database), parts.keyring.signing_key)
    for foreign in ("https://evil.example/lineitems", "https://moodle.test@evil.example/x", "https://moodle.test:444/x"):
        with pytest.raises(ServiceRefused) as caught:
            list(list_line_items(client, entry.registration, foreign, now=tool.clock()))
        assert caught.value.code == "foreign_address"


def test_n37_another_persons_page_is_closed(tool: Tool) -> None:
    landing = tool.got_in(tool.launch())
    answer = tool.another_browser().get(landing, base_url=TOOL_URL)
    assert answer.status_code == 403
    assert "noch einmal in Ihrem Kurs" in answer.get_data(as_text=True)


def test_n37_the_key_of_one_visit_does_not_open_it_with_the_cookie_of_another(tool: Tool) -> None:
    victim = tool.got_in(tool.launch())
    mallory = tool.another_browser()
    begun = tool.begin(browser=mallory)
    own = tool.got_in(tool.post(tool.token(begun, sub="666"), begun.state, browser=mallory))
    victims_key = parse_qs(urlsplit(victim).query)["v"][0]
    own_key = parse_qs(urlsplit(own).query)["v"][0]
    cookie = mallory.get_cookie(f"__Host-visit-{own_key}", domain="tool.test")
    assert cookie is not None
    mallory.set_cookie(f"__Host-visit-{victims_key}", cookie.value, domain="tool.test")
    assert mallory.get(victim, base_url=TOOL_URL).status_code == 403
    assert mallory.get(own, base_url=TOOL_URL).status_code == 200


def test_n37_a_learner_does_not_see_the_instructors_page(tool: Tool) -> None:
    landing = tool.got_in(tool.launch())
    key = parse_qs(urlsplit(landing).query)["v"][0]
    assert tool.browser.get("/probe/instructor", query_string={"v": key}, base_url=TOOL_URL).status_code == 403


def test_n37_an_instructor_sees_it(tool: Tool) -> None:
    landing = tool.got_in(tool.launch(roles=[INSTRUCTOR]))
    key = parse_qs(urlsplit(landing).query)["v"][0]
    assert tool.browser.get("/probe/instructor", query_string={"v": key}, base_url=TOOL_URL).status_code == 200


def test_n38_a_disabled_registration_is_refused_at_login(tool: Tool, parts: Parts) -> None:
    with parts.database.write.begin() as session:
        disable_registration(session, tool.registration_id)
    answer = tool.login()
    tool.refused(answer, "registration_disabled")
    assert answer.status_code == 403


def test_n38_a_registration_disabled_during_the_login_is_refused_at_launch(
    tool: Tool, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lti_tool.platforms.registration_directory.CACHED_S", 0)
    begun = tool.begin()
    with parts.database.write.begin() as session:
        disable_registration(session, tool.registration_id)
    tool.refused(tool.post(tool.token(begun), begun.state), "registration_disabled")


def test_n38_visits_of_a_disabled_registration_end(tool: Tool, parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lti_tool.platforms.registration_directory.CACHED_S", 0)
    landing = tool.got_in(tool.launch())
    with parts.database.write.begin() as session:
        disable_registration(session, tool.registration_id)
    assert tool.browser.get(landing, base_url=TOOL_URL).status_code == 403


def test_login_writes_nothing(tool: Tool, database: Database) -> None:
    for method in ("GET", "POST"):
        tool.login(method=method)
    with database.read() as session:
        for table in Base.metadata.sorted_tables:
            if table.name not in ("platform", "registration", "deployment"):
                assert session.scalar(select(func.count()).select_from(table)) == 0, table.name


def test_a_refused_launch_records_nobody(tool: Tool, database: Database) -> None:
    tool.launch(sub="x" * 256)
    with database.read() as session:
        assert session.scalars(select(User)).all() == []
        assert len(session.scalars(select(Deployment)).all()) == 1


def _login_key(browser: FlaskClient) -> str:
    return cookie_names(browser, "__Host-login-")[0].removeprefix("__Host-login-")
