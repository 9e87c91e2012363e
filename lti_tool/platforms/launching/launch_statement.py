"""What a launch leaves behind, as one statement for PostgreSQL, where round trips are what a launch costs.

The nonce's hash is a primary key, so of many simultaneous replays one inserts it and gets in; everything else hangs on that
insert. Foreign keys are checked at the statement's end, so rows may name each other within it. A parameter in a SELECT list
has no type of its own, least of all where it is NULL, so the texts are cast. `launch_rows.py` says the same for SQLite; a test
compares the two.
"""

from typing import Any, Final

from lti_tool.models.database import Database
from lti_tool.platforms.launching.launch_rows import RecordedLaunch

_STATEMENT: Final = """
WITH used AS (
    INSERT INTO used_nonce (nonce_hash, expires_at)
    VALUES (%(nonce_hash)s, %(nonce_expires_at)s)
    ON CONFLICT DO NOTHING
    RETURNING 1
),
seen_user AS (
    INSERT INTO lti_user (platform_id, sub, name, locale, is_blocked, first_seen_at, last_seen_at)
    SELECT %(platform_id)s, %(sub)s::text, %(name)s::text, %(locale)s::text, false, %(now)s, %(now)s
    FROM used
    ON CONFLICT (platform_id, sub) DO UPDATE
    SET name = excluded.name,
        locale = excluded.locale,
        last_seen_at = excluded.last_seen_at
    RETURNING id, is_blocked
),
seen_course AS (
    INSERT INTO course (
        platform_id, context_id, registration_id, title, label, memberships_url,
        claim_names, unusable_claims, told_begin, told_end, context_history,
        programme_slug, programme_version, created_at, last_seen_at
    )
    SELECT
        %(platform_id)s, %(context_id)s::text, %(registration_id)s, %(course_title)s::text, %(course_label)s::text,
        %(memberships_url)s::text, %(claim_names)s::text, %(unusable_claims)s::text,
        %(told_begin)s::text, %(told_end)s::text, %(context_history)s::text,
        %(programme_slug)s::text, %(programme_version)s::text, %(now)s, %(now)s
    FROM used
    WHERE %(context_id)s::text IS NOT NULL
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
),
seen_membership AS (
    INSERT INTO membership (user_id, course_id, roles, launch_roles, launched_at, is_gone, first_seen_at, last_seen_at)
    SELECT seen_user.id, seen_course.id, %(roles)s::text, %(roles)s::text, %(now)s, false, %(now)s, %(now)s
    FROM seen_user, seen_course
    ON CONFLICT (user_id, course_id) DO UPDATE
    SET roles = excluded.roles,
        launch_roles = excluded.launch_roles,
        launched_at = excluded.launched_at,
        is_gone = excluded.is_gone,
        last_seen_at = excluded.last_seen_at
),
seen_link AS (
    INSERT INTO resource_link (
        deployment_id, resource_link_id, course_id, title, module_slug, page,
        line_item_url, line_items_url, ags_scopes, created_at, last_seen_at
    )
    SELECT
        %(deployment_id)s, %(resource_link_id)s::text, (SELECT id FROM seen_course), %(link_title)s::text,
        %(module_slug)s::text, %(page)s::text, %(line_item_url)s::text, %(line_items_url)s::text, %(ags_scopes)s::text,
        %(now)s, %(now)s
    FROM used
    WHERE %(resource_link_id)s::text IS NOT NULL
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
),
launched AS (
    INSERT INTO launched_link (user_id, resource_link_id, first_launched_at, last_launched_at)
    SELECT seen_user.id, seen_link.id, %(now)s, %(now)s
    FROM seen_user, seen_link
    ON CONFLICT (user_id, resource_link_id) DO UPDATE
    SET last_launched_at = excluded.last_launched_at
),
seen_platform AS (
    UPDATE platform
    SET product_family = %(product_family)s::text
    WHERE id = %(platform_id)s
      AND %(product_family)s::text <> ''
      AND product_family <> %(product_family)s::text
)
SELECT
    seen_user.id AS user_id, seen_user.is_blocked, seen_course.id AS course_key, seen_link.id AS link_key, seen_link.module_slug
FROM seen_user
LEFT JOIN seen_course ON true
LEFT JOIN seen_link ON true
"""


def write_at_once(database: Database, values: dict[str, Any]) -> RecordedLaunch | None:
    """Write a launch's rows; None where its nonce was used before.

    To the driver's own cursor: by way of SQLAlchemy a launch takes more than twice the processor time (measured: 0.37 instead of
    0.17 ms).
    """
    with database.raw_connection() as connection:
        driver: Any = connection.driver_connection
        # Autocommit: one statement is a transaction of its own, and BEGIN and COMMIT would be two more round trips.
        driver.autocommit = True
        try:
            row = driver.execute(_STATEMENT, values).fetchone()
        finally:
            if not driver.closed:
                driver.autocommit = False
    database.count_commit()
    return None if row is None else RecordedLaunch(*row)
