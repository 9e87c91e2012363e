"""The connection check, and pages for launches that an administrator has to mend, with the playground as the platform."""

import itertools
import json
import re
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jws
from pydantic import SecretStr
from sqlalchemy import update
from werkzeug.test import TestResponse

from lti_tool import clock
from lti_tool.app import create_app
from lti_tool.keyring import Keyring
from lti_tool.models import Inquiry
from lti_tool.platforms.checking.connection_check import WHOLE_CHECK_S
from lti_tool.platforms.checking.inquiries import JOB as INQUIRIES
from lti_tool.platforms.registering.new_registration import NewRegistration
from lti_tool.platforms.registering.registrations import add_registration
from lti_tool.playground import Playground
from lti_tool.playground.launching import claim_names as names
from lti_tool.playground.server import serve_in_thread
from lti_tool.settings import Settings

TOOL = "http://localhost:8000"
BASE = "https://localhost:8000"
MODULE = "grundlagen-und-strategie"


@pytest.fixture
def lms(keys_folder: Path) -> Iterator[Playground]:
    lms = Playground("http://127.0.0.1:0")
    with serve_in_thread(lms):
        lms.register_tool(TOOL, jwks=Keyring(keys_folder).public_jwks())
        yield lms


@pytest.fixture
def app(database_url: str, keys_folder: Path, tmp_path: Path, lms: Playground) -> Iterator[Flask]:
    settings = Settings(
        public_url=TOOL,
        database_url=database_url,
        keys_dir=keys_folder,
        data_dir=tmp_path,
        secret_key=SecretStr("s" * 40),
    )
    app = create_app(settings)
    offered = lms.registration()
    with app.extensions["parts"].database.write.begin() as session:
        add_registration(
            session,
            NewRegistration(
                issuer=offered["issuer"],
                client_id=offered["client_id"],
                auth_login_url=offered["auth_login_url"],
                token_url=offered["token_url"],
                jwks_url=offered["jwks_url"],
                deployment_ids=("1",),
            ),
            is_production=False,
            now=clock.now(),
        )
    yield app
    app.extensions["parts"].database.close()


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


def launch(browser: FlaskClient, lms: Playground, person: str, *, link: str | int = MODULE) -> TestResponse:
    begun = browser.post("/lti/login", data=lms.initiate(person, link), base_url=BASE)
    assert begun.status_code == 302, begun.text
    query = {name: values[0] for name, values in parse_qs(urlsplit(begun.location).query).items()}
    _, form = lms.authenticate(query)
    return browser.post("/lti/launch", data=form, base_url=BASE)


def ask(app: Flask) -> None:
    """Do what the worker does: ask the platform."""
    next(job for job in app.extensions["parts"].jobs if job.name == INQUIRIES).run()


def page_after(browser: FlaskClient, launched: TestResponse, *, framed: bool = True) -> str:
    """Open the check twice, and let the worker ask in between."""
    visit = parse_qs(urlsplit(launched.location).query)["v"][0]
    headers = {"Sec-Fetch-Dest": "iframe" if framed else "document"}
    for number in range(2):
        page = browser.get("/lti/check", query_string={"v": visit}, headers=headers, base_url=BASE)
        assert page.status_code == 200, page.text
        assert ("wird gerade geprüft" in page.text) == (number == 0)
        ask(browser.application)
    return page.text


def checked(browser: FlaskClient, lms: Playground, *, framed: bool = True) -> str:
    return page_after(browser, launch(browser, lms, "instructor"), framed=framed)


def launch_changed(browser: FlaskClient, lms: Playground, person: str, **changes: Any) -> str:
    """Launch with claims changed by their full names and give the visit's key."""
    begun = browser.post("/lti/login", data=lms.initiate(person, MODULE), base_url=BASE)
    query = {name: values[0] for name, values in parse_qs(urlsplit(begun.location).query).items()}
    _, form = lms.authenticate(query)
    claims = json.loads(jws.extract_compact(form["id_token"].encode()).payload) | changes
    answer = browser.post("/lti/launch", data={**form, "id_token": lms.sign(claims)}, base_url=BASE)
    return parse_qs(urlsplit(answer.location).query)["v"][0]


def test_unusable_service_addresses_are_named_with_what_mends_them(browser: FlaskClient, lms: Playground) -> None:
    odd = {
        names.AGS_ENDPOINT: {"scope": [names.SCOPE_SCORE], "lineitem": False, "lineitems": "/relative"},
        names.NRPS: {"context_memberships_url": 5},
        "name": ["Petra"],
        "given_name": {"first": "Petra"},
        "family_name": True,
    }
    key = launch_changed(browser, lms, "instructor", **odd)
    page = browser.get("/lti/check", query_string={"v": key}, base_url=BASE).text
    assert "keine brauchbaren Web-Adressen" in page
    for claim in ("endpoint.lineitem", "endpoint.lineitems", "namesroleservice.context_memberships_url"):
        assert claim in page
    assert "in einer Form an, die wir nicht lesen können" in page
    assert "Der Name kommt an" not in page


def test_the_next_sound_launch_takes_it_back(browser: FlaskClient, lms: Playground) -> None:
    launch_changed(browser, lms, "instructor", **{names.AGS_ENDPOINT: {"lineitem": False}})
    assert "keine brauchbaren Web-Adressen" not in checked(browser, lms)


def test_a_sound_connection_is_green_in_every_line(browser: FlaskClient, lms: Playground) -> None:
    page = checked(browser, lms)
    assert "Die Verbindung zu Ihrer Lernplattform funktioniert." in page
    assert "fehlerhaft" not in page
    for line in (
        "Ihr Browser schickt unser Cookie mit",
        "Die öffentlichen Schlüssel sind erreichbar (1)",
        "Beide Uhren gehen gleich",
        "Die Lernplattform lässt uns anmelden",
        "Alles, was wir brauchen, ist erlaubt",
        "ist lesbar, Höchstzahl 100",
        "Die Teilnehmendenliste des Kurses ist lesbar",
        "Der Name kommt an",
    ):
        assert line in page


def test_claims_are_shown_by_name_and_never_by_value(browser: FlaskClient, lms: Playground) -> None:
    page = checked(browser, lms)
    for name in ("name", "context.title", "endpoint.lineitem", "custom.module", "namesroleservice.context_memberships_url"):
        assert f"<code>{name}</code>" in page
    # Above it the header names who is there.
    body, instructor = page.partition("<main")[2], lms.person("instructor")
    assert instructor.name not in body
    assert instructor.email not in page


def test_a_participant_does_not_see_the_check(browser: FlaskClient, lms: Playground) -> None:
    visit = parse_qs(urlsplit(launch(browser, lms, "participant01").location).query)["v"][0]
    assert browser.get("/lti/check", query_string={"v": visit}, base_url=BASE).status_code == 403


def test_without_a_visit_there_is_no_check(browser: FlaskClient) -> None:
    assert browser.get("/lti/check", base_url=BASE).status_code == 403


def test_a_clock_that_is_wrong_is_measured(browser: FlaskClient, lms: Playground) -> None:
    launched = launch(browser, lms, "instructor")
    lms.move_clock(45)
    page = page_after(browser, launched)
    assert "weicht um +45 Sekunden" in page or "weicht um +44 Sekunden" in page
    assert "NTP" in page


@pytest.mark.parametrize(
    ("service", "says", "mends"),
    [
        ("jwks", "Schlüssel sind nicht zu lesen (http_500)", "von unserem Server aus erreichbar"),
        ("token", "kein Zugriffstoken (token_http_500)", "in ein paar Minuten"),
        ("lineitems", "Bewertungsspalte ist nicht zu lesen (http_500)", "in ein paar Minuten"),
        ("memberships", "Teilnehmendenliste ist nicht zu lesen (http_500)", "in ein paar Minuten"),
    ],
)
def test_each_fault_has_its_line_and_what_mends_it(
    browser: FlaskClient, lms: Playground, service: str, says: str, mends: str
) -> None:
    launched = launch(browser, lms, "instructor")
    lms.answer_next(500, service=service, times=5)  # type: ignore[arg-type]
    page = page_after(browser, launched)
    assert says in page
    assert mends in page


@pytest.mark.parametrize(
    ("service", "status", "mends"),
    [("lineitems", 404, "Gibt es die Aktivität im Kurs noch?"), ("memberships", 403, "Names and Role Provisioning")],
)
def test_what_the_platform_refuses_names_the_setting_that_mends_it(
    browser: FlaskClient, lms: Playground, service: str, status: int, mends: str
) -> None:
    launched = launch(browser, lms, "instructor")
    lms.answer_next(status, service=service, times=5)  # type: ignore[arg-type]
    page = page_after(browser, launched)
    assert mends in page
    assert "in ein paar Minuten" not in page


def test_services_that_are_all_off_are_named_as_what_to_switch_on(browser: FlaskClient, lms: Playground) -> None:
    lms.site.tool("1").scopes = []
    page = checked(browser, lms)
    assert "token_refused: invalid_scope" in page
    assert "Schalten Sie in den Einstellungen des Werkzeugs beide Dienste ein." in page
    assert "IMS LTI Assignment and Grade Services" in page
    assert "Names and Role Provisioning" in page
    assert "„aktivieren“" not in page


def test_scopes_that_are_not_granted_are_named(browser: FlaskClient, lms: Playground) -> None:
    tool = lms.site.tool("1")
    tool.scopes = [scope for scope in tool.scopes if not scope.endswith("/score")]
    page = checked(browser, lms)
    assert "Nicht erlaubt ist: Punkte eintragen" in page
    assert "IMS LTI Assignment and Grade Services" in page


def test_a_name_that_is_withheld_is_a_hint_and_no_fault(browser: FlaskClient, lms: Playground) -> None:
    lms.site.tool("1").shares_name = False
    page = checked(browser, lms)
    assert "kam kein Name an" in page
    assert "fehlerhaft" not in page


def test_an_e_mail_address_that_nobody_needs_is_a_hint(browser: FlaskClient, lms: Playground) -> None:
    assert "obwohl wir sie nicht brauchen" in checked(browser, lms)


def test_the_page_says_that_it_waits_and_refreshes_itself_with_and_without_a_script(
    browser: FlaskClient, lms: Playground
) -> None:
    launched = launch(browser, lms, "instructor")
    address = launched.location.replace(f"/modules/{MODULE}", "/lti/check")
    waiting = browser.get(address, base_url=BASE).text
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in waiting
    assert "data-waiting" in waiting
    assert "/waiting." in waiting or "waiting.js" in waiting
    assert "fehlerhaft" not in waiting
    ask(browser.application)
    answered = browser.get(address, base_url=BASE).text
    assert "Geprüft:" in answered
    assert "http-equiv" not in answered
    assert "data-waiting" not in answered


def test_the_last_answer_stays_with_its_time_while_it_is_checked_anew(browser: FlaskClient, lms: Playground) -> None:
    launched = launch(browser, lms, "instructor")
    page = page_after(browser, launched)
    address = launched.location.replace(f"/modules/{MODULE}", "/lti/check")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    lms.answer_next(500, service="token", times=9)
    again = browser.post(address, data={"csrf_token": token[1]}, base_url=BASE)
    assert again.status_code == 303
    page = browser.get(again.location, base_url=BASE).text
    assert "wird gerade geprüft" in page
    assert "Die Verbindung zu Ihrer Lernplattform funktioniert." in page
    assert "Geprüft:" in page
    ask(browser.application)
    assert "Ein Punkt funktioniert nicht" in browser.get(address, base_url=BASE).text


def test_somebody_who_presses_again_and_again_has_the_platform_asked_once(browser: FlaskClient, lms: Playground) -> None:
    launched = launch(browser, lms, "instructor")
    address = launched.location.replace(f"/modules/{MODULE}", "/lti/check")
    for _ in range(5):
        token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(address, base_url=BASE).text)
        assert token is not None
        browser.post(address, data={"csrf_token": token[1]}, base_url=BASE)
    count = itertools.count()
    client = browser.application.extensions["parts"].service_client
    fetch = client.fetch_token

    def counted(*arguments: Any, **named: Any) -> Any:
        next(count)
        return fetch(*arguments, **named)

    client.fetch_token = counted
    ask(browser.application)
    # The check's own token, and one each for the services that it looks at.
    assert 1 <= next(count) <= 3


def test_without_a_token_nothing_else_is_asked_for_and_the_page_says_so(browser: FlaskClient, lms: Playground) -> None:
    launched = launch(browser, lms, "instructor")
    lms.answer_next(500, service="token", times=9)
    page = page_after(browser, launched)
    assert "Ein Punkt funktioniert nicht" in page
    assert page.count("Ohne Zugriffstoken lässt sich das nicht prüfen.") == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_platform_that_hangs_everywhere_is_checked_in_ten_seconds_and_nobody_waits_for_it(
    app: Flask, browser: FlaskClient, lms: Playground
) -> None:
    launched = launch(browser, lms, "instructor")
    for service in ("jwks", "token", "lineitems", "memberships"):
        lms.hang_next(60, service=service, times=20)
    address = launched.location.replace(f"/modules/{MODULE}", "/lti/check")
    began = time.monotonic()
    worker = threading.Thread(target=ask, args=(app,), daemon=True)
    for number in range(20):
        assert "wird gerade geprüft" in browser.get(address, base_url=BASE).text
        if number == 0:
            worker.start()
    assert time.monotonic() - began < 5, "pages do not wait"
    worker.join(20)
    assert time.monotonic() - began < WHOLE_CHECK_S + 2
    page = browser.get(address, base_url=BASE).text
    assert "Schlüssel sind nicht zu lesen (timeout)" in page
    assert "kein Zugriffstoken (timeout)" in page


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_check_that_nobody_takes_up_says_so_instead_of_refreshing_for_ever(
    app: Flask, browser: FlaskClient, lms: Playground
) -> None:
    launched = launch(browser, lms, "instructor")
    address = launched.location.replace(f"/modules/{MODULE}", "/lti/check")
    browser.get(address, base_url=BASE)
    with app.extensions["parts"].database.write.begin() as session:
        session.execute(update(Inquiry).values(asked_at=clock.now() - timedelta(minutes=2)))
    page = browser.get(address, base_url=BASE).text
    assert "Das dauert länger als sonst" in page
    assert "data-waiting" not in page
    assert "http-equiv" not in page


def test_a_fault_of_ours_in_the_check_is_told_and_the_page_does_not_wait_for_ever(
    app: Flask, browser: FlaskClient, lms: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("lti_tool.platforms.checking.inquirer.check_connection", broken)
    assert "bei uns ein Fehler" in page_after(browser, launch(browser, lms, "instructor"))


def test_in_a_window_of_its_own_the_check_says_nothing_about_frames(browser: FlaskClient, lms: Playground) -> None:
    assert "steht in einem eigenen Fenster" in checked(browser, lms, framed=False)


def test_a_held_deployment_says_whom_to_ask_and_with_what(browser: FlaskClient, lms: Playground) -> None:
    lms.register_tool(TOOL, client_id="playground-tool", deployment_id="77", with_modules=False)
    activity = lms.add_activity("Modul 1", custom={"module": MODULE}, tool_id="77")
    # Both tools of the playground have one client id, so the newer one answers.
    refused = launch(browser, lms, "instructor", link=activity.id)
    assert refused.status_code == 403
    assert "noch nicht freigegeben" in refused.text
    assert "Sie leiten den Kurs" in refused.text
    assert "Referenznummer" in refused.text
    assert "<code>77</code>" in refused.text
    assert "deployments list" in refused.text


def test_an_unknown_client_is_shown_to_be_compared(browser: FlaskClient, lms: Playground) -> None:
    login = {**lms.initiate("instructor", MODULE), "client_id": "another", "iss": f"{lms.issuer}/"}
    refused = browser.post("/lti/login", data=login, base_url=BASE)
    assert refused.status_code == 400
    assert "<code>another</code>" in refused.text
    assert f"<code>{lms.issuer}/</code>" in refused.text


def test_received_values_are_text_and_cut(browser: FlaskClient, lms: Playground) -> None:
    login = {**lms.initiate("instructor", MODULE), "client_id": "<script>alert(1)</script>" + "x" * 1000}
    refused = browser.post("/lti/login", data=login, base_url=BASE)
    assert "<script>alert" not in refused.text
    assert "x" * 300 not in refused.text


def test_no_token_is_ever_shown(browser: FlaskClient, lms: Playground) -> None:
    begun = browser.post("/lti/login", data=lms.initiate("instructor", MODULE), base_url=BASE)
    query = {name: values[0] for name, values in parse_qs(urlsplit(begun.location).query).items()}
    _, form = lms.authenticate(query)
    claims = lms.claims("instructor", MODULE, nonce=query["nonce"])
    token = lms.sign({**claims, "iss": "https://somebody.else.example"})
    refused = browser.post("/lti/launch", data={**form, "id_token": token}, base_url=BASE)
    assert refused.status_code == 400
    assert "<code>https://somebody.else.example</code>" in refused.text
    assert token not in refused.text
    assert query["nonce"] not in refused.text
