"""What leads out of the tool: sources and authored links open a window of their own, and paper shows the address."""

import re
from html import escape, unescape

import pytest
from flask import Flask

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.content.texts import Source
from lti_tool.learning.content import get_lesson, get_module
from lti_tool.web.pages.learning.content import authored
from tests.learning import test_pages

Browser = test_pages.Browser
app = test_pages.app
browser = test_pages.browser
MODULE, SLUG = "sicherheit-und-datenschutz", "datenschutz-in-projekten"


@pytest.mark.parametrize("path", [f"/modules/{MODULE}/lessons/{SLUG}", f"/modules/{MODULE}/print"])
def test_a_source_is_a_link_into_a_new_window(browser: Browser, programme: Programme, path: str) -> None:
    source = next(source for source in get_lesson(get_module(programme, MODULE), SLUG).sources if source.kind == "law")
    address = escape(source.url)
    browser.open(path)
    place = escape(source.section)
    link = re.search(
        rf'<a class="kern-link" href="{re.escape(address)}"([^>]*)>([^<]*<span.*?</span>)</a>(, {re.escape(place)}.*?)</li>',
        browser.text,
        re.DOTALL,
    )
    assert link is not None
    assert link[1] == ' target="_blank" rel="noopener noreferrer external"'
    assert escape(source.title) in link[2]
    assert "(neues Fenster)" in link[2]
    said = " ".join(unescape(re.sub(r"<[^>]+>", "", link[3])).split())
    assert said.startswith(f", {source.section}. Stand: {source.year}")
    assert said.endswith(source.url)
    # What only paper shows is not read twice on screen.
    assert f'<span class="paper-only address">{address}</span>' in link[3]


@pytest.mark.parametrize("path", [f"/modules/{MODULE}/lessons/{SLUG}", f"/modules/{MODULE}/print"])
def test_a_citation_leads_to_its_source(browser: Browser, path: str) -> None:
    browser.open(path)
    citations = re.findall(r'<a href="#([^"]+)" class="source-link">\[\d+\]</a>', browser.text)
    assert citations
    assert set(citations) <= set(re.findall(r'<li id="([^"]+)"', browser.text))


def test_a_source_without_an_address_stays_text(app: Flask, programme: Programme) -> None:
    printed = Source("Verlag (fiktiv)", "Ein Buch", 2024, kind="print")
    with app.test_request_context():
        html = app.jinja_env.from_string(
            '{% from "_sources.html" import source_list with context %}{{ source_list(sources) }}'
        ).render(sources=[printed], programme=programme, language=lambda: "de", date=str)
    assert "<a " not in html
    assert re.search(r"<li>Verlag \(fiktiv\):\s+Ein Buch\.", html)


def test_an_authored_link_to_elsewhere_does_not_replace_the_lesson(app: Flask) -> None:
    with app.test_request_context():
        html = authored('<a href="https://www.example.org/a?b=1&amp;c">Leitfaden</a> <a href="mailto:a@example.org">Post</a>')
    begun = '<a href="https://www.example.org/a?b=1&amp;c" target="_blank" rel="noopener noreferrer external">Leitfaden<span'
    assert html.startswith(begun)
    assert html.endswith('<a href="mailto:a@example.org">Post</a>')


def test_a_case_is_named_without_a_link_as_long_as_it_has_no_page(app: Flask) -> None:
    with app.test_request_context():
        assert authored('<p>Wie in <a href="fall:bad-belzig">Bad Belzig</a>.</p>') == "<p>Wie in Bad Belzig.</p>"
