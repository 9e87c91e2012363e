"""Which signs the documents' fonts have: asked before something is stored that could never be printed.

Reads the fonts' own table (OpenType, cmap, format 12). Both weights have the same signs, which a test holds.
"""

import struct
import unicodedata
from functools import cache
from pathlib import Path

REGULAR = Path(__file__).parent / "fonts" / "NotoSans-Regular.ttf"
_SEGMENTED_COVERAGE = 12


def missing_sign(text: str) -> str | None:
    """Give the first sign of a text that the fonts lack; None: all of it can be printed."""
    signs = signs_of(REGULAR)
    return next((sign for sign in unicodedata.normalize("NFC", text) if ord(sign) not in signs and sign != "\n"), None)


def keep_printable(text: str) -> str:
    """Give a text without the signs that the fonts lack (pictures in a course's title), for lines that are not a name."""
    signs = signs_of(REGULAR)
    return " ".join("".join(sign for sign in unicodedata.normalize("NFC", text) if ord(sign) in signs).split())


@cache
def signs_of(font: Path) -> frozenset[int]:
    """Read the code points that a font has a glyph for."""
    content = font.read_bytes()
    tables = struct.unpack_from(">H", content, 4)[0]
    entries = (struct.unpack_from(">4sLLL", content, 12 + 16 * number) for number in range(tables))
    cmap = next(offset for tag, _, offset, _ in entries if tag == b"cmap")
    subtables = struct.unpack_from(">H", content, cmap + 2)[0]
    for number in range(subtables):
        at = cmap + struct.unpack_from(">HHL", content, cmap + 4 + 8 * number)[2]
        if struct.unpack_from(">H", content, at)[0] == _SEGMENTED_COVERAGE:
            groups = struct.unpack_from(">L", content, at + 12)[0]
            ranges = (struct.unpack_from(">LLL", content, at + 16 + 12 * group) for group in range(groups))
            return frozenset(sign for first, last, _ in ranges for sign in range(first, last + 1))
    raise ValueError(f"{font.name} has no table of signs that is read here")
