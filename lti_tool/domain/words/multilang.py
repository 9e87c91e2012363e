"""Titles in several languages at once, as Moodle's language filters write them: gives one.

A filter works when Moodle shows a title; tools get it as it was typed: `{mlang de}Kurs{mlang}{mlang en}Course{mlang}`
(filter_multilang2), `<span lang="de" class="multilang">Kurs</span>…` or its older `<lang lang="de">…` (filter_multilang).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

# A block ends with its closing tag, with the next block, or where the title was cut off.
_BLOCK = re.compile(
    r"\{\s*mlang\s+(?P<codes>[^{}]+)\}(?P<words>.*?)(?:\{\s*mlang\s*\}|(?=\{\s*mlang\s)|$)"
    r"|<(?P<tag>span|lang)\b(?P<attributes>[^<>]*\blang\s*=[^<>]*)>(?P<tagged>.*?)(?:</(?P=tag)\s*>|(?=<(?P=tag)\b)|$)",
    re.IGNORECASE | re.DOTALL,
)
_LANG = re.compile(r"\blang\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_LEFT_OVER = re.compile(r"\{\s*mlang\b[^{}]*\}?|</?(?:span|lang)\b[^<>]*>?", re.IGNORECASE)
_OTHER = "other"


@dataclass(frozen=True)
class _Piece:
    """A stretch of a title; `languages` is empty where it belongs to all."""

    words: str
    languages: tuple[str, ...] = ()

    def speaks(self, language: str) -> bool:
        # `de_kids`, `de-AT`: variants of a language count as it.
        return any(re.split(r"[_-]", code)[0] == language for code in self.languages)


def in_one_language(title: str, language: str) -> str:
    """Give what a title says in a language; where it says nothing in that one, what stands first. Other titles stay as they are.

    Args:
        language: two letters.
    """
    if "mlang" not in title.lower() and not re.search(r"<(?:span|lang)\b", title, re.IGNORECASE):
        return title
    pieces = list(_pieces(title))
    return _cleaned("".join(_choose(pieces, language))) or next(filter(None, (_cleaned(piece.words) for piece in pieces)), "")


def _cleaned(words: str) -> str:
    return " ".join(_LEFT_OVER.sub("", words).split())


def _pieces(title: str) -> Iterator[_Piece]:
    at = 0
    for block in _BLOCK.finditer(title):
        yield _Piece(title[at : block.start()])
        at = block.end()
        if block["codes"] is not None:
            codes = tuple(code.strip().lower() for code in block["codes"].split(",") if code.strip())
            yield _Piece(block["words"], codes or (_OTHER,))
        else:
            code = _LANG.search(block["attributes"])
            yield _Piece(block["tagged"], (code[1].lower() if code else _OTHER,))
    yield _Piece(title[at:])


def _choose(pieces: list[_Piece], language: str) -> Iterator[str]:
    """Give the pieces for all, and of blocks that stand side by side those in the language; else "other", else the first."""
    shown = [piece for piece in pieces if piece.languages or piece.words.strip()]
    for is_block, group in groupby(shown, key=lambda piece: bool(piece.languages)):
        side_by_side = list(group)
        if not is_block:
            yield from (piece.words for piece in side_by_side)
            continue
        found = [piece for piece in side_by_side if piece.speaks(language)]
        found = found or [piece for piece in side_by_side if _OTHER in piece.languages]
        # A single block in another language is an addition for others, as in "Kurs{mlang en} (in German){mlang}".
        found = found or (side_by_side[:1] if len(side_by_side) > 1 else [])
        yield from (piece.words for piece in found)
