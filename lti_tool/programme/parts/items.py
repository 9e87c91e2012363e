"""Reads questions: the exam pool and the self-checks of a module (docs/authoring.md). Each type reads its own fields."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lti_tool.domain.items import ITEM_TYPES, Item
from lti_tool.domain.items.base import Common
from lti_tool.domain.items.choice import SelfCheck, read_self_check
from lti_tool.programme.formats import markdown
from lti_tool.programme.formats.toml_source import Table

LEVELS = ("erinnern", "verstehen", "anwenden", "analysieren", "bewerten", "erschaffen")
STRATA = ("A", "B", "C")
_OBJECTIVE = re.compile(r"\d+\.\d+[a-z]")


@dataclass(frozen=True)
class ReadItem:
    """An item of the pool and where it stands."""

    item: Item
    table: Table


@dataclass(frozen=True)
class ReadSelfCheck:
    """A self-check, the lesson it belongs to and where it stands."""

    check: SelfCheck
    lesson_code: str
    table: Table


def read_pool(root: Table) -> list[ReadItem]:
    """Read a pool; an item with mistakes is reported and left out."""
    found = [ReadItem(item, table) for table in root.tables("item") for item in [_read_item(table)] if item is not None]
    root.finish()
    return found


def read_self_checks(root: Table) -> list[ReadSelfCheck]:
    """Read the self-checks of a module's lessons."""
    found = []
    for table in root.tables("item"):
        check = read_self_check(table, markdown)
        found.append(ReadSelfCheck(check, table.text("lesson"), table))
        table.finish()
    root.finish()
    return found


def _read_item(table: Table) -> Item | None:
    kind = table.one_of("type", tuple(ITEM_TYPES))
    common = Common(
        id=table.text("id"),
        objectives=_objectives(table),
        level=table.one_of("level", LEVELS),
        stratum=table.one_of("stratum", STRATA),
        stem_html=markdown.flowing(table.text("stem")),
        explanation_html=markdown.flowing(table.text("explanation")),
        document_title=table.text("document_title", ""),
        document_html=markdown.block(table.text("document", "")),
    )
    if bool(common["document_title"]) != bool(common["document_html"]):
        table.error("document", "Ein Dokument hat Titel und Text: document_title und document.")
    if kind not in ITEM_TYPES or not common["objectives"]:
        return None
    item = ITEM_TYPES[kind].from_table(table, markdown, common)
    table.finish()
    return item


def _objectives(table: Table) -> tuple[str, ...]:
    objectives = table.texts("objectives")
    if table.has("objectives") and not objectives:
        table.error("objectives", "Die Frage prüft kein Lernziel; nennen Sie mindestens eines.")
    for objective in objectives:
        if not _OBJECTIVE.fullmatch(objective):
            table.error("objectives", f"„{objective}“ ist keine Kennung eines Lernziels wie „1.3b“.")
    return objectives


def report_repeated_ids(tables: Sequence[tuple[str, Table]]) -> None:
    """Report ids that were given twice."""
    first: dict[str, Table] = {}
    for name, table in tables:
        if name in first:
            table.error("id", f"Die id „{name}“ gibt es schon in {first[name].file}:{first[name].line_of('id')}.")
        first.setdefault(name, table)
