"""Courses and versions together: an upgrade while a course runs, two processes side by side, the move, attempts across it."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import Client, TestResponse

from lti_tool import bootstrap
from lti_tool.domain.content.pin import Pin
from lti_tool.domain.people import Visitor
from lti_tool.models import Attempt, Certificate, Completion, Course, CourseSettingsRow
from lti_tool.models.database import Database
from tests.content_versions.conftest import NOTE, SLUG
from tests.learning.conftest import M1, answer_rightly, read_all_lessons, take_quiz

QUIZ = f"/modules/{M1}/quiz"
Start = Callable[[str], Flask]


class Person:
    """Somebody with a browser, whose requests go to whichever process they are told."""

    def __init__(self, name: str, app: Flask) -> None:
        self._client: Client = app.test_client()
        self._app = app
        answer = self._client.get(f"/enter/{name}?to=/modules", base_url="https://localhost")
        self._visit = answer.headers["Location"].partition("?")[2]
        self.page: TestResponse = answer

    def at(self, app: Flask) -> "Person":
        """Let the balancer send the next requests to another process; the browser keeps its cookies."""
        other = app.test_client()
        other._cookies = self._client._cookies
        self._client = other
        return self

    def get(self, path: str) -> str:
        self.page = self._client.get(path if "v=" in path else f"{path}?{self._visit}", base_url="https://localhost")
        while self.page.status_code == 303:
            self.page = self._client.get(self.page.headers["Location"], base_url="https://localhost")
        return unescape(self.page.get_data(as_text=True))

    def send(self, action: str, **fields: str) -> str:
        """Send the form of the present page whose address holds `action`."""
        html = self.page.get_data(as_text=True)
        form = next(form for form in re.findall(r"<form.*?</form>", html, re.S) if action in form.partition(">")[0])
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
        address = unescape(re.search(r'action="([^"]*)"', form)[1])  # type: ignore[index]
        answer = self._client.post(address, data={**hidden, **fields}, base_url="https://localhost")
        if answer.status_code == 303:
            return self.get(answer.headers["Location"])
        self.page = answer
        return unescape(answer.get_data(as_text=True))


def test_a_running_course_keeps_its_content_when_the_tool_is_upgraded(process: Start, people: dict[str, Visitor]) -> None:
    process("2026.1")
    new = process("2026.2")
    anna = Person("anna", new)
    anna.get(QUIZ)
    assert "NEU:" not in anna.send(QUIZ)
    # A course that the release before opened without noting a version learned with 2026.1 as well.
    elsewhere = Person("elsewhere", new)
    assert "NEU:" not in elsewhere.get(f"{QUIZ}/1/questions/2")


def test_a_new_course_learns_with_the_newest(process: Start, database: Database, people: dict[str, Visitor]) -> None:
    app = process("2026.2")
    with database.write.begin() as session:
        session.execute(
            update(Course)
            .where(Course.id == people["elsewhere"].course_id)
            .values(programme_slug=SLUG, programme_version="2026.2")
        )
    person = Person("elsewhere", app)
    person.get(QUIZ)
    assert "NEU:" in person.send(QUIZ)


def test_the_instructor_sees_what_is_new_and_moves_the_course(
    process: Start, database: Database, people: dict[str, Visitor]
) -> None:
    process("2026.1")
    new = process("2026.2")
    petra = Person("petra", new)
    assert "Es gibt eine neue Fassung der Inhalte" in petra.get("/course")
    page = petra.get("/course/settings")
    assert "Ihr Kurs lernt mit der Fassung 2026.1 (vom 23. November 2026)." in page
    assert "Neu: Fassung 2026.2 (vom 1. Februar 2027)" in page
    assert NOTE in page
    assert "Erste Fassung." not in page
    assert "Ihr Kurs lernt jetzt mit der neuen Fassung." in petra.send("/course/version")
    page = petra.get("/course/settings")
    assert "Fassung 2026.2 (vom 1. Februar 2027). Das ist die neueste." in page
    assert "umstellen" not in page
    with database.read() as session:
        assert session.get_one(Course, people["anna"].course_id).programme_version == "2026.2"
        assert session.get_one(Course, people["elsewhere"].course_id).programme_version == "2026.1"


def test_who_does_not_teach_cannot_move_a_course_and_nobody_moves_it_back(
    process: Start, database: Database, people: dict[str, Visitor]
) -> None:
    process("2026.1")
    new = process("2026.2")
    petra, anna = Person("petra", new), Person("anna", new)
    petra.get("/course/settings")
    page = petra.page.get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]*)"', anna.get(QUIZ) and anna.page.get_data(as_text=True))[1]  # type: ignore[index]
    refused = anna._client.post(
        f"/course/version?{anna._visit}",
        data={"csrf_token": token, "seen": "2026.1", "to": "2026.2"},
        base_url="https://localhost",
    )
    assert refused.status_code == 403
    assert "Kurs auf Fassung 2026.2 umstellen" in unescape(page)
    petra.send("/course/version")
    for seen, to in (("2026.2", "2026.1"), ("2026.1", "2026.2"), ("2026.2", "2026.9")):
        petra.get("/course/settings")
        token = re.search(r'name="csrf_token" value="([^"]*)"', petra.page.get_data(as_text=True))[1]  # type: ignore[index]
        answer = petra._client.post(
            f"/course/version?{petra._visit}",
            data={"csrf_token": token, "seen": seen, "to": to},
            base_url="https://localhost",
        )
        assert answer.status_code == 409
    with database.read() as session:
        assert session.get_one(Course, people["anna"].course_id).programme_version == "2026.2"


def test_an_open_attempt_is_finished_and_reviewed_with_its_own_questions(
    process: Start, database: Database, people: dict[str, Visitor]
) -> None:
    process("2026.1")
    new = process("2026.2")
    anna, petra = Person("anna", new), Person("petra", new)
    anna.get(QUIZ)
    first = anna.send(QUIZ)
    petra.get("/course/settings")
    assert "Offen sind gerade: 1." in unescape(petra.page.get_data(as_text=True))
    petra.send("/course/version")
    with database.write.begin() as session:
        programme = new.extensions["parts"].programme_in(Pin(SLUG, "2026.1"))
        answer_rightly(session, programme, people["anna"], M1, 1, right=10, now=new.extensions["parts"].now())
    assert anna.get(f"{QUIZ}/1/questions/1").count("NEU:") == 0
    assert "Frage 1 von 10" in first
    anna.get(f"{QUIZ}/1/answers")
    result = anna.send("/answers")
    assert "Bestanden: 10\u00a0von\u00a010\u00a0Punkten" in result
    assert "NEU:" not in result
    # The next attempt is drawn from what the course learns with now; the old one is still shown as it was.
    anna.get(QUIZ)
    assert "NEU:" in anna.send(QUIZ)
    old = anna.get(f"{QUIZ}/1")
    assert "NEU:" not in old
    assert "Ihre Antworten" in old
    with database.read() as session:
        versions = session.scalars(select(Attempt.programme_version).order_by(Attempt.number)).all()
    assert versions == ["2026.1", "2026.2"]


def test_old_and_new_process_side_by_side_show_each_course_the_same(
    process: Start, database: Database, people: dict[str, Visitor]
) -> None:
    old, new = process("2026.1"), process("2026.2")
    petra = Person("petra", new)
    petra.get("/course/settings")
    petra.send("/course/version")
    anna = Person("anna", old)
    anna.get(QUIZ)
    assert "NEU:" in anna.send(QUIZ)
    assert "NEU:" in anna.at(new).get(f"{QUIZ}/1/questions/2")
    assert "NEU:" in anna.at(old).get(f"{QUIZ}/1/questions/2")
    # The old process does not offer to go back, nor what it does not know.
    page = Person("petra", old).get("/course/settings")
    assert "Ihr Kurs lernt mit der Fassung 2026.2" in page
    assert "umstellen" not in page
    # An instructor whose page came from the new process may press the button at the old one.
    with database.write.begin() as session:
        session.get_one(Course, people["anna"].course_id).programme_version = "2026.1"
    petra = Person("petra", new)
    petra.get("/course/settings")
    assert "Ihr Kurs lernt jetzt mit der neuen Fassung." in petra.at(old).send("/course/version")


def test_a_rollback_of_the_files_leaves_moved_courses_where_they_are(
    process: Start, database: Database, people: dict[str, Visitor]
) -> None:
    process("2026.1")
    new = process("2026.2")
    petra = Person("petra", new)
    petra.get("/course/settings")
    petra.send("/course/version")
    back = process("2026.1")
    anna = Person("anna", back)
    anna.get(QUIZ)
    assert "NEU:" in anna.send(QUIZ)
    assert "NEU:" not in Person("elsewhere", back).get(f"{QUIZ}")


def test_a_module_passed_before_the_move_stays_passed_and_the_certificate_names_each_version(
    process: Start, database: Database, people: dict[str, Visitor]
) -> None:
    process("2026.1")
    new = process("2026.2")
    parts, anna = new.extensions["parts"], people["anna"]
    old_programme, new_programme, now = parts.programme_in(Pin(SLUG, "2026.1")), parts.catalogue.served[0].programme, parts.now()
    with database.write.begin() as session:
        read_all_lessons(session, old_programme, anna, M1, now=now)
        take_quiz(session, old_programme, anna, M1, right=9, now=now)
    petra = Person("petra", new)
    petra.get("/course/settings")
    petra.send("/course/version")
    assert "Modul bestanden" in Person("anna", new).get(f"/modules/{M1}")
    with database.write.begin() as session:
        for module in new_programme.required_modules[1:]:
            read_all_lessons(session, new_programme, anna, module.slug, now=now + timedelta(days=1))
            take_quiz(session, new_programme, anna, module.slug, right=9, now=now + timedelta(days=1))
        facts = session.scalars(select(Certificate)).one().facts
        completions = session.scalars(select(Completion.programme_version).order_by(Completion.id)).all()
    assert completions == ["2026.1", *["2026.2"] * 4]
    assert [module["version"] for module in facts["modules"]] == completions


def test_the_worker_hands_in_with_the_attempts_own_answers(
    process: Start, database: Database, people: dict[str, Visitor]
) -> None:
    process("2026.1")
    new = process("2026.2")
    parts, anna = new.extensions["parts"], people["anna"]
    with database.write.begin() as session:
        session.add(CourseSettingsRow(course_id=anna.course_id, time_limit_min=30, changed_at=parts.now()))
    person = Person("anna", new)
    person.get(QUIZ)
    person.send(QUIZ)
    with database.write.begin() as session:
        answer_rightly(session, parts.programme_in(Pin(SLUG, "2026.1")), anna, M1, 1, right=8, now=parts.now())
        session.get_one(Course, anna.course_id).programme_version = "2026.2"
        session.scalars(select(Attempt)).one().ends_at = parts.now() - timedelta(hours=1)
    next(chore for chore in bootstrap.chores(parts) if chore.name == "hand_in").run()
    with database.read() as session:
        attempt = session.scalars(select(Attempt)).one()
    assert (attempt.is_ended_by_time, attempt.points, attempt.programme_version) == (True, 8.0, "2026.1")


def test_each_versions_drawings_have_addresses_of_their_own(
    process: Start, database: Database, people: dict[str, Visitor], folders: dict[str, object]
) -> None:
    process("2026.1")
    new = process("2026.2")
    parts = new.extensions["parts"]
    newest, older = parts.catalogue.served[0].programme, parts.programme_in(Pin(SLUG, "2026.1"))
    name = next(name for name, figure in newest.figures.items() if older.figures[name].svg != figure.svg)
    lesson = next(
        lesson for lesson in newest.modules[0].lessons if f"figur:{name}" in str(vars(lesson))
    )  # fmt: skip
    page = Person("anna", new).get(f"/modules/{M1}/lessons/{lesson.slug}")
    address = unescape(re.search(rf'src="(/figures/{re.escape(name)}[^"]*)"', page)[1])  # type: ignore[index]
    assert f"programme={SLUG}&version=2026.1" in address
    client = new.test_client()
    assert b"<!-- neu -->" not in client.get(address, base_url="https://localhost").data
    assert b"<!-- neu -->" in client.get(address.replace("2026.1", "2026.2"), base_url="https://localhost").data
    for unknown in ("", "?version=2026.1", f"?programme={SLUG}&version=1999.9", "?programme=another&version=2026.1"):
        assert client.get(f"/figures/{name}{unknown}", base_url="https://localhost").status_code == 404


def test_a_version_that_was_never_kept_is_shown_as_the_newest(
    process: Start, database: Database, people: dict[str, Visitor]
) -> None:
    app = process("2026.2")
    with database.write.begin() as session:
        session.get_one(Course, people["anna"].course_id).programme_version = "2025.9"
    anna = Person("anna", app)
    anna.get(QUIZ)
    assert "NEU:" in anna.send(QUIZ)
