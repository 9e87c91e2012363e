"""Journey 20: two who teach note attendance at the door at once; neither overwrites the other.

A third who imports the conference's list comes with that import.
"""

from datetime import timedelta

from sqlalchemy import select

from lti_tool import clock
from lti_tool.models import Attendance
from tests.forms import form_on
from tests.journeys.course import BASE, Course, Visit
from tests.journeys.test_live_sessions import M1, SESSION, filled, plan, user_id

__all__ = ["filled"]


def present(course: Course) -> dict[int, str]:
    with course.database.read() as session:
        return dict(session.execute(select(Attendance.user_id, Attendance.presence)).all())


def note(visit: Visit, fields: dict[str, str]) -> int:
    path = f"{SESSION}/attendance"
    return visit.browser.post(path, query_string={"v": visit.key}, data=fields, base_url=BASE).status_code


def test_journey_20_two_note_attendance_at_the_door_at_once(filled: Course) -> None:
    first = filled.launch("instructor", M1)
    second = filled.launch("administrator", M1)
    for person in ("participant01", "participant02", "participant03"):
        filled.launch(person, M1)
    anna, bela, carla = (user_id(filled, f"participant0{number}") for number in (1, 2, 3))
    plan(first, "1A", clock.now() - timedelta(hours=1))
    pages = [form_on(visit.get(SESSION).text, "/attendance").fields for visit in (first, second)]
    assert note(first, {**pages[0], f"presence.{anna}": "present"}) == 303
    assert note(second, {**pages[1], f"presence.{bela}": "partly"}) == 303
    assert present(filled) == {anna: "present", bela: "partly"}
    # Both note the same person differently: the second is shown both entries, and nothing is overwritten.
    pages = [form_on(visit.get(SESSION).text, "/attendance").fields for visit in (first, second)]
    assert note(first, {**pages[0], f"presence.{carla}": "present"}) == 303
    assert note(second, {**pages[1], f"presence.{carla}": "partly"}) == 409
    assert present(filled)[carla] == "present"
