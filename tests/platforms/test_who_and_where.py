"""What the header of each page says: whose visit it is, in which course, and the way back to where the launch came from."""

from dataclasses import replace
from datetime import datetime

import pytest

from lti_tool.domain.people import Role, Visitor
from lti_tool.lti.claims.claims import Launch, Presentation
from lti_tool.models import User
from lti_tool.models.database import Database
from lti_tool.platforms.launching.visit_standing import VisitStandings, WhoAndWhere
from lti_tool.platforms.registration_directory import LONGEST_RETURN_URL, DirectoryEntry
from tests.platforms.test_record_launch import record

COURSE = "https://moodle.test/course/view.php?id=2"


@pytest.mark.parametrize("address", [COURSE, "https://campus.test/back"], ids=["the platform's", "its portal's"])
def test_the_way_back_is_where_the_launch_says(entry: DirectoryEntry, launch: Launch, address: str) -> None:
    assert entry.return_url_of(replace(launch, presentation=Presentation(return_url=address))) == address


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "javascript:alert(1)",
        "//moodle.test/back",
        "http://elsewhere.test/back",
        "https://moodle.test;evil/",
        COURSE + "&" + "x" * LONGEST_RETURN_URL,
    ],
)
def test_an_address_that_may_not_stand_on_a_page_is_no_way_back(
    entry: DirectoryEntry, launch: Launch, address: str | None
) -> None:
    assert entry.return_url_of(replace(launch, presentation=Presentation(return_url=address))) == ""


def test_the_header_names_the_person_and_the_course(
    database: Database, launch: Launch, entry: DirectoryEntry, now: datetime
) -> None:
    visitor = record(database, launch, entry, now)
    assert VisitStandings(database).names_of(visitor) == WhoAndWhere("Jürgen Müller", "Smart-City-Manager:in")


def test_it_says_nothing_of_who_is_not_named_and_comes_from_no_course(
    database: Database, entry: DirectoryEntry, now: datetime
) -> None:
    with database.write.begin() as session:
        user = User(platform_id=entry.platform_id, sub="9", name=None, first_seen_at=now, last_seen_at=now)
        session.add(user)
        session.flush()
        user_id = user.id
    nobody = Visitor(
        user_id=user_id,
        course_id=None,
        roles=frozenset({Role.PARTICIPANT}),
        platform_id=entry.platform_id,
        registration_id=entry.registration.id,
        deployment_id=1,
        module_slug=None,
        locale="",
        frame_origin="",
    )
    assert VisitStandings(database).names_of(nobody) == WhoAndWhere()
