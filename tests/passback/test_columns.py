"""Columns that go away, come back, move and appear (M3); on both engines."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from lti_tool.models import LineItemRow, Platform, ResourceLink
from lti_tool.passback.columns.reconcile import Reconciliation
from lti_tool.passback.columns.wanted_looks import CLAIM, claim_look
from lti_tool.playground.advantage.answers import Answer
from lti_tool.playground.course import MODULES as PLACED
from tests.passback.school import MODULE, PlaygroundSchool
from tests.passback.test_outbox import take_up
from tests.passback.test_reconcile import reconciled

MODULES = [slug for slug, _ in PLACED]


@pytest.fixture
def moodle(school: PlaygroundSchool) -> PlaygroundSchool:
    """A platform that says that it is a Moodle."""
    with school.database.write.begin() as session:
        session.execute(update(Platform).values(product_family="moodle"))
    return school


def relaunch(school: PlaygroundSchool, link_id: int) -> None:
    """Let somebody launch module 1's activity: the link hears what the platform names now."""
    claims = school.lms.claims("participant09", MODULE, nonce="n")
    named = claims["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"].get("lineitem") or None
    school.time.move(seconds=5)
    school.change_link(link_id, line_item_url=named)
    school.time.move(seconds=5)
    take_up(school, link_id)


def own_grade(school: PlaygroundSchool, name: str) -> float | None:
    """Give somebody's grade in the column that the activity has brought itself."""
    column = school.lms.gradebook.own_column(school.lms.site.activity(MODULE))
    assert column is not None
    return school.grade(name, column.id)


def test_no_column_is_made_for_an_activity_whose_grading_was_switched_off(moodle: PlaygroundSchool) -> None:
    moodle.lms.allow_grades(MODULE, False)
    before = len(moodle.lms.columns)
    users = [moodle.passed(f"participant0{number}", moodle_link(moodle), 80) for number in (1, 2, 3)]
    moodle.worker().run_once()
    moodle.look()
    assert len(moodle.lms.columns) == before
    assert [(moodle.delivery(user).state, moodle.delivery(user).last_error) for user in users] == [("parked", "grading_off")] * 3
    # One of them has looked; the others need not.
    late = moodle.passed("participant04", moodle_link(moodle), 80)
    assert moodle.worker().run_once() == 0
    assert moodle.delivery(late).state == "parked"


def moodle_link(school: PlaygroundSchool) -> int:
    """Give our key of module 1's link, new or known."""
    with school.database.read() as session:
        known = session.scalar(select(ResourceLink.id).where(ResourceLink.module_slug == MODULE))
    return known if known is not None else school.activity()


def test_none_is_made_either_where_the_activity_has_had_one(school: PlaygroundSchool) -> None:
    link_id = school.activity()
    school.passed("participant01", link_id, 70)
    school.worker().run_once()
    school.lms.allow_grades(MODULE, False)
    before = len(school.lms.columns)
    relaunch(school, link_id)
    second = school.passed("participant02", link_id, 80)
    school.worker().run_once()
    school.look()
    reconciled(school)
    assert len(school.lms.columns) == before
    assert (school.delivery(second).state, school.delivery(second).last_error) == ("parked", "line_item_gone")


@pytest.mark.parametrize("finder", ["launch", "night"])
def test_a_column_that_was_switched_off_and_on_gets_everything(moodle: PlaygroundSchool, finder: str) -> None:
    link_id = moodle.activity()
    moodle.passed("participant01", link_id, 70)
    moodle.worker().run_once()
    moodle.lms.allow_grades(MODULE, False)
    moodle.passed("participant02", link_id, 80)
    moodle.worker().run_once()
    moodle.look()
    reconciled(moodle)
    moodle.lms.allow_grades(MODULE, True)
    moodle.time.move(hours=2)
    if finder == "launch":
        relaunch(moodle, link_id)
        moodle.look()
    else:
        reconciled(moodle)
    moodle.time.move(seconds=5)
    moodle.worker().run_once()
    assert (own_grade(moodle, "participant01"), own_grade(moodle, "participant02")) == (70, 80)


def test_what_arrived_in_a_column_that_is_gone_is_no_longer_called_delivered(school: PlaygroundSchool) -> None:
    user = school.passed("participant01", school.activity(), 70)
    school.worker().run_once()
    school.lms.allow_grades(MODULE, False)
    found: Reconciliation = reconciled(school)
    assert (len(found.gone), found.unreadable) == (1, ())
    assert (school.delivery(user).state, school.delivery(user).last_error) == ("parked", "line_item_gone")
    assert school.events(user)[-1] == "parked 1 line_item_gone"
    # Nothing is asked and nothing changes from now on.
    assert reconciled(school).gone == ()
    assert len(school.events(user)) == 3


def test_the_activitys_own_column_wins_as_soon_as_it_is_there(school: PlaygroundSchool) -> None:
    school.lms.allow_grades(MODULE, False)
    link_id = school.activity()
    school.passed("participant01", link_id, 70)
    # A platform of which nobody knows that its activities bring their columns: one is made, for that one time.
    school.worker().run_once()
    made = school.lms.columns[-1]
    assert (made.is_coupled, school.grade("participant01", made.id)) == (False, 70)
    school.lms.allow_grades(MODULE, True)
    school.time.move(hours=1)
    reconciled(school)
    school.time.move(seconds=5)
    school.worker().run_once()
    assert own_grade(school, "participant01") == 70
    school.passed("participant02", link_id, 80)
    school.worker().run_once()
    assert own_grade(school, "participant02") == 80
    assert school.grade("participant02", made.id) is None


def test_a_column_that_was_deleted_is_looked_for_anew_and_gets_what_is_missing(school: PlaygroundSchool) -> None:
    link_id = school.activity()
    users = [school.passed(f"participant0{number}", link_id, 60 + number) for number in (1, 2, 3)]
    school.worker().run_once()
    school.lms.delete_column(MODULE)
    school.lms.allow_grades(MODULE, True)
    school.time.move(hours=1)
    found = reconciled(school)
    assert (len(found.sent_again), found.gone, found.emptied) == (3, (), ())
    school.time.move(seconds=5)
    school.worker().run_once()
    assert [own_grade(school, f"participant0{number}") for number in (1, 2, 3)] == [61, 62, 63]
    assert school.events(users[0])[-2:] == ["retried 1 missing in the gradebook", "delivered 1 61"]


def test_a_launch_before_a_look_does_not_lead_back_to_the_column_that_is_gone(school: PlaygroundSchool) -> None:
    link_id = school.activity()
    old = school.lms.line_item_url(MODULE)
    school.passed("participant01", link_id, 70)
    school.worker().run_once()
    school.lms.allow_grades(MODULE, False)
    school.lms.allow_grades(MODULE, True)
    school.time.move(hours=1)
    reconciled(school)
    # The link's latest launch still names the old one.
    assert not take_up(school, link_id)
    assert school.line_item_url(link_id) != old
    school.passed("participant02", link_id, 80)
    school.time.move(seconds=5)
    school.worker().run_once()
    assert own_grade(school, "participant02") == 80


def test_a_column_whose_address_changes_with_each_launch_floods_nobody(school: PlaygroundSchool) -> None:
    link_id = school.activity()
    for number in range(1, 6):
        school.passed(f"participant0{number}", link_id, 60 + number)
    school.worker().run_once()
    posted = len(school.posted())
    for number in range(4):
        school.time.move(minutes=1)
        school.change_link(link_id, line_item_url=f"{school.lms.line_item_url(MODULE)}&visit={number}")
        school.time.move(seconds=5)
        take_up(school, link_id)
        school.look()
    assert len(school.posted()) == posted
    assert school.states() == {"delivered": 5}


def test_a_locked_column_is_told_apart_from_a_platform_that_is_down(school: PlaygroundSchool) -> None:
    worker = school.worker(concurrency=1)
    locked, other = school.activity(), school.activity("technologien-und-daten")
    users = [school.passed(f"participant0{number}", locked, 70) for number in range(1, 6)]
    school.lms.lock_column(MODULE)
    worker.run_once()
    assert {school.delivery(user).last_error for user in users} == {"http_500"}
    # Other columns of the platform go on.
    user = school.participant("participant07")
    school.launched(user, other)
    school.enqueue(user, 75, "technologien-und-daten")
    assert worker.run_once() == 1
    school.time.move(minutes=2)
    worker.run_once()
    assert {school.delivery(user).last_error for user in users} == {"column_refuses"}
    school.lms.lock_column(MODULE, False)
    school.time.move(hours=1)
    worker.run_once()
    assert school.states() == {"delivered": 6}


def test_a_platform_that_answers_500_to_everything_rests(school: PlaygroundSchool) -> None:
    worker = school.worker(concurrency=1)
    link_id = school.activity()
    for number in range(1, 8):
        school.passed(f"participant0{number}", link_id, 70)
    school.lms.answer_next(500, times=1000)
    worker.run_once()
    asked = 1000 - school.lms.faults.waiting()[0].times
    assert asked <= 12
    assert school.states() == {"waiting": 7}


def test_a_look_that_fails_is_tried_again_less_and_less_often(school: PlaygroundSchool) -> None:
    school.activity()
    user = school.participant()
    school.launched(user, 1)
    school.enqueue(user, 80, "technologien-und-daten")
    school.lms.answer_next(503, service="lineitems", times=1000)
    for _ in range(120):
        school.look()
        school.time.move(minutes=1)
    assert 5 <= 1000 - school.lms.faults.waiting()[0].times <= 12
    school.lms.faults.clear()
    school.time.move(hours=1)
    school.look()
    assert school.states() == {"delivered": 1}


def test_odd_columns_in_a_list_spoil_nothing(school: PlaygroundSchool, monkeypatch: pytest.MonkeyPatch) -> None:
    school.activity()
    user = school.participant()
    school.launched(user, 1)
    whole = school.lms.line_items.read_all

    def with_odd_ones(*arguments: Any) -> Answer:
        answer = whole(*arguments)
        url = school.lms.line_item_url("technologien-und-daten")
        odd = [
            None,
            7,
            {},
            {"id": 5},
            {"id": f"{url}&x={'a' * 3000}", "resourceId": "technologien-und-daten", "resourceLinkId": "900"},
            {"id": f"{url}&y=1", "resourceId": "t" * 600, "tag": "lti-tool", "resourceLinkId": "901"},
            {"id": f"{url}&z=1", "resourceId": "technologien-und-daten", "tag": "somebody-else", "resourceLinkId": "902"},
            {"id": f"{url}&w=1", "resourceId": "technologien-und-daten", "tag": "lti-tool", "resourceLinkId": "9" * 700},
            {
                "id": f"{url}&v=1",
                "resourceId": ["technologien-und-daten"],
                "tag": {},
                "resourceLinkId": [],
                "scoreMaximum": "viel",
            },
        ]
        return replace(answer, body=json.dumps([*odd, *json.loads(answer.body)]))

    monkeypatch.setattr(school.lms.line_items, "read_all", with_odd_ones)
    school.enqueue(user, 80, "technologien-und-daten")
    school.look()
    assert school.grade("participant01", "technologien-und-daten") == 80
    with school.database.read() as session:
        found = session.scalars(select(LineItemRow).where(LineItemRow.resource_link_id.is_(None))).all()
    assert {item.url for item in found} == {school.lms.line_item_url(slug) for slug in MODULES[1:]}


def test_looks_that_a_dead_process_has_begun_are_taken_over(school: PlaygroundSchool) -> None:
    school.activity()
    user = school.participant()
    school.launched(user, 1)
    school.enqueue(user, 80, "technologien-und-daten")
    with school.database.write.begin() as session:
        assert claim_look(session, school.course_id, now=school.time()) is not None
    school.look()
    assert school.states() == {}
    school.time.move(seconds=(CLAIM + timedelta(seconds=1)).total_seconds())
    school.look()
    assert school.states() == {"delivered": 1}


def test_a_column_made_anew_without_our_marks_is_known_by_its_link(school: PlaygroundSchool) -> None:
    """Nobody has ever launched module 2: its column was found in the list, and the new one is called otherwise."""
    school.activity()
    user = school.participant()
    school.launched(user, 1)
    school.enqueue(user, 80, MODULES[1])
    school.look()
    school.lms.allow_grades(MODULES[1], False)
    reconciled(school)
    assert school.delivery(user).state == "parked"
    school.lms.allow_grades(MODULES[1], True)
    made = school.lms.gradebook.own_column(school.lms.site.activity(MODULES[1]))
    assert made is not None
    assert (made.resource_id, made.tag) == ("", "")
    school.time.move(hours=2)
    reconciled(school)
    school.worker().run_once()
    assert school.grade("participant01", made.id) == 80
