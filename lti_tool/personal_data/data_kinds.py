"""The list of what is stored, from which privacy page and papers are made; and what an erasure leaves of each table."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

from lti_tool.domain.rules.workbook import VERSIONS_KEPT
from lti_tool.domain.surveys.periods import SHEETS_KEPT_MONTHS, SMALL_ROUND_WAITS_DAYS, UNREAD_TEXTS_KEPT_MONTHS
from lti_tool.models import Base
from lti_tool.personal_data.reach import CERTIFICATES, CONCERNS, PERSON, actor_columns, own_tables

_FILE: Final = Path(__file__).with_name("data_kinds.toml")


class About(StrEnum):
    """Whom a kind of data is about."""

    PERSON = "person"
    ACTOR = "actor"
    NAMELESS = "nameless"
    TECHNICAL = "technical"


class OnErasure(StrEnum):
    """What becomes of a table's rows when `erase_person` ran, in the words of the papers."""

    DELETED = "wird gelöscht"
    EMPTIED = "Zeile bleibt leer, damit ihre Nummer niemand anderem zufällt"
    KEEPS_CODE = "Prüfcode, Prüfsumme, Art, Tag der Ausstellung und Zustand bleiben; Name, Dokument und digitaler Nachweis nicht"
    KEEPS_RECEIPT = "Art, Zeiten und Ausgang bleiben für die Quittung; wer es war, nicht"
    LOSES_ACTOR = "bleibt, ohne die Person, die es geändert hat"
    UNTOUCHED = "bleibt"


@dataclass(frozen=True)
class DataKind:
    """One kind of data: what, why, from whom, who sees it, from when and for how long."""

    id: str
    name: str
    about: About
    purpose: str
    source: str
    seen_by: str
    starts: str
    period: str
    proposal: str
    """A period for the operator where the program deletes nothing by itself; empty: it does, or nothing need be deleted."""
    tables: Mapping[str, str]
    """What each table holds."""
    elsewhere: Mapping[str, str]
    """Likewise of places outside the database's tables."""

    @property
    def is_of_people(self) -> bool:
        """Whether the privacy page tells of it."""
        return self.about is not About.TECHNICAL


def data_kinds(*, hints_kept_months: int, modules_count_months: int) -> tuple[DataKind, ...]:
    """Return all kinds, with the periods that are set filled in."""
    values = {
        "hints_kept_months": hints_kept_months,
        "modules_count_months": modules_count_months,
        "versions_kept": VERSIONS_KEPT,
        "survey_sheets_kept_months": SHEETS_KEPT_MONTHS,
        "survey_texts_kept_months": UNREAD_TEXTS_KEPT_MONTHS,
        "survey_waits_days": SMALL_ROUND_WAITS_DAYS,
    }
    return tuple(_kind(told, values) for told in _read())


def tables_in_words() -> tuple[tuple[str, Mapping[str, str]], ...]:
    """Return each kind's name, and what its tables hold."""
    return tuple((told["name"], told.get("tables", {})) for told in _read())


def on_erasure(table: str) -> OnErasure:
    """Return what becomes of a table's rows of a person, or that name them, when that person is erased."""
    own = {each.table.name for each in own_tables()}
    if table == PERSON.name:
        return OnErasure.EMPTIED
    if table == CERTIFICATES.name:
        return OnErasure.KEEPS_CODE
    if table == CONCERNS.name:
        return OnErasure.KEEPS_RECEIPT
    if table in own:
        return OnErasure.DELETED
    return OnErasure.LOSES_ACTOR if table in {column.table.name for column in actor_columns()} else OnErasure.UNTOUCHED


def stored_tables() -> frozenset[str]:
    """Return the names of all tables that there are."""
    return frozenset(Base.metadata.tables)


@cache
def _read() -> tuple[dict[str, Any], ...]:
    return tuple(tomllib.loads(_FILE.read_text(encoding="utf-8"))["kind"])


def _kind(told: dict[str, Any], values: Mapping[str, object]) -> DataKind:
    texts = {name: value for name, value in told.items() if isinstance(value, str) and name != "about"}
    filled = {name: text.format_map(values) for name, text in texts.items()}
    return DataKind(**filled, about=About(told["about"]), tables=told.get("tables", {}), elsewhere=told.get("elsewhere", {}))
