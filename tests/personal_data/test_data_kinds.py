"""The list of what is stored: whole, and true where the tables can tell."""

import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from lti_tool.domain.rules.workbook import VERSIONS_KEPT
from lti_tool.lti.launching.state import LOGIN_LIFETIME_S
from lti_tool.personal_data.data_kinds import About, OnErasure, data_kinds, on_erasure, stored_tables
from lti_tool.personal_data.reach import CERTIFICATES, PERSON, actor_columns, own_tables
from lti_tool.platforms.clean_up import INVITES_KEPT
from lti_tool.platforms.launching.deep_linking_requests import KEPT
from lti_tool.web.visits.visit_cookies import VISIT_LIFETIME_S

KINDS = data_kinds(hints_kept_months=18, modules_count_months=24)
OWN = {each.table.name for each in own_tables()}
ACTORS = {column.table.name for column in actor_columns()}


CODE = Path(__file__).parent.parent.parent / "lti_tool"


def longest_limit_s() -> int:
    """Return for how long a bucket may say that somebody came."""
    found = [
        int(burst) * int(interval)
        for path in CODE.rglob("*.py")
        for burst, interval in re.findall(r"Limit\(\"[\w.]+\", burst=(\d+), interval_s=(\d+)\)", path.read_text(encoding="utf-8"))
    ]
    assert len(found) >= 6
    return max(found)


def kept_in_the_browser_days() -> int:
    script = (CODE / "web/static/keep.js").read_text(encoding="utf-8")
    found = re.search(r"KEPT_FOR_MS = (\d+) \* 24 \* 3600 \* 1000", script)
    assert found
    return int(found[1])


def about(*wanted: About) -> set[str]:
    return {table for kind in KINDS if kind.about in wanted for table in kind.tables}


def test_every_table_stands_in_exactly_one_kind_and_no_kind_names_one_that_is_gone() -> None:
    listed = Counter(table for kind in KINDS for table in kind.tables)
    missing, gone = stored_tables() - set(listed), set(listed) - stored_tables()
    assert not missing, f"add to lti_tool/personal_data/data_kinds.toml, then run `python -m tools.papers`: {sorted(missing)}"
    assert not gone, f"take out of lti_tool/personal_data/data_kinds.toml: {sorted(gone)}"
    assert [table for table, times in listed.items() if times > 1] == []


def test_tables_with_rows_of_a_person_are_listed_as_such_and_no_others() -> None:
    assert about(About.PERSON) == OWN


def test_tables_that_only_name_who_changed_something_are_listed_as_such() -> None:
    assert about(About.ACTOR) >= ACTORS - OWN
    assert about(About.TECHNICAL, About.NAMELESS).isdisjoint(OWN | ACTORS)


def test_every_kind_says_everything_in_one_line() -> None:
    for kind in KINDS:
        told = [kind.name, kind.purpose, kind.source, kind.seen_by, kind.starts, kind.period]
        told += [*kind.tables.values(), *kind.elsewhere.values()]
        assert all(told), kind.id
        assert not [text for text in [*told, kind.proposal] if "\n" in text or "{" in text or "|" in text], kind.id
        assert kind.tables or kind.elsewhere, kind.id
    assert len({kind.id for kind in KINDS}) == len(KINDS)


def test_whatever_the_operator_has_to_delete_comes_with_a_proposal() -> None:
    for kind in KINDS:
        if "durch den Betreiber" in kind.period:
            assert kind.proposal, kind.id


@pytest.mark.parametrize(
    ("kind", "period"),
    [
        ("visits", f"{KEPT // timedelta(hours=1)} Stunden"),
        ("connections", f"{INVITES_KEPT.days} Tage"),
        ("browser", f"Anmeldung {LOGIN_LIFETIME_S // 60} Minuten, Besuch {VISIT_LIFETIME_S // 3600} Stunden"),
        ("draft", f"die letzten {VERSIONS_KEPT} Fassungen"),
        ("rate-limits", f"{longest_limit_s() // 60} Minuten"),
        ("browser", f"höchstens {kept_in_the_browser_days()} Tage"),
    ],
)
def test_a_period_is_what_the_program_keeps_to(kind: str, period: str) -> None:
    assert period in next(each.period for each in KINDS if each.id == kind)


def test_the_periods_that_are_set_are_filled_in() -> None:
    hints = next(kind for kind in data_kinds(hints_kept_months=7, modules_count_months=24) if kind.id == "hints")
    assert "7 Monate" in hints.period


@pytest.mark.parametrize(
    ("table", "left"),
    [
        (PERSON.name, OnErasure.EMPTIED),
        (CERTIFICATES.name, OnErasure.KEEPS_CODE),
        ("attempt_item", OnErasure.DELETED),
        ("name_request", OnErasure.DELETED),
        ("course_settings", OnErasure.LOSES_ACTOR),
        ("content_version", OnErasure.UNTOUCHED),
    ],
)
def test_what_an_erasure_leaves_follows_from_the_keys(table: str, left: OnErasure) -> None:
    assert on_erasure(table) is left


def test_what_somebody_answered_in_a_quiz_is_read_by_the_quiz_alone() -> None:
    readers = {
        path.relative_to(CODE).parts[0]
        for path in CODE.rglob("*.py")
        if re.search(r"\bAttemptItem\b", path.read_text(encoding="utf-8"))
    }
    assert readers == {"learning", "models"}, (
        "whoever else reads answers evaluates people: say so in data_kinds.toml (attempts, seen_by), "
        "docs/datenschutz/personalrat.md and the changelog, and name the room here"
    )
