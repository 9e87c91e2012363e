"""Small numbers and re-identification: which cells of a table are hidden, and which can be worked out all the same."""

from dataclasses import dataclass

MOST_LEAST = 20


@dataclass(frozen=True)
class CountedRow:
    label: str
    counts: tuple[int, ...]


@dataclass(frozen=True)
class SmallNumbers:
    columns: tuple[str, ...]
    rows: tuple[CountedRow, ...]
    least: int
    """The smallest number that may be shown."""


@dataclass(frozen=True)
class Cell:
    count: int
    is_hidden: bool
    is_recoverable: bool
    """Hidden, but it follows from what is shown."""


@dataclass(frozen=True)
class ShownRow:
    label: str
    cells: tuple[Cell, ...]
    total: int | None
    """None: totals are not shown."""


@dataclass(frozen=True)
class Publication:
    rows: tuple[ShownRow, ...]
    column_totals: tuple[int, ...] | None
    hidden: int
    recoverable: int
    """How many hidden numbers anybody can work out."""


def publish(data: SmallNumbers, *, least: int | None = None, with_totals: bool) -> Publication:
    """Hide numbers below the least one, zero excepted, and find those that totals give away.

    Where a row or column has a total and a single hidden cell, subtracting tells it; then the next may be single in turn.
    """
    smallest = min(max(data.least if least is None else least, 0), MOST_LEAST)
    hidden = {(r, c) for r, row in enumerate(data.rows) for c, count in enumerate(row.counts) if 0 < count < smallest}
    known = _recoverable(data, hidden) if with_totals else set()
    rows = tuple(
        ShownRow(
            row.label,
            tuple(Cell(count, (r, c) in hidden, (r, c) in known) for c, count in enumerate(row.counts)),
            sum(row.counts) if with_totals else None,
        )
        for r, row in enumerate(data.rows)
    )
    totals = tuple(sum(row.counts[c] for row in data.rows) for c in range(len(data.columns))) if with_totals else None
    return Publication(rows, totals, len(hidden), len(known))


def _recoverable(data: SmallNumbers, hidden: set[tuple[int, int]]) -> set[tuple[int, int]]:
    lines = [[(r, c) for c in range(len(data.columns))] for r in range(len(data.rows))]
    lines += [[(r, c) for r in range(len(data.rows))] for c in range(len(data.columns))]
    left = set(hidden)
    while True:
        still_open = [[cell for cell in line if cell in left] for line in lines]
        found = {cells[0] for cells in still_open if len(cells) == 1}
        if not found:
            return hidden - left
        left -= found
