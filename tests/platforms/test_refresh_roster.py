"""A context's members follow the platform's roster; nobody is deleted, and no transaction waits for the platform."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from lti_tool.lti.claims import Launch, Person
from lti_tool.lti.memberships import Member
from lti_tool.lti.roles import Roles
from lti_tool.models import Membership, User
from lti_tool.models.database import Database
from lti_tool.platforms.record_launch import record_launch
from lti_tool.platforms.refresh_roster import RosterChange, RosterNotOffered, refresh_roster, store_members
from lti_tool.platforms.registration_directory import DirectoryEntry
from tests.platforms.conftest import INSTRUCTOR, LEARNER, again

LATER = timedelta(minutes=5)


def member(sub: str, name: str | None = None, *roles: str, is_active: bool = True) -> Member:
    return Member(sub, Roles.of(roles or ["Learner"]), is_active=is_active, name=name)


@pytest.fixture
def context_id(database: Database, launch: Launch, entry: DirectoryEntry, now: datetime) -> int:
    """The course that Jürgen Müller (sub 4) has opened."""
    with database.read() as session:
        deployment = session.connection().exec_driver_sql("SELECT id FROM deployment").scalar_one()
    visitor = record_launch(database, launch, entry, deployment, None, now=now)
    assert visitor.context_id is not None
    return visitor.context_id


def store(database: Database, entry: DirectoryEntry, context_id: int, *members: Member, now: datetime) -> RosterChange:
    with database.write.begin() as session:
        return store_members(session, entry.platform_id, context_id, members, now=now + LATER)


def people(database: Database) -> dict[str, tuple[str | None, str, bool]]:
    with database.read() as session:
        rows = session.execute(
            select(User.sub, User.name, Membership.roles, Membership.is_gone).join(Membership, Membership.user_id == User.id)
        )
        return {sub: (name, roles, is_gone) for sub, name, roles, is_gone in rows}


def test_people_who_never_came_are_stored_with_bare_and_full_roles(
    database: Database, entry: DirectoryEntry, context_id: int, now: datetime
) -> None:
    change = store(
        database,
        entry,
        context_id,
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
    database: Database, entry: DirectoryEntry, context_id: int, now: datetime
) -> None:
    store(database, entry, context_id, member("4"), member("5"), member("6"), now=now)
    change = store(database, entry, context_id, member("5"), member("6", is_active=False), now=now)
    assert change == RosterChange(members=1, new=0, gone=2)
    assert {sub: is_gone for sub, (_, _, is_gone) in people(database).items()} == {"4": True, "5": False, "6": True}


def test_who_comes_back_is_there_again(database: Database, entry: DirectoryEntry, context_id: int, now: datetime) -> None:
    store(database, entry, context_id, member("5"), now=now)
    assert store(database, entry, context_id, member("4"), member("5"), now=now) == RosterChange(2, 1, 0)
    assert people(database)["4"][2] is False


def test_a_launch_brings_back_who_was_gone(
    database: Database, launch: Launch, entry: DirectoryEntry, context_id: int, now: datetime
) -> None:
    store(database, entry, context_id, member("5"), now=now)
    with database.read() as session:
        deployment = session.connection().exec_driver_sql("SELECT id FROM deployment").scalar_one()
    record_launch(database, again(launch, "nonce-2"), entry, deployment, None, now=now + LATER)
    assert people(database)["4"][2] is False


def test_who_came_in_while_the_pages_were_read_is_not_gone(
    database: Database, launch: Launch, entry: DirectoryEntry, context_id: int, now: datetime
) -> None:
    with database.read() as session:
        deployment = session.connection().exec_driver_sql("SELECT id FROM deployment").scalar_one()
    newcomer = again(launch, "nonce-2", person=Person(sub="9"))
    record_launch(database, newcomer, entry, deployment, None, now=now + 2 * LATER)
    store(database, entry, context_id, member("4"), now=now)
    assert people(database)["9"][2] is False


def test_administrators_stand_in_no_roster_and_are_not_gone_for_that(
    database: Database, launch: Launch, entry: DirectoryEntry, context_id: int, now: datetime
) -> None:
    with database.read() as session:
        deployment = session.connection().exec_driver_sql("SELECT id FROM deployment").scalar_one()
    admin = Roles.of(["http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator", INSTRUCTOR])
    record_launch(database, again(launch, "nonce-2", person=Person(sub="2"), roles=admin), entry, deployment, None, now=now)
    store(database, entry, context_id, member("4"), now=now)
    assert people(database)["2"][2] is False


def test_an_empty_roster_is_not_believed(database: Database, entry: DirectoryEntry, context_id: int, now: datetime) -> None:
    assert store(database, entry, context_id, now=now) == RosterChange(0, 0, 0)
    assert people(database)["4"][2] is False


def test_a_name_that_is_not_shared_leaves_the_one_of_the_launch(
    database: Database, entry: DirectoryEntry, context_id: int, now: datetime
) -> None:
    store(database, entry, context_id, member("4", None), now=now)
    assert people(database)["4"][0] == "Jürgen Müller"


def test_a_thousand_members_are_stored(database: Database, entry: DirectoryEntry, context_id: int, now: datetime) -> None:
    change = store(database, entry, context_id, *(member(f"s{n}", f"Person {n}") for n in range(2500)), now=now)
    assert change == RosterChange(members=2500, new=2500, gone=1)


def test_a_context_without_an_address_says_so(database: Database, launch: Launch, entry: DirectoryEntry, now: datetime) -> None:
    with database.read() as session:
        deployment = session.connection().exec_driver_sql("SELECT id FROM deployment").scalar_one()
    visitor = record_launch(database, replace(launch, memberships_url=None), entry, deployment, None, now=now)
    assert visitor.context_id is not None
    client: object = None
    with pytest.raises(RosterNotOffered):
        refresh_roster(database, client, visitor.context_id, now=now)  # type: ignore[arg-type]
