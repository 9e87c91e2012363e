"""The connection check, and pages for launches that an administrator has to mend, with the playground as the platform."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jws
from pydantic import SecretStr
from werkzeug.test import TestResponse

from lti_tool import clock
from lti_tool.app import create_app
from lti_tool.keyring import Keyring
from lti_tool.platforms.new_registration import NewRegistration
from lti_tool.platforms.registrations import add_registration
from lti_tool.playground import Playground
from lti_tool.playground import claim_names as names
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


def checked(browser: FlaskClient, lms: Playground, *, framed: bool = True) -> str:
    visit = parse_qs(urlsplit(launch(browser, lms, "instructor").location).query)["v"][0]
    headers = {"Sec-Fetch-Dest": "iframe" if framed else "document"}
    page = browser.get("/lti/check", query_string={"v": visit}, headers=headers, base_url=BASE)
    assert page.status_code == 200, page.text
    return page.text


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
        "Die Lernplattform gibt uns Zugriffstoken",
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
    instructor = lms.person("instructor")
    assert instructor.name not in page
    assert instructor.email not in page


def test_a_participant_does_not_see_the_check(browser: FlaskClient, lms: Playground) -> None:
    visit = parse_qs(urlsplit(launch(browser, lms, "participant01").location).query)["v"][0]
    assert browser.get("/lti/check", query_string={"v": visit}, base_url=BASE).status_code == 403


def test_without_a_visit_there_is_no_check(browser: FlaskClient) -> None:
    assert browser.get("/lti/check", base_url=BASE).status_code == 403


def test_a_clock_that_is_wrong_is_measured(browser: FlaskClient, lms: Playground) -> None:
    launched = launch(browser, lms, "instructor")
    lms.move_clock(45)
    page = browser.get(launched.location.replace(f"/modules/{MODULE}", "/lti/check"), base_url=BASE).text
    assert "weicht um +45 Sekunden" in page or "weicht um +44 Sekunden" in page
    assert "NTP" in page


@pytest.mark.parametrize(
    ("service", "says", "mends"),
    [
        ("jwks", "Schlüssel sind nicht zu lesen (http_500)", "von unserem Server aus erreichbar"),
        ("token", "kein Zugriffstoken (token_http_500)", "Aktivieren"),
        ("lineitems", "Bewertungsspalte ist nicht zu lesen (http_500)", "in ein paar Minuten"),
        ("memberships", "Teilnehmendenliste ist nicht zu lesen (http_500)", "in ein paar Minuten"),
    ],
)
def test_each_fault_has_its_line_and_what_mends_it(
    browser: FlaskClient, lms: Playground, service: str, says: str, mends: str
) -> None:
    launched = launch(browser, lms, "instructor")
    lms.answer_next(500, service=service, times=5)  # type: ignore[arg-type]
    page = browser.get(launched.location.replace(f"/modules/{MODULE}", "/lti/check"), base_url=BASE).text
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
    page = browser.get(launched.location.replace(f"/modules/{MODULE}", "/lti/check"), base_url=BASE).text
    assert mends in page
    assert "in ein paar Minuten" not in page


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
