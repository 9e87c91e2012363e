"""Fills a PostgreSQL database with courses full of people, by one statement per table."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.engine import Connection

from lti_tool.domain.content.programme import Programme

MEMBERS_PER_COURSE = 1000
_FILLER = "SELECT id AS user_id, id FROM lti_user WHERE sub LIKE 'filler-%'"
# Four of five have passed a module, and one module of each person in turn is not passed yet.
_PASSED = "(people.user_id + module.place) % 5 <> 0"
_MOMENT = "'2026-11-01 09:00+00'::timestamptz"


@dataclass(frozen=True)
class Modules:
    """What rows say of the programme's modules."""

    slugs: list[str]
    lessons: list[str]
    items: list[str]
    version: str

    @classmethod
    def of(cls, programme: Programme) -> "Modules":
        return cls(
            [module.slug for module in programme.required_modules],
            [module.lessons[0].code for module in programme.required_modules],
            [module.items[0].id for module in programme.required_modules],
            programme.version,
        )


def add_people(connection: Connection, count: int) -> None:
    """Add users in courses of a thousand, each with the five modules placed."""
    run(
        connection,
        "INSERT INTO course (platform_id, context_id, registration_id, title, label, created_at, last_seen_at)"
        " SELECT r.platform_id, 'filler-' || n, r.id, 'Course ' || n, '', {t}, {t}"
        " FROM generate_series(1, :courses) AS n, (SELECT id, platform_id FROM registration ORDER BY id LIMIT 1) AS r",
        courses=-(-count // MEMBERS_PER_COURSE),
    )
    run(
        connection,
        "INSERT INTO resource_link (deployment_id, resource_link_id, course_id, title, module_slug, line_item_url, ags_scopes,"
        " created_at, last_seen_at)"
        " SELECT d.id, c.context_id || '-' || l.module_slug, c.id, l.title, l.module_slug,"
        " l.line_item_url || '&filler=' || c.id, l.ags_scopes, {t}, {t}"
        " FROM course AS c, (SELECT id FROM deployment ORDER BY id LIMIT 1) AS d,"
        " (SELECT DISTINCT ON (module_slug) * FROM resource_link WHERE module_slug IS NOT NULL) AS l"
        " WHERE c.context_id LIKE 'filler-%'",
    )
    run(
        connection,
        "INSERT INTO lti_user (platform_id, sub, name, locale, is_blocked, first_seen_at, last_seen_at)"
        " SELECT r.platform_id, 'filler-' || n, 'Person ' || n, 'de', false, {t}, {t}"
        " FROM generate_series(1, :count) AS n, (SELECT platform_id FROM registration ORDER BY id LIMIT 1) AS r",
        count=count,
    )
    run(
        connection,
        "INSERT INTO membership (user_id, course_id, roles, is_gone, first_seen_at, last_seen_at)"
        " SELECT u.user_id, c.id, 'participant', false, {t}, {t}"
        f" FROM (SELECT user_id, row_number() OVER (ORDER BY id) - 1 AS place FROM ({_FILLER}) AS f) AS u"
        " JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM course WHERE context_id LIKE 'filler-%') AS c"
        f" ON c.place = u.place / {MEMBERS_PER_COURSE}",
    )


def add_work(connection: Connection, modules: Modules, courses: str) -> None:
    """Let everybody in some courses launch each module and try it once, and four of five pass it.

    Args:
        courses: a condition on the table `course`.
    """
    run(
        connection,
        "INSERT INTO line_item (resource_link_id, registration_id, url, created_at)"
        " SELECT l.id, course.registration_id, l.line_item_url, {t} FROM resource_link AS l"
        f" JOIN course ON course.id = l.course_id WHERE {courses} ON CONFLICT DO NOTHING",
    )
    run(
        connection,
        "INSERT INTO launched_link (user_id, resource_link_id, first_launched_at, last_launched_at)"
        " SELECT m.user_id, l.id, {t}, {t} FROM membership AS m JOIN course ON course.id = m.course_id"
        f" JOIN resource_link AS l ON l.course_id = course.id WHERE {courses} ON CONFLICT DO NOTHING",
    )
    people = f"(SELECT m.user_id, m.course_id FROM membership AS m JOIN course ON course.id = m.course_id WHERE {courses})"
    module = (
        "(SELECT * FROM unnest(CAST(:slugs AS text[]), CAST(:lessons AS text[]), CAST(:items AS text[]))"
        " WITH ORDINALITY AS a(slug, lesson, item, place))"
    )
    each = f" FROM {people} AS people CROSS JOIN {module} AS module"
    values = {"slugs": modules.slugs, "lessons": modules.lessons, "items": modules.items}
    run(
        connection,
        "INSERT INTO lesson_progress (user_id, module_slug, lesson_code, programme_version, opened_at, completed_at, position)"
        f" SELECT people.user_id, module.slug, module.lesson, '{modules.version}', {{t}}, {{t}}, ''{each}",
        **values,
    )
    run(
        connection,
        "INSERT INTO attempt (user_id, module_slug, number, seed, programme_version, pass_mark_pct, course_id, started_at,"
        " submitted_at, points, points_possible, is_passed)"
        f" SELECT people.user_id, module.slug, 1, people.user_id, '{modules.version}', 70, people.course_id, {{t}}, {{t}},"
        f" CASE WHEN {_PASSED} THEN 16 ELSE 9 END, 20, {_PASSED}{each}",
        **values,
    )
    run(
        connection,
        "INSERT INTO attempt_item (attempt_id, position, item_id, shown_order, answer, saved_at, points)"
        f" SELECT a.id, 1, module.item, '[0, 1, 2, 3]', NULL, {{t}}, 1 FROM attempt AS a JOIN {module} AS module"
        f" ON module.slug = a.module_slug WHERE a.course_id IN (SELECT id FROM course WHERE {courses})",
        **values,
    )
    run(
        connection,
        "INSERT INTO completion (user_id, module_slug, programme_version, completed_at)"
        f" SELECT people.user_id, module.slug, '{modules.version}', {{t}}{each} WHERE {_PASSED}",
        **values,
    )
    run(
        connection,
        "INSERT INTO score_delivery (user_id, line_item_id, module_slug, score_given, version, state, tries, next_try_at,"
        " last_error, last_timestamp, delivered_version, delivered_at, created_at, changed_at)"
        " SELECT people.user_id, i.id, module.slug, 80, 1, 'delivered', 0, {t}, '', {t}, 1, {t}, {t}, {t}"
        f"{each} JOIN resource_link AS l ON l.course_id = people.course_id AND l.module_slug = module.slug"
        f" JOIN line_item AS i ON i.resource_link_id = l.id WHERE {_PASSED}",
        **values,
    )
    run(
        connection,
        "INSERT INTO due_score (user_id, course_id, module_slug, score_given, told_at)"
        f" SELECT people.user_id, people.course_id, module.slug, 80, {{t}}{each} WHERE {_PASSED}",
        **values,
    )
    run(
        connection,
        "INSERT INTO delivery_event (score_delivery_id, version, event, detail, at)"
        " SELECT d.id, 1, e.event, '80', {t} FROM (VALUES ('enqueued'), ('delivered')) AS e(event), score_delivery AS d"
        " JOIN line_item AS i ON i.id = d.line_item_id JOIN resource_link AS l ON l.id = i.resource_link_id"
        f" WHERE l.course_id IN (SELECT id FROM course WHERE {courses})",
    )


def run(connection: Connection, statement: str, **values: object) -> None:
    """Run one statement; `{t}` in it is the moment at which everything happened."""
    connection.execute(text(statement.replace("{t}", _MOMENT)), values)
