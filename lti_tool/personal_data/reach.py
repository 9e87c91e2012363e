"""Which rows are a person's: found by the foreign keys, so that a new table cannot be forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Column, ColumnElement, ForeignKey, Table, select

from lti_tool.models import Base, Certificate, Concern, User

PERSON: Final[Table] = Base.metadata.tables[User.__tablename__]
CERTIFICATES: Final[Table] = Base.metadata.tables[Certificate.__tablename__]
CONCERNS: Final[Table] = Base.metadata.tables[Concern.__tablename__]
# A person's own, and yet a row stays when they are erased: it proves something, and names nobody any more.
STAYING: Final = frozenset({CERTIFICATES, CONCERNS})


@dataclass(frozen=True)
class OwnTable:
    """A table with rows of a person, and its column that leads to them or to a row of theirs."""

    table: Table
    column: Column[int]
    parent: "OwnTable | None"
    """Whose row `column` names; None: the person."""

    def where(self, user_id: int) -> ColumnElement[bool]:
        """Give the condition that picks the person's rows."""
        if self.parent is None:
            return self.column == user_id
        return self.column.in_(select(self.parent.table.c.id).where(self.parent.where(user_id)))


def own_tables() -> tuple[OwnTable, ...]:
    """List the tables with rows of a person, their own row first: what would go with it (ON DELETE CASCADE), and `STAYING`."""
    found = {PERSON: OwnTable(PERSON, PERSON.c.id, None)}
    for table in Base.metadata.sorted_tables:
        for key in _keys(table):
            if key.column.table in found and table not in found and (key.ondelete == "CASCADE" or table in STAYING):
                parent = found[key.column.table]
                found[table] = OwnTable(table, key.parent, None if parent.table is PERSON else parent)
    return tuple(found.values())


def actor_columns() -> tuple[Column[int], ...]:
    """List the columns that name a person in somebody else's row: who granted, decided, changed or wrote it."""
    return tuple(
        key.parent
        for table in Base.metadata.sorted_tables
        for key in _keys(table)
        if key.column.table is PERSON and key.ondelete == "SET NULL" and table not in STAYING
    )


def _keys(table: Table) -> Iterator[ForeignKey]:
    return iter(sorted(table.foreign_keys, key=lambda key: key.parent.name))
