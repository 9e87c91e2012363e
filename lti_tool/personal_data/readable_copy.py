"""The copy of a person's data as a page that people can read, beside the JSON for programs (Art. 15 and 20 DSGVO)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from lti_tool.personal_data.data_kinds import tables_in_words

_STYLE = (
    "body{font:1rem/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "dl{display:grid;grid-template-columns:minmax(8rem,16rem) 1fr;gap:.25rem 1rem;border-top:1px solid #999;padding:.5rem 0}"
    "dt{color:#555}dd{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}"
)


def readable_copy(tables: Mapping[str, Sequence[Mapping[str, Any]]], *, documents: Iterable[str], now: datetime) -> str:
    """Return an HTML page: each kind of data in words, and below it every row as it is stored.

    Args:
        tables: the person's rows by table, as `person.json` has them.
        documents: names of the files beside the page.
    """
    parts = [
        f'<!DOCTYPE html><html lang="de"><head><meta charset="utf-8"><title>Ihre Daten</title>'
        f"<style>{_STYLE}</style></head><body>",
        f"<h1>Ihre Daten</h1><p>Stand: {now:%d.%m.%Y, %H:%M} Uhr (UTC). Dieselben Angaben für Programme: person.json.</p>",
    ]
    files = "".join(f'<li><a href="{escape(name)}">{escape(name)}</a></li>' for name in documents)
    if files:
        parts.append(f"<h2>Ihre Dokumente</h2><ul>{files}</ul>")
    for kind, words in tables_in_words():
        held = [(name, tables[name]) for name in words if tables.get(name)]
        if held:
            parts.append(f"<h2>{escape(kind)}</h2>")
        for name, rows in held:
            parts.append(f"<h3>{escape(words[name])} ({len(rows)})</h3>")
            parts += (_row(row) for row in rows)
    return "\n".join([*parts, "</body></html>"])


def _row(row: Mapping[str, Any]) -> str:
    filled = {name: value for name, value in row.items() if value not in (None, "")}
    return "<dl>" + "".join(f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in filled.items()) + "</dl>"
