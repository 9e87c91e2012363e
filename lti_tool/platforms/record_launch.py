"""Record one verified launch and use up its nonce: on PostgreSQL in one statement, on SQLite in one short transaction.

The nonce's hash is a primary key, so of many simultaneous replays one inserts it and gets in. Everything else hangs on
that insert. The pieces of SQL are the same for both engines; PostgreSQL takes them as one (data-modifying CTEs), because
round trips are what a launch costs there. Both go to the driver's own cursor: by way of SQLAlchemy a launch takes more than
twice the processor time (measured: 0.37 instead of 0.17 ms on PostgreSQL, 0.65 instead of 0.28 ms on SQLite).
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import count
from typing import Any, Final

from sqlalchemy import delete

from lti_tool.domain.people import Role, Visitor
from lti_tool.domain.placing import page_wished_by
from lti_tool.domain.typed_text import clean_line
from lti_tool.lti.claims import Launch, Person
from lti_tool.lti.errors import LaunchRefusal, LaunchRejected
from lti_tool.lti.roles import Roles
from lti_tool.models import UsedNonce
from lti_tool.models.database import Database, begin_immediate
from lti_tool.platforms.registration_directory import DirectoryEntry

# A nonce can come back only with its login cookie, which ends after ten minutes; kept longer than that by far.
NONCE_KEPT = timedelta(hours=1)
_PURGE_EVERY = 500

_NONCE: Final = "INSERT INTO used_nonce (nonce_hash, expires_at) VALUES (:nonce_hash, :nonce_expires_at) ON CONFLICT DO NOTHING"
_USER: Final = """
    INSERT INTO lti_user (platform_id, sub, name, locale, is_blocked, first_seen_at, last_seen_at)
    SELECT :platform_id, :sub, :name, :locale, {false}, :now, :now FROM {used} WHERE {true}
    ON CONFLICT (platform_id, sub) DO UPDATE
    SET name = excluded.name, locale = excluded.locale, last_seen_at = excluded.last_seen_at
    RETURNING id, is_blocked"""
# What a launch leaves out is kept from an earlier one where that does no harm (a deep linking request has no roster
# address before the first activity, Moodle 4.2); the line item is that of the latest launch in any case.
_COURSE: Final = """
    INSERT INTO course
        (platform_id, context_id, registration_id, title, label, memberships_url, claim_names, unusable_claims,
         programme_version, created_at, last_seen_at)
    SELECT :platform_id, :context_id, :registration_id, :course_title, :course_label, :memberships_url, :claim_names,
           :unusable_claims, :programme_version, :now, :now
    FROM {used} WHERE {has_course}
    ON CONFLICT (platform_id, context_id) DO UPDATE
    SET registration_id = excluded.registration_id, title = excluded.title, label = excluded.label,
        memberships_url = COALESCE(excluded.memberships_url, course.memberships_url),
        claim_names = excluded.claim_names, unusable_claims = excluded.unusable_claims,
        last_seen_at = excluded.last_seen_at,
        programme_version = COALESCE(course.programme_version, excluded.programme_version)
    RETURNING id"""
_MEMBERSHIP: Final = """
    INSERT INTO membership
        (user_id, course_id, roles, launch_roles, launched_at, is_gone, first_seen_at, last_seen_at)
    SELECT {user_id}, {course_key}, :roles, :roles, :now, {false}, :now, :now FROM {user_and_course} WHERE {true}
    ON CONFLICT (user_id, course_id) DO UPDATE
    SET roles = excluded.roles, launch_roles = excluded.launch_roles, launched_at = excluded.launched_at,
        is_gone = excluded.is_gone, last_seen_at = excluded.last_seen_at"""
_LINK: Final = """
    INSERT INTO resource_link
        (deployment_id, resource_link_id, course_id, title, module_slug, page, line_item_url, line_items_url, ags_scopes,
         created_at, last_seen_at)
    SELECT :deployment_id, :resource_link_id, {course_key}, :link_title, :module_slug, :page, :line_item_url,
           :line_items_url, :ags_scopes, :now, :now
    FROM {used} WHERE {has_link}
    ON CONFLICT (deployment_id, resource_link_id) DO UPDATE
    SET course_id = COALESCE(excluded.course_id, resource_link.course_id),
        title = excluded.title,
        module_slug = COALESCE(excluded.module_slug, resource_link.module_slug), page = excluded.page,
        line_item_url = excluded.line_item_url, line_items_url = excluded.line_items_url,
        ags_scopes = excluded.ags_scopes, last_seen_at = excluded.last_seen_at
    RETURNING id, module_slug"""
_LAUNCHED: Final = """
    INSERT INTO launched_link (user_id, resource_link_id, first_launched_at, last_launched_at)
    SELECT {user_id}, {link_key}, :now, :now FROM {user_and_link} WHERE {true}
    ON CONFLICT (user_id, resource_link_id) DO UPDATE SET last_launched_at = excluded.last_launched_at"""
_PLATFORM: Final = """
    UPDATE platform SET product_family = :product_family
    WHERE id = :platform_id AND :product_family <> '' AND product_family <> :product_family"""

_TEXTS: Final = (
    "nonce_hash",
    "sub",
    "name",
    "locale",
    "context_id",
    "course_title",
    "course_label",
    "memberships_url",
    "claim_names",
    "unusable_claims",
    "programme_version",
    "roles",
    "resource_link_id",
    "link_title",
    "module_slug",
    "page",
    "line_item_url",
    "line_items_url",
    "ags_scopes",
    "product_family",
)


def _for_postgresql() -> str:
    """Join the pieces to one statement. Foreign keys are checked at its end, so rows may name each other within it."""
    words = {
        "true": "true",
        "false": "false",
        "used": "used",
        "has_course": ":context_id IS NOT NULL",
        "has_link": ":resource_link_id IS NOT NULL",
        "user_id": "seen_user.id",
        "course_key": "seen_course.id",
        "user_and_course": "seen_user, seen_course",
        "link_key": "seen_link.id",
        "user_and_link": "seen_user, seen_link",
    }
    link = _LINK.format(**(words | {"course_key": "(SELECT id FROM seen_course)"}))
    whole = f"""WITH used AS ({_NONCE} RETURNING 1),
        seen_user AS ({_USER.format(**words)}),
        seen_course AS ({_COURSE.format(**words)}),
        seen_membership AS ({_MEMBERSHIP.format(**words)}),
        seen_link AS ({link}),
        launched AS ({_LAUNCHED.format(**words)}),
        seen_platform AS ({_PLATFORM})
        SELECT seen_user.id AS user_id, seen_user.is_blocked, seen_course.id AS course_key,
               seen_link.id AS link_key, seen_link.module_slug
        FROM seen_user LEFT JOIN seen_course ON true LEFT JOIN seen_link ON true"""  # noqa: S608 - our own pieces
    # A parameter in a SELECT list has no type of its own, least of all where it is NULL.
    typed = re.sub(rf":({'|'.join(_TEXTS)})\b", r"CAST(:\1 AS text)", whole)
    return re.sub(r":([a-z_]+)\b", r"%(\1)s", typed)


@dataclass(frozen=True, slots=True)
class _Recorded:
    """In the order of the PostgreSQL statement's columns."""

    user_id: int
    is_blocked: bool
    course_key: int | None
    link_key: int | None
    module_slug: str | None


@dataclass(frozen=True)
class _SqliteStatements:
    nonce: str
    user: str
    course: str
    membership: str
    link: str
    launched: str
    platform: str


def _for_sqlite() -> _SqliteStatements:
    one_row = "(SELECT 1)"
    words = {
        "true": "true",
        "false": "false",
        "used": one_row,
        "has_course": ":context_id IS NOT NULL",
        "has_link": ":resource_link_id IS NOT NULL",
        "user_id": ":user_id",
        "course_key": ":course_key",
        "user_and_course": one_row,
        "link_key": ":link_key",
        "user_and_link": one_row,
    }
    return _SqliteStatements(
        nonce=_NONCE,
        user=_USER.format(**words),
        course=_COURSE.format(**words),
        membership=_MEMBERSHIP.format(**words),
        link=_LINK.format(**words),
        launched=_LAUNCHED.format(**words),
        platform=_PLATFORM,
    )


_POSTGRESQL: Final = _for_postgresql()
_SQLITE: Final = _for_sqlite()
_SQLITE_TIME: Final = "%Y-%m-%d %H:%M:%S.%f"
_launches = count(1)


def record_launch(
    database: Database,
    launch: Launch,
    entry: DirectoryEntry,
    deployment_id: int,
    module_slug: str | None,
    *,
    programme_version: str | None = None,
    now: datetime,
) -> Visitor:
    """Use up a launch's nonce and store who came, from where, to which link.

    Opens and commits its own transaction, unlike other use cases: the launch path has room for one round trip.

    Args:
        entry: the launch's registration as the directory knows it.
        deployment_id: our key of the deployment.
        module_slug: the module that the link names; None keeps what an instructor has chosen.
        programme_version: what a course learns with that is seen for the first time; one that is known keeps its own.
    Raises:
        LaunchRejected: the nonce was used before, or the user is blocked.
    """
    roles = roles_of(launch.roles)
    values = _values(launch, entry, deployment_id, module_slug, roles, now=now)
    values["programme_version"] = programme_version
    row = _record_in_postgresql(database, values) if database.is_postgresql else _record_in_sqlite(database, values)
    if next(_launches) % _PURGE_EVERY == 0:
        with database.write.begin() as session:
            session.execute(delete(UsedNonce).where(UsedNonce.expires_at < now))
    if row is None:
        raise LaunchRejected(LaunchRefusal.NONCE_USED, registration_id=launch.registration.id)
    if row.is_blocked:
        raise LaunchRejected(LaunchRefusal.USER_BLOCKED, registration_id=launch.registration.id)
    return Visitor(
        user_id=row.user_id,
        platform_id=entry.platform_id,
        registration_id=launch.registration.id,
        deployment_id=deployment_id,
        course_id=row.course_key,
        resource_link_id=row.link_key,
        module_slug=row.module_slug,
        roles=roles,
        locale=launch.presentation.locale or "",
        frame_origin=entry.frame_origin_of(launch),
    )


# A platform has few roles, and every launch and every member of a roster has some of them.
@lru_cache(maxsize=256)
def roles_of(roles: Roles) -> frozenset[Role]:
    """Say in our words what a platform's roles mean here."""
    meanings = (
        (roles.is_administrator, Role.ADMINISTRATOR),
        (roles.is_instructor, Role.INSTRUCTOR),
        (roles.is_mentor, Role.MENTOR),
        (roles.is_test_user, Role.TEST_USER),
        (roles.is_learner, Role.PARTICIPANT),
    )
    found = frozenset(role for is_so, role in meanings if is_so)
    # A launch without roles, or with roles that nobody knows, is a participant's (Core 5.3.7 allows the empty list).
    return found if found - {Role.TEST_USER} else found | {Role.PARTICIPANT}


def _values(
    launch: Launch,
    entry: DirectoryEntry,
    deployment_id: int,
    module_slug: str | None,
    roles: frozenset[Role],
    *,
    now: datetime,
) -> dict[str, Any]:
    context, link, ags = launch.context, launch.resource_link, launch.ags
    return {
        "now": now,
        "nonce_hash": hashlib.sha256(launch.nonce.encode()).hexdigest(),
        "nonce_expires_at": now + NONCE_KEPT,
        "platform_id": entry.platform_id,
        "registration_id": launch.registration.id,
        "deployment_id": deployment_id,
        "sub": launch.person.sub,
        "name": full_name(launch.person),
        "locale": launch.presentation.locale or "",
        "context_id": context.id if context else None,
        "course_title": clean_line((context.title if context else None) or ""),
        "course_label": clean_line((context.label if context else None) or ""),
        "memberships_url": launch.memberships_url,
        "claim_names": " ".join(launch.claim_names),
        "unusable_claims": " ".join(launch.unusable_claims),
        "roles": " ".join(sorted(roles)),
        "resource_link_id": link.id if link else None,
        "link_title": clean_line((link.title if link else None) or ""),
        "module_slug": module_slug,
        "page": page_of(launch) if module_slug is None else "",
        "line_item_url": ags.line_item if ags else None,
        "line_items_url": ags.line_items if ags else None,
        "ags_scopes": " ".join(sorted(ags.scopes)) if ags else "",
        "product_family": launch.platform.product_family or "",
    }


def page_of(launch: Launch) -> str:
    """Name the page that a link stands for by its custom parameters; empty: for none that we know."""
    return page_wished_by(launch.custom)


def full_name(person: Person) -> str | None:
    """Give the name to show and print; Open edX sends no parts, others send nothing but parts."""
    return clean_line(person.name or "") or clean_line(f"{person.given_name or ''} {person.family_name or ''}") or None


def _record_in_postgresql(database: Database, values: dict[str, Any]) -> _Recorded | None:
    with database.raw_connection() as connection:
        driver: Any = connection.driver_connection
        # Autocommit: one statement is a transaction of its own, and BEGIN and COMMIT would be two more round trips.
        driver.autocommit = True
        try:
            row = driver.execute(_POSTGRESQL, values).fetchone()
        finally:
            if not driver.closed:
                driver.autocommit = False
    return None if row is None else _Recorded(*row)


def _record_in_sqlite(database: Database, values: dict[str, Any]) -> _Recorded | None:
    # As SQLAlchemy writes datetimes there.
    moments = {name: values[name].astimezone(UTC).strftime(_SQLITE_TIME) for name in ("now", "nonce_expires_at")}
    with database.raw_connection() as connection:
        driver: Any = connection.driver_connection
        begin_immediate(connection)
        try:
            recorded = _record_within(driver, values | moments)
        except BaseException:
            # A full disk has ended the transaction already.
            if driver.in_transaction:
                driver.execute("ROLLBACK")
            raise
        driver.execute("COMMIT")
    return recorded


def _record_within(driver: Any, values: dict[str, Any]) -> _Recorded | None:
    if driver.execute(_SQLITE.nonce, values).rowcount == 0:
        return None
    ((values["user_id"], is_blocked),) = driver.execute(_SQLITE.user, values).fetchall()
    courses = driver.execute(_SQLITE.course, values).fetchall()
    values["course_key"] = courses[0][0] if courses else None
    if courses:
        driver.execute(_SQLITE.membership, values)
    links = driver.execute(_SQLITE.link, values).fetchall()
    values["link_key"], module_slug = links[0] if links else (None, None)
    if links:
        driver.execute(_SQLITE.launched, values)
    if values["product_family"]:
        driver.execute(_SQLITE.platform, values)
    return _Recorded(values["user_id"], bool(is_blocked), values["course_key"], values["link_key"], module_slug)
