"""A button that is pressed twice, or a request that comes again, does its work once and gives the same answer both times."""
# ruff: noqa: F401, F811

from dataclasses import replace

import pytest
from sqlalchemy import select

from lti_tool.app import create_app
from lti_tool.content_versions.catalogue import Catalogue
from lti_tool.domain.documents.check_code import new_check_code
from lti_tool.models import Certificate, NameRequest, WorkbookChapter, WorkbookField, WorkbookVersion
from lti_tool.models.database import Database
from lti_tool.parts import Parts
from tests.certification.conftest import clock, keyring, parts
from tests.certification.tool import Clock
from tests.forms import Form, form_on, forms_on
from tests.shipped import read_programme
from tests.web.two_courses import LESSON, MODULE, SESSION, Browser, TwoCourses

_programme = read_programme()
PEOPLE = ("participant", "test_user", "instructor", "administrator")
LESSON_PAGE = f"/modules/{MODULE}/lessons/{_programme.modules[0].lessons[0].slug}"

# role, page, what the form's address holds, what is typed into it, which state the chapter is in
FORMS = {
    "a hint": ("participant", f"{LESSON_PAGE}/hint", "/hint", {"text": "Das Datum ist veraltet."}, ""),
    "a lesson read": ("participant", LESSON_PAGE, "/read", {}, ""),
    "a follow-up": ("participant", f"/modules/{MODULE}/live/{SESSION}", "/live/", {"answer.0": "Eine andere Antwort"}, ""),
    "a self-assessment": ("participant", "/reifegrad/before", "/reifegrad/", {"evidence-1": "Beschluss", "go": "save"}, ""),
    "a chapter taken back": ("participant", "/workbook/chapters/1", "/reopen", {}, "submitted"),
    "a chapter saved": ("participant", "/workbook/chapters/cover", "/chapters/cover", {"action": "save"}, ""),
    "another name wished": (
        "participant",
        "/certificates/{certificate_id}/name",
        "/name",
        {"name": "A. B.", "reason": "Heirat"},
        "",
    ),
    "an attempt granted": ("instructor", "/course/people/{user_id}", "/attempts", {"module": MODULE, "reason": "Netz"}, ""),
    "settings": ("instructor", "/course/settings", "/settings", {"attempts": "5"}, ""),
    "a live date": ("instructor", f"/course/live/{MODULE}/{SESSION}", f"{SESSION}?", {"day": "2026-12-03", "time": "17:00"}, ""),
    "attendance": ("instructor", f"/course/live/{MODULE}/{SESSION}", "/attendance", {"action": "all"}, ""),
    "a follow-up returned": ("instructor", f"/course/live/{MODULE}/{SESSION}", "/follow-ups/", {"reason": "Zu kurz"}, ""),
    "a hint settled": ("instructor", "/course/hints", "/hints/", {}, ""),
    "a score sent again": ("instructor", "/course/people/{user_id}", "/scores/", {}, ""),
    "a chapter returned": ("instructor", "/workbook/course/{submission_id}", "/course/", {"text": "Bitte ergänzen"}, "submitted"),
    "a chapter accepted": ("instructor", "/workbook/course/{submission_id}", "/course/", {"action": "accept"}, "submitted"),
    "a peer's feedback": ("test_user", "/workbook/peers/{release_id}", "/peers/", {"text": "Gut lesbar"}, ""),
    "a name refused": ("instructor", "/course/certificates", "/names/", {"decision": "refuse", "answer": "Ohne Nachweis"}, ""),
    "a name approved": ("instructor", "/course/certificates", "/names/", {"decision": "approve"}, ""),
    "a letterhead": ("administrator", "/course/certificates/letterhead", "/letterhead", {"note": "Ein Satz"}, ""),
}


@pytest.fixture
def world(parts: Parts, database: Database, clock: Clock) -> TwoCourses:
    app = create_app(parts=replace(parts, catalogue=Catalogue.of(_programme)))
    return TwoCourses.build(app, database, now=clock())


def opened(world: TwoCourses, name: str) -> tuple[Browser, Form]:
    role, page, action, typed, status = FORMS[name]
    with world.database.write.begin() as session:
        # A name that can be printed: Anna's own mark cannot.
        session.scalars(select(NameRequest)).one().name = "Anna Neu"
        session.scalars(select(Certificate)).one().check_code = new_check_code()
        if status:
            session.add(WorkbookChapter(workbook_id=1, number=1, status=status, changed_at=world.now))
    browser = world.somebody("A", role)
    form = form_on(browser.get(page.format(**vars(world.ids))).text, action)
    return browser, Form(form.action.partition("?")[0], {**form.fields, **typed})


@pytest.mark.parametrize("name", FORMS)
def test_the_second_press_changes_nothing_and_says_the_same(world: TwoCourses, name: str) -> None:
    before = world.rows()
    browser, form = opened(world, name)
    first = browser.post(form.action, **form.fields)
    assert first.status_code == 303, first.text
    done = world.rows()
    assert done != before
    second = browser.post(form.action, **form.fields)
    assert (second.status_code, second.location) == (first.status_code, first.location)
    assert world.rows() == done


def test_the_same_page_may_mean_something_else_the_next_time(world: TwoCourses) -> None:
    browser, form = opened(world, "another name wished")
    browser.post(form.action, **form.fields)
    assert browser.post(form.action, **{**form.fields, "name": "Anna Müller"}).status_code == 303
    with world.database.read() as session:
        assert session.scalars(select(NameRequest.name)).one() == "Anna Müller"


def test_nobody_uses_up_somebody_elses_form(world: TwoCourses) -> None:
    browser, form = opened(world, "an attempt granted")
    stranger = world.somebody("B", "instructor")
    stranger.post(form.action, **{**form.fields, "csrf_token": stranger.token})
    before = world.rows()
    assert browser.post(form.action, **form.fields).status_code == 303
    assert world.rows() != before


def test_a_form_that_was_refused_counts_when_it_is_right(world: TwoCourses) -> None:
    browser, form = opened(world, "an attempt granted")
    refused = browser.post(form.action, **{**form.fields, "reason": " "})
    assert refused.status_code == 400
    again = form_on(refused.text, "/attempts")
    before = world.rows()
    assert browser.post(form.action, **{**again.fields, "module": MODULE, "reason": "Netz"}).status_code == 303
    assert world.rows() != before


def test_a_name_that_was_wished_anew_meanwhile_is_not_approved_unseen(world: TwoCourses) -> None:
    browser, form = opened(world, "a name approved")
    with world.database.write.begin() as session:
        session.scalars(select(NameRequest)).one().name = "Anna Ganz Anders"
    answer = browser.post(form.action, **form.fields)
    assert answer.status_code == 409
    assert "Anna Ganz Anders" in answer.text
    with world.database.read() as session:
        assert session.scalars(select(NameRequest.decision)).one() == ""
    assert browser.post(form.action, **{**form_on(answer.text, "/names/").fields, "decision": "approve"}).status_code == 303


def test_a_reason_that_is_missing_or_too_long_leaves_what_was_typed(world: TwoCourses) -> None:
    browser, form = opened(world, "a name refused")
    answer = browser.post(form.action, **{**form.fields, "answer": "x" * 1001})
    assert answer.status_code == 400
    assert form_on(answer.text, "/names/").fields["answer"] == "x" * 1001
