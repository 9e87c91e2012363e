"""The list of what is stored: whole, and true where the tables can tell."""

from collections import Counter

import pytest

from lti_tool.personal_data.data_kinds import About, OnErasure, data_kinds, on_erasure, stored_tables
from lti_tool.personal_data.reach import CERTIFICATES, PERSON, actor_columns, own_tables

KINDS = data_kinds(hints_kept_months=18, modules_count_months=24)
OWN = {each.table.name for each in own_tables()}
ACTORS = {column.table.name for column in actor_columns()}


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
