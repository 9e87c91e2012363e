"""Authored HTML as a tree for typesetting: nested lists and dictionaries that JSON can carry."""

from html.parser import HTMLParser
from typing import Any

Branch = dict[str, Any] | str
_VOID = {"br", "hr", "img"}
_BLOCKS = {
    "p",
    "ul",
    "ol",
    "li",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "h2",
    "h3",
    "h4",
    "blockquote",
    "pre",
    "hr",
    "figure",
    "div",
}
# Scroll areas of the screen mean nothing on paper; what folds there lies open here.
_DROPPED = {"summary"}


def branches_of(html: str) -> list[Branch]:
    """Take cleaned HTML apart: a text is a string, an element has `tag`, `kids` and the attributes it came with."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return _without_gaps(reader.root["kids"])


def text_of(branch: Branch) -> str:
    """Give the text inside, without markup."""
    return branch if isinstance(branch, str) else "".join(text_of(kid) for kid in branch["kids"])


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root: dict[str, Any] = {"tag": "root", "kids": []}
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = {"tag": tag, "kids": [], **{name: value or "" for name, value in attrs}}
        self._open[-1]["kids"].append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            element = self._open.pop()
            # nh3 closes what it opens, in order.
            assert element["tag"] == tag, f"{tag} closes {element['tag']}"
            element["kids"] = _without_gaps(element["kids"])

    def handle_data(self, data: str) -> None:
        self._open[-1]["kids"].append(data)


def _without_gaps(kids: list[Branch]) -> list[Branch]:
    """Leave out white space between blocks, and what paper does not show."""
    kept = [kid for kid in kids if isinstance(kid, str) or kid["tag"] not in _DROPPED]
    if any(not isinstance(kid, str) and kid["tag"] in _BLOCKS for kid in kept):
        kept = [kid for kid in kept if not isinstance(kid, str) or kid.strip()]
    return kept
