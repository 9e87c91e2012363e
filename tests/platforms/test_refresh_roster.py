"""A course's members follow the platform's roster; nobody is deleted, and no transaction waits for the platform."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from lti_tool.lti.advantage.memberships import RosterMember
from lti_tool.lti.claims.claims import Launch, Person
from lti_tool.lti.claims.roles import Roles
from lti_tool.models import Membership, User
from lti_tool.models.database import Database
from lti_tool.platforms.launching.record_launch import record_launch
from lti_tool.platforms.registration_directory import DirectoryEntry
from lti_tool.platforms.roster.refresh_roster import RosterNotOffered, refresh_roster
from lti_tool.platforms.roster.store_members import LAUNCH_COUNTS, NOBODY, OTHER_IDS, RosterChange, store_members
from tests.platforms.conftest import INSTRUCTOR, LEARNER, again

LATER = timedelta(minutes=5)


def member(sub: str, name: str | None = None, *roles: str, is_active: bool = True) -> RosterMember:
    return RosterMember(sub, Roles.of(roles or ["Learner"]), is_active=is_active, name=name)


@pytest.fixture
def course_id(database: Database, launch: Launch, entry: DirectoryEntry, now: datetime) -> int:
    """The course that Jürgen Müller (sub 4) has opened."""
    with database.read() as session:
        deployment = session.connection().exec_driver_sql("SELECT id FROM deployment").scalar_one()
    visitor = record_launch(database, launch, entry, deployment, None, now=now)
    assert visitor.course_id is not None
    return visitor.course_id


def store(database: Database, entry: DirectoryEntry, course_id: int, *members: RosterMember, now: datetime) -> RosterChange:
    with database.write.begin() as session:
        return store_members(session, entry.platform_id, course_id, members, now=now + LATER)


def people(database: Database) -> dict[str, tuple[str | None, str, bool]]:
    with database.read() as session:
        rows = session.execute(
            select(User.sub, User.name, Membership.roles, Membership.is_gone).join(Membership, Membership.user_id == User.id)
        )
        return {sub: (name, roles, is_gone) for sub, name, roles, is_gone in rows}


def test_people_who_never_came_are_stored_with_bare_and_full_roles(
    database: Database, entry: DirectoryEntry, course_id: int, now: datetime
) -> None:
    change = store(
        database,
        entry,
        course_id,
        member("4"),
        member("5", "Ayşe Çelik", LEARNER),
        member("6", "Petra Wolf", "Instructor"),
        member("7", "Jo Ley", LEARNER, INSTRUCTOR),
        now=now,
    )
    assert change == RosterChange(members=4, new=3, gone=0)
    assert people(database) == {
        "4": ("Jürgen Müller", "participant", False),
        "5": ("Ayşe Çelik", "participant", False),
        "6": ("Petra Wolf", "instructor", False),
        "7": ("Jo Ley", "instructor participant", False),
    }


def test_who_is_missing_or_inactive_is_marked_and_not_deleted(
    database: Database, entry: DirectoryEntry, course_id: int, now: datetime
) -> None:
    store(database, entry, course_id, member("4"), member("5"), member("6"), now=now)
    change = store(database, entry, course_id, member("5"), member("6", is_active=False), now=now)
    assert change == RosterChange(members=1, new=0, gone=2)
    assert {sub: is_gone for sub, (_, _, is_gone) in people(database).items()} == {"4": True, "5": False, "6": True}


def test_who_comes_back_is_there_again(database: Database, entry: DirectoryEntry, course_id: int, now: datetime) -> None:
    store(database, entry, course_id, member("4"), member("5"), now=now)
    store(database, entry, course_id, member("5"), now=now)
    assert people(database)["4"][2] is True
    assert store(database, entry, course_id, member("4"), member("5"), now=now) == RosterChange(2, 1, 0)
    assert people(database)["4"][2] is False


def test_a_launch_brings_back_who_was_gone(
    database: Database, launch: Launch, entry: DirectoryEntry, course_id: int, now: datetime
) -> None:
    store(database, entry, course_id, member("4"), member("5"), now=now)
    store(database, entry, course_id, member("5"), now=now)
    assert people(database)["4"][2] is True
    with database.read() as session:
        deployment = session.connection().exec_driver_sql("SELECT id FROM deployment").scalar_one()
    record_launch(database, again(launch, "nonce-2"), entry, deployment, None, now=now + LATER)
    assert people(database)["4"][2] is False


def test_who_came_in_while_the_pages_were_read_is_not_gone(
    database: Database, launch: Launch, entry: DirectoryEntry, course_id: int, now: datetime
) -> None:
    with database.read() as session:
        deployment = session.connection().exec_driver_sql("SELECT id FROM deployment").scalar_one()
    newcomer = again(launch, "nonce-2", person=Person(sub="9"))
    record_launch(database, newcomer, entry, deployment, None, now=now + 2 * LATER)
    store(database, entry, course_id, member("4"), now=now)
    assert people(database)["9"][2] is False


def test_administrators_stand_in_no_roster_and_are_not_gone_for_that(
    database: Database, launch: Launch, entry: DirectoryEntry, course_id: int, now: datetime
) -> None:
    with database.read() as session:
        deployment = session.connection().exec_driver_sql("SELECT id FROM deployment").scalar_one()
    admin = Roles.of(["http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator", INSTRUCTOR])
    record_launch(database, again(launch, "nonce-2", person=Person(sub="2"), roles=admin), entry, deployment, None, now=now)
    store(database, entry, course_id, member("4"), now=now)
    assert people(database)["2"][2] is False


def test_an_empty_roster_is_not_believed(database: Database, entry: DirectoryEntry, course_id: int, now: datetime) -> None:
    assert store(database, entry, course_id, now=now) == RosterChange(0, 0, 0, NOBODY)
    assert people(database)["4"][2] is False


def test_a_name_that_is_not_shared_leaves_the_one_of_the_launch(
    database: Database, entry: DirectoryEntry, course_id: int, now: datetime
) -> None:
    store(database, entry, course_id, member("4", None), now=now)
    assert people(database)["4"][0] == "Jürgen Müller"


def test_a_thousand_members_are_stored(database: Database, entry: DirectoryEntry, course_id: int, now: datetime) -> None:
    change = store(database, entry, course_id, member("4"), *(member(f"s{n}", f"Person {n}") for n in range(2500)), now=now)
    assert change == RosterChange(members=2501, new=2500, gone=0)
    change = store(database, entry, course_id, member("4"), now=now)
    assert change == RosterChange(members=1, new=0, gone=2500)


class Came:
    """Lets people launch from the course."""

    def __init__(self, database: Database, launch: Launch, entry: DirectoryEntry) -> None:
        self.database, self.launch, self.entry = database, launch, entry
        with database.read() as session:
            self.deployment = session.connection().exec_driver_sql("SELECT id FROM deployment").scalar_one()
        self.count = 0

    def __call__(self, sub: str, role: str, now: datetime) -> None:
        self.count += 1
        launch = again(
            self.launch, f"nonce-of-{self.count}", person=Person(sub=sub, name=f"Person {sub}"), roles=Roles.of([role])
        )
        record_launch(self.database, launch, self.entry, self.deployment, None, now=now)


@pytest.fixture
def came(database: Database, launch: Launch, entry: DirectoryEntry, course_id: int) -> Came:
    return Came(database, launch, entry)


def gone(database: Database) -> set[str]:
    return {sub for sub, (_, _, is_gone) in people(database).items() if is_gone}


def test_a_roster_with_other_ids_than_the_launches_concludes_nothing(
    database: Database, entry: DirectoryEntry, course_id: int, came: Came, now: datetime
) -> None:
    came("5", LEARNER, now)
    for _ in range(2):
        change = store(database, entry, course_id, member("anna@stadt.test"), member("ole@stadt.test"), now=now)
        assert change == RosterChange(0, 0, 0, OTHER_IDS)
    assert people(database).keys() == {"4", "5"}
    assert gone(database) == set()


def test_other_ids_are_noticed_after_rosters_that_were_right(
    database: Database, entry: DirectoryEntry, course_id: int, came: Came, now: datetime
) -> None:
    came("5", LEARNER, now)
    store(database, entry, course_id, member("4"), member("5"), member("6"), now=now)
    assert store(database, entry, course_id, member("uuid-4"), member("uuid-5"), now=now).problem == OTHER_IDS
    assert gone(database) == set()


def test_one_person_alone_who_is_missing_keeps_nobody_out_of_the_list_and_is_not_gone(
    database: Database, entry: DirectoryEntry, course_id: int, now: datetime
) -> None:
    change = store(database, entry, course_id, member("5"), member("6"), now=now)
    assert change == RosterChange(members=2, new=2, gone=0, problem=OTHER_IDS)
    assert gone(database) == set()


def test_one_who_came_and_is_in_the_roster_shows_that_the_ids_are_the_same(
    database: Database, entry: DirectoryEntry, course_id: int, came: Came, now: datetime
) -> None:
    came("5", LEARNER, now)
    came("9", INSTRUCTOR, now)
    assert store(database, entry, course_id, member("6"), member("9", None, "Instructor"), now=now) == RosterChange(2, 1, 2)
    assert gone(database) == {"4", "5"}


def test_who_came_long_ago_says_nothing_about_todays_ids(
    database: Database, entry: DirectoryEntry, course_id: int, came: Came, now: datetime
) -> None:
    came("5", LEARNER, now)
    later = now + LAUNCH_COUNTS + LATER
    assert store(database, entry, course_id, member("7"), member("8"), now=later) == RosterChange(2, 2, 2)


def test_a_roster_of_participants_alone_does_not_take_the_instructor_out(
    database: Database, entry: DirectoryEntry, course_id: int, came: Came, now: datetime
) -> None:
    came("9", INSTRUCTOR, now)
    store(database, entry, course_id, member("4"), member("5"), now=now)
    assert store(database, entry, course_id, member("4"), now=now) == RosterChange(1, 0, 1)
    assert gone(database) == {"5"}


def test_who_teaches_without_ever_standing_in_the_roster_has_their_rights_from_elsewhere(
    database: Database, entry: DirectoryEntry, course_id: int, came: Came, now: datetime
) -> None:
    came("9", INSTRUCTOR, now)
    store(database, entry, course_id, member("4"), member("6", None, "Instructor"), now=now)
    assert gone(database) == set()


def test_an_instructor_who_stood_in_the_roster_and_leaves_is_gone_as_long_as_it_names_instructors(
    database: Database, entry: DirectoryEntry, course_id: int, came: Came, now: datetime
) -> None:
    came("9", INSTRUCTOR, now)
    store(database, entry, course_id, member("4"), member("6", None, "Instructor"), member("9", None, "Instructor"), now=now)
    store(database, entry, course_id, member("4"), member("6", None, "Instructor"), now=now)
    assert gone(database) == {"9"}
    store(database, entry, course_id, member("4"), now=now)
    assert gone(database) == {"9"}, "of whom it names none any more nothing is concluded"


def test_what_a_launch_said_counts_more_than_the_roster_and_both_are_kept(
    database: Database, entry: DirectoryEntry, course_id: int, came: Came, now: datetime
) -> None:
    came("9", INSTRUCTOR, now)
    store(database, entry, course_id, member("4", None, "Instructor"), member("9", None, "Learner"), now=now)
    with database.read() as session:
        query = select(User.sub, Membership.roles, Membership.launch_roles, Membership.roster_roles).join(User)
        assert {tuple(row) for row in session.execute(query)} == {
            ("4", "participant", "participant", "instructor"),
            ("9", "instructor participant", "instructor", "participant"),
        }


def test_who_launches_while_the_roster_is_read_stays_what_the_launch_said(
    database: Database, entry: DirectoryEntry, course_id: int, came: Came, now: datetime
) -> None:
    came("9", INSTRUCTOR, now + 2 * LATER)
    store(database, entry, course_id, member("4"), member("9", None, "Learner"), now=now)
    assert people(database)["9"][1] == "instructor"


def test_after_some_weeks_without_a_launch_the_roster_counts(
    database: Database, entry: DirectoryEntry, course_id: int, came: Came, now: datetime
) -> None:
    came("9", INSTRUCTOR, now)
    roster = member("4"), member("9", None, "Learner")
    store(database, entry, course_id, *roster, now=now + LAUNCH_COUNTS - 2 * LATER)
    assert people(database)["9"][1] == "instructor participant"
    store(database, entry, course_id, *roster, now=now + LAUNCH_COUNTS + LATER)
    assert people(database)["9"][1] == "participant"
    came("9", INSTRUCTOR, now + LAUNCH_COUNTS + 3 * LATER)
    assert people(database)["9"][1] == "instructor"


def test_a_course_without_an_address_says_so(database: Database, launch: Launch, entry: DirectoryEntry, now: datetime) -> None:
    with database.read() as session:
        deployment = session.connection().exec_driver_sql("SELECT id FROM deployment").scalar_one()
    visitor = record_launch(database, replace(launch, memberships_url=None), entry, deployment, None, now=now)
    assert visitor.course_id is not None
    client: object = None
    with pytest.raises(RosterNotOffered):
        refresh_roster(database, client, visitor.course_id, now=now)  # type: ignore[arg-type]
