"""Every address of the tool, tried by everybody who might: who has no visit, who learns, who teaches elsewhere."""
# ruff: noqa: F401, F811

import re
from dataclasses import replace

import pytest

from lti_tool.app import create_app
from lti_tool.content_versions.catalogue import Catalogue
from lti_tool.models.database import Database
from lti_tool.parts import Parts
from tests.certification.conftest import clock, keyring, parts
from tests.certification.tool import Clock
from tests.shipped import read_programme
from tests.web.two_courses import MARK, PRIVATE, TwoCourses

# Anyone may come here; each of these checks by itself whatever it has to. All other addresses belong to a visit.
OPEN_TO_ANYONE = {
    "assets.asset", "concerns.barrier", "concerns.look_up", "concerns.receipt", "concerns.report",
    "content.figure", "credentials.achievement", "credentials.did_document", "credentials.issuer",
    "credentials.seal_certificates", "credentials.status_list", "front.front", "handover.take_over", "health.livez",
    "health.readyz", "jwks.jwks", "launch.launch", "legal.accessibility", "legal.easy_language", "legal.imprint", "legal.privacy",
    "login.login",
    "metrics.metrics",
    "public_surveys.figures", "public_surveys.page", "public_surveys.send", "public_surveys.thanks",
    "survey_readers.page", "survey_readers.sign_in",
    "register.begin", "register.by_hand", "register.confirm", "register.register_typed", "verify.document", "verify.find",
    "verify.form", "verify.no_document", "verify.result",
}  # fmt: skip
# Open, and yet a 403 for whoever has not what they were given for it.
WITH_A_CODE = {"handover.take_over", "survey_readers.sign_in"}
TEACHING = {
    "certificate_office.decide", "certificate_office.documents", "letterhead.form", "certificate_office.overview",
    "letterhead.preview", "certificate_office.respell", "letterhead.save", "check.check", "check.check_again",
    "course.refresh",
    "course.resend_all", "course.save_settings", "course.settings", "course.take_told_days",
    "course_live.attendance", "course_live.meeting",
    "course_live.overview", "course_live.plan", "course_live.return_one", "course_people.grant",
    "course_people.more_time", "course_people.nobody_reviewed", "course_people.person",
    "course_people.resend", "course_version.move", "hints.course", "hints.settle", "modules.choose", "packs.file",
    "packs.page", "reifegrad.course", "survey_results.course",
    "workbook_feedback.course", "workbook_feedback.decide", "workbook_feedback.submission",
}  # fmt: skip
# A mentor sees there who has passed, and nothing else.
TEACHING_OR_ACCOMPANYING = {"course.export", "course.overview"}
ANNAS = ("user_id", "certificate_id", "request_id", "hint_id", "delivery_id", "edition_id", "round_id")
STRANGERS = ("B participant", "B mentor", "B instructor", "C administrator")

_programme = read_programme()
on_one_engine = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def world(parts: Parts, database: Database, clock: Clock) -> TwoCourses:
    app = create_app(parts=replace(parts, catalogue=Catalogue.of(_programme)))
    return TwoCourses.build(app, database, now=clock())


@on_one_engine
class TestEveryDoor:
    def test_a_visit_is_needed_wherever_not_anyone_may_come(self, world: TwoCourses) -> None:
        for method in ("GET", "POST"):
            for endpoint, address in world.addresses(method).items():
                answer = world.nobody().ask(method, address)
                assert (answer.status_code == 403) == (endpoint not in OPEN_TO_ANYONE) or endpoint in WITH_A_CODE, endpoint
                assert answer.status_code < 500, endpoint

    def test_a_post_needs_the_token_of_its_visit(self, world: TwoCourses) -> None:
        person = world.somebody("A", "administrator")
        person.token = world.somebody("B", "administrator").token
        before = world.rows()
        for endpoint, address in world.addresses("POST").items():
            if endpoint not in OPEN_TO_ANYONE:
                assert person.ask("POST", address).status_code == 403, endpoint
        assert world.rows() == before

    @pytest.mark.parametrize("role", ["participant", "test_user", "mentor"])
    def test_who_does_not_teach_sees_no_page_for_who_does(self, world: TwoCourses, role: str) -> None:
        person = world.somebody("A", role)
        for method in ("GET", "POST"):
            for endpoint, address in world.addresses(method).items():
                if endpoint in TEACHING or (endpoint in TEACHING_OR_ACCOMPANYING and role != "mentor"):
                    assert person.ask(method, address).status_code == 403, endpoint

    def test_an_instructor_does_not_get_into_what_administrators_decide(self, world: TwoCourses) -> None:
        for method in ("GET", "POST"):
            address = world.addresses(method)["letterhead.form" if method == "GET" else "letterhead.save"]
            assert world.somebody("A", "instructor").ask(method, address).status_code == 403

    @pytest.mark.parametrize("stranger", STRANGERS)
    def test_nobody_reads_or_changes_anything_of_another_course(self, world: TwoCourses, stranger: str) -> None:
        person = world.somebody(*stranger.split())
        before = world.rows()
        for method in ("GET", "POST"):
            for endpoint, address in world.addresses(method).items():
                answer = person.ask(method, address)
                assert answer.status_code < 500, endpoint
                assert MARK.encode() not in answer.get_data(), endpoint
                if any(name in ANNAS for name in world.arguments_of(endpoint)):
                    assert answer.status_code in (403, 404), endpoint
        assert before <= world.rows()

    @pytest.mark.parametrize("role", ["administrator", "instructor", "mentor", "test_user"])
    def test_nobody_of_her_own_course_reads_what_is_private(self, world: TwoCourses, role: str) -> None:
        person = world.somebody("A", role)
        for endpoint, address in world.addresses("GET").items():
            assert PRIVATE.encode() not in person.get(address).get_data(), endpoint
        assert PRIVATE.encode() in world.somebody("A", "participant").get(world.addresses("GET")["notes.overview"]).get_data()

    def test_the_world_would_show_what_is_hers(self, world: TwoCourses) -> None:
        anna, petra = world.somebody("A", "participant"), world.somebody("A", "instructor")
        gets = world.addresses("GET")
        for person, endpoints in (
            (
                anna,
                (
                    "notes.overview",
                    "notes.file",
                    "lessons.page",
                    "live.meeting",
                    "live.calendar",
                    "certificates.document",
                    "certificates.credential",
                    "certificates.overview",
                ),
            ),
            (petra, ("course.overview", "course.export", "course_people.person", "hints.course", "course_live.meeting")),
            (petra, ("certificate_office.overview", "certificate_office.documents", "workbook_feedback.submission")),
            (world.somebody("A", "test_user"), ("workbook_feedback.peers", "workbook_feedback.shown_chapter")),
        ):
            for endpoint in endpoints:
                assert MARK.encode() in person.get(gets[endpoint]).get_data(), endpoint


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("strange", ["a\0b", "' OR 1=1 --%s%(x)s{{7*7}}\uffff"])
def test_no_text_in_an_address_breaks_the_tool(world: TwoCourses, strange: str) -> None:
    names = (
        "module_slug",
        "slug",
        "lesson_slug",
        "check_id",
        "case_id",
        "download_id",
        "code",
        "moment",
        "kind",
        "field_id",
        "invite",
        "name",
    )
    person = world.somebody("A", "administrator")
    for method in ("GET", "POST"):
        for endpoint, address in world.addresses(method, **dict.fromkeys(names, strange)).items():
            if world.arguments_of(endpoint) & set(names):
                assert person.ask(method, address, done=strange, text=strange).status_code < 500, endpoint


@pytest.mark.parametrize("number", [2**31, 10**30])
def test_no_number_in_an_address_breaks_the_tool(world: TwoCourses, number: int) -> None:
    names = (*ANNAS, "number", "position")
    person = world.somebody("A", "administrator")
    for method in ("GET", "POST"):
        for endpoint, address in world.addresses(method, **dict.fromkeys(names, number)).items():
            if world.arguments_of(endpoint) & set(names):
                assert person.ask(method, address).status_code in (404, 405), endpoint


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_form_that_no_column_could_hold_is_refused(world: TwoCourses) -> None:
    anna, petra = world.somebody("A", "participant"), world.somebody("A", "instructor")
    posts = world.addresses("POST")
    for person, endpoint, field in (
        (anna, "hints.leave", "text"),
        (anna, "certificates.send_name_request", "reason"),
        (petra, "course_people.grant", "reason"),
        (petra, "course_live.plan", "link"),
    ):
        form = {"form_key": "k", "module": "grundlagen-und-strategie", "name": "Anna", field: "https://a\0b"}
        assert person.post(posts[endpoint], **form).status_code == 400, endpoint


@on_one_engine
@pytest.mark.parametrize("name", ["endpoint", "_scheme", "_external", "_method", "_anchor", "values", "lang"])
def test_what_a_stranger_adds_to_an_address_stays_a_parameter(world: TwoCourses, name: str) -> None:
    query = {"_external": "1", "_scheme": "javascript", name: "\nalert(1)//"}
    page = world.nobody().get("/privacy", **query).get_data(as_text=True)
    (address,) = re.findall(r'href="([^"]*)" lang="en"', page)
    assert address.startswith("/privacy?")
    assert "lang=en" in address
