"""Journey 34: Friday's backup is restored on Monday. No grade falls, nobody erased comes back, no certificate twice.

By the manual's own order and commands, on both engines. Nobody looks at a screen on this way, so it needs no browser.
"""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from lti_tool import clock
from lti_tool.app import create_app
from lti_tool.cli import main
from lti_tool.models import Certificate, Restoration, User
from lti_tool.settings import Settings
from tests.chaos import backups
from tests.journeys.course import Course
from tests.journeys.grades import MODULES, Grades
from tests.learning.conftest import take_quiz

pytestmark = pytest.mark.journey

WAITED, CERTIFIED, ERASED, NEW = (f"participant0{number}" for number in range(1, 5))


def lti_tool(course: Course, *arguments: str) -> str:
    """Run a command of the operator's on a course's installation."""
    settings = course.app.extensions["parts"].settings
    environment = {
        "LTI_TOOL_PUBLIC_URL": settings.public_url,
        "LTI_TOOL_DATABASE_URL": settings.effective_database_url,
        "LTI_TOOL_DATA_DIR": str(settings.data_dir),
        "LTI_TOOL_KEYS_DIR": str(settings.keys_dir),
        "LTI_TOOL_SECRET_KEY": settings.secret_key.get_secret_value(),
    }
    done = CliRunner().invoke(main, arguments, env=environment)
    assert done.exit_code == 0, done.output
    return done.output


def certificates_of(course: Course, person: str) -> int:
    with course.database.read() as session:
        user = select(User.id).where(User.sub == course.lms.person(person).id).scalar_subquery()
        return session.scalar(select(func.count()).where(Certificate.user_id == user)) or 0


def put_back(course: Course, backup: Path) -> Course:
    """Put the backup into another database and start the tool on it, as the manual says."""
    parts: Any = course.app.extensions["parts"]
    back = backups.put_back(backup, parts.database)
    parts.database.close()
    address = backups.address_of(back)
    back.close()
    # Made anew, because settings keep what they have worked out.
    settings = Settings(**{**parts.settings.model_dump(), "database_url": address})
    return Course(create_app(settings), course.lms)


def test_journey_34_fridays_backup_is_restored_on_monday(course: Course, tmp_path: Path) -> None:
    course.save(course.choose_content().post("/lti/deep-linking", all="programme"))
    grades, lms = Grades(course), course.lms
    first = MODULES[0]
    for person in (WAITED, CERTIFIED, ERASED):
        course.launch(person, first).get(f"/modules/{first}")
    lti_tool(course, "db", "upgrade")

    # Friday: one has the certificate, one's score waits for a platform that is away.
    for slug in MODULES:
        grades.pass_module(CERTIFIED, slug)
    grades.deliver()
    lms.answer_next(503, service="scores", times=50)
    grades.pass_module(WAITED, first, right=7)
    grades.deliver()
    assert grades.of(WAITED, first) == [None]
    backup = backups.take(course.database, tmp_path)

    # The weekend: it arrives, and a better one; somebody is erased; somebody comes new.
    lms.faults.clear()
    grades.send_all_now()
    visitor = grades.visitor(WAITED)
    with course.database.write.begin() as session:
        take_quiz(session, grades.programme, visitor, first, right=10, now=clock.now())
    grades.deliver()
    assert grades.of(WAITED, first) == [100]
    lti_tool(course, "people", "erase", str(grades.key_of(ERASED)), "--yes")
    course.launch(NEW, first).get(f"/modules/{first}")
    grades.pass_module(NEW, first, right=10)
    grades.deliver()
    assert grades.of(NEW, first) == [100]

    # Monday.
    course = put_back(course, backup)
    grades = Grades(course)
    assert "put back from a backup" in lti_tool(course, "db", "upgrade")
    lti_tool(course, "people", "erase-again", "--yes")
    assert "Noted." in lti_tool(course, "db", "restored")
    lti_tool(course, "outbox", "reconcile")
    grades.send_all_now()
    grades.night()

    # No grade falls: neither what waited, nor what is reached again and not as well, nor what the backup never knew.
    assert grades.of(WAITED, first) == [100]
    page = course.launch(WAITED, first).get(f"/modules/{first}").text
    assert "In Ihrem Kurs steht schon eine bessere Bewertung" in page
    course.launch(NEW, first).get(f"/modules/{first}")
    grades.pass_module(NEW, first, right=8)
    grades.deliver()
    grades.night()
    assert grades.of(NEW, first) == [100]
    assert grades.of(CERTIFIED) == [90] * 5

    # Nobody erased comes back.
    with course.database.read() as session:
        erased = session.scalar(select(User.name).where(User.sub == lms.person(ERASED).id))
        assert erased is None
        assert session.scalars(select(Restoration.how)).all() == ["other_database", "operator"]

    # No certificate twice.
    visit = course.launch(CERTIFIED, first)
    visit.get(f"/modules/{first}")
    visit.get("/certificates")
    grades.deliver()
    assert certificates_of(course, CERTIFIED) == 1
