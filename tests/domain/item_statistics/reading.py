"""Synthetic answers of 120 people, with what careful figures of them are (made apart from this code, with numpy)."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lti_tool.domain.statistics.item_sums import Answered, ItemSums, QuizSums, rest_share

DATA = Path(__file__).parent / "data"


def rows_of(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def expected(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def attempts_in(rows: Iterable[dict[str, str]]) -> list[list[dict[str, str]]]:
    """Return the rows of each first attempt."""
    attempts: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        if row.get("number", "1") == "1":
            attempts[row["attempt"]].append(row)
    return list(attempts.values())


def sums_of(attempts: Iterable[list[dict[str, str]]]) -> tuple[dict[str, ItemSums], QuizSums]:
    items: dict[str, ItemSums] = defaultdict(ItemSums)
    quiz = QuizSums()
    for rows in attempts:
        shares = [int(row["points_e4"]) for row in rows]
        quiz += QuizSums.of(shares)
        for row, x in zip(rows, shares, strict=True):
            items[row["item"]] += ItemSums.of(
                Answered(
                    x=x,
                    rest=rest_share(sum(shares), x, len(shares)),
                    is_empty=row.get("empty") == "1",
                    chosen=tuple(letter for letter in row.get("chosen", "").split("|") if letter),
                    seconds=int(row["seconds"]) if row.get("seconds") else None,
                )
            )
    return items, quiz
