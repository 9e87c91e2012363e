"""What telling of a score writes, that repeating it is safe, and that races end well; on both engines."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lti_tool.lti.claims.claim_names import SCOPE_RESULT_READ, SCOPE_SCORE
from lti_tool.models import ColumnLook, DeliveryEvent, DueScore, LineItemRow, ScoreDelivery
from lti_tool.passback.columns.columns import look_at_link, take_up_link
from lti_tool.passback.columns.gradebook_place import GradebookPlace
from lti_tool.passback.due import tell_score
from tests.passback.school import MODULE, MONDAY, School, TestClock, tell_everywhere

ITEM = "https://moodle.test/mod/lti/services.php/2/lineitems/18/lineitem?type_id=2"
OTHER_ITEM = "https://moodle.test/mod/lti/services.php/2/lineitems/19/lineitem?type_id=2"
ITEMS = "https://moodle.test/mod/lti/services.php/2/lineitems?type_id=2"


def a_user_with_link(school: School, **changes: object) -> tuple[int, int]:
    values = {"line_item_url": ITEM, "line_items_url": ITEMS, **changes}
    user_id, link_id = school.person("4"), school.link("15", **values)  # type: ignore[arg-type]
    school.launched(user_id, link_id)
    return user_id, link_id


def take_up(school: School, link_id: int) -> bool:
    """Do what the page does on which a launch of the link lands; tell whether there was anything to do."""
    with school.database.read() as session:
        has_news, _ = look_at_link(session, link_id, user_id=0)
    with school.database.write.begin() as session:
        take_up_link(session, link_id, now=school.clock())
    return has_news


def is_look_wanted(school: School) -> bool:
    with school.database.read() as session:
        return session.scalar(select(ColumnLook.wanted_at)) is not None


def test_a_score_waits_for_the_link_that_was_launched(paper_school: School) -> None:
    user_id, link_id = a_user_with_link(paper_school)
    paper_school.enqueue(user_id, 82.5)
    delivery = paper_school.delivery(user_id, link_id)
    assert (delivery.score_given, delivery.version, delivery.state, delivery.tries) == (82.5, 1, "waiting", 0)
    assert (delivery.next_try_at, delivery.delivered_version, delivery.last_timestamp) == (MONDAY, None, None)
    assert paper_school.line_item_url(link_id) == ITEM
    assert paper_school.events(user_id) == ["enqueued 1 82.5"]


def test_every_launched_link_of_the_module_gets_the_score(paper_school: School) -> None:
    user_id, _ = a_user_with_link(paper_school)
    second = paper_school.link("16", line_item_url=None, line_items_url=ITEMS)
    paper_school.launched(user_id, second)
    paper_school.enqueue(user_id, 70)
    assert paper_school.count() == 2
    assert paper_school.line_item_url(second) is None


def test_a_link_that_somebody_else_launched_gets_the_score_of_whoever_visits_the_course(paper_school: School) -> None:
    user_id, _ = a_user_with_link(paper_school)
    paper_school.link("16", line_item_url=OTHER_ITEM, line_items_url=ITEMS)
    paper_school.enqueue(user_id, 70)
    assert paper_school.count() == 2


def test_a_link_of_a_course_that_was_not_visited_gets_nothing(paper_school: School) -> None:
    user_id, _ = a_user_with_link(paper_school)
    paper_school.link("16", line_item_url=OTHER_ITEM, line_items_url=ITEMS, course_id=paper_school.another_course("3"))
    paper_school.enqueue(user_id, 70)
    assert paper_school.count() == 1


def test_without_a_column_the_score_is_due_and_the_course_is_looked_at(paper_school: School) -> None:
    user_id, _ = a_user_with_link(paper_school)
    paper_school.enqueue(user_id, 70, "technologien-und-daten")
    assert paper_school.count() == 0
    assert is_look_wanted(paper_school)
    with paper_school.database.read() as session:
        due = session.scalars(select(DueScore)).one()
    assert (due.user_id, due.course_id, due.module_slug, due.score_given) == (
        user_id,
        paper_school.course_id,
        "technologien-und-daten",
        70,
    )


def test_a_link_without_a_course_gets_the_score_of_whoever_launched_it(paper_school: School) -> None:
    user_id, link_id = a_user_with_link(paper_school, course_id=None)
    paper_school.link("16", line_item_url=OTHER_ITEM, line_items_url=ITEMS, course_id=None)
    paper_school.enqueue(user_id, 70)
    assert paper_school.count() == 1
    assert paper_school.delivery(user_id, link_id).score_given == 70
    assert not is_look_wanted(paper_school)


def test_a_link_of_another_module_gets_nothing(paper_school: School) -> None:
    user_id, _ = a_user_with_link(paper_school, module_slug="technologien-und-daten")
    paper_school.enqueue(user_id, 70)
    assert paper_school.count() == 0


@pytest.mark.parametrize(
    "changes",
    [{"scopes": (SCOPE_RESULT_READ,)}, {"scopes": ()}, {"line_item_url": None, "line_items_url": None}],
    ids=["no score scope", "no scopes", "no address"],
)
def test_a_link_that_takes_no_scores_gets_nothing(paper_school: School, changes: dict[str, object]) -> None:
    user_id, _ = a_user_with_link(paper_school, **changes)
    paper_school.enqueue(user_id, 70)
    assert paper_school.count() == 0


def test_the_score_scope_and_a_line_item_are_enough(paper_school: School) -> None:
    user_id, _ = a_user_with_link(paper_school, scopes=(SCOPE_SCORE,), line_items_url=None)
    paper_school.enqueue(user_id, 70)
    assert paper_school.count() == 1


@pytest.mark.parametrize("score", [70, 69.999, 0])
def test_a_score_that_is_not_higher_changes_nothing(paper_school: School, clock: TestClock, score: float) -> None:
    user_id, _ = a_user_with_link(paper_school)
    paper_school.enqueue(user_id, 70)
    clock.move(hours=1)
    paper_school.enqueue(user_id, score)
    delivery = paper_school.delivery(user_id)
    assert (delivery.score_given, delivery.version, delivery.changed_at) == (70, 1, MONDAY)
    assert paper_school.events(user_id) == ["enqueued 1 70"]


def test_a_higher_score_replaces_the_waiting_one(paper_school: School, clock: TestClock) -> None:
    user_id, _ = a_user_with_link(paper_school)
    paper_school.enqueue(user_id, 70)
    clock.move(hours=1)
    paper_school.enqueue(user_id, 90)
    delivery = paper_school.delivery(user_id)
    assert (delivery.score_given, delivery.version, delivery.state) == (90, 2, "waiting")
    assert delivery.changed_at == MONDAY + timedelta(hours=1)
    assert paper_school.events(user_id) == ["enqueued 1 70", "superseded 1", "enqueued 2 90"]


def test_a_score_outside_of_0_to_100_is_a_mistake(paper_school: School) -> None:
    user_id = paper_school.person("4")
    for score in (-1, 100.5):
        with paper_school.database.write.begin() as session, pytest.raises(ValueError, match="0 to 100"):
            tell_score(session, [GradebookPlace(1)], user_id=user_id, module_slug=MODULE, score_given=score, now=MONDAY)


def test_nothing_is_enqueued_when_the_transaction_fails(paper_school: School) -> None:
    user_id, _ = a_user_with_link(paper_school)
    with paper_school.database.write() as session:
        tell_everywhere(session, user_id, MODULE, 70, now=MONDAY)
        session.rollback()
    assert paper_school.count() == 0


def test_a_link_that_is_placed_later_gets_what_is_due_to_everybody(paper_school: School) -> None:
    users = []
    for name in ("4", "5"):
        users.append(paper_school.person(name))
        paper_school.launched(
            users[-1], paper_school.link(f"other {name}", line_item_url=None, line_items_url=ITEMS, module_slug=None)
        )
        paper_school.enqueue(users[-1], 80 + int(name))
    assert paper_school.count() == 0
    link_id = paper_school.link("15", line_item_url=ITEM, line_items_url=ITEMS)
    # Somebody else opens it, a teacher for instance.
    assert take_up(paper_school, link_id)
    assert [paper_school.delivery(user_id, link_id).score_given for user_id in users] == [84, 85]
    assert paper_school.events(users[0]) == ["enqueued 1 84"]
    assert not take_up(paper_school, link_id)


def test_a_launch_that_names_another_line_item_moves_the_scores_there(paper_school: School) -> None:
    user_id, link_id = a_user_with_link(paper_school)
    paper_school.enqueue(user_id, 70)
    with paper_school.database.write.begin() as session:
        delivery = session.scalars(select(ScoreDelivery)).one()
        delivery.state, delivery.last_error, delivery.tries = "parked", "line_item_gone", 1
    paper_school.change_link(link_id, line_item_url=OTHER_ITEM)
    assert take_up(paper_school, link_id)
    assert not take_up(paper_school, link_id)
    assert is_look_wanted(paper_school)
    moved = paper_school.delivery(user_id)
    assert (moved.state, moved.last_error, moved.tries, moved.version) == ("waiting", "", 0, 1)
    assert paper_school.line_item_url(link_id) == OTHER_ITEM
    assert paper_school.events(user_id) == ["enqueued 1 70", "retried 1 line item changed"]


def test_a_launch_without_line_item_leaves_the_known_one(paper_school: School) -> None:
    user_id, link_id = a_user_with_link(paper_school)
    paper_school.enqueue(user_id, 70)
    # Moodle leaves `lineitem` out of the claim as soon as a link has two columns.
    paper_school.change_link(link_id, line_item_url=None)
    paper_school.enqueue(user_id, 80)
    assert paper_school.line_item_url(link_id) == ITEM


def test_a_higher_score_leaves_a_claimed_row_to_who_has_it(paper_school: School) -> None:
    user_id, _ = a_user_with_link(paper_school)
    paper_school.enqueue(user_id, 70)
    with paper_school.database.write.begin() as session:
        delivery = session.scalars(select(ScoreDelivery)).one()
        delivery.state, delivery.claimed_by = "claimed", "somebody:1"
        delivery.next_try_at = delivery.lease_until = MONDAY + timedelta(seconds=45)
    paper_school.enqueue(user_id, 90)
    raised = paper_school.delivery(user_id)
    assert (raised.state, raised.claimed_by, raised.version, raised.score_given) == ("claimed", "somebody:1", 2, 90)
    assert raised.next_try_at == MONDAY + timedelta(seconds=45)


def test_twelve_at_once_leave_one_row_with_the_highest_score(paper_school: School) -> None:
    user_id, _ = a_user_with_link(paper_school)
    second = paper_school.link("16", line_item_url=OTHER_ITEM, line_items_url=ITEMS)
    paper_school.launched(user_id, second)
    together = threading.Barrier(12)
    failures: list[BaseException] = []

    def enqueue(score: float) -> None:
        together.wait()
        try:
            paper_school.enqueue(user_id, score)
        except BaseException as err:
            failures.append(err)

    threads = [threading.Thread(target=enqueue, args=(50 + number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with paper_school.database.read() as session:
        rows = session.scalars(select(ScoreDelivery)).all()
        line_items = session.scalar(select(func.count()).select_from(LineItemRow))
        enqueued = select(DeliveryEvent.version).where(
            DeliveryEvent.score_delivery_id == rows[0].id, DeliveryEvent.event == "enqueued"
        )
        versions = session.scalars(enqueued.order_by(DeliveryEvent.id)).all()
    assert [row.score_given for row in rows] == [61, 61]
    assert line_items == 2
    # Every rise is in the ledger, once.
    assert sorted(versions) == list(range(1, rows[0].version + 1))
