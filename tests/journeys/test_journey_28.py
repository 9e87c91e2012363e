"""Journey 28, what launches have to do with it: an administrator connects a platform, and everybody gets in, in the right role.

Moodle by one paste, Open edX by hand, each component for itself. Updating the registration and changing keys have files of their
own: `test_registration.py`, `test_key_rotation.py`.
"""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lti_tool.parts import Parts
from lti_tool.playground import Playground
from lti_tool.playground.launching import claim_names as names
from lti_tool.playground.server import serve_in_thread
from tests.journeys.course import BASE, Course, Visit
from tests.journeys.test_registration import TOOL, app, browser, invited, lms, parts, path_of, register  # noqa: F401

M1, M2 = "grundlagen-und-strategie", "technologien-und-daten"
CHOICE = "/lti/deep-linking"
# What other makes of platforms send for what these two leave out or spell well, all at once.
ODD: dict[str, Any] = {
    names.TOOL_PLATFORM: [],
    names.LAUNCH_PRESENTATION: {"return_url": "about:blank", "locale": 7},
    "email": {"work": "petra@stadt.example"},
    "picture": False,
}


def sees_course(visit: Visit) -> bool:
    return visit.get("/course").status_code == 200


@pytest.fixture
def moodle(app: Flask, browser: FlaskClient, lms: Playground, parts: Parts) -> Course:  # noqa: F811
    """Connected by one paste, activated, filled by an instructor."""
    register(browser, lms, invited(parts))
    (tool,) = lms.site.state.tools.values()
    lms.activate_tool(tool.id)
    # No port of the tool's is open here for the platform to fetch them.
    tool.jwks, tool.has_fixed_jwks = app.test_client().get("/lti/jwks", base_url=BASE).get_json(), True
    course = Course(app, lms)
    course.save(course.choose_content(tool_id=tool.id).post(CHOICE, all="programme"))
    return course


def test_journey_28_moodle_connects_by_one_paste_and_everybody_gets_in_in_their_role(moodle: Course) -> None:
    for person, teaches in (("participant01", False), ("instructor", True), ("administrator", True), ("nameless", False)):
        visit = moodle.launch(person, M2)
        assert visit.landing.startswith(f"/modules/{M2}?v=")
        assert sees_course(visit) is teaches


@pytest.mark.parametrize(
    ("roles", "teaches"),
    [
        (["https://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"], True),
        ("urn:lti:role:ims/lis/Instructor,urn:lti:role:ims/lis/Learner", True),
        (["INSTRUCTOR"], True),
        ("LEARNER", False),
        ([], False),
    ],
)
def test_journey_28_roles_spelled_as_other_platforms_do(moodle: Course, roles: Any, teaches: bool) -> None:
    assert sees_course(moodle.launch("participant02", M1, **{names.ROLES: roles, **ODD})) is teaches


def test_journey_28_a_request_for_content_as_ilias_sends_it(moodle: Course) -> None:
    """Without a target of its own, with an empty map as PHP writes it, and flags as texts."""
    (tool,) = moodle.lms.site.state.tools.values()
    settings = {
        "deep_link_return_url": moodle.lms.issuer + "/mod/lti/contentitem_return.php",
        "accept_types": "ltiResourceLink",
        "accept_multiple": "false",
        "accept_presentation_document_targets": {"0": "iframe", "2": "window"},
    }
    changes: dict[str, Any] = {names.TARGET_LINK_URI: None, names.CUSTOM: [], names.DEEP_LINKING_SETTINGS: settings, **ODD}
    visit = moodle.choose_content(tool_id=tool.id, **changes)
    page = visit.get(CHOICE).text
    # One at a time, and both ways of opening are on offer.
    assert 'type="radio" name="item"' in page
    assert 'name="target"' in page


def test_journey_28_an_activity_at_our_bare_address_lets_the_instructor_choose(moodle: Course) -> None:
    (tool,) = moodle.lms.site.state.tools.values()
    activity = moodle.lms.add_activity("Smart City", url=f"{TOOL}/", tool_id=tool.id)
    assert "noch nicht eingerichtet" in moodle.launch("participant01", activity.id).get("/modules").text
    instructor = moodle.launch("instructor", activity.id)
    assert instructor.landing.startswith("/modules?v=")
    assert instructor.post("/modules", module=M1).status_code == 303
    assert moodle.launch("participant01", activity.id).landing.startswith(f"/modules/{M1}?v=")


def test_journey_28_open_edx_is_connected_by_hand_and_everybody_gets_in_in_their_role(
    app: Flask,  # noqa: F811
    browser: FlaskClient,  # noqa: F811
    parts: Parts,  # noqa: F811
) -> None:
    edx = Playground("http://127.0.0.1:0", profile="open-edx")
    with serve_in_thread(edx):
        edx.register_tool(TOOL, client_id="client-1", deployment_id="component-1", with_modules=False)
        edx.add_activity("Baustein 1", tool_id="component-1")
        offered = edx.registration("component-1")
        typed = {name: offered[name] for name in ("issuer", "client_id", "auth_login_url", "token_url", "jwks_url")}
        done = browser.post(path_of(invited(parts)) + "/by-hand", data={**typed, "deployment_id": "1"}, base_url=TOOL)
        assert "Die Lernplattform ist verbunden" in done.text
        tool = edx.site.tool("component-1")
        tool.jwks, tool.has_fixed_jwks = app.test_client().get("/lti/jwks", base_url=BASE).get_json(), True
        course = Course(app, edx)
        course.save(course.choose_content(tool_id="component-1").post(CHOICE, item=[M1]))
        for person, teaches in (("participant01", False), ("instructor", True), ("administrator", True)):
            for changes in ({}, ODD):
                visit = course.launch(person, M1, **changes)
                assert visit.landing.startswith(f"/modules/{M1}?v=")
                assert sees_course(visit) is teaches


def test_journey_28_a_launch_that_is_not_sound_gets_nobody_in_though_its_optional_claims_are_odd(moodle: Course) -> None:
    for changes in ({"sub": 4}, {"aud": "somebody"}, {"nonce": "x"}, {names.VERSION: "1.1"}, {names.RESOURCE_LINK: {"id": 5}}):
        answer = moodle.answer("participant01", M1, **changes, **ODD)
        assert 400 <= answer.status_code < 500
        assert "__Host-visit-" not in str(answer.headers)
