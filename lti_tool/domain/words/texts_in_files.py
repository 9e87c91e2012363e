"""People's texts in the files that programs of others open: names of sheets and files, cells.

Each program counts in its own unit: Excel in units of UTF-16, file systems in octets. Nobody counts what a reader sees as one
sign, so a cut falls between those.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator

from lti_tool.domain.words.folding import to_ascii
from lti_tool.domain.words.typed_text import clean_line, clean_text

SHEET_NAME_MAX = 31
CELL_MAX = 32_767
# Excel lets no sheet bear these; the names of its own record of changes, in English and German.
_RESERVED = frozenset({"history", "verlauf"})
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")
# What makes Excel, LibreOffice and others read a CSV cell as a formula (OWASP, CSV injection): also after spaces, and the
# full-width letters that a Japanese Excel takes for the same.
_FORMULA = re.compile(r"\s*[=+\-@\t\r\n＝＋－＠]")
_SKIN = range(0x1F3FB, 0x1F400)
_FLAGS = range(0x1F1E6, 0x1F200)


def utf16_units(text: str) -> int:
    """Count as Excel, Java and JavaScript do: a picture sign is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def octets(text: str) -> int:
    """Count as file systems and calendars do: ü is two."""
    return len(text.encode("utf-8", "surrogatepass"))


def cut(text: str, most: int, measure: Callable[[str], int] = len) -> str:
    """Give the beginning of a text that measures at most `most`, and never half of a sign that people see as one."""
    if measure(text) <= most:
        return text
    kept: list[str] = []
    left = most
    for sign in _signs(text):
        left -= measure(sign)
        if left < 0:
            break
        kept.append(sign)
    return "".join(kept).rstrip()


def sheet_name(title: str, *, otherwise: str) -> str:
    """Make a text the name of a sheet, as Excel and LibreOffice take it; `otherwise` where nothing is left of it."""
    name = clean_line(_NOT_IN_SHEET_NAMES.sub(" ", clean_line(title))).strip("' ")
    name = cut(name, SHEET_NAME_MAX, utf16_units).strip("' ")
    return otherwise if not name or name.casefold() in _RESERVED else name


def cell(text: str) -> str:
    """Make a text the content of a cell; what it begins with is not judged, since such a cell is marked as text."""
    return cut(clean_text(text), CELL_MAX, utf16_units)


def csv_cell(text: str) -> str:
    """Make a text the content of a cell in CSV: an apostrophe says that it is text where a spreadsheet would read a formula."""
    text = cell(text)
    return f"'{text}" if _FORMULA.match(text) else text


def ascii_file_name(text: str, most: int) -> str:
    """Make a text a part of a file name that every system and every header takes: ASCII letters and digits, joined by hyphens."""
    return cut(re.sub(r"[^A-Za-z0-9]+", "-", to_ascii(text)).strip("-"), most).strip("-")


def file_name(text: str, most: int) -> str:
    """Make a text a part of a file name for people: their letters stay, whatever is none is a hyphen; `most` octets."""
    letters = "".join(sign if sign.isalnum() or unicodedata.category(sign) in ("Mn", "Mc") else "-" for sign in clean_line(text))
    return cut(re.sub("-+", "-", letters).strip("-"), most, octets).strip("-")


def _signs(text: str) -> Iterator[str]:
    """Give what people see as one sign each: a letter with its marks, an emoji, a flag (near enough to Unicode's UAX 29)."""
    sign = ""
    for letter in text:
        if sign and not _goes_on(sign, letter):
            yield sign
            sign = ""
        sign += letter
    if sign:
        yield sign


def _goes_on(sign: str, letter: str) -> bool:
    if letter == "\u200d" or sign[-1] == "\u200d":
        return True
    if ord(letter) in _FLAGS:
        return len(sign) == 1 and ord(sign) in _FLAGS
    return unicodedata.category(letter) in ("Mn", "Mc", "Me") or ord(letter) in _SKIN
