"""Journey 29: a second school on the same host registers, and neither can become the other.

The attacker holds an invitation, an account at the host that the victim's platform runs on, and the victim's client id, which
stands in every login. Each attack was possible once.
"""
# ruff: noqa: F401, F811

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lti_tool import clock
from lti_tool.lti.claims import claim_names as names
from lti_tool.models import Deployment, RegistrationRow, User
from lti_tool.parts import Parts
from lti_tool.platforms.registering.deployments import approve_deployment
from lti_tool.platforms.registering.new_registration import NewRegistration
from lti_tool.platforms.registering.proposals import approve_proposal, list_proposals, reject_proposal
from lti_tool.platforms.registering.registrations import add_registration, list_registrations
from lti_tool.playground import Playground
from lti_tool.playground.server import serve_in_thread
from tests.journeys.test_registration import TOOL, app, browser, invited, offer_of, parts, path_of, register, typed

CLIENT = "playground-tool"


@pytest.fixture
def victim() -> Iterator[Playground]:
    lms = Playground("http://127.0.0.1:0")
    with serve_in_thread(lms):
        yield lms


@pytest.fixture
def attacker() -> Iterator[Playground]:
    """Another server on the victim's host: another port, with keys of its own."""
    lms = Playground("http://127.0.0.1:0")
    with serve_in_thread(lms):
        yield lms


@pytest.fixture
def connected(browser: FlaskClient, victim: Playground, parts: Parts) -> Playground:
    """The victim's platform, registered."""
    done = browser.post(path_of(invited(parts, platform_url=victim.issuer)) + "/by-hand", data=typed(victim), base_url=TOOL)
    assert "Die Lernplattform ist verbunden" in done.text
    return victim


def by_hand(browser: FlaskClient, invite: str, **values: str) -> TestResponse:
    return browser.post(f"{path_of(invite)}/by-hand", data=values, base_url=TOOL)


def rows(parts: Parts) -> list[tuple[Any, ...]]:
    columns = (
        RegistrationRow.id,
        RegistrationRow.client_id,
        RegistrationRow.jwks_url,
        RegistrationRow.token_url,
        RegistrationRow.auth_login_url,
    )
    with parts.database.read() as session:
        registrations = session.execute(select(*columns, RegistrationRow.service_hosts).order_by(RegistrationRow.id)).all()
        deployments = session.execute(select(Deployment.registration_id, Deployment.deployment_id, Deployment.status)).all()
    return [tuple(row) for row in (*registrations, *deployments)]


def waiting(parts: Parts) -> list[str]:
    with parts.database.read() as session:
        return [str(each.reason) for each in list_proposals(session)]


def launch_as_anna(app: Flask, issuer: str, client_id: str, signer: Playground) -> int:
    """Launch with the attacker's keys as somebody of the victim's platform; give the status of the answer."""
    person = app.test_client()
    login = {"iss": issuer, "client_id": client_id, "login_hint": "1", "target_link_uri": f"{TOOL}/lti/launch"}
    begun = person.post("/lti/login", data=login, base_url="https://localhost:8000")
    if begun.status_code != 302:
        return begun.status_code
    query = {name: values[0] for name, values in parse_qs(urlsplit(begun.location).query).items()}
    moment = int(clock.now().timestamp())
    claims = {
        "iss": issuer, "aud": client_id, "sub": "anna", "nonce": query["nonce"], "iat": moment, "exp": moment + 60,
        names.DEPLOYMENT_ID: "1", names.VERSION: "1.3.0", names.MESSAGE_TYPE: "LtiResourceLinkRequest", names.ROLES: [],
        names.RESOURCE_LINK: {"id": "1"}, names.TARGET_LINK_URI: f"{TOOL}/lti/launch",
    }  # fmt: skip
    form = {"id_token": signer.sign(claims), "state": query["state"]}
    return person.post("/lti/launch", data=form, base_url="https://localhost:8000").status_code


def test_a_second_client_with_keys_at_another_port_is_refused(
    app: Flask, browser: FlaskClient, connected: Playground, attacker: Playground, parts: Parts
) -> None:
    before = rows(parts)
    keys = f"{attacker.issuer}/mod/lti/certs.php"
    answer = by_hand(browser, invited(parts), **typed(connected, client_id="evil-client", jwks_url=keys))
    assert answer.status_code == 422
    assert "nicht bei ihr selbst" in answer.text
    assert rows(parts) == before
    assert launch_as_anna(app, connected.issuer, "evil-client", attacker) == 400


def test_a_second_client_with_keys_uploaded_at_the_victims_host_waits_for_the_operator(
    app: Flask, browser: FlaskClient, connected: Playground, attacker: Playground, parts: Parts
) -> None:
    """Whatever lies at the host and reads like a key set: here another platform's, which the victim hands out."""
    before = rows(parts)
    answer = by_hand(browser, invited(parts), **typed(connected, client_id="evil-client"))
    assert answer.status_code == 200
    assert "wartet auf die Freigabe" in answer.text
    assert rows(parts) == before
    assert waiting(parts) == ["known_issuer"]
    assert launch_as_anna(app, connected.issuer, "evil-client", attacker) == 403
    assert launch_as_anna(app, connected.issuer, "evil-client", connected) == 403


def test_the_victims_own_client_is_not_taken_over(
    app: Flask, browser: FlaskClient, connected: Playground, attacker: Playground, parts: Parts
) -> None:
    before = rows(parts)
    for changes in (
        {"token_url": f"{attacker.issuer}/mod/lti/token.php"},
        {"jwks_url": f"{attacker.issuer}/mod/lti/certs.php"},
        {"auth_login_url": f"{attacker.issuer}/mod/lti/auth.php"},
        {"auth_login_url": f"{connected.issuer}/pluginfile.php/4711/login.html"},
        {"service_host": attacker.issuer},
        {"token_audience": f"{attacker.issuer}/mod/lti/token.php"},
        {"deployment_id": "evil-deployment"},
    ):
        answer = by_hand(browser, invited(parts), **typed(connected, **changes))
        assert ("wartet auf die Freigabe" in answer.text) or answer.status_code == 422, changes
        assert rows(parts) == before
    assert launch_as_anna(app, connected.issuer, CLIENT, attacker) == 400


def test_dynamically_a_known_platform_only_waits(browser: FlaskClient, connected: Playground, parts: Parts) -> None:
    before = rows(parts)
    invite = invited(parts)
    shown = browser.get(path_of(connected.begin_registration(invite)), base_url=TOOL)
    assert "Schon verbunden" in shown.text
    done = browser.post(urlsplit(invite).path, data={"offer": offer_of(shown.text)}, base_url=TOOL)
    assert "wartet auf die Freigabe" in done.text
    assert rows(parts) == before
    assert waiting(parts) == ["known_issuer"]
    assert browser.get(urlsplit(invite).path, base_url=TOOL).status_code == 410


@pytest.mark.parametrize("alias", ["{}/", "{}/?x=1", "{}#x", "HTTP://{host}:{port}", "http://{host}.:{port}"])
def test_the_victims_issuer_written_otherwise_is_the_victims(
    browser: FlaskClient, connected: Playground, parts: Parts, alias: str
) -> None:
    place = urlsplit(connected.issuer)
    issuer = alias.format(connected.issuer, host=place.hostname, port=place.port)
    before = rows(parts)
    answer = by_hand(browser, invited(parts), **typed(connected, client_id="evil-client", issuer=issuer))
    assert "wartet auf die Freigabe" in answer.text or answer.status_code == 422
    assert rows(parts) == before


@pytest.mark.parametrize(
    "issuer",
    [
        "http://{host}:{port}@127.0.0.1",
        "http://evil@{host}:{port}",
        "http://{host}:{port}/../x",
        "http://{host}:{port}\\@evil.test",
        "http://{host}:{port}/%2e%2e/x",
        "http://lócalhost:{port}",
    ],
)
def test_an_issuer_that_can_be_read_in_two_ways_is_none(
    browser: FlaskClient, connected: Playground, parts: Parts, issuer: str
) -> None:
    place = urlsplit(connected.issuer)
    before = rows(parts)
    told = issuer.format(host=place.hostname, port=place.port)
    assert by_hand(browser, invited(parts), **typed(connected, client_id="evil", issuer=told)).status_code == 422
    assert rows(parts) == before


def test_journey_29_the_second_school_on_the_host_registers_itself_and_both_stay_apart(
    app: Flask, browser: FlaskClient, connected: Playground, attacker: Playground, parts: Parts
) -> None:
    done = by_hand(browser, invited(parts, platform_url=attacker.issuer), **typed(attacker))
    assert "Die Lernplattform ist verbunden" in done.text
    # Each with its own keys gets in, as its own anna; with the other's keys nobody does.
    assert launch_as_anna(app, connected.issuer, CLIENT, connected) == 303
    assert launch_as_anna(app, attacker.issuer, CLIENT, attacker) == 303
    assert launch_as_anna(app, connected.issuer, CLIENT, attacker) == 400
    assert launch_as_anna(app, attacker.issuer, CLIENT, connected) == 400
    with parts.database.read() as session:
        assert len(session.scalars(select(User.id).where(User.sub == "anna")).all()) == 2


def test_an_invitation_for_one_school_is_none_for_the_other(
    browser: FlaskClient, connected: Playground, attacker: Playground, parts: Parts
) -> None:
    before = rows(parts)
    answer = by_hand(browser, invited(parts, platform_url=attacker.issuer), **typed(connected, client_id="evil"))
    assert answer.status_code == 422
    assert "gilt für eine andere Lernplattform" in answer.text
    opened = connected.begin_registration(invited(parts, platform_url=attacker.issuer))
    assert browser.get(path_of(opened), base_url=TOOL).status_code == 422
    assert rows(parts) == before


class TestRenewing:
    def test_renews_its_own_registration_alone(
        self, browser: FlaskClient, connected: Playground, attacker: Playground, parts: Parts
    ) -> None:
        by_hand(browser, invited(parts, platform_url=attacker.issuer), **typed(attacker))
        before = rows(parts)
        # With the invitation for the attacker's own registration (2), for the victim's (1).
        assert by_hand(browser, invited(parts, renews=2), **typed(connected)).status_code == 422
        opened = connected.begin_registration(invited(parts, renews=2))
        assert browser.get(path_of(opened), base_url=TOOL).status_code == 422
        assert rows(parts) == before

    def test_another_client_than_its_own_waits(self, browser: FlaskClient, connected: Playground, parts: Parts) -> None:
        before = rows(parts)
        answer = by_hand(browser, invited(parts, renews=1), **typed(connected, client_id="another"))
        assert "wartet auf die Freigabe" in answer.text
        assert rows(parts) == before

    def test_the_right_one_changes_addresses_at_once(
        self, app: Flask, browser: FlaskClient, connected: Playground, parts: Parts
    ) -> None:
        with parts.database.write.begin() as session:
            session.connection().exec_driver_sql("UPDATE registration SET jwks_url = 'http://127.0.0.1:1/old'")
        answer = by_hand(browser, invited(parts, renews=1), **typed(connected))
        assert "auf dem neuesten Stand" in answer.text
        assert launch_as_anna(app, connected.issuer, CLIENT, connected) == 303

    def test_keys_elsewhere_are_refused_to_it_too(
        self, browser: FlaskClient, connected: Playground, attacker: Playground, parts: Parts
    ) -> None:
        before = rows(parts)
        keys = f"{attacker.issuer}/mod/lti/certs.php"
        assert by_hand(browser, invited(parts, renews=1), **typed(connected, jwks_url=keys)).status_code == 422
        assert rows(parts) == before


class TestTheOperator:
    def test_approves_a_further_client(self, app: Flask, browser: FlaskClient, connected: Playground, parts: Parts) -> None:
        by_hand(browser, invited(parts), **typed(connected, client_id="second"))
        with parts.database.write.begin() as session:
            saved = approve_proposal(session, 1, is_production=False, now=clock.now())
        assert saved.is_new
        assert waiting(parts) == []
        assert launch_as_anna(app, connected.issuer, "second", connected) == 303

    def test_approves_other_addresses(self, browser: FlaskClient, connected: Playground, parts: Parts) -> None:
        by_hand(browser, invited(parts), **typed(connected, auth_login_url=f"{connected.issuer}/new/auth.php"))
        assert waiting(parts) == ["known_client"]
        with parts.database.write.begin() as session:
            saved = approve_proposal(session, 1, is_production=False, now=clock.now())
        assert (saved.is_new, saved.registration.auth_login_url) == (False, f"{connected.issuer}/new/auth.php")

    def test_rejects(self, app: Flask, browser: FlaskClient, connected: Playground, parts: Parts) -> None:
        before = rows(parts)
        by_hand(browser, invited(parts), **typed(connected, client_id="second"))
        with parts.database.write.begin() as session:
            reject_proposal(session, 1)
        assert (rows(parts), waiting(parts)) == (before, [])
        assert launch_as_anna(app, connected.issuer, "second", connected) == 400


class TestAFolderOfTheHost:
    """Schools that share a host, each in a folder: `/schule1` is registered, and `/` and `/schule2` come by invitation."""

    HOST = "http://127.0.0.1:9"

    @pytest.fixture(autouse=True)
    def _schule1(self, parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("lti_tool.platforms.registering.connect_platform.check_keys", lambda *_: None)
        with parts.database.write.begin() as session:
            add_registration(session, self.school("schule1"), is_production=False, now=clock.now())
            approve_deployment(session, 1, "1", in_advance=True, now=clock.now())

    def school(self, folder: str, **changes: str) -> NewRegistration:
        site = f"{self.HOST}/{folder}".rstrip("/")
        new = NewRegistration(site, "c1", f"{site}/auth", f"{site}/token", f"{site}/jwks")
        return replace(new, **changes)  # type: ignore[arg-type]

    def typed(self, folder: str, **changes: str) -> dict[str, str]:
        told = self.school(folder, **changes)
        return {
            name: str(getattr(told, name) or "") for name in ("issuer", "client_id", "auth_login_url", "token_url", "jwks_url")
        }

    def test_its_own_folder_is_registered(self, browser: FlaskClient, parts: Parts) -> None:
        answer = by_hand(browser, invited(parts, platform_url=f"{self.HOST}/schule2"), **self.typed("schule2", client_id="c2"))
        assert "Die Lernplattform ist verbunden" in answer.text

    @pytest.mark.parametrize("name", ["auth_login_url", "token_url", "jwks_url"])
    @pytest.mark.parametrize("place", ["/schule1/x", "/x", "/schule2/../schule1/x", "/schule2/..;/schule1/x", "/schule22/x"])
    def test_an_address_in_another_folder_is_refused(self, browser: FlaskClient, parts: Parts, name: str, place: str) -> None:
        before = rows(parts)
        answer = by_hand(browser, invited(parts), **self.typed("schule2", **{name: self.HOST + place}))
        assert answer.status_code == 422
        assert rows(parts) == before

    @pytest.mark.parametrize("folder", ["", "schule1", "schule1/sub/../../schule1", "schule", "schule22"])
    def test_an_invitation_for_a_folder_is_for_no_other(self, browser: FlaskClient, parts: Parts, folder: str) -> None:
        before = rows(parts)
        answer = by_hand(browser, invited(parts, platform_url=f"{self.HOST}/schule2"), **self.typed(folder, client_id="c2"))
        assert answer.status_code == 422
        assert rows(parts) == before

    @pytest.mark.parametrize("name", ["auth_login_url", "token_url", "jwks_url"])
    def test_the_root_of_the_host_does_not_speak_for_a_folder(self, browser: FlaskClient, parts: Parts, name: str) -> None:
        before = rows(parts)
        told = self.typed("", client_id="c2", **{name: f"{self.HOST}/schule1/x"})
        answer = by_hand(browser, invited(parts), **told)
        assert answer.status_code == 422
        assert "zu einer anderen Lernplattform" in answer.text
        assert rows(parts) == before

    def test_whoever_wants_the_victims_tokens_waits(self, browser: FlaskClient, parts: Parts) -> None:
        """Our word for the victim's client at the victim's token address, sent to the attacker's."""
        before = rows(parts)
        told = self.typed("schule2", client_id="c1") | {"token_audience": f"{self.HOST}/schule1/token"}
        answer = by_hand(browser, invited(parts), **told)
        assert "wartet auf die Freigabe" in answer.text
        assert (rows(parts), waiting(parts)) == (before, ["same_client"])


def test_an_approval_is_needed_however_many_invitations_somebody_has(
    browser: FlaskClient, connected: Playground, parts: Parts
) -> None:
    for number in range(3):
        by_hand(browser, invited(parts), **typed(connected, client_id=f"evil-{number}"))
    with parts.database.read() as session:
        assert [each.client_id for each in list_registrations(session)] == [CLIENT]


def test_junk_at_the_invitations_address_keeps_no_administrator_out(
    browser: FlaskClient, victim: Playground, parts: Parts
) -> None:
    statuses = {browser.get(f"/lti/register/made-up-{number}", base_url=TOOL).status_code for number in range(65)}
    assert statuses == {404, 429}
    assert browser.get("/lti/register/made-up", base_url=TOOL).headers["Retry-After"]
    assert "Die Lernplattform ist verbunden" in register(browser, victim, invited(parts, platform_url=victim.issuer))


def test_what_waits_is_told_to_whoever_launches_meanwhile(
    app: Flask, browser: FlaskClient, connected: Playground, parts: Parts, tmp_path: Path
) -> None:
    by_hand(browser, invited(parts), **typed(connected, client_id="second"))
    login = {"iss": connected.issuer, "client_id": "second", "login_hint": "1", "target_link_uri": f"{TOOL}/lti/launch"}
    answer = app.test_client().post("/lti/login", data=login, base_url="https://localhost:8000")
    assert answer.status_code == 403
    assert "noch nicht freigegeben" in answer.text
