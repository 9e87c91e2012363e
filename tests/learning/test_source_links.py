"""What leads out of the tool: sources and authored links open a window of their own, and paper shows the address."""

import re
from html import unescape

import pytest
from flask import Flask

from lti_tool.web.pages.content import authored
from tests.learning import test_pages

Browser = test_pages.Browser
app = test_pages.app
browser = test_pages.browser
LESSON = "/modules/sicherheit-und-datenschutz/lessons/datenschutz-in-projekten"
LAW = "https://eur-lex.europa.eu/eli/reg/2016/679/oj?locale=de"


@pytest.mark.parametrize("path", [LESSON, "/modules/sicherheit-und-datenschutz/print"])
def test_a_source_is_a_link_into_a_new_window(browser: Browser, path: str) -> None:
    browser.open(path)
    link = re.search(rf'<a class="kern-link" href="{re.escape(LAW)}"([^>]*)>(.*?)</a>(.*?)</li>', browser.text, re.DOTALL)
    assert link is not None
    assert link[1] == ' target="_blank" rel="noopener noreferrer external"'
    assert "Datenschutz-Grundverordnung" in link[2]
    assert "(neues Fenster)" in link[2]
    said = " ".join(unescape(re.sub(r"<[^>]+>", "", link[3])).split())
    assert said == f", Art. 5, 6, 13, 28, 30, 33 bis 35 und 37. Stand: 2016 {LAW}"
    # What only paper shows is not read twice on screen.
    assert f'<span class="paper-only address">{LAW}</span>' in link[3]


def test_a_source_without_an_address_stays_text(browser: Browser) -> None:
    browser.open(LESSON)
    assert re.search(r"<li>[^<]+ \(BSI\):\s+IT-Grundschutz-Kompendium", browser.text)


def test_an_authored_link_to_elsewhere_does_not_replace_the_lesson(app: Flask) -> None:
    with app.test_request_context():
        html = authored('<a href="https://www.example.org/a?b=1&amp;c">Leitfaden</a> <a href="mailto:a@example.org">Post</a>')
    begun = '<a href="https://www.example.org/a?b=1&amp;c" target="_blank" rel="noopener noreferrer external">Leitfaden<span'
    assert html.startswith(begun)
    assert html.endswith('<a href="mailto:a@example.org">Post</a>')


def test_a_case_is_named_without_a_link_as_long_as_it_has_no_page(app: Flask) -> None:
    with app.test_request_context():
        assert authored('<p>Wie in <a href="fall:bad-belzig">Bad Belzig</a>.</p>') == "<p>Wie in Bad Belzig.</p>"
