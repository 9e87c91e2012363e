"""Electives: placed singly, with quiz and Teilnahmebescheinigung of their own, and asked for by no certificate."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from flask import Flask, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool import bootstrap
from lti_tool.app import create_app
from lti_tool.certificates.issue.issue_on_request import issue_on_request
from lti_tool.certificates.kinds import find_asked_document
from lti_tool.certificates.kinds.stored_facts import facts_from_json
from lti_tool.certificates.my_certificates import list_my_certificates
from lti_tool.content_versions.catalogue import Catalogue
from lti_tool.courses.person.advice import advice_for
from lti_tool.courses.standings import CertificateState, standings_in
from lti_tool.domain.content.programme import Module, Programme
from lti_tool.domain.documents.certificate import missing_modules
from lti_tool.domain.people import Role, Visitor
from lti_tool.domain.rules.hours import programme_minutes
from lti_tool.domain.rules.placing import placeables
from lti_tool.learning.list_modules import list_modules
from lti_tool.learning.open_module import StepKind, open_module
from lti_tool.models import Certificate, Membership
from lti_tool.models.database import Database
from lti_tool.progress.certificate_due import course_record_of
from lti_tool.progress.course_facts import course_facts_of
from lti_tool.settings import Settings
from lti_tool.web.pages.connecting.deep_linking import _chosen
from lti_tool.web.programme import whole_programme
from lti_tool.web.visits.browser_session import open_visit
from tests.learning import test_pages
from tests.learning.conftest import ISSUER, M2, launch_link, read_all_lessons, take_quiz
from tests.syllabus import taught_in

Browser = test_pages.Browser
ELECTIVE = "mobilitaet"


@pytest.fixture
def elective(programme: Programme) -> Module:
    """Module 2 once more, as an elective without practice task and live sessions."""
    second = programme.modules[1]
    return replace(
        second, number=6, slug=ELECTIVE, title="Mobilität", is_required=False, practice=None, live_sessions=(), examples=()
    )


@pytest.fixture
def whole(programme: Programme, elective: Module) -> Programme:
    return replace(programme, modules=(*programme.modules, elective))


def pass_module(session: Session, whole: Programme, anna: Visitor, slug: str, now: datetime) -> None:
    read_all_lessons(session, whole, anna, slug, now=now)
    take_quiz(session, whole, anna, slug, right=9, now=now)


def test_the_programme_asks_for_its_required_modules_only(whole: Programme, programme: Programme, elective: Module) -> None:
    assert whole.required_modules == programme.modules
    assert whole.electives == (elective,)
    done = {module.slug: date(2026, 11, 30) for module in programme.modules}
    assert missing_modules(whole, done) == ()
    assert programme_minutes(whole) == programme_minutes(programme)
    assert [each.title for each in placeables(whole) if each.module][-1] == "Wahlmodul: Mobilität"


def test_a_course_offers_the_electives_that_it_has_placed(whole: Programme, programme: Programme) -> None:
    assert whole.offering(frozenset({M2})).modules == programme.modules
    assert whole.offering(frozenset({M2})) is whole.offering(frozenset({M2, "elsewhere"}))
    assert whole.offering(frozenset({ELECTIVE})).modules == whole.modules
    assert whole.offering(frozenset()).modules == programme.modules
    assert programme.offering(frozenset()) is programme


def test_an_elective_is_counted_only_where_nothing_else_was_placed(whole: Programme, elective: Module) -> None:
    five = frozenset(module.slug for module in whole.required_modules)
    assert whole.offering(five | {ELECTIVE}).counted_modules == whole.required_modules
    assert whole.offering(frozenset({M2, ELECTIVE})).counted_modules == (whole.modules[1],)
    alone = whole.offering(frozenset({ELECTIVE}))
    assert (alone.placed_modules, alone.counted_modules) == ((elective,), (elective,))
    assert alone.further_modules == whole.required_modules


def test_placing_is_a_matter_of_the_course(session: Session, anna: Visitor, now: datetime) -> None:
    assert anna.course_id is not None

    def placed(course_id: int) -> frozenset[str]:
        return course_facts_of(session, course_id, anna.user_id, now=now).placed

    before = placed(anna.course_id)
    launch_link(session, anna, ELECTIVE, now)
    launch_link(session, anna, None, now)
    assert placed(anna.course_id) == before | {ELECTIVE}
    assert placed(anna.course_id + 1) == frozenset()


def test_who_has_passed_all_but_the_elective_gets_the_certificate(
    session: Session, whole: Programme, programme: Programme, anna: Visitor, now: datetime
) -> None:
    session.add(
        Membership(user_id=anna.user_id, course_id=anna.course_id, roles="participant", first_seen_at=now, last_seen_at=now)
    )
    session.flush()
    # The elective is begun: it is what goes on, but nothing waits for it.
    read_all_lessons(session, whole, anna, ELECTIVE, now=now)
    assert list_modules(session, taught_in(session, whole, anna), anna, now=now).next_module == whole.electives[0]
    for module in programme.modules:
        pass_module(session, whole, anna, module.slug, now)
    page = list_modules(session, taught_in(session, whole, anna), anna, now=now)
    assert (page.completed, page.counted, len(page.lines)) == (5, 5, 6)
    certificate = session.scalars(select(Certificate)).one()
    facts = facts_from_json(certificate.facts)
    assert [module.number for module in facts.modules] == [1, 2, 3, 4, 5]
    assert facts.is_tested
    rules = whole.assessment
    assert anna.course_id is not None
    (member,) = standings_in(session, whole, rules, anna.course_id, now=now)
    assert (member.passed, member.is_finished, len(member.modules)) == (5, True, 6)
    assert member.certificate is CertificateState.ISSUED
    assert advice_for(whole, member).text == "Zertifikat ausgestellt"
    # Its own quiz and its own document.
    take_quiz(session, whole, anna, ELECTIVE, right=8, now=now)
    opened = open_module(session, taught_in(session, whole, anna), anna, ELECTIVE, now=now)
    assert opened.completed_at == now
    assert [step.module.number for step in opened.path] == [1, 2, 3, 4, 5]
    assert opened.next_step.kind is StepKind.CERTIFICATE
    issue_on_request(
        session,
        find_asked_document(whole, "participation", ELECTIVE),
        course_record_of(session, whole, anna.user_id),
        user_id=anna.user_id,
        issuer=ISSUER,
        now=now,
    )
    documents = [facts_from_json(row.facts) for row in session.scalars(select(Certificate).order_by(Certificate.id))]
    assert [facts.modules[0].title for facts in documents][1:] == ["Mobilität"]
    mine = list_my_certificates(session, whole, course_record_of(session, whole, anna.user_id), user_id=anna.user_id, now=now)
    assert (mine.completed, mine.missing, mine.is_something_missing) == (5, (), False)
    assert len(session.scalars(select(Certificate)).all()) == 2


def test_an_elective_alone_earns_no_certificate_and_its_score_goes_its_own_way(
    session: Session, whole: Programme, anna: Visitor, now: datetime
) -> None:
    launch_link(session, anna, ELECTIVE, now)
    pass_module(session, whole, anna, ELECTIVE, now)
    page = open_module(session, taught_in(session, whole, anna), anna, ELECTIVE, now=now)
    assert page.delivery is not None
    assert page.completed_at == now
    assert session.scalars(select(Certificate)).all() == []
    listed = list_modules(session, taught_in(session, whole, anna), anna, now=now)
    assert (listed.completed, listed.next_module) == (0, whole.modules[0])


@pytest.fixture
def app(database: Database, database_url: str, tmp_path: Path, anna: Visitor, whole: Programme) -> Iterator[Flask]:
    settings = Settings(database_url=database_url, data_dir=tmp_path, keys_dir=tmp_path / "keys", embedded_worker="off")
    wired = replace(bootstrap.build(settings), catalogue=Catalogue.of(whole), shelf=None)
    app = create_app(settings, parts=wired)

    @app.get("/enter")
    def enter() -> ResponseReturnValue:
        response = redirect("", 303)
        key = open_visit(response, replace(anna, roles=frozenset({Role.PARTICIPANT, Role.INSTRUCTOR})), now=wired.now())
        response.headers["Location"] = f"/modules?v={key}"
        return response

    yield app
    wired.database.close()


def test_pages_show_an_elective_from_its_first_launch_on(app: Flask, database: Database, anna: Visitor, now: datetime) -> None:
    browser = Browser(app)
    assert "Mobilität" not in browser.text
    assert browser.open(f"/modules/{ELECTIVE}").status_code == 404
    assert ">M6<" not in browser.open("/course").get_data(as_text=True)
    with database.write.begin() as session:
        launch_link(session, anna, ELECTIVE, now)
    overview = browser.open("/modules").get_data(as_text=True)
    assert "Mobilität" in overview
    assert "0 von 5 Modulen bestanden" in overview
    page = browser.open(f"/modules/{ELECTIVE}").get_data(as_text=True)
    assert "Wahlmodul" in page
    assert "Modul 6 von" not in page
    assert "Wahlmodul" in browser.open(f"/modules/{ELECTIVE}/print").get_data(as_text=True)


def test_all_at_once_means_the_required_modules_and_the_rest_is_chosen_singly(app: Flask) -> None:
    with app.test_request_context(method="POST", data={"all": "programme"}):
        assert [each.key for each in _chosen(whole_programme())] == [module.slug for module in whole_programme().required_modules]
    with app.test_request_context(method="POST", data={"item": ELECTIVE}):
        assert [each.key for each in _chosen(whole_programme())] == [ELECTIVE]
