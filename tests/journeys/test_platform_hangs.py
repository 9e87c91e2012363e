"""Journey 32: a platform hangs for an hour: people of other platforms notice nothing; its own are told."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from lti_tool import clock
from lti_tool.models import Inquiry, Platform, User
from lti_tool.models.database import Database
from lti_tool.playground import Playground
from tests.passback.school import tell_everywhere
from tests.two_platforms import MODULE, Person, TwoPlatforms, pressing, two_platforms

# A web thread that waited for the platform would wait ten seconds and more, and eight of them are all there are.
NOTICED_S = 5.0


def until(condition: Callable[[], bool], *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.1)


def pass_module(database: Database, platform: Playground, names: list[str]) -> None:
    """Write down that people have passed, as their last step does."""
    with database.write.begin() as session:
        for name in names:
            query = select(User.id).join(Platform).where(Platform.issuer == platform.issuer, User.sub == platform.person(name).id)
            user_id = session.scalars(query).one()
            tell_everywhere(session, user_id, MODULE, 80, now=clock.now())


def visit(stage: TwoPlatforms, name: str) -> Person:
    person = stage.person(stage.good, name).launch()
    person.page()
    return person


@pytest.mark.journey
def test_journey_32_a_platform_hangs_for_an_hour_people_of_others_notice_nothing_and_its_own_are_told(
    tmp_path: Path, database_url: str, keys_folder: Path
) -> None:
    with two_platforms(tmp_path, database_url, keys_folder) as stage:
        database = stage.installation.database
        teachers = [stage.person(stage.other, "instructor").launch() for _ in range(20)]
        learners = [f"participant{number:02}" for number in range(1, 13)]
        for name in learners:
            stage.person(stage.other, name).launch()
        visit(stage, "participant01")

        stage.hang()
        pass_module(database, stage.other, learners)
        with pressing(teachers, pause_s=1.0) as failures:
            time.sleep(2.0)
            # People of the other platform: they come, they read, their scores arrive.
            guests = [visit(stage, f"participant{number:02}") for number in range(2, 12)]
            guests.append(visit(stage, "instructor"))
            guests[-1].page("/course")
            guests[-1].page("/lti/check")
            pass_module(database, stage.good, ["participant01", "participant02"])
            until(lambda: stage.good.grade("participant02", MODULE) is not None, seconds=60)
            until(lambda: "Die Verbindung zu Ihrer Lernplattform funktioniert." in guests[-1].page("/lti/check"), seconds=20)
            until(lambda: "Teilnehmendenliste abgeglichen:" in guests[-1].page("/course"), seconds=20)
        assert failures == []
        assert max(wait for guest in guests for wait in guest.waits) < NOTICED_S
        assert max(wait for teacher in teachers for wait in teacher.waits) < NOTICED_S, "nor do its own wait for it"

        # Its own are told: what does not work, when that was looked at, and that nothing is lost.
        teacher = teachers[0]
        until(lambda: "wird gerade geprüft" not in teacher.page("/lti/check"), seconds=30)
        page = teacher.page("/lti/check")
        assert "Die Lernplattform gibt uns kein Zugriffstoken (timeout)." in page
        assert "Geprüft:" in page
        until(lambda: "wird gerade von Ihrer" not in teacher.page("/course"), seconds=60)
        page = teacher.page("/course")
        assert "Die Lernplattform hat nicht rechtzeitig geantwortet." in page
        assert "noch nicht im Kurs angekommen" in page
        assert "Es geht nichts verloren" in page

        # And when it is back, all goes on by itself.
        stage.recover()
        with database.write.begin() as session:
            session.execute(update(Inquiry).values(answered_at=clock.now() - timedelta(hours=1)))
        until(lambda: "Die Verbindung zu Ihrer Lernplattform funktioniert." in teacher.page("/lti/check"), seconds=40)
        teacher.press("/course/roster", on="/course")
        until(lambda: "Teilnehmendenliste abgeglichen:" in teacher.page("/course"), seconds=40)
        database.close()
