"""Journey 28: a platform registers, is activated, renews its registration, puts another key under its kid, withdraws a key."""
# ruff: noqa: F401, F811

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from lti_tool import clock
from lti_tool.models import PlatformKeySet
from lti_tool.parts import Parts
from lti_tool.platforms.refresh_key_sets import refresh_key_set, refresh_key_sets
from lti_tool.platforms.registering.registrations import get_registration, list_registrations
from lti_tool.playground import Playground
from lti_tool.playground.server import serve_in_thread
from tests.journeys.test_registration import TOOL, app, browser, invited, parts, path_of, register, typed

MODULE = "grundlagen-und-strategie"
BASE = "https://localhost:8000"


@pytest.fixture(params=["moodle", "open-edx"])
def lms(request: pytest.FixtureRequest) -> Iterator[Playground]:
    lms = Playground("http://127.0.0.1:0", profile=request.param)
    with serve_in_thread(lms):
        yield lms


def connect(browser: FlaskClient, lms: Playground, parts: Parts) -> int:
    """Register as the platform's administrator does, and place an activity; give the activity."""
    if lms.site.is_open_edx:
        lms.register_tool(TOOL, client_id="client-1", deployment_id="1", with_modules=False)
        told = lms.registration("1")
        fields = {name: told[name] for name in ("issuer", "client_id", "auth_login_url", "token_url", "jwks_url")}
        form = typed(lms, **fields, family="open-edx")
        done = browser.post(path_of(invited(parts, platform_url=lms.issuer)) + "/by-hand", data=form, base_url=TOOL)
        assert "Die Lernplattform ist verbunden" in done.text
        tool_id = "1"
    else:
        register(browser, lms, invited(parts, platform_url=lms.issuer))
        (tool_id,) = lms.site.state.tools
        lms.activate_tool(tool_id)
    return lms.add_activity("Modul 1", custom={"module": MODULE}, tool_id=tool_id).id


def launch(app: Flask, lms: Playground, activity: int) -> int:
    """Open the activity in a browser of its own; give the status of the answer."""
    person = app.test_client()
    begun = person.post("/lti/login", data=lms.initiate("participant01", activity), base_url=BASE)
    assert begun.status_code == 302, begun.text
    query = {name: values[0] for name, values in parse_qs(urlsplit(begun.location).query).items()}
    _, form = lms.authenticate(query)
    return person.post("/lti/launch", data=form, base_url=BASE).status_code


def after_the_cooldown(parts: Parts) -> None:
    with parts.database.write.begin() as session:
        session.execute(update(PlatformKeySet).values(next_fetch_at=None))


def test_a_platform_lives_with_its_registration(app: Flask, browser: FlaskClient, lms: Playground, parts: Parts) -> None:
    activity = connect(browser, lms, parts)
    assert launch(app, lms, activity) == 303

    # The key is replaced under its kid: nobody is locked out once the cooldown is over.
    lms.rotate_key(keep_old=False, same_kid=True)
    after_the_cooldown(parts)
    assert launch(app, lms, activity) == 303

    # A new key under a new kid, the old one still published: both are good.
    lms.rotate_key()
    after_the_cooldown(parts)
    assert launch(app, lms, activity) == 303

    # The old keys are withdrawn: what is signed with one of them no longer gets in.
    stolen = lms.site.keys[-1]
    lms.rotate_key(keep_old=False)
    after_the_cooldown(parts)
    assert refresh_key_sets(parts.database, parts.front_door.key_sets, clock=clock.now) == (0, 0)
    refresh_key_set(parts.database, parts.front_door.key_sets, 1, now=clock.now())
    assert launch(app, lms, activity) == 303
    lms.site.keys.append(stolen)
    after_the_cooldown(parts)
    published = lms.site.public_jwks
    lms.site.public_jwks = lambda: {"keys": published()["keys"][1:]}  # type: ignore[method-assign]
    assert launch(app, lms, activity) == 400


@pytest.mark.parametrize("lms", ["moodle"], indirect=True)
def test_the_registration_is_renewed_and_people_stay_who_they_are(
    app: Flask, browser: FlaskClient, lms: Playground, parts: Parts
) -> None:
    """Open edX has no dynamic registration; by hand it is in `test_one_host_two_schools.py`."""
    activity = connect(browser, lms, parts)
    assert launch(app, lms, activity) == 303
    (tool,) = lms.site.state.tools.values()
    with parts.database.write.begin() as session:
        session.connection().exec_driver_sql("UPDATE registration SET jwks_url = 'http://127.0.0.1:1/old'")
    assert "auf dem neuesten Stand" in register(browser, lms, invited(parts, renews=1), update=tool.id)
    parts.front_door.registrations._by_id.clear()
    parts.front_door.registrations._found.clear()
    lms.activate_tool(tool.id)
    assert launch(app, lms, activity) == 303
    with parts.database.read() as session:
        assert len(list_registrations(session)) == 1
        assert get_registration(session, 1).jwks_url == f"{lms.issuer}/mod/lti/certs.php"
