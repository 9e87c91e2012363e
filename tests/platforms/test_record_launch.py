"""What a launch leaves behind, and that its nonce works once; on both engines."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from lti_tool.domain.content.pin import Pin
from lti_tool.domain.people import Role, Visitor
from lti_tool.domain.rules.placing import WORKBOOK
from lti_tool.lti.claims.claims import AgsEndpoint, Launch, LaunchContext, LaunchedResourceLink, Person, PlatformInfo
from lti_tool.lti.claims.roles import Roles
from lti_tool.lti.errors import LaunchRejected
from lti_tool.models import (
    Base,
    Course,
    Deployment,
    LaunchedLink,
    Membership,
    Platform,
    ResourceLink,
    UsedNonce,
    User,
)
from lti_tool.models.database import Database, open_database
from lti_tool.platforms.launching.record_launch import full_name, record_launch, roles_of
from lti_tool.platforms.registering.registrations import add_registration
from lti_tool.platforms.registration_directory import DirectoryEntry
from tests.platforms.conftest import INSTRUCTOR, LEARNER, MOODLE, again

MODULE = "grundlagen-und-strategie"


def record(database: Database, launch: Launch, entry: DirectoryEntry, now: datetime, module: str | None = MODULE) -> Visitor:
    with database.read() as session:
        deployment_id = session.scalar(select(Deployment.id))
    assert deployment_id is not None
    return record_launch(database, launch, entry, deployment_id, module, now=now)


def count_of(database: Database, table: type[Base]) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_first_launch_stores_who_came_from_where_to_which_link(
    database: Database, launch: Launch, entry: DirectoryEntry, now: datetime
) -> None:
    visitor = record(database, launch, entry, now)

    with database.read() as session:
        user = session.scalars(select(User)).one()
        course = session.scalars(select(Course)).one()
        membership = session.scalars(select(Membership)).one()
        link = session.scalars(select(ResourceLink)).one()
        launched = session.scalars(select(LaunchedLink)).one()
        platform = session.scalars(select(Platform)).one()
    assert (user.sub, user.name, user.locale, user.first_seen_at) == ("4", "Jürgen Müller", "de", now)
    assert (course.context_id, course.title, course.label) == ("2", "Smart-City-Manager:in", "SCM-in")
    assert course.registration_id == entry.registration.id
    assert course.memberships_url == launch.memberships_url
    assert (membership.user_id, membership.course_id, membership.roles) == (user.id, course.id, "participant")
    assert (link.resource_link_id, link.course_id, link.title, link.module_slug) == ("95", course.id, "Modul 1", MODULE)
    assert link.line_item_url == "https://moodle.test/mod/lti/services.php/2/lineitems/87/lineitem?type_id=6"
    assert link.line_items_url == "https://moodle.test/mod/lti/services.php/2/lineitems?type_id=6"
    assert link.ags_scopes == "https://purl.imsglobal.org/spec/lti-ags/scope/score"
    assert (launched.user_id, launched.resource_link_id, launched.first_launched_at) == (user.id, link.id, now)
    assert platform.product_family == "moodle"
    assert visitor == Visitor(
        user_id=user.id,
        platform_id=platform.id,
        registration_id=entry.registration.id,
        deployment_id=link.deployment_id,
        course_id=course.id,
        resource_link_id=link.id,
        module_slug=MODULE,
        roles=frozenset({Role.PARTICIPANT}),
        locale="de",
        frame_origin="https://moodle.test",
    )


def test_a_second_launch_changes_rows_and_adds_none(
    database: Database, launch: Launch, entry: DirectoryEntry, now: datetime
) -> None:
    first = record(database, launch, entry, now)
    later = now + timedelta(days=1)
    second = record(
        database,
        again(launch, "nonce-2", person=Person(sub="4", name="Jürgen Müller-Lüdenscheidt"), ags=AgsEndpoint()),
        entry,
        later,
    )

    assert second == first
    for table in (User, Course, Membership, ResourceLink, LaunchedLink):
        assert count_of(database, table) == 1
    with database.read() as session:
        user = session.scalars(select(User)).one()
        link = session.scalars(select(ResourceLink)).one()
        launched = session.scalars(select(LaunchedLink)).one()
    assert (user.name, user.first_seen_at, user.last_seen_at) == ("Jürgen Müller-Lüdenscheidt", now, later)
    assert (link.line_item_url, link.line_items_url, link.ags_scopes) == (None, None, "")
    assert (launched.first_launched_at, launched.last_launched_at) == (now, later)


def test_a_launch_cannot_be_replayed(database: Database, launch: Launch, entry: DirectoryEntry, now: datetime) -> None:
    record(database, launch, entry, now)
    with pytest.raises(LaunchRejected) as caught:
        record(database, again(launch, launch.nonce, person=Person(sub="5")), entry, now)
    assert caught.value.code == "nonce_used"
    assert caught.value.status == 403
    assert count_of(database, User) == 1


def test_of_twenty_simultaneous_replays_one_gets_in(
    database: Database, launch: Launch, entry: DirectoryEntry, now: datetime
) -> None:
    barrier = Barrier(20)

    def replay(_: int) -> str:
        barrier.wait()
        try:
            record(database, launch, entry, now)
        except LaunchRejected as refusal:
            return refusal.code
        return "in"

    with ThreadPoolExecutor(20) as pool:
        outcomes = sorted(pool.map(replay, range(20)))
    assert outcomes == ["in", *["nonce_used"] * 19]


def test_many_first_launches_of_one_course_at_once_all_get_in(
    database: Database, launch: Launch, entry: DirectoryEntry, now: datetime
) -> None:
    barrier = Barrier(16)

    def come(number: int) -> Visitor:
        barrier.wait()
        return record(database, again(launch, f"nonce-{number}", person=Person(sub=str(number))), entry, now)

    with ThreadPoolExecutor(16) as pool:
        visitors = list(pool.map(come, range(16)))
    assert len({visitor.user_id for visitor in visitors}) == 16
    assert len({visitor.course_id for visitor in visitors}) == 1
    assert count_of(database, Membership) == 16
    assert count_of(database, ResourceLink) == 1


def test_a_launch_without_context_link_and_name_is_recorded(
    database: Database, launch: Launch, entry: DirectoryEntry, now: datetime
) -> None:
    bare = again(launch, "n", person=Person(sub="4"), context=None, resource_link=None, ags=None, memberships_url=None)
    visitor = record(database, bare, entry, now, None)
    assert (visitor.course_id, visitor.resource_link_id, visitor.module_slug) == (None, None, None)
    assert count_of(database, Membership) == 0
    assert count_of(database, LaunchedLink) == 0
    with database.read() as session:
        assert session.scalars(select(User)).one().name is None


def test_a_link_without_course_is_recorded(database: Database, launch: Launch, entry: DirectoryEntry, now: datetime) -> None:
    visitor = record(database, again(launch, "n", context=None), entry, now)
    assert visitor.course_id is None
    assert visitor.resource_link_id is not None


def test_the_module_that_an_instructor_chose_stays_when_the_launch_names_none(
    database: Database, launch: Launch, entry: DirectoryEntry, now: datetime
) -> None:
    record(database, launch, entry, now)
    visitor = record(database, again(launch, "nonce-2"), entry, now, None)
    assert visitor.module_slug == MODULE


def test_the_same_link_id_under_another_deployment_is_another_link(
    database: Database, launch: Launch, entry: DirectoryEntry, now: datetime
) -> None:
    first = record(database, launch, entry, now)
    with database.write.begin() as session:
        other = Deployment(registration_id=entry.registration.id, deployment_id="7", status="approved", first_seen_at=now)
        session.add(other)
        session.flush()
        other_id = other.id
    second = record_launch(database, again(launch, "nonce-2"), entry, other_id, MODULE, now=now)
    assert second.resource_link_id != first.resource_link_id


def test_roles_follow_the_latest_launch(database: Database, launch: Launch, entry: DirectoryEntry, now: datetime) -> None:
    record(database, launch, entry, now)
    visitor = record(database, again(launch, "nonce-2", roles=Roles.of([INSTRUCTOR])), entry, now)
    assert visitor.roles == {Role.INSTRUCTOR}
    with database.read() as session:
        assert session.scalars(select(Membership)).one().roles == "instructor"


def test_a_blocked_user_does_not_get_in(database: Database, launch: Launch, entry: DirectoryEntry, now: datetime) -> None:
    record(database, launch, entry, now)
    with database.write.begin() as session:
        session.execute(update(User).values(is_blocked=True))
    with pytest.raises(LaunchRejected) as caught:
        record(database, again(launch, "nonce-2"), entry, now)
    assert (caught.value.code, caught.value.status) == ("user_blocked", 403)


def test_an_open_edx_link_of_two_hundred_characters_is_recorded(
    database: Database, launch: Launch, entry: DirectoryEntry, now: datetime
) -> None:
    link_id = "block-v1:Musterstadt+SCM+2026+type@lti_consumer+block@" + "a" * 150
    context_id = "course-v1:Musterstadt+SCM+2026"
    edx = again(launch, "n", context=LaunchContext(context_id), resource_link=LaunchedResourceLink(link_id))
    record(database, edx, entry, now)
    with database.read() as session:
        assert session.scalars(select(ResourceLink)).one().resource_link_id == link_id


def test_names_come_together_from_their_parts_where_the_whole_is_missing(
    database: Database, launch: Launch, entry: DirectoryEntry, now: datetime
) -> None:
    person = Person(sub="9", given_name="Ju\u0308rgen", family_name="Groß")
    record(database, again(launch, "n", person=person), entry, now)
    with database.read() as session:
        assert session.scalars(select(User)).one().name == "J\u00fcrgen Groß"


@pytest.mark.parametrize(
    ("name", "given_name", "family_name", "expected"),
    [
        ("-", "-", "-", None),
        (" – ", "", None, None),
        ("…", ".", "?", None),
        ("-", "Jürgen", "-", "Jürgen"),
        ("Jürgen Groß", "-", "-", "Jürgen Groß"),
        ("李", None, None, "李"),
        ("O", None, None, "O"),
    ],
)
def test_a_dash_in_place_of_a_name_is_none(
    name: str, given_name: str | None, family_name: str | None, expected: str | None
) -> None:
    assert full_name(Person("9", name, given_name, family_name)) == expected


def test_used_nonces_are_forgotten_after_an_hour(
    database: Database, launch: Launch, entry: DirectoryEntry, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(database, launch, entry, now)
    monkeypatch.setattr("lti_tool.platforms.launching.record_launch._PURGE_EVERY", 1)
    record(database, again(launch, "nonce-2"), entry, now + timedelta(minutes=61))
    assert count_of(database, UsedNonce) == 1


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], {Role.PARTICIPANT}),
        ([LEARNER], {Role.PARTICIPANT}),
        (["Learner"], {Role.PARTICIPANT}),
        (["Instructor"], {Role.INSTRUCTOR}),
        ([INSTRUCTOR, LEARNER], {Role.INSTRUCTOR, Role.PARTICIPANT}),
        (["http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#TeachingAssistant"], {Role.INSTRUCTOR}),
        (["http://purl.imsglobal.org/vocab/lis/v2/membership#Administrator"], {Role.ADMINISTRATOR}),
        (["http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator"], {Role.ADMINISTRATOR}),
        # An administrator of the platform who learns in this course learns.
        ([LEARNER, "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator"], {Role.PARTICIPANT}),
        # Open edX calls its site staff instructors of the institution.
        ([LEARNER, "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor"], {Role.PARTICIPANT}),
        (["http://purl.imsglobal.org/vocab/lis/v2/membership#Mentor"], {Role.MENTOR}),
        (["http://purl.imsglobal.org/vocab/lti/system/person#TestUser", LEARNER], {Role.TEST_USER, Role.PARTICIPANT}),
        (["http://purl.imsglobal.org/vocab/lis/v2/uknownrole/unknown#Helper"], {Role.PARTICIPANT}),
    ],
)
def test_roles_of_platforms_become_ours(names: list[str], expected: set[Role]) -> None:
    assert roles_of(Roles.of(names)) == expected


def test_a_new_course_is_pinned_to_the_version_of_its_first_launch_and_keeps_it(
    database: Database, launch: Launch, entry: DirectoryEntry, now: datetime
) -> None:
    with database.read() as session:
        deployment_id = session.scalars(select(Deployment.id)).one()
    pins = []
    for number, pin in enumerate([Pin("one", "2026.1"), Pin("two", "2026.2"), None]):
        launched = again(launch, f"nonce-{number}")
        record_launch(database, launched, entry, deployment_id, MODULE, pin=pin, now=now)
        with database.read() as session:
            pins.append(session.execute(select(Course.programme_slug, Course.programme_version)).one())
    assert pins == [("one", "2026.1")] * 3


def test_a_course_without_a_programme_is_pinned_with_the_first_launch_that_names_one(
    database: Database, launch: Launch, entry: DirectoryEntry, now: datetime
) -> None:
    with database.read() as session:
        deployment_id = session.scalars(select(Deployment.id)).one()
    record_launch(database, launch, entry, deployment_id, MODULE, now=now)
    record_launch(database, again(launch, "nonce-2"), entry, deployment_id, MODULE, pin=Pin("p", "2026.1"), now=now)
    with database.read() as session:
        assert session.execute(select(Course.programme_slug, Course.programme_version)).one() == ("p", "2026.1")


def test_a_launch_counts_as_committed_so_that_no_request_uses_its_nonce_twice(
    database: Database, launch: Launch, entry: DirectoryEntry, now: datetime
) -> None:
    before = database.commits
    record(database, launch, entry, now)
    assert database.commits == before + 1


def test_a_launch_that_cannot_be_written_whole_leaves_nothing_and_its_nonce_unused(
    database: Database, launch: Launch, entry: DirectoryEntry, now: datetime
) -> None:
    with pytest.raises(DBAPIError):
        record_launch(database, launch, entry, 4711, MODULE, now=now)
    assert (count_of(database, User), count_of(database, UsedNonce), count_of(database, Course)) == (0, 0, 0)
    record(database, launch, entry, now)
    assert count_of(database, UsedNonce) == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_one_statement_and_row_by_row_leave_the_same_behind(
    database: Database, sqlite_url: str, launch: Launch, entry: DirectoryEntry, now: datetime
) -> None:
    visits = [
        (launch, MODULE),
        (again(launch, "2", memberships_url=None, ags=None, person=Person(sub="4")), None),
        (again(launch, "3", context=None, roles=Roles.of([INSTRUCTOR])), "technologien-und-daten"),
        (again(launch, "4", resource_link=None, platform=PlatformInfo(product_family="ilias")), None),
        (again(launch, "5", context=LaunchContext("2", "Anders"), custom={"page": WORKBOOK}), None),
        (again(launch, "6", context=None, resource_link=None, platform=PlatformInfo()), None),
        (again(launch, "6", context=LaunchContext("3")), MODULE),  # a nonce of before
    ]
    sqlite = open_database(sqlite_url)
    with sqlite.write.begin() as session:
        assert add_registration(session, MOODLE, is_production=True, now=now).id == entry.registration.id
    try:
        assert left_behind(sqlite, visits, entry, now) == left_behind(database, visits, entry, now)
    finally:
        sqlite.close()


def left_behind(
    database: Database, visits: list[tuple[Launch, str | None]], entry: DirectoryEntry, now: datetime
) -> tuple[list[object], list[object]]:
    went: list[object] = []
    with database.read() as session:
        deployment_id = session.scalars(select(Deployment.id)).one()
    for number, (launch, module) in enumerate(visits):
        moment, version = now + timedelta(minutes=number), f"1.{number}"
        with suppress(LaunchRejected):
            visitor = record_launch(database, launch, entry, deployment_id, module, pin=Pin("p", version), now=moment)
            went.append((visitor.module_slug, visitor.course_id is None, visitor.resource_link_id is None))
    with database.read() as session:
        tables = (User, Course, Membership, ResourceLink, LaunchedLink, UsedNonce, Platform)
        return went, [rows_without_keys(session, table) for table in tables]


def rows_without_keys(session: Session, table: type[Base]) -> list[tuple[object, ...]]:
    columns = [each for each in table.__table__.columns if each.name != "id" and not each.foreign_keys]
    return sorted((tuple(row) for row in session.execute(select(*columns))), key=repr)
