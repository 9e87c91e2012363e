"""The course page over HTTP: roster from the platform, roles, what each of them sees, and doors that stay shut (N35, N37)."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from lti_tool import clock
from lti_tool.jobs.turns import Turns
from lti_tool.models import CourseSettingsRow, LineItemRow, Membership, ResourceLink, RosterReading, ScoreDelivery, User
from lti_tool.platforms.roster.refresh_roster import refresh_all_rosters
from lti_tool.playground.launching import claim_names as names
from tests.journeys.course import BASE, Course, Visit

M1 = "grundlagen-und-strategie"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
MENTORED = "https://purl.imsglobal.org/spec/lti/claim/role_scope_mentor"


@pytest.fixture
def filled(course: Course) -> Course:
    """A course with the whole programme in it."""
    course.save(course.choose_content().post("/lti/deep-linking", all="programme"))
    return course


def user_id(course: Course, person: str) -> int:
    with course.database.read() as session:
        found = session.scalar(select(User.id).where(User.sub == course.lms.person(person).id))
    assert found is not None
    return found


def names_in(page: str) -> list[str]:
    return re.findall(r'class="kern-link" href="/course/people/[^"]*">([^<]*)<', page)


def test_the_roster_brings_everybody_page_by_page(filled: Course) -> None:
    filled.lms.add_participants(250)
    visit = filled.launch("instructor", M1)
    assert "noch nie abgeglichen" in visit.get("/course").text
    answer = visit.post("/course/roster", form_on="/course")
    assert answer.status_code == 303
    assert "wird gerade von Ihrer Lernplattform geholt" in visit.get("/course").text
    filled.work()
    page = visit.get("/course").text
    assert "Teilnehmendenliste abgeglichen:" in page
    assert "wird gerade" not in page
    assert "271 Teilnehmende" in page
    assert len(names_in(page)) == 50
    assert len(names_in(visit.get("/course", page=6).text)) == 21


def test_who_left_the_course_is_marked_and_comes_back(filled: Course) -> None:
    filled.launch("participant01", M1)
    visit = filled.launch("instructor", M1)
    filled.lms.unenrol("participant01")
    visit.post("/course/roster", form_on="/course")
    filled.work()
    name = filled.lms.person("participant01").name
    assert name not in visit.get("/course").text
    assert name in visit.get("/course", show="gone").text
    filled.lms.enrol("participant01")
    visit.post("/course/roster", form_on="/course")
    filled.work()
    assert name in visit.get("/course").text


def test_names_are_stored_only_where_they_are_shared(filled: Course) -> None:
    visit = filled.launch("instructor", M1)
    visit.post("/course/roster", form_on="/course")
    filled.work()
    with filled.database.read() as session:
        assert session.scalar(select(User.name).where(User.sub == filled.lms.person("nameless").id)) is None
    assert f"Person {user_id(filled, 'nameless')}" in visit.get("/course").text


def test_at_night_all_rosters_are_read_and_one_that_fails_does_not_stop_the_others(filled: Course) -> None:
    filled.launch("instructor", M1)
    parts = filled.app.extensions["parts"]
    assert refresh_all_rosters(parts.database, parts.service_client, clock=clock.now) == Turns(1, 0, 0)
    filled.lms.answer_next(503, service="memberships")
    assert refresh_all_rosters(parts.database, parts.service_client, clock=clock.now) == Turns(0, 1, 0)
    with filled.database.read() as session:
        reading = session.scalars(select(RosterReading)).one()
        assert (reading.members, reading.problem) == (22, "http_503")
        assert reading.read_at is not None
        assert session.scalars(select(Membership).where(Membership.is_gone.is_(True))).all() == []
    later = clock.now() + timedelta(days=200)
    assert refresh_all_rosters(parts.database, parts.service_client, clock=lambda: later) == Turns(0, 0, 0)


def test_with_the_first_visit_of_the_course_page_the_roster_is_read_by_itself(filled: Course) -> None:
    visit = filled.launch("instructor", M1)
    page = visit.get("/course").text
    assert "wird gerade von Ihrer Lernplattform geholt" in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert "data-waiting" in page
    filled.work()
    page = visit.get("/course").text
    assert "20 Teilnehmende" in page or "21 Teilnehmende" in page
    assert "wird gerade" not in page
    assert "refresh" not in page
    filled.work()
    with filled.database.read() as session:
        assert session.scalars(select(RosterReading)).one().members == 22


def test_who_only_accompanies_others_begins_no_reading(filled: Course) -> None:
    visit = filled.launch("participant02", M1, **{names.ROLES: [MEMBERSHIP + "Mentor"]})
    assert "wird gerade" not in visit.get("/course").text
    filled.work()
    with filled.database.read() as session:
        assert session.scalars(select(RosterReading)).all() == []


def test_a_platform_that_does_not_answer_is_said_in_words_and_not_asked_again_by_itself(filled: Course) -> None:
    visit = filled.launch("instructor", M1)
    filled.lms.answer_next(503, service="memberships")
    assert visit.post("/course/roster", form_on="/course").status_code == 303
    filled.work()
    for _ in range(2):
        page = visit.get("/course").text
        assert "hat nicht rechtzeitig geantwortet" in page
        assert "wird gerade" not in page


def test_no_token_goes_to_a_roster_on_another_origin(filled: Course) -> None:
    elsewhere = {"context_memberships_url": "http://127.0.0.2:9/memberships", "service_versions": ["2.0"]}
    visit = filled.launch("instructor", M1, **{names.NRPS: elsewhere})
    visit.post("/course/roster", form_on="/course")
    filled.work()
    assert "liegt nicht bei der Lernplattform" in visit.get("/course").text
    with filled.database.read() as session:
        assert session.scalars(select(RosterReading.problem)).one() == "foreign_address"


def test_without_the_roster_service_the_page_says_so(filled: Course) -> None:
    visit = filled.launch("instructor", M1, **{names.NRPS: None})
    with filled.database.write.begin() as session:
        session.connection().exec_driver_sql("UPDATE course SET memberships_url = NULL")
    assert "gibt uns die Teilnehmendenliste nicht" in visit.get("/course").text


@pytest.mark.parametrize(
    ("person", "roles", "sees_course", "lands_on"),
    [
        ("participant01", [MEMBERSHIP + "Learner"], False, f"/modules/{M1}"),
        ("participant01", [], False, f"/modules/{M1}"),
        ("participant01", ["urn:unknown:role"], False, f"/modules/{M1}"),
        ("participant01", [MEMBERSHIP + "Learner", TEST_USER], False, f"/modules/{M1}"),
        ("participant01", ["Learner"], False, f"/modules/{M1}"),
        ("instructor", [MEMBERSHIP + "Instructor"], True, f"/modules/{M1}"),
        ("instructor", [MEMBERSHIP + "Instructor", MEMBERSHIP + "Learner"], True, f"/modules/{M1}"),
        ("administrator", ["http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator"], True, f"/modules/{M1}"),
        ("participant02", [MEMBERSHIP + "Mentor"], True, "/course"),
        ("participant02", [MEMBERSHIP + "Mentor", MEMBERSHIP + "Learner"], True, f"/modules/{M1}"),
    ],
)
def test_each_role_lands_where_it_belongs(
    filled: Course, person: str, roles: list[str], sees_course: bool, lands_on: str
) -> None:
    visit = filled.launch(person, M1, **{names.ROLES: roles})
    assert visit.landing.split("?")[0] == lands_on
    assert visit.get("/course").status_code == (200 if sees_course else 403)
    assert ('href="/course?' in visit.get(f"/modules/{M1}").text) is sees_course


def test_a_mentor_sees_passed_or_not_of_their_people_and_nothing_else(filled: Course) -> None:
    for person in ("participant01", "participant03"):
        filled.launch(person, M1)
    own, other = filled.lms.person("participant01"), filled.lms.person("participant03")
    visit = filled.launch("participant02", M1, **{names.ROLES: [MEMBERSHIP + "Mentor"], MENTORED: [own.id]})
    page = visit.get("/course").text
    assert own.name in page
    assert other.name not in page
    assert "/course/people/" not in page
    assert "Nächster Schritt" not in page
    for path in (f"/course/people/{user_id(filled, 'participant01')}", "/course/list.csv", "/course/settings"):
        assert visit.get(path).status_code == 403


def test_participants_and_strangers_get_into_nothing_of_the_course(filled: Course) -> None:
    participant, instructor = filled.launch("participant01", M1), filled.launch("instructor", M1)
    anna = user_id(filled, "participant01")
    reads = ["/course", f"/course/people/{anna}", "/course/list.ods", "/course/settings", "/course/live", f"/course/live/{M1}/1A"]
    writes = [
        f"/course/live/{M1}/1A",
        f"/course/live/{M1}/1A/attendance",
        "/course/roster",
        "/course/scores",
        "/course/settings",
        f"/course/people/{anna}/attempts",
        f"/course/people/{anna}/time",
        f"/course/people/{anna}/scores/1",
    ]
    stranger = Visit(filled.app.test_client(), instructor.landing)
    for visit in (participant, stranger):
        assert [visit.get(path).status_code for path in reads] == [403] * len(reads)
        # The module's page has a form, so the participant's own token is at hand.
        answers = [visit.post(path, form_on="/certificates/name", module=M1, reason="x") for path in writes]
        assert [answer.status_code for answer in answers] == [403] * len(writes)


def test_a_form_without_its_token_changes_nothing(filled: Course) -> None:
    visit = filled.launch("instructor", M1)
    answer = visit.browser.post("/course/settings", query_string={"v": visit.key}, data={"pass_mark_pct": "60"}, base_url=BASE)
    assert answer.status_code == 403
    with filled.database.read() as session:
        assert session.scalars(select(CourseSettingsRow)).all() == []


def save_settings(visit: Visit, **typed: str) -> TestResponse:
    """Save the form of the course's settings with the boxes that are ticked at first."""
    return visit.post("/course/settings", asks_lessons="yes", asks_quiz="yes", **typed)


def test_settings_are_saved_shown_and_refused_when_out_of_bounds(filled: Course) -> None:
    visit = filled.launch("instructor", M1)
    saved = save_settings(visit, pass_mark_pct="80", attempts="5", time_limit_min="45", begins_on="2026-11-01", ends_on="")
    assert saved.status_code == 303
    page = visit.get("/course").text
    assert "bestanden ab 80 Prozent, 5 Versuche je Modul" in page
    assert "45 Minuten Zeit" in page
    refused = save_settings(visit, pass_mark_pct="95", attempts="viele", ends_on="gestern")
    assert refused.status_code == 400
    assert refused.text.count('aria-invalid="true"') >= 2
    assert 'value="viele"' in refused.text
    assert 'value="80"' in visit.get("/course/settings").text


def test_the_quiz_follows_the_courses_settings(filled: Course) -> None:
    visit = filled.launch("instructor", M1)
    save_settings(visit, pass_mark_pct="85", attempts="2")
    page = filled.launch("participant01", M1).get(f"/modules/{M1}/quiz").text
    assert "Bestanden ist ab 8,5 von 10 Punkten." in page


def test_participants_are_told_when_a_quiz_may_be_begun(filled: Course) -> None:
    visit = filled.launch("instructor", M1)
    save_settings(visit, begins_on="2090-12-01", ends_on="2090-12-18")
    assert "ohne Zeitbegrenzung. Lernerfolgskontrollen lassen sich vom 1. Dezember 2090 bis zum" in " ".join(
        visit.get("/course").text.split()
    )
    participant = filled.launch("participant01", M1)
    front = participant.get(f"/modules/{M1}/quiz").text
    assert "Möglich ab dem 1. Dezember 2090" in front
    assert "vom 1. Dezember 2090 bis zum 18. Dezember 2090" in front
    assert "beginnen</span></button>" not in front
    assert "ab 1. Dezember 2090" in participant.get(f"/modules/{M1}").text
    save_settings(visit, begins_on="", ends_on="2020-12-18")
    assert "Der Kurs ist seit dem 18. Dezember 2020 zu Ende" in participant.get(f"/modules/{M1}/quiz").text
    assert "der Kurs ist zu Ende" in participant.get(f"/modules/{M1}").text


def test_an_instructor_grants_an_attempt_and_more_time(filled: Course) -> None:
    filled.launch("participant01", M1)
    visit = filled.launch("instructor", M1)
    person = f"/course/people/{user_id(filled, 'participant01')}"
    without_reason = visit.post(f"{person}/attempts", form_on=person, module=M1, reason=" ")
    assert without_reason.status_code == 400
    assert "Der Grund für den weiteren Versuch fehlt." in without_reason.text
    granted = visit.post(f"{person}/attempts", form_on=person, module=M1, reason="Netz ausgefallen")
    assert granted.status_code == 303
    assert "Grund: Netz ausgefallen" in visit.get(person).text
    assert "Mehr Zeit geben" not in visit.get(person).text
    save_settings(visit, time_limit_min="30")
    assert visit.post(f"{person}/time", form_on=person, extra="50").status_code == 303
    assert '<option value="50" selected>' in visit.get(person).text


def test_a_late_score_is_seen_and_sent_again(filled: Course) -> None:
    filled.launch("participant01", M1)
    visit = filled.launch("instructor", M1)
    anna = user_id(filled, "participant01")
    with filled.database.write.begin() as session:
        link = session.scalars(select(ResourceLink).where(ResourceLink.module_slug == M1)).one()
        item = LineItemRow(resource_link_id=link.id, registration_id=1, url=link.line_item_url, created_at=clock.now())
        session.add(item)
        session.flush()
        delivery = ScoreDelivery(
            user_id=anna,
            line_item_id=item.id,
            module_slug=M1,
            score_given=90,
            state="parked",
            next_try_at=clock.now(),
            last_error="user_not_gradable",
            created_at=clock.now(),
            changed_at=clock.now(),
        )
        session.add(delivery)
        session.flush()
        delivery_id = delivery.id
    page = visit.get("/course").text
    assert "1 Note ist noch nicht im Kurs angekommen" in page
    assert "nicht als Teilnehmer:in" in page
    person = f"/course/people/{anna}"
    assert visit.post(f"{person}/scores/{delivery_id}", form_on=person).status_code == 303
    assert "ist unterwegs" in visit.get(person).text
    with filled.database.write.begin() as session:
        session.execute(update(ScoreDelivery).values(state="parked"))
    assert visit.post("/course/scores", form_on="/course").status_code == 303
    assert "Note ist noch nicht" not in visit.get("/course").text


@pytest.mark.parametrize("kind", ["csv", "ods", "xlsx"])
def test_the_list_is_downloaded_as_a_file(filled: Course, kind: str) -> None:
    filled.launch("participant01", M1)
    answer = filled.launch("instructor", M1).get(f"/course/list.{kind}")
    assert answer.status_code == 200
    assert f".{kind}" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "no-store"
    if kind != "csv":
        assert zipfile.ZipFile(io.BytesIO(answer.data)).testzip() is None


def test_there_is_no_list_of_another_kind(filled: Course) -> None:
    assert filled.launch("instructor", M1).get("/course/list.exe").status_code == 404


def test_after_a_copy_the_new_course_begins_empty_and_keeps_what_people_have_done(filled: Course) -> None:
    filled.launch("participant01", M1)
    filled.launch("instructor", M1).post("/course/settings", pass_mark_pct="80")
    filled.lms.copy_course()
    visit = filled.launch("instructor", M1)
    assert names_in(visit.get("/course").text) == []
    assert "bestanden ab 70 Prozent" in visit.get("/course").text
    filled.launch("participant01", M1)
    assert names_in(visit.get("/course").text) == [filled.lms.person("participant01").name]
    visit.post("/course/roster", form_on="/course")
    filled.work()
    assert "21 Teilnehmende" in visit.get("/course").text
