"""An LMS admin registers the tool, with the playground as the platform, on both databases (refusals: N36)."""

import html
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr

from lti_tool import clock
from lti_tool.app import create_app
from lti_tool.parts import Parts
from lti_tool.platforms.registering.deployments import list_deployments
from lti_tool.platforms.registering.invite_platform import invite_platform
from lti_tool.platforms.registering.registrations import disable_registration, list_registrations
from lti_tool.playground import Playground
from lti_tool.playground.server import serve_in_thread
from lti_tool.settings import Settings

TOOL = "http://localhost:8000"


@pytest.fixture
def lms() -> Iterator[Playground]:
    lms = Playground("http://127.0.0.1:0")
    with serve_in_thread(lms):
        yield lms


@pytest.fixture
def app(database_url: str, keys_folder: Path, tmp_path: Path) -> Iterator[Flask]:
    settings = Settings(
        public_url=TOOL,
        database_url=database_url,
        keys_dir=keys_folder,
        data_dir=tmp_path,
        secret_key=SecretStr("s" * 40),
    )
    app = create_app(settings)
    yield app
    app.extensions["parts"].database.close()


@pytest.fixture
def parts(app: Flask) -> Parts:
    parts: Parts = app.extensions["parts"]
    return parts


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """The frame in the LMS: nothing that it is given to keep comes back."""
    return app.test_client(use_cookies=False)


def invited(
    parts: Parts, *, platform_url: str | None = None, renews: int | None = None, days: int = 7, now: datetime | None = None
) -> str:
    with parts.database.write.begin() as session:
        secret = invite_platform(session, platform_url=platform_url, renews=renews, days=days, now=now or clock.now())
    return f"{TOOL}/lti/register/{secret}"


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def offer_of(page: str) -> str:
    found = re.search(r'name="offer" value="([^"]+)"', page)
    assert found is not None, page
    return html.unescape(found[1])


def register(browser: FlaskClient, lms: Playground, invite: str, *, update: str | None = None) -> str:
    opened = lms.begin_registration(invite, update=update)
    shown = browser.get(path_of(opened), base_url=TOOL)
    assert shown.status_code == 200, shown.text
    done = browser.post(urlsplit(invite).path, data={"offer": offer_of(shown.text)}, base_url=TOOL)
    assert done.status_code == 200, done.text
    return done.text


def test_one_address_and_one_confirmation_register_platform_and_deployment(
    browser: FlaskClient, lms: Playground, parts: Parts
) -> None:
    page = register(browser, lms, invited(parts))
    assert "Die Lernplattform ist verbunden" in page
    assert "Freigeben" in page
    with parts.database.read() as session:
        (registration,) = list_registrations(session)
        (deployment,) = list_deployments(session)
    (tool,) = lms.site.state.tools.values()
    assert (registration.issuer, registration.client_id) == (lms.issuer, tool.client_id)
    assert registration.auth_login_url == f"{lms.issuer}/mod/lti/auth.php"
    assert registration.token_url == f"{lms.issuer}/mod/lti/token.php"
    assert registration.jwks_url == f"{lms.issuer}/mod/lti/certs.php"
    assert registration.product_family == "playground"
    assert (deployment.deployment_id, deployment.status) == (tool.id, "approved")
    assert (tool.login_url, tool.redirect_uris) == (f"{TOOL}/lti/login", [f"{TOOL}/lti/launch"])
    assert (tool.shares_name, tool.shares_email, tool.is_active) == (True, False, False)


def test_the_confirm_page_says_who_asks_and_for_what(browser: FlaskClient, lms: Playground, parts: Parts) -> None:
    shown = browser.get(path_of(lms.begin_registration(invited(parts))), base_url=TOOL)
    assert lms.issuer in shown.text
    for word in ("den Namen der Person", "Teilnehmendenliste", "Bewertungsspalten", "Punkte eintragen"):
        assert word in shown.text
    assert "auch keine E-Mail-Adresse" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in shown.headers


def test_the_pages_of_an_invitation_may_be_framed_by_any_page_over_https(
    browser: FlaskClient, lms: Playground, parts: Parts
) -> None:
    """A school of a cloud frames them at its own host, of which nothing is known; the invitation is the secret."""
    begun = path_of(lms.begin_registration(invited(parts)))
    shown = browser.get(begun, base_url=TOOL)
    done = browser.post(begun.partition("?")[0], data={"offer": offer_of(shown.text)}, base_url=TOOL)
    for answer in (shown, done):
        policy = answer.headers["Content-Security-Policy"]
        assert policy.endswith(f"frame-ancestors 'self' {lms.issuer} https:")
        assert "X-Frame-Options" not in answer.headers


@pytest.mark.parametrize("address", ["https://evil.test;script-src%20*/c", "https://evil.test;script-src */c", "https://*/c"])
def test_an_address_says_no_more_about_frames_than_an_origin(browser: FlaskClient, parts: Parts, address: str) -> None:
    answer = browser.get(path_of(invited(parts)), query_string={"openid_configuration": address}, base_url=TOOL)
    assert "evil" not in answer.headers["Content-Security-Policy"]
    assert "*" not in answer.headers["Content-Security-Policy"]


def test_an_invite_registers_once(browser: FlaskClient, lms: Playground, parts: Parts) -> None:
    invite = invited(parts)
    register(browser, lms, invite)
    again = browser.get(path_of(lms.begin_registration(invite)), base_url=TOOL)
    assert again.status_code == 410
    assert "schon eine Lernplattform verbunden" in again.text


def test_of_two_confirmations_with_one_invite_one_registers(browser: FlaskClient, lms: Playground, parts: Parts) -> None:
    invite = invited(parts)
    first = offer_of(browser.get(path_of(lms.begin_registration(invite)), base_url=TOOL).text)
    second = offer_of(browser.get(path_of(lms.begin_registration(invite)), base_url=TOOL).text)
    path = urlsplit(invite).path
    assert browser.post(path, data={"offer": first}, base_url=TOOL).status_code == 200
    assert browser.post(path, data={"offer": second}, base_url=TOOL).status_code == 410
    assert len(lms.site.state.tools) == 1


def test_an_invite_expires(browser: FlaskClient, parts: Parts) -> None:
    invite = invited(parts, days=1, now=clock.now() - timedelta(days=1, minutes=1))
    answer = browser.get(path_of(invite), base_url=TOOL)
    assert answer.status_code == 410
    assert "abgelaufen" in answer.text


def test_an_invite_that_nobody_made_does_not_exist(browser: FlaskClient) -> None:
    assert browser.get("/lti/register/made-up", base_url=TOOL).status_code == 404
    assert browser.post("/lti/register/made-up", data={"offer": "x"}, base_url=TOOL).status_code == 404
    assert browser.get("/lti/register/made-up/by-hand", base_url=TOOL).status_code == 404


def test_the_secret_of_an_invite_is_not_stored(parts: Parts) -> None:
    secret = invited(parts).rpartition("/")[2]
    with parts.database.engine.connect() as connection:
        (row,) = connection.exec_driver_sql("SELECT * FROM invite").mappings().all()
    assert secret not in str(dict(row))
    assert len(row["secret_hash"]) == 64


def test_an_invite_for_another_platform_is_refused(browser: FlaskClient, lms: Playground, parts: Parts) -> None:
    invite = invited(parts, platform_url="https://moodle.stadt.example/")
    answer = browser.get(path_of(lms.begin_registration(invite)), base_url=TOOL)
    assert answer.status_code == 422
    assert "moodle.stadt.example" in answer.text


def test_whom_an_invite_is_not_meant_for_is_not_even_asked(browser: FlaskClient, parts: Parts) -> None:
    """The name does not exist: asking would say so."""
    invite = invited(parts, platform_url="https://moodle.stadt.example/")
    query = {"openid_configuration": "https://nowhere.invalid/openid-configuration"}
    answer = browser.get(path_of(invite), query_string=query, base_url=TOOL)
    assert answer.status_code == 422
    assert "gilt für eine andere Lernplattform" in answer.text


def test_an_invite_for_this_platform_registers_it(browser: FlaskClient, lms: Playground, parts: Parts) -> None:
    assert "verbunden" in register(browser, lms, invited(parts, platform_url=f"{lms.issuer}/course/view.php"))


def test_what_was_shown_cannot_be_changed_on_the_way_back(browser: FlaskClient, lms: Playground, parts: Parts) -> None:
    invite = invited(parts)
    offer = offer_of(browser.get(path_of(lms.begin_registration(invite)), base_url=TOOL).text)
    for changed in ("", "x", "A" + offer[1:], offer[:-1]):
        assert browser.post(urlsplit(invite).path, data={"offer": changed}, base_url=TOOL).status_code == 400


def test_an_offer_is_good_for_its_own_invite_only(browser: FlaskClient, lms: Playground, parts: Parts) -> None:
    offer = offer_of(browser.get(path_of(lms.begin_registration(invited(parts))), base_url=TOOL).text)
    other = urlsplit(invited(parts)).path
    assert browser.post(other, data={"offer": offer}, base_url=TOOL).status_code == 400


def test_an_invitation_to_renew_brings_its_registration_up_to_date(browser: FlaskClient, lms: Playground, parts: Parts) -> None:
    register(browser, lms, invited(parts))
    (tool,) = lms.site.state.tools.values()
    with parts.database.write.begin() as session:
        session.connection().exec_driver_sql("UPDATE registration SET token_url = 'http://127.0.0.1:1/old'")
    page = register(browser, lms, invited(parts, renews=1), update=tool.id)
    assert "auf dem neuesten Stand" in page
    with parts.database.read() as session:
        (registration,) = list_registrations(session)
        assert len(list_deployments(session)) == 1
    assert registration.token_url == f"{lms.issuer}/mod/lti/token.php"


def test_in_moodle_each_way_of_registering_names_the_clicks_that_are_left(
    browser: FlaskClient, lms: Playground, parts: Parts
) -> None:
    lms.site.product_family = "moodle"
    new = register(browser, lms, invited(parts))
    assert "„aktivieren“" in new
    for word in ("Stift", "Verwendung der Toolkonfiguration", "In Aktivitätsauswahl und als vorkonfiguriertes Tool anzeigen"):
        assert word in new
    assert "LTI Externe Tools" in new
    assert "data-stays" not in new
    (tool,) = lms.site.state.tools.values()
    asked = browser.get(path_of(lms.begin_registration(invited(parts, renews=1), update=tool.id)), base_url=TOOL).text
    assert "aus der Aktivitätsauswahl genommen" in asked
    updated = register(browser, lms, invited(parts, renews=1), update=tool.id)
    assert "aus der Aktivitätsauswahl genommen" in updated
    assert "„aktivieren“" not in updated
    # The frame stays, so that this can be read.
    assert "data-stays" in updated


def test_a_tool_that_moodle_got_by_hand_is_active_and_nobody_is_sent_to_activate_it(
    browser: FlaskClient, lms: Playground, parts: Parts
) -> None:
    done = browser.post(path_of(invited(parts)) + "/by-hand", data=typed(lms), base_url=TOOL).text
    assert "aktivieren" not in done
    assert "Verwendung der Toolkonfiguration" in done


def test_an_update_does_not_enable_what_an_operator_has_disabled(browser: FlaskClient, lms: Playground, parts: Parts) -> None:
    register(browser, lms, invited(parts))
    (tool,) = lms.site.state.tools.values()
    with parts.database.write.begin() as session:
        disable_registration(session, 1)
    assert "Noch abgeschaltet" in register(browser, lms, invited(parts, renews=1), update=tool.id)


def test_a_refusal_shows_the_platforms_own_words_and_keeps_the_invite(
    browser: FlaskClient, lms: Playground, parts: Parts
) -> None:
    invite = invited(parts)
    offer = offer_of(browser.get(path_of(lms.begin_registration(invite)), base_url=TOOL).text)
    lms.answer_next(500, service="registration")
    refused = browser.post(urlsplit(invite).path, data={"offer": offer}, base_url=TOOL)
    assert refused.status_code == 422
    assert "Status 500" in refused.text
    assert f"frame-ancestors 'self' {lms.issuer}" in refused.headers["Content-Security-Policy"]
    assert browser.post(urlsplit(invite).path, data={"offer": offer}, base_url=TOOL).status_code == 200


def test_a_registration_token_used_before_is_explained(browser: FlaskClient, lms: Playground, parts: Parts) -> None:
    opened = lms.begin_registration("http://x/")
    query = urlsplit(opened).query
    first, second = (urlsplit(invited(parts)).path for _ in range(2))
    offer = offer_of(browser.get(f"{first}?{query}", base_url=TOOL).text)
    assert browser.post(first, data={"offer": offer}, base_url=TOOL).status_code == 200
    offer = offer_of(browser.get(f"{second}?{query}", base_url=TOOL).text)
    refused = browser.post(second, data={"offer": offer}, base_url=TOOL)
    assert refused.status_code == 422
    assert "token_already_used" in refused.text
    assert "schon abgeschlossen" in refused.text


def test_the_words_of_a_hostile_platform_are_text(browser: FlaskClient, parts: Parts) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    answer = browser.get(path_of(invited(parts)), query_string={"openid_configuration": f"https://{hostile}/"}, base_url=TOOL)
    assert answer.status_code == 422
    assert "<img" not in answer.text


@pytest.mark.parametrize(
    "address",
    [
        "https://169.254.169.254/latest",
        "http://10.0.0.1/c",
        "file:///etc/passwd",
        "https://[fd00:ec2::254]/x",
        "javascript:alert(1)",
    ],
)
def test_an_address_of_our_own_network_is_not_asked(browser: FlaskClient, parts: Parts, address: str) -> None:
    answer = browser.get(path_of(invited(parts)), query_string={"openid_configuration": address}, base_url=TOOL)
    assert answer.status_code == 422
    assert "hat nicht geklappt" in answer.text


def test_without_a_platform_the_address_explains_itself(browser: FlaskClient, parts: Parts) -> None:
    invite = invited(parts)
    page = browser.get(path_of(invite), base_url=TOOL)
    assert page.status_code == 200
    assert invite in page.text
    assert "/by-hand" in page.text
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


FAMILIES = {
    "moodle": ("https://lms.example", "https://lms.example/mod/lti/token.php"),
    "ilias": ("https://lms.example", "https://lms.example/Modules/LTIConsumer/ltitoken.php"),
    "openolat": ("https://lms.example", "https://lms.example/lti/token"),
    "canvas": ("https://canvas.instructure.com", "https://sso.canvaslms.com/login/oauth2/token"),
    "brightspace": ("https://lms.example", "https://auth.brightspace.com/core/connect/token"),
    "sakai": ("https://lms.example", "https://lms.example/imsblis/lti13/token/"),
    "open-edx": ("https://lms.example", "https://lms.example/api/lti_consumer/v1/token/"),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_by_hand_the_addresses_are_suggested_per_family(browser: FlaskClient, parts: Parts, family: str) -> None:
    path = path_of(invited(parts)) + "/by-hand"
    page = browser.get(path, query_string={"family": family, "site": "https://lms.example/"}, base_url=TOOL).text
    issuer, token_url = FAMILIES[family]
    assert f'name="issuer" type="text" value="{issuer}"' in page
    assert f'name="token_url" type="text" value="{token_url}"' in page
    for own in ("/lti/login", "/lti/launch", "/lti/jwks"):
        assert f'value="{TOOL}{own}"' in page


def test_by_hand_brightspace_has_an_audience_of_its_own(browser: FlaskClient, parts: Parts) -> None:
    query = {"family": "brightspace", "site": "https://stadt.brightspace.com/"}
    page = browser.get(path_of(invited(parts)) + "/by-hand", query_string=query, base_url=TOOL).text
    assert 'name="token_audience" type="text" value="https://api.brightspace.com/auth/token"' in page
    assert 'value="https://stadt.brightspace.com/d2l/.well-known/jwks"' in page


def test_by_hand_canvas_has_its_services_at_the_institutions_host(browser: FlaskClient, parts: Parts) -> None:
    query = {"family": "canvas", "site": "https://schule.instructure.com/"}
    page = browser.get(path_of(invited(parts)) + "/by-hand", query_string=query, base_url=TOOL).text
    assert 'name="service_host" type="text" value="https://schule.instructure.com"' in page


@pytest.mark.parametrize("is_own", [False, True])
def test_by_hand_a_host_for_services_is_stored_and_ones_own_is_not(
    browser: FlaskClient, lms: Playground, parts: Parts, is_own: bool
) -> None:
    other = lms.issuer.replace("127.0.0.1", "localhost")
    host = lms.issuer if is_own else f"{other}/"
    browser.post(path_of(invited(parts)) + "/by-hand", data=typed(lms, service_host=host), base_url=TOOL)
    with parts.database.read() as session:
        assert [each.service_hosts for each in list_registrations(session)] == [() if is_own else (other,)]


def typed(lms: Playground, **changes: str) -> dict[str, str]:
    return {
        "family": "moodle",
        "issuer": lms.issuer,
        "client_id": "playground-tool",
        "deployment_id": "1",
        "auth_login_url": f"{lms.issuer}/mod/lti/auth.php",
        "token_url": f"{lms.issuer}/mod/lti/token.php",
        "jwks_url": f"{lms.issuer}/mod/lti/certs.php",
        "token_audience": "",
        **changes,
    }


def test_by_hand_a_platform_is_registered_once_its_keys_were_seen(browser: FlaskClient, lms: Playground, parts: Parts) -> None:
    path = path_of(invited(parts)) + "/by-hand"
    done = browser.post(path, data=typed(lms), base_url=TOOL)
    assert done.status_code == 200
    assert "Die Lernplattform ist verbunden" in done.text
    with parts.database.read() as session:
        (registration,) = list_registrations(session)
    assert registration.client_id == "playground-tool"
    assert browser.post(path, data=typed(lms), base_url=TOOL).status_code == 410


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"jwks_url": "http://evil.example/keys"}, "evil.example"),
        ({"token_url": "http://169.254.169.254/latest"}, "169.254.169.254"),
        ({"issuer": "http://moodle.victim.example"}, "nicht bei ihr selbst"),
        ({"client_id": ""}, "Client-ID"),
        ({"service_host": "https://169.254.169.254"}, "privaten Netz"),
        ({"service_host": "https://lms.example/api"}, "ohne Pfad"),
        ({"service_host": "https://*.lms.example"}, "Adresse"),
        ({"issuer": "moodle"}, "keine Web-Adresse"),
        ({"token_audience": "sso.canvaslms.com"}, "keine Web-Adresse"),
        ({"token_audience": "https://sso.canvaslms.com/" + "a" * 1000}, "keine Web-Adresse"),
    ],
)
def test_by_hand_what_does_not_fit_is_not_stored_and_stays_in_the_form(
    browser: FlaskClient, lms: Playground, parts: Parts, changes: dict[str, str], says: str
) -> None:
    path = path_of(invited(parts)) + "/by-hand"
    refused = browser.post(path, data=typed(lms, **changes), base_url=TOOL)
    assert refused.status_code == 422
    assert says in refused.text
    assert f'value="{lms.issuer}/mod/lti/auth.php"' in refused.text
    with parts.database.read() as session:
        assert list_registrations(session) == []
    assert browser.get(path, base_url=TOOL).status_code == 200


def test_by_hand_keys_that_are_not_there_are_noticed(browser: FlaskClient, lms: Playground, parts: Parts) -> None:
    path = path_of(invited(parts)) + "/by-hand"
    refused = browser.post(path, data=typed(lms, jwks_url=f"{lms.issuer}/no-keys"), base_url=TOOL)
    assert refused.status_code == 422
    assert "öffentlichen Schlüssel" in refused.text


def test_after_registration_a_launch_gets_in(app: Flask, browser: FlaskClient, lms: Playground, parts: Parts) -> None:
    register(browser, lms, invited(parts))
    (tool,) = lms.site.state.tools.values()
    lms.activate_tool(tool.id)
    activity = lms.add_activity("Modul 1", custom={"module": "grundlagen-und-strategie"}, tool_id=tool.id)
    person = app.test_client()
    begun = person.post("/lti/login", data=lms.initiate("participant01", activity.id), base_url="https://localhost:8000")
    query = {name: values[0] for name, values in parse_qs(urlsplit(begun.location).query).items()}
    redirect_uri, form = lms.authenticate(query)
    assert redirect_uri == f"{TOOL}/lti/launch"
    landed = person.post("/lti/launch", data=form, base_url="https://localhost:8000")
    assert landed.status_code == 303
    assert landed.location.startswith("/modules/grundlagen-und-strategie?v=")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_of_many_who_open_an_invitation_for_a_platform_that_hangs_two_wait_and_the_others_are_told(
    app: Flask, lms: Playground, parts: Parts
) -> None:
    address = path_of(lms.begin_registration(invited(parts)))
    lms.hang_next(4, service="configuration", times=20)

    def open_it(_: int) -> tuple[float, bool]:
        began = time.monotonic()
        page = app.test_client().get(address, base_url=TOOL).text
        return time.monotonic() - began, "Gerade werden andere Lernplattformen verbunden." in page

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(open_it, range(8)))
    told = [waited for waited, is_told in answers if is_told]
    assert len(told) == 6
    assert max(told) < 3
