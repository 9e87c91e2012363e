"""Which letters the PDF's font has. PDF/UA allows no replacement box of the font's own, so others must be replaced before."""

import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

# The certificates' fonts; one copy serves both rooms.
FONTS = Path(__file__).parent.parent / "certificates" / "fonts"
_REPLACEMENTS = {
    "→": "->",
    "➔": "->",
    "➜": "->",
    "⇒": "=>",
    "←": "<-",
    "↔": "<->",
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "≈": "ca.",
    "√": "[x]",
    "✓": "[x]",
    "✔": "[x]",
    "☑": "[x]",
    "☒": "[x]",
    "☐": "[ ]",
    "□": "[ ]",
    "▪": "•",
    "■": "•",
    "●": "•",
    "\u2003": " ",
}
_UNKNOWN = "\ufffd"
# Signs that tell how to draw the letter before (emoji or text) and mean nothing without it.
_SILENT = frozenset("\u200b\u200c\u200d\u2060\ufeff\ufe0e\ufe0f")


@cache
def covered() -> frozenset[int]:
    """Give the code points that the regular face has (OpenType 1.9, table `cmap`, formats 4 and 12)."""
    data = (FONTS / "NotoSans-Regular.ttf").read_bytes()
    table_count = struct.unpack_from(">H", data, 4)[0]
    tables = {data[12 + 16 * n : 16 + 16 * n]: struct.unpack_from(">I", data, 20 + 16 * n)[0] for n in range(table_count)}
    start = tables[b"cmap"]
    found: set[int] = set()
    for number in range(struct.unpack_from(">H", data, start + 2)[0]):
        subtable = start + struct.unpack_from(">I", data, start + 8 + 8 * number)[0]
        kind = struct.unpack_from(">H", data, subtable)[0]
        if kind == 12:
            found.update(_format_12(data, subtable))
        elif kind == 4:
            found.update(_format_4(data, subtable))
    return frozenset(found)


def _format_12(data: bytes, start: int) -> Iterator[int]:
    for group in range(struct.unpack_from(">I", data, start + 12)[0]):
        first, last, _ = struct.unpack_from(">III", data, start + 16 + 12 * group)
        yield from range(first, last + 1)


def _format_4(data: bytes, start: int) -> Iterator[int]:
    count = struct.unpack_from(">H", data, start + 6)[0] // 2
    for segment in range(count):
        last = struct.unpack_from(">H", data, start + 14 + 2 * segment)[0]
        first = struct.unpack_from(">H", data, start + 16 + 2 * count + 2 * segment)[0]
        if last != 0xFFFF:
            yield from range(first, last + 1)


def printable(text: str) -> str:
    """Replace the letters that the font does not have; the other formats keep them."""
    known = covered()
    written = "".join(_REPLACEMENTS.get(sign, sign) for sign in text.replace("\t", " ") if sign not in _SILENT)
    return "".join(sign if sign == "\n" or ord(sign) in known else _UNKNOWN for sign in written)


def all_printable(value: Any) -> Any:
    """Do the same to every text inside lists and dictionaries."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {name: all_printable(inner) for name, inner in value.items()}
    return [all_printable(inner) for inner in value] if isinstance(value, list) else value
