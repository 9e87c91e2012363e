"""Searching lessons, glossary and cases: what is found, in which order, and where each find leads."""

import re
from html import unescape

import pytest

from lti_tool.domain.content.passages import passages_of
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.content.texts import Heading
from lti_tool.learning.search_programme import WORDS_MAX, SearchResult, search_programme
from tests.learning.test_pages import Browser, app, browser  # noqa: F401 - fixtures


def lessons(found: SearchResult) -> list[str]:
    return [entry.lesson.code for entry in found.lessons]


def test_a_text_is_parted_at_its_headings() -> None:
    table = "<table><tr><td>eins</td><td>zwei &amp; drei</td></tr></table>"
    html = f'<p>Vorab.</p><h2 id="a">Der <em>Weg</em></h2>{table}<h3 id="b">B</h3>'
    found = passages_of(html, [Heading("a", "Der Weg", 2), Heading("b", "B", 3)])
    assert [(one.anchor, one.heading, one.text) for one in found] == [
        ("", "", "Vorab."),
        ("a", "Der Weg", "eins zwei & drei"),
        ("b", "B", ""),
    ]


@pytest.mark.parametrize("typed", ["Medienbruch", "medienBRUCH", "  medienbruch ", "edienbru"])
def test_capitals_and_parts_of_words_make_no_difference(programme: Programme, typed: str) -> None:
    assert "1.1" in lessons(search_programme(programme, typed))


@pytest.mark.parametrize("typed", ["Souveränität", "souveraenitaet", "SOUVERANITAT", "Souvera\u0308nita\u0308t"])
def test_an_umlaut_is_found_however_it_is_written(programme: Programme, typed: str) -> None:
    found = search_programme(programme, typed)
    assert "1.1" in lessons(found)
    assert "Digitale Souveränität" in [term.term for term in found.terms]


def test_all_words_must_be_there_and_may_stand_apart(programme: Programme) -> None:
    assert "1.1" in lessons(search_programme(programme, "Bauakten Bürgermeisterin"))
    assert "1.1" not in lessons(search_programme(programme, "Bauakten Quantencomputer"))


def test_a_find_leads_to_the_heading_below_which_it_stands(programme: Programme) -> None:
    (first,) = [entry for entry in search_programme(programme, "Bauakten").lessons if entry.lesson.code == "1.1"]
    assert (first.excerpts[0].anchor, first.excerpts[0].heading) == ("drei-woerter-drei-tiefen", "Drei Wörter, drei Tiefen")
    assert [word for word, is_hit in first.excerpts[0].words if is_hit] == ["Bauakten"]


def test_what_has_it_in_its_title_comes_first(programme: Programme) -> None:
    found = search_programme(programme, "Leitbilder")
    assert found.lessons[0].lesson.code == "1.2"


@pytest.mark.parametrize("typed", ["", " ", "a", "\x00", "%_", "…"])
def test_nothing_to_look_for_finds_nothing(programme: Programme, typed: str) -> None:
    assert search_programme(programme, typed).count == 0


def test_a_very_long_query_is_cut(programme: Programme) -> None:
    assert len(search_programme(programme, "Stadt " * 10_000).words) <= WORDS_MAX


def test_the_page_shows_finds_and_every_link_leads_to_its_place(browser: Browser) -> None:  # noqa: F811
    browser.open("/search", q="parken")
    assert "Treffer für „parken“" in browser.text
    links = [unescape(link) for link in re.findall(r'href="(/(?:modules|cases|glossary)[^"]*#[^"]+)"', browser.text)]
    assert links
    for link in links[:12]:
        address, _, anchor = link.partition("#")
        assert f'id="{anchor}"' in browser.get(address).get_data(as_text=True), link


def test_what_is_typed_stands_on_the_page_as_text(browser: Browser) -> None:  # noqa: F811
    browser.open("/search", q="<script>alert(1)</script>")
    assert "<script>alert" not in browser.text
    assert "Dazu steht hier nichts." in browser.text
