"""Which signs the fonts of long documents have. PDF/UA allows no replacement box of a font: others are replaced before."""

import struct
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

# The certificates' own, and what stands behind them: bullets, ticks, arrows, signs of sums.
NOTO_SANS = Path(__file__).parent / "noto_sans"
FONT_FOLDERS = (NOTO_SANS, Path(__file__).parent / "fonts")
_FONTS = ("NotoSans-Regular.ttf", "NotoSansSymbols2-Regular.ttf", "NotoSansMath-Regular.ttf")
# Signs that no font of ours has, and what says the same.
_REPLACEMENTS = {
    "✅": "✔",
    "❎": "✘",
    "❌": "✘",
    "➕": "+",
    "➖": "–",
    "➗": "÷",
    "㎡": "m²",
    "㎥": "m³",
    "㎢": "km²",
    "㎞": "km",
    "⭐": "★",
    "🔴": "⬤",
    "🔵": "⬤",
}
_UNKNOWN = "\ufffd"
# Signs that tell how to draw the letter before (emoji or text) and mean nothing without it.
_SILENT = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff\ufe0e\ufe0f")


@cache
def covered() -> frozenset[int]:
    """Give the code points that one of the fonts has."""
    fonts = (folder / name for folder in FONT_FOLDERS for name in _FONTS)
    return frozenset().union(*(signs_of(font) for font in fonts if font.is_file()))


@cache
def signs_of(font: Path) -> frozenset[int]:
    """Read the code points of a font (OpenType 1.9, table `cmap`, formats 4 and 12)."""
    data = font.read_bytes()
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
    """Replace the signs that no font has; the other formats keep them."""
    return "".join(_shown(sign) for sign in text.replace("\t", " ") if sign not in _SILENT)


def unprintable(text: str) -> list[str]:
    """List the signs of a text that a PDF cannot show, one for each time."""
    return [sign for sign in text.replace("\t", " ") if sign not in _SILENT and _shown(sign) == _UNKNOWN and sign != _UNKNOWN]


def _shown(sign: str) -> str:
    known = covered()
    if sign == "\n" or ord(sign) in known:
        return sign
    # What is one sign for several (a ligature, a figure in a ring) is written out.
    for written in (_REPLACEMENTS.get(sign, ""), unicodedata.normalize("NFKC", sign)):
        if written and all(ord(each) in known for each in written):
            return written
    return _UNKNOWN


def all_printable(value: Any) -> Any:
    """Do the same to every text inside lists and dictionaries."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {name: all_printable(inner) for name, inner in value.items()}
    return [all_printable(inner) for inner in value] if isinstance(value, list) else value
