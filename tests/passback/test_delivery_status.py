"""What participants are told, over all links of a module; on both engines."""

from datetime import datetime, timedelta

from sqlalchemy import select

from lti_tool.models import LineItemRow, ScoreDelivery
from lti_tool.passback.columns.gradebook_place import GradebookPlace
from lti_tool.passback.delivery_status import DeliveryStatus, delivery_status
from tests.passback.school import MODULE, MONDAY, School

LATER = MONDAY + timedelta(minutes=33)


def status(school: School, user_id: int) -> DeliveryStatus | None:
    with school.database.read() as session:
        return delivery_status(session, GradebookPlace(school.course_id), user_id=user_id, module_slug=MODULE)


def a_user_with_links(school: School, count: int) -> tuple[int, list[int]]:
    user_id = school.person("4")
    links = [
        school.link(str(number), line_item_url=f"https://moodle.test/{number}", line_items_url=None) for number in range(count)
    ]
    for link_id in links:
        school.launched(user_id, link_id)
    school.enqueue(user_id, 80)
    return user_id, links


def put(school: School, link_id: int, state: str, *, tries: int = 0, error: str = "", at: datetime | None = None) -> None:
    query = select(ScoreDelivery).join(LineItemRow).where(LineItemRow.resource_link_id == link_id)
    with school.database.write.begin() as session:
        delivery = session.scalars(query).one()
        delivery.state, delivery.tries, delivery.last_error = state, tries, error
        delivery.delivered_at = at if state == "delivered" else None
        delivery.next_try_at = at or MONDAY


def test_without_any_delivery_there_is_nothing_to_tell(paper_school: School) -> None:
    assert status(paper_school, paper_school.person("4")) is None


def test_a_score_that_has_not_been_tried_is_waiting(paper_school: School) -> None:
    user_id, _ = a_user_with_links(paper_school, 1)
    assert status(paper_school, user_id) == DeliveryStatus("waiting", MONDAY)


def test_a_score_on_the_wire_is_waiting(paper_school: School) -> None:
    user_id, (link_id,) = a_user_with_links(paper_school, 1)
    put(paper_school, link_id, "claimed")
    assert status(paper_school, user_id) == DeliveryStatus("waiting", MONDAY)


def test_a_score_that_failed_is_delayed_and_says_until_when(paper_school: School) -> None:
    user_id, (link_id,) = a_user_with_links(paper_school, 1)
    put(paper_school, link_id, "waiting", tries=2, error="http_503", at=LATER)
    assert status(paper_school, user_id) == DeliveryStatus("delayed", MONDAY, LATER, "http_503")


def test_a_delivered_score_says_since_when(paper_school: School) -> None:
    user_id, (link_id,) = a_user_with_links(paper_school, 1)
    put(paper_school, link_id, "delivered", at=LATER)
    assert status(paper_school, user_id) == DeliveryStatus("delivered", LATER)


def test_a_teachers_grade_that_was_kept_is_told(paper_school: School) -> None:
    user_id, (link_id,) = a_user_with_links(paper_school, 1)
    put(paper_school, link_id, "delivered", error="kept_by_teacher", at=LATER)
    assert status(paper_school, user_id) == DeliveryStatus("delivered", LATER, None, "kept_by_teacher")


def test_delivered_is_said_only_when_all_have_arrived(paper_school: School) -> None:
    user_id, (first, second) = a_user_with_links(paper_school, 2)
    put(paper_school, first, "delivered", at=MONDAY)
    assert status(paper_school, user_id) == DeliveryStatus("waiting", MONDAY)
    put(paper_school, second, "delivered", at=LATER)
    assert status(paper_school, user_id) == DeliveryStatus("delivered", LATER)


def test_the_worst_of_several_is_told(paper_school: School) -> None:
    user_id, (first, second, third) = a_user_with_links(paper_school, 3)
    put(paper_school, first, "delivered", at=LATER)
    put(paper_school, second, "waiting", tries=1, error="timeout", at=LATER)
    told = status(paper_school, user_id)
    assert told == DeliveryStatus("delayed", MONDAY, LATER, "timeout")
    put(paper_school, third, "parked", tries=1, error="user_not_gradable")
    assert status(paper_school, user_id) == DeliveryStatus("parked", MONDAY, None, "user_not_gradable")
