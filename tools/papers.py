"""`python -m tools.papers`: bring the lists in docs/datenschutz up to date with what is stored.

`--open` lists what operators have to fill in instead.

A list stands between `<!-- Liste: NAME -->` and `<!-- Ende -->`; whatever is typed there by hand is written over.
"""

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from lti_tool.personal_data.data_kinds import About, DataKind, data_kinds, on_erasure
from lti_tool.settings import Settings

ROOT = Path(__file__).parent.parent
FOLDERS = (ROOT / "docs" / "datenschutz", ROOT / "docs" / "betrieb")
_LIST = re.compile(r"(<!-- Liste: ([a-zäöü-]+) -->\n).*?(<!-- Ende -->)", re.DOTALL)
OPEN = re.compile(r"\*\*\[BETREIBER: [^\]]+\]\*\*")
"""What an operator has to fill in is marked so, and only so."""


def papers() -> list[Path]:
    """List the papers."""
    return sorted(path for folder in FOLDERS for path in folder.glob("*.md"))


def kinds() -> tuple[DataKind, ...]:
    """Return the kinds of data with the periods that are set unless an operator sets others."""
    fields = Settings.model_fields
    return data_kinds(
        hints_kept_months=fields["hints_kept_months"].default, modules_count_months=fields["modules_count_months"].default
    )


def with_lists(text: str) -> str:
    """Return a paper's text with its lists made anew.

    Raises:
        KeyError: it asks for a list that there is none of.
    """
    return _LIST.sub(lambda found: f"{found[1]}{LISTS[found[2]]()}\n{found[3]}", text)


def open_marks(text: str) -> list[str]:
    """List what an operator has to fill in."""
    return OPEN.findall(text)


def _processing() -> str:
    """Kinds of data about people, for the record of processing activities."""
    rows = [(kind.name, _held(kind), kind.purpose, kind.source, kind.seen_by) for kind in _of_people()]
    return _table(("Datenart", "Was", "Zweck", "Herkunft", "Wer es sieht"), rows)


def _periods() -> str:
    """When each kind is deleted, for the Löschkonzept."""
    rows = [(kind.name, kind.starts, _rule(kind), _carried_out(kind)) for kind in kinds()]
    return _table(("Datenart", "Startzeitpunkt", "Regelfrist", "Umsetzung"), rows)


def _tables() -> str:
    """Every table, and what an erasure leaves of it."""
    rows = [(f"`{table}`", kind.name, held, on_erasure(table).value) for kind in kinds() for table, held in kind.tables.items()]
    elsewhere = [(place, kind.name, held, "–") for kind in kinds() for place, held in kind.elsewhere.items()]
    return _table(("Tabelle oder Ort", "Datenart", "Inhalt", "Löschung einer Person"), rows + elsewhere)


def _names() -> str:
    """The kinds of data about people in short, for an agreement."""
    return "\n".join(f"- {kind.name}: {_held(kind)}" for kind in _of_people())


def _told() -> str:
    """What a participant is told of each kind."""
    rows = [(kind.name, kind.purpose, kind.seen_by, _rule(kind)) for kind in _of_people()]
    return _table(("Was", "Wozu", "Wer es sieht", "Wie lange"), rows)


LISTS: dict[str, Callable[[], str]] = {
    "verarbeitung": _processing,
    "fristen": _periods,
    "tabellen": _tables,
    "datenarten": _names,
    "information": _told,
}


def _of_people() -> list[DataKind]:
    return [kind for kind in kinds() if kind.is_of_people]


def _held(kind: DataKind) -> str:
    return "; ".join([*kind.tables.values(), *(f"{place}: {held}" for place, held in kind.elsewhere.items())])


def _rule(kind: DataKind) -> str:
    if not kind.proposal:
        return kind.period
    return f"{kind.period}. **[BETREIBER: Frist; Vorschlag: {kind.proposal}]**"


def _carried_out(kind: DataKind) -> str:
    if not kind.proposal:
        return "von selbst" if kind.about is not About.TECHNICAL else "keine personenbezogenen Daten von Teilnehmenden"
    if kind.about is About.PERSON and kind.tables:
        return "mit der Person"
    if kind.about is About.ACTOR:
        return "wer geändert hat, mit dieser Person"
    return "durch den Betreiber, außerhalb des Programms"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(arguments: list[str]) -> int:
    for path in papers():
        text = path.read_text(encoding="utf-8")
        if "--open" in arguments:
            marks = open_marks(text)
            print(f"{path.relative_to(ROOT)}: {len(marks)} offen", *(f"  {mark}" for mark in marks), sep="\n")
        else:
            path.write_text(with_lists(text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
