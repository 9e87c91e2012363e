"""Which column a score goes to: found, or made once; on both engines."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from lti_tool.lti.claims.claim_names import SCOPE_LINE_ITEM_READ, SCOPE_RESULT_READ, SCOPE_SCORE
from lti_tool.playground.state import Column
from tests.passback.school import MODULE, PlaygroundSchool


def an_ungraded_link(school: PlaygroundSchool) -> tuple[int, int]:
    """Give the playground's id and our key of an activity without a column."""
    activity = school.lms.add_activity("Ohne Bewertung", custom={"module": MODULE}, maximum=None)
    return activity.id, school.activity(str(activity.id), module_slug=MODULE)


def a_column(school: PlaygroundSchool, link_id: int | None, resource_id: str = "", tag: str = "") -> Column:
    with school.lms.site.lock:
        column = Column(school.lms.site.next_id(), "1", "Spalte", 50.0, resource_id, tag, link_id)
        school.lms.site.state.columns[str(column.id)] = column
    return column


def test_a_link_without_column_gets_one_made(school: PlaygroundSchool) -> None:
    activity_id, link_id = an_ungraded_link(school)
    before = len(school.lms.columns)
    school.passed("participant01", link_id, 60)
    school.worker().run_once()
    assert len(school.lms.columns) == before + 1
    made = school.lms.columns[-1]
    assert (made.label, made.maximum, made.resource_id, made.tag, made.link_id) == (
        "Grundlagen und Strategie",
        100,
        MODULE,
        "lti-tool",
        activity_id,
    )
    assert school.grade("participant01", made.id) == 60
    assert school.line_item_url(link_id) == school.lms.line_item_url(made.id)


def test_the_column_is_made_once_for_all_participants(school: PlaygroundSchool) -> None:
    _, link_id = an_ungraded_link(school)
    before = len(school.lms.columns)
    for number in range(1, 11):
        school.passed(f"participant{number:02}", link_id, 60 + number)
    school.worker().run_once()
    assert len(school.lms.columns) == before + 1
    assert school.states() == {"delivered": 10}


def test_four_workers_at_once_make_one_column(school: PlaygroundSchool) -> None:
    _, link_id = an_ungraded_link(school)
    before = len(school.lms.columns)
    for number in range(1, 13):
        school.passed(f"participant{number:02}", link_id, 60 + number)
    together = threading.Barrier(4)
    workers = [school.another_process() for _ in range(4)]

    def deliver(place: int) -> None:
        together.wait()
        workers[place].run_once()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(deliver, range(4)))
    school.worker().run_once()
    assert len(school.lms.columns) == before + 1
    assert school.states() == {"delivered": 12}
    assert len(school.posted()) == 12


def test_of_several_columns_of_the_link_ours_is_taken(school: PlaygroundSchool) -> None:
    activity_id, link_id = an_ungraded_link(school)
    a_column(school, activity_id, "anderes")
    a_column(school, activity_id)
    a_column(school, activity_id, MODULE)
    ours = a_column(school, activity_id, MODULE, "lti-tool")
    school.passed("participant01", link_id, 60)
    school.worker().run_once()
    assert school.grade("participant01", ours.id) == 30  # of 50


def test_a_column_of_the_link_is_taken_whatever_it_is_called(school: PlaygroundSchool) -> None:
    activity_id, link_id = an_ungraded_link(school)
    only = a_column(school, activity_id, "big-3", "big")
    before = len(school.lms.columns)
    school.passed("participant01", link_id, 60)
    school.worker().run_once()
    assert school.grade("participant01", only.id) == 30
    assert len(school.lms.columns) == before


def test_a_column_that_came_along_with_a_copied_course_is_taken(school: PlaygroundSchool) -> None:
    _, link_id = an_ungraded_link(school)
    copied = a_column(school, None, MODULE, "lti-tool")
    school.passed("participant01", link_id, 60)
    school.worker().run_once()
    assert school.grade("participant01", copied.id) == 30


def test_a_column_of_another_link_of_the_same_module_is_not_taken(school: PlaygroundSchool) -> None:
    _, link_id = an_ungraded_link(school)
    other = school.lms.add_activity("Dasselbe noch einmal", custom={"module": MODULE}, maximum=None)
    foreign = a_column(school, other.id, MODULE, "lti-tool")
    school.passed("participant01", link_id, 60)
    school.worker().run_once()
    assert school.grade("participant01", foreign.id) is None
    assert school.states() == {"delivered": 1}


def test_a_column_that_was_made_before_the_worker_died_is_found_again(school: PlaygroundSchool) -> None:
    _, link_id = an_ungraded_link(school)
    before = len(school.lms.columns)
    school.passed("participant01", link_id, 60)
    # The first request is the list of the link's columns, the second that of the copied ones, the third makes one.
    school.lms.hang_next(0, service="lineitems", times=2)
    school.lms.reset_next(service="lineitems", after_work=True)
    worker = school.worker()
    worker.run_once()
    assert (len(school.lms.columns), school.states()) == (before + 1, {"waiting": 1})
    school.time.move(minutes=10)
    worker.run_once()
    assert len(school.lms.columns) == before + 1
    assert school.states() == {"delivered": 1}


@pytest.mark.parametrize(
    "scopes",
    [(SCOPE_SCORE, SCOPE_RESULT_READ, SCOPE_LINE_ITEM_READ), (SCOPE_SCORE, SCOPE_RESULT_READ)],
    ids=["may not create", "may not look"],
)
def test_a_score_without_column_is_parked_where_none_may_be_made(school: PlaygroundSchool, scopes: tuple[str, ...]) -> None:
    _, link_id = an_ungraded_link(school)
    school.change_link(link_id, ags_scopes=" ".join(scopes))
    user_id = school.passed("participant01", link_id, 60)
    school.worker().run_once()
    assert (school.delivery(user_id).state, school.delivery(user_id).last_error) == ("parked", "no_line_item")


def test_a_platform_that_cannot_list_its_columns_now_delays_the_score(school: PlaygroundSchool) -> None:
    _, link_id = an_ungraded_link(school)
    user_id = school.passed("participant01", link_id, 60)
    school.lms.answer_next(503, service="lineitems")
    worker = school.worker()
    worker.run_once()
    assert (school.delivery(user_id).state, school.delivery(user_id).last_error) == ("waiting", "http_503")
    school.time.move(seconds=61)
    worker.run_once()
    assert school.states() == {"delivered": 1}
