"""Where the frame has no cookie: through the platform's storage into a new window, to choose content and to learn."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

from lti_tool.playground.launching.launches import Form
from tests.journeys.conftest import TOOL
from tests.journeys.course import BASE, Course, Visit

OWN_PAGE = {"Origin": TOOL}


def errand_of(page: str) -> dict[str, str]:
    form = re.search(r'<form id="errand"[^>]*>', page)
    assert form is not None, page
    return {name: unescape(value) for name, value in re.findall(r'data-([a-z]+)="([^"]*)"', form[0])}


def by_way_of_storage(course: Course, login: Form) -> Visit:
    """Do what browser, page and platform do; the frame has no cookies, the window has."""
    frame, storage = course.app.test_client(use_cookies=False), {}
    check = frame.post("/lti/login", data=login, base_url=BASE, headers={"Sec-Fetch-Dest": "iframe"})
    put = errand_of(frame.get(check.location, base_url=BASE).text)
    assert put["origin"] == course.lms.issuer
    storage[put["key"]] = put["value"]
    _, form = course.lms.authenticate(dict(parse_qsl(urlsplit(put["next"]).query)))
    get = errand_of(frame.post("/lti/launch", data=form, base_url=BASE, headers={"Origin": course.lms.issuer}).text)
    form["kept_login"] = storage.pop(get["key"])
    offered = frame.post("/lti/launch", data=form, base_url=BASE, headers=OWN_PAGE)
    handover = re.search(r'name="handover" value="([^"]+)"', offered.text)
    assert handover is not None, offered.text
    window = course.app.test_client()
    landed = window.post("/lti/handover", data={"handover": handover[1]}, base_url=BASE, headers=OWN_PAGE)
    assert landed.status_code == 303, landed.text
    return Visit(window, landed.location)


def test_content_is_chosen_and_opened_in_the_new_window(course: Course) -> None:
    course.lms.offer_storage("_parent")
    choice = by_way_of_storage(course, course.lms.initiate_deep_linking())
    assert choice.landing.startswith("/lti/deep-linking?")
    course.save(choice.post("/lti/deep-linking", all="programme"))
    assert len(course.lms.activities) == 5
    module = course.lms.activities[2].custom["module"]
    visit = by_way_of_storage(course, course.lms.initiate("participant01", module))
    assert visit.landing.startswith(f"/modules/{module}?")
    assert visit.get(f"/modules/{module}").status_code == 200
