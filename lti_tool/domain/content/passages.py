"""A text in the passages that a search finds: one for each heading, folded once."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import unescape

from lti_tool.domain.content.texts import Heading
from lti_tool.domain.words.search import folded

_HEADING = re.compile(r'<h[23] id="([^"]+)">.*?</h[23]>', re.DOTALL)
# Between the cells of a table and the points of a list no space stands in the source.
_BLOCK_END = re.compile(r"</(?:p|li|td|th|dt|dd|h\d|summary|figcaption)>")
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class TextPassage:
    """What stands below one heading; `anchor` and `heading` are empty for what stands above the first."""

    anchor: str
    heading: str
    text: str

    @cached_property
    def searched(self) -> str:
        return folded(f"{self.heading}\n{self.text}")

    @cached_property
    def searched_heading(self) -> str:
        return folded(self.heading)


def passages_of(body_html: str, headings: Sequence[Heading]) -> tuple[TextPassage, ...]:
    """Part cleaned HTML at its headings."""
    return tuple(_passages(body_html, {heading.id: heading.text for heading in headings}))


def _passages(body_html: str, names: dict[str, str]) -> Iterator[TextPassage]:
    pieces = _HEADING.split(body_html)
    above = _plain(pieces[0])
    if above:
        yield TextPassage("", "", above)
    for anchor, html in zip(pieces[1::2], pieces[2::2], strict=True):
        yield TextPassage(anchor, names.get(anchor, ""), _plain(html))


def _plain(html: str) -> str:
    return " ".join(unescape(_TAG.sub("", _BLOCK_END.sub(" ", html))).replace("\u00ad", "").split())
