"""Markdown of the authors to clean HTML: CommonMark with tables and `[word]{lang=en}`, no raw HTML, nothing from outside."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.attrs import attrs_plugin

from lti_tool.domain.content.texts import Heading
from lti_tool.programme.formats.term_links import FOUND, TermFinder, link_terms

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table").use(attrs_plugin, spans=True, allowed=["lang"])
_PLAIN = re.compile(r"[^\\`*_\[\]<>&!{}\n]*")
_TAGS = {
    "a", "abbr", "blockquote", "br", "code", "details", "div", "em", "figcaption", "figure", "h2", "h3", "h4", "hr", "img",
    "li", "ol", "p", "pre", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "id"},
    "div": {"id", "tabindex", "role", "aria-label"},
    "h2": {"id"},
    "h3": {"id"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "span": {"lang"},
    "strong": {"lang"},
    "em": {"lang"},
    "th": {"scope"},
}
_CLASSES = {
    "a": {"glossary-link", "source-link"},
    "div": {"table-scroll", "figure-text", "interactive", "media"},
    "figure": {"figure"},
}
_CITATION = re.compile(r'(<a href="#quelle-([a-z0-9-]+)" class="source-link">).*?</a>')
_SCHEMES = {"https", "http", "mailto", "lektion", "fall", "vorlage", "figur"}


@dataclass(frozen=True)
class Reference:
    """Something a text points to, and the line where it does."""

    target: str
    line: int


@dataclass(frozen=True)
class FigureUse:
    """A figure in a text, as the author wrote it."""

    path: str
    alt: str
    caption: str
    line: int
    stands_alone: bool


@dataclass(frozen=True)
class Block:
    """One heading, paragraph, list entry or table cell as running text."""

    kind: str
    level: int
    text: str
    line: int


@dataclass
class ParsedMarkdown:
    """A Markdown text taken apart: HTML for the page, the rest for contents list and proof-reading."""

    html: str = ""
    headings: list[Heading] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    terms: list[Reference] = field(default_factory=list)
    lessons: list[Reference] = field(default_factory=list)
    cases: list[Reference] = field(default_factory=list)
    downloads: list[Reference] = field(default_factory=list)
    sources: list[Reference] = field(default_factory=list)
    """Citations: `[1](quelle:a)`."""
    figures: list[FigureUse] = field(default_factory=list)
    other_links: list[Reference] = field(default_factory=list)
    term_ids: list[str] = field(default_factory=list)
    """All linked terms as they come, the author's links and those that were found."""
    late_terms: list[Reference] = field(default_factory=list)
    """First uses of terms that the author links only further below."""

    def last_block(self, name: str) -> str:
        """Give the HTML below the last heading of the second level, if that is how it begins."""
        head, _, rest = self.html.rpartition("<h2 ")
        title, _, content = rest.partition("</h2>")
        return content.strip() if head and re.match(rf'id="[^"]*">{name}\b', title) else ""


def inline(text: str) -> str:
    """Turn one line of Markdown into clean HTML without a paragraph around it."""
    if _PLAIN.fullmatch(text):
        return escape(text, quote=False)
    return clean(_markdown.renderInline(text.strip()))


def block(text: str) -> str:
    """Turn Markdown of any length into clean HTML."""
    if not text.strip():
        return ""
    return clean(_markdown.renderer.render(_dressed(_markdown.parse(text)), _markdown.options, {}))


def flowing(text: str) -> str:
    """Turn Markdown into clean HTML: a single paragraph without tags around it, anything longer as blocks."""
    text = text.strip()
    if "\n" not in text:
        return inline(text)
    return block(text)


def document(
    text: str, *, first_line: int, figure_html: Callable[[FigureUse], str], finder: TermFinder | None = None
) -> ParsedMarkdown:
    """Take a lesson's Markdown apart and render it.

    Args:
        first_line: Line of the file on which `text` begins.
        figure_html: Makes the HTML of a figure.
        finder: Finds glossary terms that the author did not link; None: only the author's links stay.
    """
    tokens = _markdown.parse(text)
    markup = ParsedMarkdown()
    finds = link_terms(tokens, finder or TermFinder(()))
    markup.term_ids = list(dict.fromkeys(finds.in_order))
    markup.late_terms = [Reference(term_id, first_line - 1 + line) for term_id, line in finds.too_late]
    _walk(tokens, markup, first_line)
    _give_anchors(tokens, markup)
    tokens = _with_figures(_dressed(tokens), markup, figure_html)
    markup.html = clean(_markdown.renderer.render(tokens, _markdown.options, {}))
    return markup


def clean(html: str) -> str:
    """Let through only the tags, attributes and addresses that lessons need."""
    return nh3.clean(
        html, tags=_TAGS, attributes=_ATTRIBUTES, allowed_classes=_CLASSES, url_schemes=_SCHEMES, link_rel=None
    )  # fmt: skip


def with_numbers(html: str, source_ids: Sequence[str]) -> str:
    """Let each citation show the number of its source in the list of sources, whatever the author wrote there."""
    numbers = {source_id: number for number, source_id in enumerate(source_ids, 1)}
    return _CITATION.sub(lambda found: f"{found[1]}[{numbers.get(found[2], '?')}]</a>", html)


def anchor(text: str) -> str:
    """Make an anchor out of a heading: small letters, umlauts spelt out, hyphens."""
    for letter, spelling in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        text = text.lower().replace(letter, spelling)
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-") or "abschnitt"


def plain_text(token: Token) -> str:
    """Give an inline token's text without markup and without its citations."""
    parts = []
    is_citation = False
    for child in token.children or ():
        if child.type == "link_open":
            is_citation = str(child.attrGet("href") or "").startswith(("quelle:", "#quelle-"))
        elif child.type == "link_close":
            is_citation = False
        if is_citation:
            continue
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
    return "".join(parts)


def _walk(tokens: Sequence[Token], markup: ParsedMarkdown, first_line: int) -> None:
    around: list[Token] = []
    linked: set[str] = set()
    line = first_line
    for token in tokens:
        if token.nesting == 1:
            around.append(token)
        elif token.nesting == -1:
            around.pop()
        if token.map:
            line = first_line + token.map[0]
        if token.type == "inline":
            markup.blocks.append(_block(around, plain_text(token), line))
            _note_references(token, markup, linked, line)


def _block(around: Sequence[Token], text: str, line: int) -> Block:
    names = [token.type for token in around]
    if names[-1] == "heading_open":
        return Block("heading", int(around[-1].tag[1]), text, line)
    if names[-1] in ("td_open", "th_open"):
        return Block("cell", 0, text, line)
    return Block("entry" if "list_item_open" in names else "paragraph", 0, text, line)


def _note_references(token: Token, markup: ParsedMarkdown, linked: set[str], line: int) -> None:
    children = token.children or []
    for child in children:
        if child.type == "link_open":
            href = str(child.attrGet("href") or "")
            scheme, _, target = href.partition(":")
            if scheme == "glossar":
                if child.markup != FOUND:
                    markup.terms.append(Reference(target, line))
                child.attrSet("href", f"#glossar-{target}")
                child.attrSet("class", "glossary-link")
                if target not in linked:
                    child.attrSet("id", f"begriff-{target}")
                linked.add(target)
            elif scheme == "lektion":
                markup.lessons.append(Reference(target, line))
            elif scheme == "fall":
                markup.cases.append(Reference(target, line))
            elif scheme == "vorlage":
                markup.downloads.append(Reference(target, line))
            elif scheme == "quelle":
                markup.sources.append(Reference(target, line))
                child.attrSet("href", f"#quelle-{target}")
                child.attrSet("class", "source-link")
            else:
                markup.other_links.append(Reference(href, line))
        elif child.type == "image":
            alt, caption = child.content, str(child.attrGet("title") or "")
            markup.figures.append(FigureUse(str(child.attrGet("src") or ""), alt, caption, line, len(children) == 1))


def _give_anchors(tokens: Sequence[Token], markup: ParsedMarkdown) -> None:
    taken: set[str] = set()
    for opening, content in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        text = plain_text(content)
        name = base = anchor(text)
        number = 2
        while name in taken:
            name, number = f"{base}-{number}", number + 1
        taken.add(name)
        opening.attrSet("id", name)
        markup.headings.append(Heading(name, text, int(opening.tag[1])))


def _dressed(tokens: list[Token]) -> list[Token]:
    """Give table heads their scope and let wide tables scroll inside themselves, reachable by keyboard."""
    dressed: list[Token] = []
    for token in tokens:
        if token.type == "th_open":
            token.attrSet("scope", "col")
        if token.type == "table_open":
            dressed.append(_html('<div class="table-scroll" role="group" tabindex="0" aria-label="Tabelle">'))
        dressed.append(token)
        if token.type == "table_close":
            dressed.append(_html("</div>"))
    return dressed


def _with_figures(tokens: list[Token], markup: ParsedMarkdown, figure_html: Callable[[FigureUse], str]) -> list[Token]:
    """Put a `<figure>` in the place of each paragraph that holds nothing but an image."""
    figures = iter([use for use in markup.figures if use.stands_alone])
    placed: list[Token] = []
    index = 0
    while index < len(tokens):
        content = tokens[index + 1] if index + 1 < len(tokens) else None
        children = (content.children or []) if content is not None else []
        if tokens[index].type == "paragraph_open" and len(children) == 1 and children[0].type == "image":
            placed.append(_html(figure_html(next(figures))))
            index += 3
        else:
            placed.append(tokens[index])
            index += 1
    return placed


def _html(content: str) -> Token:
    return Token("html_block", "", 0, content=content)
