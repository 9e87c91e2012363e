"""What a launch leaves behind, row by row in one short transaction: for SQLite, where a statement costs no round trip.

Says the same as `launch_statement.py`, which PostgreSQL takes at once; whoever adds a value adds it in both. The SQL is written
out, since SQLAlchemy compiles its own INSERT … ON CONFLICT anew for each launch: that takes ten times the processor time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final

from lti_tool.models.database import Database, begin_immediate


@dataclass(frozen=True, slots=True)
class RecordedLaunch:
    """Our keys of what was written, in the order of the statement's columns."""

    user_id: int
    is_blocked: bool
    course_key: int | None
    link_key: int | None
    module_slug: str | None


# As SQLAlchemy writes moments there.
_MOMENT: Final = "%Y-%m-%d %H:%M:%S.%f"
_NONCE: Final = """
    INSERT INTO used_nonce (nonce_hash, expires_at)
    VALUES (:nonce_hash, :nonce_expires_at)
    ON CONFLICT DO NOTHING
    RETURNING 1
"""
_USER: Final = """
    INSERT INTO lti_user (platform_id, sub, name, locale, is_blocked, first_seen_at, last_seen_at)
    VALUES (:platform_id, :sub, :name, :locale, false, :now, :now)
    ON CONFLICT (platform_id, sub) DO UPDATE
    SET name = excluded.name,
        locale = excluded.locale,
        last_seen_at = excluded.last_seen_at
    RETURNING id, is_blocked
"""
_COURSE: Final = """
    INSERT INTO course (
        platform_id, context_id, registration_id, title, label, memberships_url,
        claim_names, unusable_claims, told_begin, told_end, context_history,
        programme_slug, programme_version, created_at, last_seen_at
    )
    VALUES (
        :platform_id, :context_id, :registration_id, :course_title, :course_label, :memberships_url,
        :claim_names, :unusable_claims, :told_begin, :told_end, :context_history,
        :programme_slug, :programme_version, :now, :now
    )
    ON CONFLICT (platform_id, context_id) DO UPDATE
    SET registration_id = excluded.registration_id,
        title = excluded.title,
        label = excluded.label,
        memberships_url = COALESCE(excluded.memberships_url, course.memberships_url),
        claim_names = excluded.claim_names,
        unusable_claims = excluded.unusable_claims,
        told_begin = COALESCE(excluded.told_begin, course.told_begin),
        told_end = COALESCE(excluded.told_end, course.told_end),
        context_history = COALESCE(excluded.context_history, course.context_history),
        programme_slug = COALESCE(course.programme_slug, excluded.programme_slug),
        programme_version = COALESCE(course.programme_version, excluded.programme_version),
        last_seen_at = excluded.last_seen_at
    RETURNING id
"""
_MEMBERSHIP: Final = """
    INSERT INTO membership (user_id, course_id, roles, launch_roles, launched_at, is_gone, first_seen_at, last_seen_at)
    VALUES (:user_id, :course_key, :roles, :roles, :now, false, :now, :now)
    ON CONFLICT (user_id, course_id) DO UPDATE
    SET roles = excluded.roles,
        launch_roles = excluded.launch_roles,
        launched_at = excluded.launched_at,
        is_gone = excluded.is_gone,
        last_seen_at = excluded.last_seen_at
"""
_LINK: Final = """
    INSERT INTO resource_link (
        deployment_id, resource_link_id, course_id, title, module_slug, page,
        line_item_url, line_items_url, ags_scopes, created_at, last_seen_at
    )
    VALUES (
        :deployment_id, :resource_link_id, :course_key, :link_title, :module_slug, :page,
        :line_item_url, :line_items_url, :ags_scopes, :now, :now
    )
    ON CONFLICT (deployment_id, resource_link_id) DO UPDATE
    SET course_id = COALESCE(excluded.course_id, resource_link.course_id),
        title = excluded.title,
        module_slug = COALESCE(excluded.module_slug, resource_link.module_slug),
        page = excluded.page,
        line_item_url = excluded.line_item_url,
        line_items_url = excluded.line_items_url,
        ags_scopes = excluded.ags_scopes,
        last_seen_at = excluded.last_seen_at
    RETURNING id, module_slug
"""
_LAUNCHED: Final = """
    INSERT INTO launched_link (user_id, resource_link_id, first_launched_at, last_launched_at)
    VALUES (:user_id, :link_key, :now, :now)
    ON CONFLICT (user_id, resource_link_id) DO UPDATE
    SET last_launched_at = excluded.last_launched_at
"""
_PLATFORM: Final = """
    UPDATE platform
    SET product_family = :product_family
    WHERE id = :platform_id AND product_family <> :product_family
"""


def write_row_by_row(database: Database, values: dict[str, Any]) -> RecordedLaunch | None:
    """Write a launch's rows; None where its nonce was used before.

    To the driver's own connection: by way of SQLAlchemy's session each statement costs more than SQLite itself takes for it.
    """
    moments = {name: values[name].astimezone(UTC).strftime(_MOMENT) for name in ("now", "nonce_expires_at")}
    with database.raw_connection() as connection:
        begin_immediate(connection)
        driver: Any = connection.driver_connection
        try:
            recorded = _write(driver.execute, {**values, **moments, "course_key": None})
            driver.commit()
        except BaseException:
            driver.rollback()
            raise
    database.count_commit()
    return recorded


def _write(execute: Callable[..., Any], values: dict[str, Any]) -> RecordedLaunch | None:
    if execute(_NONCE, values).fetchone() is None:
        return None
    values["user_id"], is_blocked = execute(_USER, values).fetchone()
    link_key = module_slug = None
    if values["context_id"] is not None:
        (values["course_key"],) = execute(_COURSE, values).fetchone()
        execute(_MEMBERSHIP, values)
    if values["resource_link_id"] is not None:
        link_key, module_slug = execute(_LINK, values).fetchone()
        execute(_LAUNCHED, {"user_id": values["user_id"], "link_key": link_key, "now": values["now"]})
    if values["product_family"]:
        execute(_PLATFORM, values)
    return RecordedLaunch(values["user_id"], bool(is_blocked), values["course_key"], link_key, module_slug)
