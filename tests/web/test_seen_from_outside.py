"""What monitors see: metrics behind a token, readiness with the outbox, one id for page, header and log."""
# ruff: noqa: F401, F811

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from joserfc.jwk import RSAKey
from pydantic import SecretStr
from sqlalchemy import update

from lti_tool import logs
from lti_tool.app import create_app
from lti_tool.models import ScoreDelivery
from lti_tool.models.database import Database, open_database
from lti_tool.parts import Parts
from lti_tool.web.failures import refusals
from tests.certification.conftest import _serving, clock, key_server, keyring, parts, platform_key, tool
from tests.certification.platform import TOOL_URL
from tests.certification.tool import Clock, Tool
from tests.passback.school import School

TOKEN = "m" * 32


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = open_database(sqlite_url)
    yield database
    database.close()


@pytest.fixture
def app(parts: Parts) -> Flask:
    refusals._full_until.clear()
    return create_app(parts=replace(parts, settings=parts.settings.model_copy(update={"metrics_token": SecretStr(TOKEN)})))


def metrics(browser: FlaskClient, token: str = TOKEN) -> str:
    answer = browser.get("/metrics", base_url=TOOL_URL, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def value(text: str, line: str) -> float:
    found = re.search(rf"^{re.escape(line)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


@pytest.mark.parametrize("header", ["", "Bearer wrong", f"Basic {TOKEN}", TOKEN])
def test_metrics_need_the_token(tool: Tool, header: str) -> None:
    answer = tool.browser.get("/metrics", base_url=TOOL_URL, headers={"Authorization": header} if header else {})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert TOKEN not in answer.get_data(as_text=True)


def test_without_a_token_in_the_settings_there_are_no_metrics(parts: Parts) -> None:
    answer = create_app(parts=parts).test_client().get("/metrics", base_url=TOOL_URL, headers={"Authorization": "Bearer "})
    assert answer.status_code == 404


def test_launches_are_counted_by_outcome(tool: Tool) -> None:
    before = metrics(tool.browser)
    tool.got_in(tool.launch())
    tool.launch(version="11.3")
    after = metrics(tool.browser)
    for outcome in ("accepted", "version_wrong"):
        line = f'lti_tool_launches_total{{outcome="{outcome}"}}'
        assert value(after, line) - value(before, line) == 1, after


def test_request_times_are_kept_by_endpoint_and_not_by_address(tool: Tool) -> None:
    landing = tool.got_in(tool.launch())
    tool.browser.get(landing, base_url=TOOL_URL)
    text = metrics(tool.browser)
    assert 'lti_tool_request_seconds_count{endpoint="login.login",status="3xx"}' in text
    assert "v=" not in text


def test_deliveries_are_shown_by_registration_with_their_age(tool: Tool, database: Database, clock: Clock) -> None:
    school = School(database, issuer="https://other.test", clock=clock)
    user_id = school.person("7")
    school.launched(user_id, school.link("9", line_item_url="https://other.test/item", line_items_url=None))
    school.enqueue(user_id, 70)
    clock.advance(minutes=5)
    label = f'{{registration="{school.registration_id}"}}'
    text = metrics(tool.browser)
    assert value(text, f"lti_tool_deliveries_waiting{label}") == 1
    assert value(text, f"lti_tool_deliveries_parked{label}") == 0
    assert value(text, f"lti_tool_delivery_oldest_seconds{label}") == 300
    assert value(text, 'lti_tool_certificates{state="valid"}') == 0
    assert value(text, 'lti_tool_documents{state="for_a_person"}') == 0
    assert value(text, "lti_tool_document_oldest_seconds") == 0
    ready = tool.browser.get("/readyz", base_url=TOOL_URL, headers={"Authorization": f"Bearer {TOKEN}"}).get_json()
    assert ready["deliveries"] == [
        {"registration_id": school.registration_id, "waiting": 1, "parked": 0, "oldest_waiting_s": 300}
    ]
    assert ready["documents"] == {"waiting": 0, "oldest_waiting_s": 0, "for_a_person": 0}


def test_what_a_teacher_has_switched_off_rings_no_alarm(tool: Tool, database: Database, clock: Clock) -> None:
    school = School(database, issuer="https://other.test", clock=clock)
    label = f'{{registration="{school.registration_id}"}}'
    link_id = school.link("link", line_item_url="https://other.test/7", line_items_url=None)
    for sub, reason in (("7", "grading_off"), ("8", "http_403")):
        user_id = school.person(sub)
        school.launched(user_id, link_id)
        school.enqueue(user_id, 70)
        with database.write.begin() as session:
            session.execute(
                update(ScoreDelivery).where(ScoreDelivery.user_id == user_id).values(state="parked", last_error=reason)
            )
    assert value(metrics(tool.browser), f"lti_tool_deliveries_parked{label}") == 1
    ready = tool.browser.get("/readyz", base_url=TOOL_URL, headers={"Authorization": f"Bearer {TOKEN}"}).get_json()
    assert [each["parked"] for each in ready["deliveries"]] == [1]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}])
def test_without_the_token_readyz_tells_neither_registrations_nor_what_waits(tool: Tool, headers: dict[str, str]) -> None:
    answer = tool.browser.get("/readyz", base_url=TOOL_URL, headers=headers)
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})


def test_no_person_stands_in_the_metrics(tool: Tool) -> None:
    tool.got_in(tool.launch())
    text = metrics(tool.browser)
    for personal in ("Jürgen", "moodle.test", "@", "sub="):
        assert personal not in text


def test_a_page_its_header_and_its_log_lines_carry_one_id(tool: Tool) -> None:
    answer = tool.launch(version="11.3")
    reference = answer.headers["X-Request-ID"]
    (line,) = [record for record in tool.caplog.records if record.getMessage() == "launch_refused"]
    assert line.__dict__["reference"] == reference
    assert reference in answer.get_data(as_text=True)


def test_log_lines_inside_a_request_carry_its_id_and_others_none() -> None:
    record = logging.makeLogRecord({"msg": "score_enqueued", "levelname": "INFO", "name": "lti_tool.x"})
    formatter = logs.JsonFormatter()
    assert "request" not in json.loads(formatter.format(record))
    token = logs.request_id.set("ABCDEFG")
    try:
        assert json.loads(formatter.format(record))["request"] == "ABCDEFG"
    finally:
        logs.request_id.reset(token)


def test_one_event_is_one_line_whatever_stands_in_it() -> None:
    record = logging.makeLogRecord({"msg": "platform_named", "levelname": "INFO", "detail": "x\r\nforged\x1b[2J\u2028line"})
    line = logs.LineFormatter().format(record)
    assert line.splitlines() == [line]
    assert "\x1b" not in line
    assert "x\\u000d\\u000aforged" in line


class TestLockedDown:
    def test_another_host_gets_no_page(self, tool: Tool) -> None:
        answer = tool.browser.get("/verify", base_url="https://evil.test")
        assert answer.status_code == 421
        assert "evil.test" not in answer.get_data(as_text=True)

    def test_a_probe_by_address_is_answered(self, tool: Tool) -> None:
        assert tool.browser.get("/livez", base_url="http://10.1.2.3:8000").status_code == 200

    def test_junk_beyond_six_hundred_is_told_when_to_come_again(self, tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(refusals, "REFUSALS", replace(refusals.REFUSALS, burst=5))
        answers = [tool.login(iss="https://unknown.test") for _ in range(9)]
        assert [answer.status_code for answer in answers] == [answers[0].status_code] * 5 + [429] * 4
        assert all(int(answer.headers["Retry-After"]) >= 1 for answer in answers[5:])
        tool.clock.advance(seconds=3)
        assert tool.login(iss="https://unknown.test").status_code == answers[0].status_code

    def test_nobodys_junk_keeps_a_school_out(self, tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(refusals, "REFUSALS", replace(refusals.REFUSALS, burst=2))
        for _ in range(4):
            junk = tool.post("e.y.J", "made-up")
        assert (junk.status_code, junk.headers["Retry-After"]) == (429, "1")
        for _ in range(3):
            tool.got_in(tool.launch())
        assert tool.post("e.y.J", "made-up").status_code == 429

    def test_a_class_that_waits_for_its_approval_reads_so_however_many_they_are(
        self, tool: Tool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(refusals, "REFUSALS", replace(refusals.REFUSALS, burst=2))
        assert {tool.launch(deployment_id="77").status_code for _ in range(5)} == {403}

    def test_an_address_beside_it_in_the_same_large_network_is_counted_too(
        self, tool: Tool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(refusals, "REFUSALS", replace(refusals.REFUSALS, burst=1))

        def status(address: str) -> int:
            query = {"iss": "https://unknown.test", "login_hint": "4", "target_link_uri": f"{TOOL_URL}/lti/launch"}
            source = {"REMOTE_ADDR": address}
            return tool.browser.get("/lti/login", query_string=query, base_url=TOOL_URL, environ_base=source).status_code

        statuses = [status(f"2001:db8:1:{number:x}00::1") for number in range(20)]
        assert statuses == [400] * 16 + [429] * 4
        assert status("2001:db8:2::1") == 400

    def test_what_is_let_in_is_not_counted_at_all(self, tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(refusals, "REFUSALS", replace(refusals.REFUSALS, burst=2))
        for _ in range(4):
            tool.got_in(tool.launch())

    @pytest.mark.parametrize("host", ["[", "[::1", "tool.test:x:y", "tool.test.", "tool.test@evil.test"])
    def test_an_odd_host_is_another_host(self, tool: Tool, host: str) -> None:
        answer = tool.browser.get("/verify", base_url=TOOL_URL, headers={"Host": host})
        assert answer.status_code in (400, 421)

    def test_a_body_that_is_too_large_is_refused(self, tool: Tool) -> None:
        answer = tool.post("e" * 200_000, "state")
        assert answer.status_code == 413

    @pytest.mark.parametrize(("hops", "seen"), [(0, "10.0.0.9"), (1, "203.0.113.7"), (2, "198.51.100.1")])
    def test_as_many_proxies_are_believed_as_are_set(self, parts: Parts, hops: int, seen: str) -> None:
        app = create_app(parts=replace(parts, settings=parts.settings.model_copy(update={"trusted_proxies": hops})))
        addresses: list[str] = []
        app.before_request(lambda: addresses.append(request.remote_addr or ""))
        app.test_client().get(
            "/livez",
            base_url=TOOL_URL,
            headers={"X-Forwarded-For": "6.6.6.6, 198.51.100.1, 203.0.113.7"},
            environ_base={"REMOTE_ADDR": "10.0.0.9"},
        )
        assert addresses == [seen]


def test_no_secret_stands_in_a_log_or_on_an_error_page(tool: Tool, app: Flask, parts: Parts) -> None:
    tool.caplog.set_level(logging.DEBUG, logger="lti_tool")

    def break_down() -> str:
        raise RuntimeError

    app.add_url_rule("/breaks-down", view_func=break_down)
    begun = tool.begin()
    id_token = tool.token(begun)
    landing = tool.got_in(tool.post(id_token, begun.state))
    answers = [
        tool.post(id_token, begun.state),
        tool.post(id_token[:-4] + "AAAA", begun.state),
        tool.post("e" * 200_000, begun.state),
        tool.launch(version="11.3", nonce="other"),
        tool.login(iss="https://unknown.test"),
        tool.browser.get("/breaks-down", base_url=TOOL_URL),
        tool.browser.get("/metrics", base_url=TOOL_URL, headers={"Authorization": "Bearer wrong"}),
        tool.another_browser().get(landing, base_url=TOOL_URL),
    ]
    assert [answer.status_code for answer in answers if answer.status_code < 400] == []
    written = [answer.get_data(as_text=True) for answer in answers]
    written += [form.format(one) for one in tool.caplog.records for form in (logs.JsonFormatter(), logs.LineFormatter())]
    cookies = [cookie.value for cookie in (tool.browser._cookies or {}).values()]
    private = parts.keyring.signing_key().as_dict(private=True)
    secrets = [parts.settings.secret_key.get_secret_value(), TOKEN, id_token, begun.nonce, str(private["d"]), *cookies]
    for text in written:
        for secret in (*secrets, "PRIVATE KEY", "Traceback (most recent call last)" if text.startswith("<") else "eyJhbGci"):
            assert secret not in text
