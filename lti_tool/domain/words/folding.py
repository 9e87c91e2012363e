"""The one folding by which names and words are found and put in order, the same on every database.

Case and marks do not count, nor whether a letter was typed composed or decomposed; ı is i, ł is l, ø is o, đ is d, ß is ss, æ is
ae. That is how German lists sort (DIN 5007-1). Databases disagree here: SQLite knows the case of ASCII only, PostgreSQL sorts as
its locale does. So both only read, and this decides.
"""

import re
import unicodedata
from functools import lru_cache

from lti_tool.domain.words.typed_text import clean_line

# Letters that Unicode takes nothing away from, and whose name does not say "… WITH …".
_BASE_LETTERS = str.maketrans(dict(zip("ıȷðŋĸəǝʒɛɔ", "ijdnkeezeo", strict=True)) | {"æ": "ae", "œ": "oe", "þ": "th"})
_WITH_SOMETHING = re.compile(r"LATIN SMALL LETTER ([A-Z]) WITH ")
_APOSTROPHES = dict.fromkeys(map(ord, "'’‘‛ʼʻʹʾʿˈ′`´＇"))
# How letters are written where a keyboard or a register has none of them.
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})


def fold(text: str) -> str:
    """Give a text as it is compared: base letters in lower case, and digits.

    Signs between words are a space, apostrophes nothing: `Meyer-Landrut` is found with and without its hyphen.
    """
    return _joined(text, 0)


def is_found(wanted: str, *texts: str | None) -> bool:
    """Tell whether each word of `wanted` stands somewhere in the texts, in any order; ü is found as u and as ue.

    Nothing wanted is found everywhere.
    """
    hay = "\n".join(_joined(text, form) for text in texts if text for form in (0, 1))
    return all(plain in hay or spelt_out in hay for plain, spelt_out in _words(wanted))


def by_name(name: str | None, key: int) -> tuple[bool, str, str, int]:
    """Give the key that sorts people: by name, who has none last, and always the same among equals."""
    return (name is None, fold(name or ""), name or "", key)


def _joined(text: str, form: int) -> str:
    return " ".join([word[form] for word in map(_both_forms, text.split()) if word[form]])


@lru_cache(maxsize=256)
def _words(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(zip(_joined(text, 0).split(), _joined(text, 1).split(), strict=True))


# Many people share the words of their names.
@lru_cache(maxsize=16_384)
def _both_forms(word: str) -> tuple[str, str]:
    """Fold a word between spaces, as it is and spelt out; signs within it may part it into several."""
    lowered = clean_line(word).casefold()
    return _folded(lowered), _folded(lowered.translate(_SPELT_OUT))


def _folded(lowered: str) -> str:
    bare = unicodedata.normalize("NFKD", lowered.translate(_APOSTROPHES)).casefold()
    return " ".join("".join(map(_base, bare)).translate(_BASE_LETTERS).split())


def to_ascii(text: str) -> str:
    """Give a text in ASCII with its capitals: Łódź is Lodz; what has no base letter there goes."""
    letters = (_ascii_letter(sign) for sign in unicodedata.normalize("NFC", clean_line(text)))
    return "".join(letters).encode("ascii", "ignore").decode()


def _ascii_letter(sign: str) -> str:
    if sign.isascii() or not sign.isalnum():
        return sign if sign.isascii() else " "
    base = _folded(sign.casefold())
    return base[:1].upper() + base[1:] if sign.isupper() else base


@lru_cache(maxsize=4096)
def _base(sign: str) -> str:
    category = unicodedata.category(sign)
    if category == "Mn":
        return ""
    if category[0] in "PZC":
        return " "
    named = _WITH_SOMETHING.match(unicodedata.name(sign, ""))
    return named[1].lower() if named else sign
