"""Journeys of live sessions: one is missed and made up for, its date moves, a course asks for them and then does not."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from html.parser import HTMLParser
from types import MappingProxyType
from typing import Any

import pytest
import vobject
from sqlalchemy import select
from werkzeug.test import TestResponse

from lti_tool import clock
from lti_tool.models import Attempt, AttemptItem, Completion, User
from lti_tool.web.language import ZONE
from tests.journeys.course import BASE, Course, Visit

M1 = "grundlagen-und-strategie"
SESSION = f"/course/live/{M1}/1A"
MINE = f"/modules/{M1}/live/1A"


class _Form(HTMLParser):
    """Gathers what the form with an address would send, untouched."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self._action = action
        self._is_inside = False
        self._select = ""
        self._textarea = ""
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_inside = told.get("action", "").split("?")[0] == self._action
        if not self._is_inside:
            return
        if tag == "input" and told.get("name") and (told.get("type") not in ("checkbox", "radio") or "checked" in told):
            self.fields[told["name"]] = told.get("value", "on")
        elif tag == "select":
            self._select = told.get("name", "")
            self.fields.setdefault(self._select, "")
        elif tag == "option" and self._select and "selected" in told:
            self.fields[self._select] = told.get("value", "")
        elif tag == "textarea":
            self._textarea = told.get("name", "")
            self.fields[self._textarea] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False
        elif tag in ("select", "textarea"):
            self._select = self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.fields[self._textarea] += data


def send(
    visit: Visit, action: str, changed: Mapping[str, str] = MappingProxyType({}), *, on: str, without: tuple[str, ...] = ()
) -> TestResponse:
    """Open a page, change some fields of a form on it, send it."""
    form = _Form(action)
    form.feed(visit.get(on).text)
    assert form.fields, f"{on} has no form for {action}"
    data = {name: value for name, value in (form.fields | dict(changed)).items() if name not in without}
    answer = visit.browser.post(action, query_string={"v": visit.key}, data=data, base_url=BASE)
    assert answer.status_code == 303, answer.text
    return answer


@pytest.fixture
def filled(course: Course) -> Course:
    """A course with the whole programme in it."""
    course.save(course.choose_content().post("/lti/deep-linking", all="programme"))
    return course


def read_and_pass_quiz(course: Course, visit: Visit, person: str) -> None:
    """Read all lessons of module 1 and hand in its quiz without a mistake."""
    programme = course.app.extensions["parts"].catalogue.with_module(M1).programme
    module = programme.find_module(M1)
    for lesson in module.lessons:
        visit.get(f"/modules/{M1}/lessons/{lesson.slug}")
        send(visit, f"/modules/{M1}/lessons/{lesson.slug}/read", on=f"/modules/{M1}/lessons/{lesson.slug}")
    send(visit, f"/modules/{M1}/quiz", on=f"/modules/{M1}/quiz")
    with course.database.write.begin() as session:
        user = session.scalars(select(User.id).where(User.sub == course.lms.person(person).id)).one()
        attempt = session.scalars(select(Attempt).where(Attempt.user_id == user)).one()
        items = {item.id: item for item in module.items}
        for row in session.scalars(select(AttemptItem).where(AttemptItem.attempt_id == attempt.id)):
            row.answer, row.saved_at = items[row.item_id].right_answer.to_stored(), clock.now()
    send(visit, f"/modules/{M1}/quiz/1/answers", on=f"/modules/{M1}/quiz/1/answers")


def user_id(course: Course, person: str) -> int:
    with course.database.read() as session:
        return session.scalars(select(User.id).where(User.sub == course.lms.person(person).id)).one()


def passed(course: Course) -> set[int]:
    with course.database.read() as session:
        return set(session.scalars(select(Completion.user_id).where(Completion.module_slug == M1)))


def ask_for_live_sessions(teacher: Visit) -> None:
    send(teacher, "/course/settings", {"asks_live": "yes"}, on="/course/settings")


def plan(teacher: Visit, code: str, at: datetime | None) -> None:
    local = at.astimezone(ZONE) if at else None
    day, time = (f"{local:%Y-%m-%d}", f"{local:%H:%M}") if local else ("", "")
    page = f"/course/live/{M1}/{code}"
    send(teacher, page, {"day": day, "time": time, "link": "https://konferenz.example/raum"}, on=page)


def calendar_entry(visit: Visit) -> Any:
    answer = visit.get(f"{MINE}.ics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/calendar")
    return vobject.readOne(answer.text).vevent


def test_journey_11_a_session_moves_twice_and_is_cancelled_and_the_calendar_follows(filled: Course) -> None:
    teacher, anna = filled.launch("instructor", M1), filled.launch("participant01", M1)
    assert anna.get(f"{MINE}.ics").status_code == 404
    noon = clock.now().replace(hour=11, minute=0, second=0, microsecond=0)
    entries = []
    for days in (7, 9, 14):
        plan(teacher, "1A", noon + timedelta(days=days))
        entries.append(calendar_entry(anna))
        assert (entries[-1].dtstart.value - noon).days == days
        assert "In den Kalender" in anna.get(MINE).text
    send(teacher, SESSION, {"cancelled": "yes"}, on=SESSION)
    page = anna.get(MINE).text
    assert "findet in Ihrem Kurs nicht statt" in page
    assert "Absage für den Kalender" in page
    entries.append(calendar_entry(anna))
    assert len({entry.uid.value for entry in entries}) == 1
    numbers = [int(entry.sequence.value) for entry in entries]
    assert numbers == sorted(set(numbers))
    assert [entry.status.value for entry in entries] == ["CONFIRMED", "CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert entries[-1].summary.value.startswith("Abgesagt: ")
    assert entries[-1].dtstart.value == entries[-2].dtstart.value
    # Taken up again, and then the date taken back.
    send(teacher, SESSION, on=SESSION, without=("cancelled",))
    again = calendar_entry(anna)
    assert (again.status.value, again.uid.value) == ("CONFIRMED", entries[0].uid.value)
    plan(teacher, "1A", None)
    assert "gilt nicht mehr" in anna.get(MINE).text
    gone = calendar_entry(anna)
    assert gone.status.value == "CANCELLED"
    assert int(gone.sequence.value) > int(again.sequence.value) > numbers[-1]


def test_journey_11_who_missed_a_session_makes_up_for_it_twice(filled: Course) -> None:
    teacher, anna = filled.launch("instructor", M1), filled.launch("participant01", M1)
    ask_for_live_sessions(teacher)
    read_and_pass_quiz(filled, anna, "participant01")
    assert passed(filled) == set()
    answers = {f"answer.{n}": "Wir fragen zuerst die Leute." for n in range(5)}
    for code in ("1A", "1B"):
        plan(teacher, code, clock.now() - timedelta(days=2))
    page = f"/modules/{M1}/live/1A"
    send(anna, page, answers, on=page)
    number = user_id(filled, "participant01")
    send(teacher, f"{SESSION}/follow-ups/{number}", {"reason": "Bitte Frage 2 genauer."}, on=SESSION)
    assert "Bitte Frage 2 genauer." in anna.get(page).text
    for code in ("1A", "1B"):
        page = f"/modules/{M1}/live/{code}"
        send(anna, page, answers, on=page)
    assert passed(filled) == {number}
    filled.app.extensions["parts"].worker.run_once()
    (score,) = filled.lms.scores_received
    assert score.body["scoreGiven"] == 100


def test_journey_21_who_had_passed_has_passed_when_live_sessions_become_compulsory_and_when_they_are_not_any_more(
    filled: Course,
) -> None:
    teacher = filled.launch("instructor", M1)
    early, late, idle = (filled.launch(f"participant0{n}", M1) for n in (1, 2, 3))
    read_and_pass_quiz(filled, early, "participant01")
    ids = [user_id(filled, f"participant0{n}") for n in (1, 2, 3)]
    assert passed(filled) == {ids[0]}
    ask_for_live_sessions(teacher)
    read_and_pass_quiz(filled, late, "participant02")
    # Who had passed stays so; who comes now waits for the sessions.
    assert passed(filled) == {ids[0]}
    assert "Live-Sitzung" in late.get(f"/modules/{M1}").text
    send(teacher, "/course/settings", on="/course/settings", without=("asks_live",))
    # Taken back: whoever waited for nothing else has passed at once, without coming back.
    assert passed(filled) == {ids[0], ids[1]}
    ask_for_live_sessions(teacher)
    assert passed(filled) == {ids[0], ids[1]}
    filled.app.extensions["parts"].worker.run_once()
    assert sorted(score.body["scoreGiven"] for score in filled.lms.scores_received) == [100, 100]
    assert idle.get(f"/modules/{M1}").status_code == 200
