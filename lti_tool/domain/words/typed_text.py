"""The one cleaning of what people type and paste, and of names that platforms tell: what shows nothing goes, the rest stays.

Texts come out of office programs, chats and PDFs with signs that nobody sees and that make two equal names unequal. Three rules:
what shows nothing is dropped, white space is white space, line breaks are line breaks.
"""

import re
import unicodedata

# Line breaks as office programs write them: U+000B and U+000E are Word's breaks of line and column, U+000C its page break.
_LINE_BREAKS = re.compile("\r\n|[\n\r\x0b\x0c\x0e\x85\u2028\u2029]")
# Word's cell mark stands between two cells of a table; U+2800 is an empty pattern of Braille.
_SPACES = re.compile("[\x07\u1680\u2000-\u2006\u2007-\u200a\u205f\u2800\u3000]")
# Word's hyphen that does not break.
_HYPHENS = re.compile("\x1e")
# What shows nothing: control signs, halves of surrogate pairs, non-characters (XML 1.0, section 2.2, Char, holds none of these),
# Unicode's property Default_Ignorable_Code_Point (16.0), annotation marks and the place of an object that did not come along.
_NOTHING = re.compile(
    "[\x00-\x08\x0f-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 17))
    + "]"
)
# Between other letters than ours these two join or part (Persian, Hindi), and they build emoji of several.
_JOINERS = frozenset("\u200c\u200d")


def clean_text(text: str) -> str:
    """Give a typed text as it is kept: NFC, `\\n` for every line break, none of the signs that show nothing."""
    text = _LINE_BREAKS.sub("\n", text)
    text = _HYPHENS.sub("-", _SPACES.sub(" ", text))
    if _NOTHING.search(text):
        text = _without_nothing(text)
    return unicodedata.normalize("NFC", text).strip()


def clean_line(text: str) -> str:
    """Give a typed text that stands in one line: the same, with single spaces for whatever white space there is."""
    return " ".join(clean_text(text).split())


def _without_nothing(text: str) -> str:
    kept: list[str] = []
    for place, sign in enumerate(text):
        if not _NOTHING.match(sign) or _shows(kept, sign, text[place + 1 : place + 2]):
            kept.append(sign)
    return "".join(kept)


def _shows(kept: list[str], sign: str, after: str) -> bool:
    """Tell whether a joiner or a variation selector changes how its neighbours look."""
    if sign in _JOINERS:
        base = next((before for before in reversed(kept) if unicodedata.category(before) not in ("Mn", "Sk")), " ")
        # Hangul's fillers are letters by category, and show nothing.
        joins = after != "" and unicodedata.category(after) in ("Lo", "So") and not _NOTHING.match(after)
        return joins and unicodedata.category(base) in ("Lo", "Mc", "So")
    if "\ufe00" <= sign <= "\ufe0f" or "\U000e0100" <= sign <= "\U000e01ef":
        is_keycap = after == "\u20e3" and kept[-1:] in ([key] for key in "0123456789#*")
        return is_keycap or (kept != [] and unicodedata.category(kept[-1]) in ("Lo", "So", "Sm"))
    return False
