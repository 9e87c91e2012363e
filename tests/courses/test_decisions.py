"""What instructors decide: settings, further attempts, more time, sending again. Nothing of it reaches another course (N37)."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from lti_tool.courses.course_settings import SettingsRefused, change_settings
from lti_tool.courses.export_course import export_course
from lti_tool.courses.person.extend_time import extend_time
from lti_tool.courses.person.grant_attempt import ReasonMissing, grant_attempt
from lti_tool.courses.person.open_person import open_person
from lti_tool.courses.person.resend_score import resend_late_scores, resend_score
from lti_tool.domain.people import Role, Visitor
from lti_tool.domain.rules.course import CourseSettings
from lti_tool.errors import Forbidden, NotFound, ToolError
from lti_tool.models import DeliveryEvent, ExtendedTime, ExtraAttempt, ScoreDelivery
from lti_tool.progress.course_facts import settings_of
from tests.courses.conftest import M1, M2, School
from tests.syllabus import taught


def not_allowed(school: School) -> list[Visitor]:
    """Everybody who must not decide anything here."""
    return [
        school.visitor(school.member("Anna"), Role.PARTICIPANT),
        school.visitor(school.member("Tess", "participant test_user"), Role.PARTICIPANT, Role.TEST_USER),
        school.visitor(school.member("Max", "mentor"), Role.MENTOR),
    ]


def test_settings_are_stored_and_changed(school: School) -> None:
    teacher = school.teacher()
    wished = CourseSettings(80, 5, 30, date(2026, 11, 1), date(2026, 12, 24))
    change_settings(school.session, taught(school.programme), teacher, wished, now=school.now)
    change_settings(school.session, taught(school.programme), teacher, wished, now=school.now)
    school.session.flush()
    assert settings_of(school.session, school.course_id) == wished
    assert settings_of(school.session, school.other_course_id) == CourseSettings()
    change_settings(school.session, taught(school.programme), teacher, CourseSettings(), now=school.now)
    school.session.flush()
    assert settings_of(school.session, school.course_id) == CourseSettings()


def test_settings_out_of_bounds_are_refused_by_name(school: School) -> None:
    with pytest.raises(SettingsRefused) as refused:
        change_settings(
            school.session,
            taught(school.programme),
            school.teacher(),
            CourseSettings(pass_mark_pct=95, attempts=0),
            now=school.now,
        )
    assert refused.value.faults == ("pass_mark_pct", "attempts")


def test_a_further_attempt_is_kept_with_who_and_why(school: School) -> None:
    anna, teacher = school.member("Anna"), school.teacher()
    grant_attempt(school.session, school.programme, teacher, anna, M1, "  Netz\nausgefallen ", now=school.now)
    row = school.session.scalars(select(ExtraAttempt)).one()
    assert (row.user_id, row.module_slug, row.reason, row.granted_by_id) == (anna, M1, "Netz ausgefallen", teacher.user_id)
    page = open_person(school.session, school.programme, teacher, anna, now=school.now)
    assert page.modules[0].standing.attempts_allowed == 4
    assert [(grant.reason, grant.granted_by) for grant in page.modules[0].grants] == [("Netz ausgefallen", "Petra Wolf")]


def test_no_attempt_is_granted_at_a_module_without_exam(school: School) -> None:
    first, *rest = school.programme.modules
    written = replace(school.programme, modules=(replace(first, has_exam=False, items=()), *rest))
    with pytest.raises(NotFound, match="keine Lernerfolgskontrolle"):
        grant_attempt(school.session, written, school.teacher(), school.member("Anna"), first.slug, "x", now=school.now)
    assert not school.session.scalars(select(ExtraAttempt)).all()


def test_a_further_attempt_needs_a_reason_and_a_module(school: School) -> None:
    anna, teacher = school.member("Anna"), school.teacher()
    with pytest.raises(ReasonMissing):
        grant_attempt(school.session, school.programme, teacher, anna, M1, " \n ", now=school.now)
    with pytest.raises(NotFound):
        grant_attempt(school.session, school.programme, teacher, anna, "gibt-es-nicht", "x", now=school.now)


def test_more_time_is_set_and_taken_back(school: School) -> None:
    anna, teacher = school.member("Anna"), school.teacher()
    for pct in (50, 0):
        extend_time(school.session, teacher, anna, pct, now=school.now)
        school.session.flush()
    assert school.session.scalars(select(ExtendedTime)).one().extra_pct == 0
    with pytest.raises(ToolError):
        extend_time(school.session, teacher, anna, 33, now=school.now)


def test_one_score_is_sent_again(school: School) -> None:
    anna, teacher = school.member("Anna"), school.teacher()
    delivery = school.deliver(anna, M1, school.line_item(M1), state="parked", error="http_404")
    assert resend_score(school.session, teacher, delivery, now=school.now) is True
    row = school.session.get_one(ScoreDelivery, delivery, populate_existing=True)
    assert (row.state, row.last_error) == ("waiting", "")
    assert school.session.scalars(select(DeliveryEvent.event)).all() == ["retried"]


def test_all_late_scores_of_the_course_are_sent_again_and_no_others(school: School) -> None:
    anna, teacher = school.member("Anna"), school.teacher()
    here, there = school.line_item(M1), school.line_item(M1, course_id=school.other_course_id)
    school.deliver(anna, M1, here, state="parked", error="http_404")
    school.deliver(anna, M2, school.line_item(M2), state="delivered")
    elsewhere = school.deliver(anna, M1, there, state="parked", error="http_404")
    assert resend_late_scores(school.session, teacher, now=school.now) == 1
    assert school.session.get_one(ScoreDelivery, elsewhere, populate_existing=True).state == "parked"


def test_people_and_scores_of_another_course_do_not_exist_here(school: School) -> None:
    stranger, teacher = school.member("Ben", course_id=school.other_course_id), school.teacher()
    delivery = school.deliver(stranger, M1, school.line_item(M1, course_id=school.other_course_id), state="parked")
    with pytest.raises(NotFound):
        open_person(school.session, school.programme, teacher, stranger, now=school.now)
    with pytest.raises(NotFound):
        grant_attempt(school.session, school.programme, teacher, stranger, M1, "x", now=school.now)
    with pytest.raises(NotFound):
        extend_time(school.session, teacher, stranger, 50, now=school.now)
    with pytest.raises(NotFound):
        resend_score(school.session, teacher, delivery, now=school.now)


def test_only_who_teaches_decides(school: School) -> None:
    ben = school.member("Ben")
    delivery = school.deliver(ben, M1, school.line_item(M1), state="parked")
    for visitor in not_allowed(school):
        with pytest.raises(Forbidden):
            change_settings(school.session, taught(school.programme), visitor, CourseSettings(), now=school.now)
        with pytest.raises(Forbidden):
            grant_attempt(school.session, school.programme, visitor, ben, M1, "x", now=school.now)
        with pytest.raises(Forbidden):
            extend_time(school.session, visitor, ben, 50, now=school.now)
        with pytest.raises(Forbidden):
            resend_score(school.session, visitor, delivery, now=school.now)
        with pytest.raises(Forbidden):
            resend_late_scores(school.session, visitor, now=school.now)
        with pytest.raises(Forbidden):
            open_person(school.session, school.programme, visitor, ben, now=school.now)
        with pytest.raises(Forbidden):
            export_course(school.session, school.programme, visitor, say=lambda text, **values: text, now=school.now)


def test_a_persons_page_has_attempts_scores_and_ledger_but_no_answers(school: School) -> None:
    anna, teacher = school.member("Anna"), school.teacher()
    school.complete(anna, M1)
    delivery = school.deliver(anna, M1, school.line_item(M1), state="parked", error="user_not_gradable")
    school.session.add(
        DeliveryEvent(score_delivery_id=delivery, version=1, event="parked", detail="user_not_gradable", at=school.now)
    )
    school.session.flush()
    first = open_person(school.session, school.programme, teacher, anna, now=school.now).modules[0]
    assert [(attempt.number, attempt.points, attempt.is_passed) for attempt in first.tries] == [(1, 9.0, True)]
    (shown,) = first.deliveries
    assert (shown.state, shown.can_be_sent_again) == ("parked", True)
    assert shown.ledger[0].reason is not None
    assert shown.ledger[0].reason.text.startswith("Die Lernplattform führt diese Person")
