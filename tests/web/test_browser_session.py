"""Visits: one cookie per launch, never mixed, never anybody else's; CSRF tokens; login in a frame."""
# ruff: noqa: F401, F811

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lti_tool.domain.people import Role, Visitor
from lti_tool.models.database import Database, open_database
from lti_tool.web.visits.browser_session import MOST_VISITS, current_visitor, href, open_visit
from tests.certification.conftest import _serving, app, clock, key_server, keyring, parts, platform_key, tool
from tests.certification.platform import INSTRUCTOR, TOOL_URL
from tests.certification.tool import Tool, cookie_names

IN_FRAME = {"Sec-Fetch-Dest": "iframe"}


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = open_database(sqlite_url)
    yield database
    database.close()


def get(tool: Tool, address: str, browser: FlaskClient | None = None) -> TestResponse:
    return (browser or tool.browser).get(address, base_url=TOOL_URL)


def key_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["v"][0]


def probe(landing: str) -> str:
    """Give the address of the test's own page inside the visit of a landing."""
    return f"/probe?v={key_of(landing)}"


def token_on(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.get_data(as_text=True))
    assert found is not None
    return found[1]


def launch_into(tool: Tool, course: str, **changes: object) -> TestResponse:
    return tool.launch(context={"id": course, "title": f"Kurs {course}"}, **changes)


def launch_as(tool: Tool, sub: str, **changes: object) -> str:
    begun = tool.begin(login_hint=sub)
    return tool.got_in(tool.post(tool.token(begun, sub=sub, **changes), begun.state))


def test_a_visits_cookie_is_for_this_host_alone_and_works_in_frames(tool: Tool) -> None:
    answer = tool.launch()
    (cookie,) = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith("__Host-visit-")]
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"secure", "httponly", "samesite=none", "partitioned", "path=/", "max-age=43200"} <= attributes
    assert not any(attribute.startswith("domain") for attribute in attributes)


def test_a_visits_cookie_is_small(tool: Tool) -> None:
    tool.launch()
    (name,) = cookie_names(tool.browser, "__Host-visit-")
    cookie = tool.browser.get_cookie(name, domain="tool.test")
    assert cookie is not None
    # Eight of them, each with the longest way back (200 characters), fit into the 8 KB of one header field.
    assert len(cookie.value) < 400


def test_launches_of_two_courses_stay_apart(tool: Tool) -> None:
    one = tool.got_in(launch_into(tool, "21"))
    two = tool.got_in(launch_into(tool, "22", resource_link={"id": "96"}, custom={"module": "technologien-und-daten"}))
    assert key_of(one) != key_of(two)
    assert "user 1, module grundlagen-und-strategie" in get(tool, probe(one)).get_data(as_text=True)
    assert "user 1, module technologien-und-daten" in get(tool, probe(two)).get_data(as_text=True)


def test_all_activities_of_a_course_share_one_visit(tool: Tool) -> None:
    first = tool.got_in(tool.launch())
    for number in range(100, 112):
        tool.got_in(tool.launch(resource_link={"id": str(number)}))
    assert len(cookie_names(tool.browser, "__Host-visit-")) == 1
    assert get(tool, first).status_code == 200


def test_any_activity_of_the_course_brings_a_visit_that_has_ended_back_to_life(tool: Tool) -> None:
    page = probe(tool.got_in(tool.launch()))
    token = token_on(get(tool, page))
    tool.clock.advance(hours=13)
    assert tool.browser.post(page, data={"csrf_token": token}, base_url=TOOL_URL).status_code == 403
    tool.got_in(tool.launch(resource_link={"id": "96"}, custom={"module": "technologien-und-daten"}))
    assert get(tool, page).status_code == 200
    assert tool.browser.post(page, data={"csrf_token": token}, base_url=TOOL_URL).status_code == 200


def test_the_next_person_does_not_bring_it_back(tool: Tool) -> None:
    page = probe(launch_as(tool, "4"))
    token = token_on(get(tool, page))
    tool.clock.advance(hours=13)
    launch_as(tool, "5")
    assert get(tool, page).status_code == 403
    assert tool.browser.post(page, data={"csrf_token": token}, base_url=TOOL_URL).status_code == 403


def test_a_launch_of_another_course_does_not_bring_it_back(tool: Tool) -> None:
    page = probe(tool.got_in(launch_into(tool, "21")))
    tool.clock.advance(hours=13)
    tool.got_in(launch_into(tool, "22"))
    assert get(tool, page).status_code == 403


def test_two_links_that_are_still_to_get_their_modules_stay_apart(tool: Tool) -> None:
    landings = [tool.got_in(tool.launch(resource_link={"id": link}, custom={}, roles=[INSTRUCTOR])) for link in ("95", "96")]
    assert key_of(landings[0]) != key_of(landings[1])


def test_a_page_left_open_for_a_month_sends_nothing_any_more(tool: Tool) -> None:
    page = probe(tool.got_in(tool.launch()))
    token = token_on(get(tool, page))
    tool.clock.advance(days=29)
    tool.got_in(tool.launch())
    assert tool.browser.post(page, data={"csrf_token": token}, base_url=TOOL_URL).status_code == 200
    tool.clock.advance(days=2)
    tool.got_in(tool.launch())
    assert tool.browser.post(page, data={"csrf_token": token}, base_url=TOOL_URL).status_code == 403


def test_roles_of_two_launches_never_mix(tool: Tool) -> None:
    learner = key_of(tool.got_in(tool.launch()))
    instructor = key_of(tool.got_in(tool.launch(roles=[INSTRUCTOR])))
    assert get(tool, f"/probe/instructor?v={learner}").status_code == 403
    assert get(tool, f"/probe/instructor?v={instructor}").status_code == 200


@pytest.mark.parametrize(
    "address", ["/modules", "/modules?v=", "/modules?v=abcdefgh", "/modules?v=../../etc", "/modules?v=a%01b"]
)
def test_a_page_without_a_visit_says_where_to_open_it(tool: Tool, address: str) -> None:
    tool.launch()
    answer = get(tool, address)
    assert answer.status_code == 403
    assert "noch einmal in Ihrem Kurs" in answer.get_data(as_text=True)


def test_a_forged_cookie_opens_nothing(tool: Tool) -> None:
    landing = tool.got_in(tool.launch())
    name = f"__Host-visit-{key_of(landing)}"
    cookie = tool.browser.get_cookie(name, domain="tool.test")
    assert cookie is not None
    payload, signature = cookie.value.rsplit(".", 1)
    changed = payload[:-1] + ("A" if payload[-1] != "A" else "B")
    tool.browser.set_cookie(name, f"{changed}.{signature}", domain="tool.test")
    assert get(tool, landing).status_code == 403


def test_a_visit_ends_after_twelve_hours(tool: Tool) -> None:
    landing = tool.got_in(tool.launch())
    tool.clock.advance(hours=11, minutes=59)
    assert get(tool, landing).status_code == 200
    tool.clock.advance(minutes=2)
    assert get(tool, landing).status_code == 403


def test_a_browser_keeps_eight_visits_and_the_oldest_ends(tool: Tool) -> None:
    landings = []
    for number in range(MOST_VISITS + 2):
        landings.append(tool.got_in(launch_into(tool, str(number))))
        tool.clock.advance(seconds=1)
    assert len(cookie_names(tool.browser, "__Host-visit-")) == 8
    assert [get(tool, landing).status_code for landing in landings] == [403, 403, *[200] * 8]


def test_the_visit_that_somebody_writes_in_outlives_eight_further_courses(tool: Tool) -> None:
    page = probe(tool.got_in(launch_into(tool, "0")))
    token = token_on(get(tool, page))
    for number in range(1, MOST_VISITS + 3):
        tool.clock.advance(minutes=6)
        assert tool.browser.post(page, data={"csrf_token": token}, base_url=TOOL_URL).status_code == 200
        tool.got_in(launch_into(tool, str(number)))
    assert get(tool, page).status_code == 200
    # Writing does not make it longer.
    tool.clock.advance(hours=11, minutes=5)
    assert get(tool, page).status_code == 403


def test_the_next_person_at_a_shared_computer_ends_the_visits_of_the_one_before(tool: Tool) -> None:
    first = launch_as(tool, "4")
    second = launch_as(tool, "5")
    assert get(tool, first).status_code == 403
    assert get(tool, second).status_code == 200


def test_a_browser_keeps_four_login_cookies(tool: Tool) -> None:
    for _ in range(7):
        tool.login()
    assert len(cookie_names(tool.browser, "__Host-login-")) == 4


def test_a_form_of_the_visit_is_taken(tool: Tool) -> None:
    page = probe(tool.got_in(tool.launch()))
    token = token_on(get(tool, page))
    assert tool.browser.post(page, data={"csrf_token": token}, base_url=TOOL_URL).status_code == 200
    assert tool.browser.post(page, headers={"X-CSRF-Token": token}, base_url=TOOL_URL).status_code == 200


@pytest.mark.parametrize("token", ["", "x", "ä"])
def test_a_form_without_the_right_token_is_refused(tool: Tool, token: str) -> None:
    page = probe(tool.got_in(tool.launch()))
    assert tool.browser.post(page, data={"csrf_token": token}, base_url=TOOL_URL).status_code == 403


def test_the_token_of_another_visit_does_not_count(tool: Tool) -> None:
    one, two = probe(tool.got_in(launch_into(tool, "21"))), probe(tool.got_in(launch_into(tool, "22")))
    assert tool.browser.post(two, data={"csrf_token": token_on(get(tool, one))}, base_url=TOOL_URL).status_code == 403


def test_a_post_without_any_visit_is_refused(tool: Tool) -> None:
    assert tool.browser.post("/probe", base_url=TOOL_URL).status_code == 403


def test_addresses_inside_a_visit_carry_its_key(app: Flask, tool: Tool) -> None:
    landing = tool.got_in(tool.launch())
    cookie = tool.browser.get_cookie(f"__Host-visit-{key_of(landing)}", domain="tool.test")
    assert cookie is not None
    headers = {"Cookie": f"{cookie.key}={cookie.value}"}
    with app.test_request_context(landing, base_url=TOOL_URL, headers=headers):
        app.preprocess_request()
        assert href("modules.overview") == f"/modules?v={key_of(landing)}"
        assert current_visitor().roles == {Role.PARTICIPANT}
    with app.test_request_context("/modules", base_url=TOOL_URL):
        app.preprocess_request()
        assert href("modules.overview") == "/modules"


def test_a_visitor_comes_back_as_it_went_into_the_cookie(app: Flask, tool: Tool) -> None:
    tool.got_in(tool.launch())
    visitor = Visitor(
        user_id=1,
        platform_id=1,
        registration_id=tool.registration_id,
        deployment_id=1,
        course_id=None,
        resource_link_id=None,
        module_slug=None,
        roles=frozenset({Role.INSTRUCTOR, Role.TEST_USER}),
        locale="de_kids",
        frame_origin="https://moodle.test",
    )
    with app.test_request_context("/", base_url=TOOL_URL):
        response = app.response_class()
        key = open_visit(response, visitor, now=tool.clock())
    cookie = response.headers["Set-Cookie"].split(";")[0]
    with app.test_request_context(f"/modules?v={key}", base_url=TOOL_URL, headers={"Cookie": cookie}):
        app.preprocess_request()
        assert current_visitor() == replace(visitor)


def test_a_login_outside_of_frames_goes_straight_to_the_platform(tool: Tool) -> None:
    assert tool.login().location.startswith("https://moodle.test/mod/lti/auth.php?")


def test_a_login_in_a_frame_first_checks_that_cookies_come_back(tool: Tool) -> None:
    first = tool.login(headers=IN_FRAME)
    assert first.status_code == 302
    assert first.location.startswith("https://tool.test/lti/login?check=")
    second = get(tool, first.location)
    assert second.status_code == 302
    query = {name: values[0] for name, values in parse_qs(urlsplit(second.location).query).items()}
    assert query["lti_message_hint"] == '{"cmid":95,"launchid":"ltilaunch95_814511978"}'
    assert query["redirect_uri"] == "https://tool.test/lti/launch"


def test_a_launch_in_a_frame_gets_in_after_the_check(tool: Tool) -> None:
    second = get(tool, tool.login(headers=IN_FRAME).location)
    query = {name: values[0] for name, values in parse_qs(urlsplit(second.location).query).items()}
    begun = tool.begin()
    token = tool.token(replace(begun, nonce=query["nonce"]))
    tool.got_in(tool.post(token, query["state"]))


def test_a_frame_without_cookies_offers_a_new_window_and_leaves_the_hint_unused(tool: Tool) -> None:
    first = tool.login(headers=IN_FRAME)
    answer = get(tool, first.location, tool.another_browser())
    page = answer.get_data(as_text=True)
    assert answer.status_code == 403
    tool.refused(answer, "cookie_missing")
    assert 'target="_blank"' in page
    assert 'action="/lti/login"' in page
    assert 'name="lti_message_hint" value="{&#34;cmid&#34;:95,&#34;launchid&#34;:&#34;ltilaunch95_814511978&#34;}"' in page


def test_the_new_window_starts_the_same_login_anew(tool: Tool) -> None:
    page = get(tool, tool.login(headers=IN_FRAME).location, tool.another_browser()).get_data(as_text=True)
    fields = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', page.replace("&#34;", '"')[page.index("<form") :]))
    fields["lti_message_hint"] = '{"cmid":95,"launchid":"ltilaunch95_814511978"}'
    window = tool.another_browser()
    begun = tool.begin(browser=window, **fields)
    assert begun.query["login_hint"] == "4"
    tool.got_in(tool.post(tool.token(begun), begun.state, browser=window))


def test_a_launch_without_its_cookie_offers_a_new_window_too(tool: Tool) -> None:
    begun = tool.begin()
    answer = tool.post(tool.token(begun), begun.state, browser=tool.another_browser())
    assert answer.status_code == 403
    assert 'target="_blank"' in answer.get_data(as_text=True)


@pytest.mark.parametrize("state", ["x", "a.b", "W10.c2ln"])
def test_a_made_up_check_is_refused(tool: Tool, state: str) -> None:
    tool.refused(get(tool, f"/lti/login?check={state}"), "state_missing")


def test_a_check_cannot_be_repeated_after_ten_minutes(tool: Tool) -> None:
    first = tool.login(headers=IN_FRAME)
    tool.clock.advance(minutes=11)
    tool.refused(get(tool, first.location), "state_expired")


def test_a_link_without_module_lands_on_the_overview(tool: Tool) -> None:
    assert tool.got_in(tool.launch(custom={})).startswith("/modules?v=")


def test_a_module_that_the_programme_does_not_know_lands_on_the_overview(tool: Tool) -> None:
    begun = tool.begin()
    answer = tool.post(tool.token(begun, custom={"module": "backen"}), begun.state)
    assert answer.location.startswith("/modules?v=")
    assert "module_unknown" in tool.caplog.text


def test_a_script_is_told_in_json_that_its_visit_has_ended(tool: Tool) -> None:
    page = probe(tool.got_in(tool.launch()))
    tool.clock.advance(hours=13)
    answer = tool.browser.post(page, base_url=TOOL_URL, headers={"Accept": "application/json"})
    assert answer.status_code == 403
    assert answer.get_json()["code"] == "visit_missing"
    assert answer.get_json()["message"] == "Ihre Sitzung ist abgelaufen."
    assert "noch einmal in Ihrem Kurs" in answer.get_json()["next_step"]


@pytest.mark.parametrize(("address", "status", "code"), [("/nothing-here", 404, "http_404"), ("/lti/launch", 405, "http_405")])
def test_a_script_gets_json_for_every_refusal(tool: Tool, address: str, status: int, code: str) -> None:
    answer = tool.browser.get(address, base_url=TOOL_URL, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert answer.get_json()["message"]
