"""Finds glossary terms in running text, bent as German bends them, and links each where a lesson first uses it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from lti_tool.domain.content.programme import Term

FOUND = "found"
"""`markup` of the links that were found, not written."""
_SCHEME = "glossar:"
# Endings of nouns. Umlauts in the plural and other turns stand as `forms` in glossary.toml.
_NOUN = "(?:e?s|e?n|er|ern|e)?"
_ADJECTIVE = "(?:e|er|en|es|em)"
_WORD = re.compile(r"[^\W\d_]")
_BRACKET = re.compile(r"\s*\(([^)]*)\)")
_LETTER = r"[^\W_]"


@dataclass
class Finds:
    """Where a text uses terms; lines count from 1 within it."""

    in_order: list[str] = field(default_factory=list)
    """Ids of the linked terms as they come."""
    too_late: list[tuple[str, int]] = field(default_factory=list)
    """Terms that the author links further below, and the line of their first use."""


class TermFinder:
    """Knows all terms of a programme; made once, used for each lesson."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._ids = [term.id for term in terms for _ in _written(term)]
        forms = [(pattern, number) for number, pattern in enumerate(_pattern(form) for term in terms for form in _written(term))]
        # The longest first: „Digitale Souveränität“ before a term „Souveränität“.
        forms.sort(key=lambda form: -len(form[0]))
        choices = "|".join(f"(?P<t{number}>{pattern})" for pattern, number in forms)
        # Neither a part of a longer word nor of one written with a hyphen.
        self._pattern = re.compile(rf"(?<!{_LETTER})(?<!{_LETTER}-)(?:{choices})(?!{_LETTER}|-{_LETTER})" if forms else r"(?!)")

    def find(self, text: str) -> Iterable[tuple[int, int, str]]:
        """Give start, end and term of each use."""
        for found in self._pattern.finditer(text):
            yield found.start(), found.end(), self._ids[int((found.lastgroup or "t0")[1:])]


def link_terms(tokens: Sequence[Token], finder: TermFinder) -> Finds:
    """Link every term where the text first uses it, outside headings, links, code and table heads; the author's links stay."""
    by_hand = {target for token in tokens for child in token.children or () if (target := _target(child))}
    finds = Finds()
    seen: set[str] = set()
    around: list[str] = []
    line = 1
    for token in tokens:
        if token.nesting == 1:
            around.append(token.type)
        elif token.nesting == -1:
            around.pop()
        if token.map:
            line = token.map[0] + 1
        if token.type == "inline" and not {"heading_open", "th_open"} & set(around):
            token.children = list(_linked(_joined(token.children or []), finder, by_hand, seen, finds, line))
    return finds


def _linked(
    children: Sequence[Token], finder: TermFinder, by_hand: set[str], seen: set[str], finds: Finds, line: int
) -> Iterable[Token]:
    inside_link = 0
    for child in children:
        if target := _target(child):
            seen.add(target)
            finds.in_order.append(target)
        inside_link += child.nesting if child.type in ("link_open", "link_close") else 0
        if child.type != "text" or inside_link:
            yield child
            continue
        done = 0
        for start, end, term_id in finder.find(child.content):
            if term_id in seen:
                continue
            if term_id in by_hand:
                if term_id not in {late for late, _ in finds.too_late}:
                    finds.too_late.append((term_id, line + child.content.count("\n", 0, start)))
                continue
            seen.add(term_id)
            finds.in_order.append(term_id)
            yield _text(child.content[done:start], child.level)
            yield Token("link_open", "a", 1, attrs={"href": _SCHEME + term_id}, level=child.level, markup=FOUND)
            yield _text(child.content[start:end], child.level + 1)
            yield Token("link_close", "a", -1, level=child.level)
            done = end
        yield _text(child.content[done:], child.level)


def _joined(children: Sequence[Token]) -> list[Token]:
    """Join texts over line ends, so that terms of two words are found there too; a page shows no difference."""
    joined: list[Token] = []
    for child in children:
        content = "\n" if child.type == "softbreak" else child.content if child.type == "text" else None
        if content is not None and joined and joined[-1].type == "text":
            joined[-1] = _text(joined[-1].content + content, joined[-1].level)
        else:
            joined.append(child)
    return joined


def _target(child: Token) -> str:
    href = str(child.attrGet("href") or "") if child.type == "link_open" else ""
    return href.removeprefix(_SCHEME) if href.startswith(_SCHEME) else ""


def _text(content: str, level: int) -> Token:
    return Token("text", "", 0, content=content, level=level)


def _written(term: Term) -> tuple[str, ...]:
    """Give the ways a term is written: without its bracket, what is in the bracket, its further forms."""
    short = _BRACKET.findall(term.term)
    return tuple(form for form in (_BRACKET.sub("", term.term), *short, *term.forms) if form.strip())


def _pattern(form: str) -> str:
    *before, last = form.split()
    words = [_adjective(word) if word.endswith("e") and word[0].isupper() else re.escape(word) for word in before]
    return r"\s+".join([*words, _noun(last)])


def _adjective(word: str) -> str:
    return f"[{word[0].upper()}{word[0].lower()}]{re.escape(word[1:-1])}{_ADJECTIVE}"


def _noun(word: str) -> str:
    capitals = sum(letter.isupper() for letter in word)
    if word.endswith(":in"):
        return re.escape(word) + "(?:nen)?"
    if capitals > 1 or not _WORD.search(word[-1:]):
        return re.escape(word) + "s?"
    return re.escape(word.removesuffix("e")) + (_NOUN if not word.endswith("e") else "(?:e|en|es)")
