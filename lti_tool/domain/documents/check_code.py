"""The check code of a document: how one is drawn and written, and how it is found again in whatever somebody typed or pasted."""

import re
import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from lti_tool.domain.documents.pasted_links import readings_of

# Crockford's base 32: no I, L, O (read as 1, 1, 0) and no U.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_BITS = 128
CODE_LENGTH = 27  # 26 characters hold 128 bits, one checks them
PASTED_LENGTH_MAX = 6_000
"""More than anybody pastes who looks for a code: a page of text, or the longest link of a mail gateway."""
_GROUP = 4
_SHAPE = (4, 4, 4, 4, 4, 4, 3)
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
# A run of letters and figures; what stands between two of them parts groups of a code, or words around it.
_TOKEN = re.compile(r"[^\W_]+")
# What parts an address into its pieces never stands inside a code, unless it has the usual groups.
_ADDRESS_SIGNS = frozenset("/?&=#:@")
# So much more than a code must a run of signs hold before a code is looked for inside it: else it is one with a sign too many.
_GLUED_MIN = CODE_LENGTH + 3


class TypingError(StrEnum):
    """Why a text cannot be a check code of ours, whatever the register holds."""

    EMPTY = "empty"
    LENGTH = "length"
    SIGN = "sign"
    LOOKALIKE = "lookalike"
    """A letter of another alphabet that looks like one of ours."""
    LINK = "link"
    """An address in which no code stands, such as one that a mail gateway has rewritten beyond recognition."""
    CHECK = "check"


@dataclass(frozen=True)
class TypedCode:
    """What was found in a text that somebody typed, pasted or scanned."""

    code: str
    """Normalised. Where something is wrong with it, as near to a code as the text comes."""
    error: TypingError | None = None
    wrong_sign: str = ""
    """The sign that no check code has, where that is what is wrong."""


def new_check_code() -> str:
    """Draw a check code: 128 random bits and a check character, without separators."""
    number = secrets.randbits(CODE_BITS)
    body = "".join(ALPHABET[number >> shift & 31] for shift in range(5 * (CODE_LENGTH - 2), -1, -5))
    return body + ALPHABET[_times_alpha(_weighted_sum(body))]


def read_check_code(typed: str) -> TypedCode:
    """Find the check code in what somebody typed, pasted or scanned.

    Any case, any grouping, O for 0, I and L for 1; with words, quotation marks or an address around it; in links that mail
    gateways have rewritten. Where several texts could be one, the more certain shape wins: the groups as printed, then other
    groups, then a code without a gap to the words beside it.
    """
    text = _without_the_invisible(typed[:PASTED_LENGTH_MAX])[:PASTED_LENGTH_MAX]
    readings = [_Signs(reading) for reading in readings_of(text)]
    printed = [candidate for reading in readings for candidate in reading.as_printed()]
    # What has the printed groups is meant as the code: with a wrong sign in it nothing else of the text may pass for one.
    guessed = () if printed else _guesses(readings)
    found = next((candidate for candidate in (*printed, *guessed) if is_check_code(candidate)), None)
    return TypedCode(found) if found is not None else _what_is_wrong(text, printed)


def is_check_code(code: str) -> bool:
    """Tell whether a normalised text is well formed, so that the register can be asked.

    Found are all single wrong characters and all exchanges of two characters, wherever they stand.
    """
    # The first character holds the upper 3 of 128 bits only.
    return (
        len(code) == CODE_LENGTH
        and all(sign in ALPHABET for sign in code)
        and not _weighted_sum(code)
        and ALPHABET.index(code[0]) <= 7
    )


def group_check_code(code: str) -> str:
    """Write a check code for people: groups of four, joined by hyphens."""
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


class _Signs:
    """One reading of a text as runs of letters and figures, with what stands between them."""

    def __init__(self, text: str) -> None:
        found = list(_TOKEN.finditer(text))
        self.text = text
        self.tokens = [match.group().upper().translate(_LOOKALIKES) for match in found]
        self._is_of_code = [all(sign in ALPHABET for sign in token) for token in self.tokens]
        ends, starts = [match.end() for match in found[:-1]], [match.start() for match in found[1:]]
        gaps = [text[end:start] for end, start in zip(ends, starts, strict=True)]
        self._parts_address = [bool(_ADDRESS_SIGNS.intersection(gap)) for gap in gaps]

    def as_printed(self) -> Iterator[str]:
        """Give what has all signs in one run, or the printed groups."""
        for at, token in enumerate(self.tokens):
            groups = self.tokens[at : at + len(_SHAPE)]
            if len(token) == CODE_LENGTH:
                yield token
            elif tuple(map(len, groups)) == _SHAPE:
                yield "".join(groups)

    def beside_words(self) -> Iterator[str]:
        """Give the printed groups where the first hangs on a word before it, or the last on a word behind."""
        for at in range(len(self.tokens) - len(_SHAPE) + 1):
            first, *middle, last = self.tokens[at : at + len(_SHAPE)]
            if all(len(token) == _GROUP for token in middle):
                yield first[-_GROUP:] + "".join(middle) + last[: _SHAPE[-1]]

    def in_any_groups(self) -> Iterator[str]:
        """Give what adds up to the length of a code, in groups of any size."""
        for run in self._runs():
            for first in range(len(run)):
                length = 0
                for last in range(first, len(run)):
                    length += len(run[last])
                    if length == CODE_LENGTH:
                        yield "".join(run[first : last + 1])
                    if length >= CODE_LENGTH:
                        break

    def without_gaps(self) -> Iterator[str]:
        """Give every stretch of a code's length inside longer runs; their ends are tried first."""
        for run in ("".join(run) for run in self._runs()):
            if len(run) < _GLUED_MIN:
                continue
            yield run[-CODE_LENGTH:]
            yield from (run[at : at + CODE_LENGTH] for at in range(len(run) - CODE_LENGTH))

    def _runs(self) -> Iterator[list[str]]:
        """Give neighbouring tokens that may belong together: all of a code's signs, no border of an address between them."""
        run: list[str] = []
        for at, token in enumerate(self.tokens):
            if not self._is_of_code[at] or (run and self._parts_address[at - 1]):
                yield from [run] if run else []
                run = []
            if self._is_of_code[at]:
                run.append(token)
        yield from [run] if run else []


def _guesses(readings: list[_Signs]) -> Iterator[str]:
    """Give what could be a code in another shape. Without a figure in it, it is taken for words: one code in 25,000 has none."""
    for find in (_Signs.beside_words, _Signs.in_any_groups, _Signs.without_gaps):
        for reading in readings:
            yield from (candidate for candidate in find(reading) if any(sign.isdigit() for sign in candidate))


def _without_the_invisible(text: str) -> str:
    """Bring full-width and styled letters into plain ones and drop what shows nothing, a word processor's soft hyphen too."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in plain if unicodedata.category(sign) != "Cf" and not "\ufe00" <= sign <= "\ufe0f")


def _what_is_wrong(text: str, printed: list[str]) -> TypedCode:
    if printed:
        return _wrong_code(printed[0])
    # Of our own address, what stands where the code belongs.
    meant = re.split(r"[?&#\s]", text.rpartition("/verify/")[2].strip())[0] if "/verify/" in text else text
    typed = "".join(_Signs(meant).tokens)
    if ("://" in meant or meant.lower().startswith("www.")) and not any(map(_is_foreign, typed)):
        return TypedCode(typed, TypingError.LINK)
    return _wrong_code(typed)


def _wrong_code(code: str) -> TypedCode:
    """Name the first thing that keeps a text, brought into the form of a code, from being one."""
    if not code:
        return TypedCode("", TypingError.EMPTY)
    foreign = next(filter(_is_foreign, code), "")
    if foreign:
        return TypedCode(code, TypingError.LOOKALIKE, foreign)
    wrong = next((sign for sign in code if sign not in ALPHABET), "")
    if wrong:
        return TypedCode(code, TypingError.SIGN, wrong)
    return TypedCode(code, TypingError.CHECK if len(code) == CODE_LENGTH else TypingError.LENGTH)


def _is_foreign(sign: str) -> bool:
    return sign not in "0123456789" and not unicodedata.name(sign, "").startswith("LATIN ")


def _weighted_sum(code: str) -> int:
    # A sum over GF(32) with weights α^26 … α^1, α^0; it is zero for a whole code. α has order 31, so all 27 weights differ:
    # that is why any single error and any exchange of two characters shows. Crockford's own check symbol (mod 37) would
    # need five more characters (*~$=U) that do not belong into an address.
    total = 0
    for sign in code:
        total = _times_alpha(total) ^ ALPHABET.index(sign)
    return total


def _times_alpha(element: int) -> int:
    # Multiplies in GF(32) = GF(2)[x] / (x^5 + x^2 + 1) by its primitive element x.
    doubled = element << 1
    return doubled ^ 0b100101 if doubled & 32 else doubled
