"""The interface in two languages: no text outside the catalogue, no text without English."""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import translations  # noqa: E402 - a tool of the repository, not part of the package

# Leichte Sprache is German for everybody; the page of all parts is for who works on the tool; content is written, and its
# findings are told, in German alone.
IN_ONE_LANGUAGE = {"_easy_help.html", "gallery.html"}
TEMPLATES = [
    path
    for path in sorted((ROOT / "templates").rglob("*.html"))
    if path.parent.name not in {"playground", "preview"} and path.name not in IN_ONE_LANGUAGE
]
# Names that are the same in both languages, and what names a language in itself.
ALLOWED = re.compile(
    r"Smart-City-Manager:in|English|Deutsch|Leichte Sprache|PDF|CSV|ODS|ODT|DOCX|XLSX|ZIP|JSON|SHA-256|LinkedIn|E-Mail"
)
READ_OUT = {"alt", "title", "placeholder", "aria-label", "aria-description", "aria-roledescription"}


class _Words(HTMLParser):
    """Collects what a person reads or hears."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in READ_OUT and value]


def literal_words(source: str) -> list[str]:
    """Give the words that stand in a template outside all expressions and statements."""
    tokens = Environment(extensions=["jinja2.ext.i18n"]).lex(source)
    text, depth = "", 0
    for _, kind, value in tokens:
        if kind in ("variable_begin", "block_begin", "comment_begin"):
            depth += 1
        elif kind in ("variable_end", "block_end", "comment_end"):
            depth -= 1
            text += "0"  # keeps attribute values apart and is no letter
        elif kind == "data" and depth == 0:
            text += value
    parser = _Words()
    parser.feed(text)
    words = ALLOWED.sub("", " ".join(parser.found))
    return re.findall(r"[A-Za-zÄÖÜäöüß]{2,}", words)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_has_no_text_outside_the_catalogue(path: Path) -> None:
    assert literal_words(path.read_text(encoding="utf-8")) == []


def test_the_search_finds_what_it_should() -> None:
    assert literal_words('<p title="Hinweis">{{ _("Guten Tag") }} Welt</p>') == ["Hinweis", "Welt"]


def test_every_text_has_its_english() -> None:
    with translations.CATALOGUE.open("rb") as file:
        english = {str(message.id): str(message.string) for message in read_po(file, locale="en") if message.id}
    missing = sorted({text for text, *_ in translations.texts() if not english.get(text)})
    assert missing == []


def test_placeholders_are_the_same_in_both_languages() -> None:
    with translations.CATALOGUE.open("rb") as file:
        for message in read_po(file, locale="en"):
            if message.id:
                ours, theirs = (sorted(re.findall(r"%\(\w+\)s|%%", str(text))) for text in (message.id, message.string))
                assert ours == theirs, message.id
