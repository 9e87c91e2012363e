"""Two requests in the same moment: one saves, the other is told; one decision counts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

from lti_tool.domain.people import Role
from lti_tool.domain.rules.workbook import Content, Decision
from lti_tool.models.database import Database
from lti_tool.workbook.editions_for_readers import list_course_drafts
from lti_tool.workbook.feedback import Said, decide_on_submission
from lti_tool.workbook.history import read_history
from lti_tool.workbook.save_fields import FieldEntry, save_fields
from lti_tool.workbook.submit_chapter import submit_chapter
from lti_tool.workbook.take_home.draft import WrongMoment, read_draft
from tests.syllabus import taught
from tests.workbook.cast import MONDAY, PROGRAMME, Course, write


def at_once(*steps: Callable[[], str]) -> list[str]:
    barrier = Barrier(len(steps))

    def run(step: Callable[[], str]) -> str:
        barrier.wait()
        return step()

    with ThreadPoolExecutor(len(steps)) as pool:
        return sorted(pool.map(run, steps))


def test_of_two_saves_in_the_same_moment_one_is_a_conflict_and_both_texts_stay(database: Database) -> None:
    with database.write.begin() as session:
        author = Course(session).person("Ayşe Öztürk")

    def save(text: str) -> str:
        with database.write.begin() as session:
            entries = {"zielbild": FieldEntry(Content(text=text), 0, "")}
            saved = save_fields(session, PROGRAMME, user_id=author.user_id, number=2, entries=entries, now=MONDAY)
            return str(saved["zielbild"].outcome)

    assert at_once(lambda: save("eins"), lambda: save("zwei")) == ["conflict", "saved"]
    with database.read() as session:
        versions = read_history(session, PROGRAMME, user_id=author.user_id, number=2, field_id="zielbild").versions
        assert sorted(version.content.text for version in versions) == ["eins", "zwei"]


def test_a_chapter_submitted_twice_in_the_same_moment_is_submitted_once(database: Database) -> None:
    with database.write.begin() as session:
        author = Course(session).person("Ayşe Öztürk")
        write(session, author, 2, "zielbild", "Im Jahr 2035")

    def submit() -> str:
        try:
            with database.write.begin() as session:
                submit_chapter(session, taught(PROGRAMME), author, 2, now=MONDAY)
        except WrongMoment:
            return "refused"
        return "submitted"

    assert at_once(submit, submit) == ["refused", "submitted"]


def test_of_two_decisions_in_the_same_moment_one_counts(database: Database) -> None:
    with database.write.begin() as session:
        course = Course(session)
        author, instructor = course.person("Ayşe Öztürk"), course.person("Ines Lehmann", Role.INSTRUCTOR)
        write(session, author, 2, "zielbild", "Im Jahr 2035")
        submit_chapter(session, taught(PROGRAMME), author, 2, now=MONDAY)
        edition_id = list_course_drafts(session, PROGRAMME, instructor).waiting[0].edition_id

    def accept() -> str:
        try:
            with database.write.begin() as session:
                said = Said({}, {}, "Gut.")
                decide_on_submission(session, taught(PROGRAMME), instructor, edition_id, Decision.ACCEPTED, said, now=MONDAY)
        except WrongMoment:
            return "refused"
        return "accepted"

    assert at_once(accept, accept) == ["accepted", "refused"]
    with database.read() as session:
        assert read_draft(session, PROGRAMME, user_id=author.user_id).status(2) == "accepted"


def test_first_saves_of_several_fields_begin_one_draft(database: Database) -> None:
    with database.write.begin() as session:
        author = Course(session).person("Ayşe Öztürk")
    fields = [(2, "zielbild"), (2, "offene-punkte"), (4, "meldekette"), (6, "plan")]

    def save(number: int, field_id: str) -> str:
        with database.write.begin() as session:
            entries = {field_id: FieldEntry(Content(text="x"), 0, "")}
            saved = save_fields(session, PROGRAMME, user_id=author.user_id, number=number, entries=entries, now=MONDAY)
            return str(saved[field_id].outcome)

    assert at_once(*(partial(save, *one) for one in fields)) == ["saved", "saved", "saved", "saved"]
