"""Glossary terms in lessons: found in every usual form, linked once, and only where a link belongs."""

import re

import pytest

from lti_tool.domain.content.programme import Term
from lti_tool.programme.check import check
from lti_tool.programme.formats.term_links import TermFinder
from lti_tool.programme.reader import read_programme
from tests.programme.conftest import Folder

LESSON = "1-grundlagen/lessons/1-1-anfang.md"
GLOSSARY = "1-grundlagen/glossary.toml"


def a_term(name: str, *forms: str) -> Term:
    return Term("it", name, "Erklärt.", "", 1, forms)


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        (a_term("Zielbild"), "Teil des Zielbilds.", "Zielbilds"),
        (a_term("Zielbild"), "Zwei Zielbilder liegen vor.", "Zielbilder"),
        (a_term("Zielbild"), "Das Zielbildung-Spiel", ""),
        (a_term("Zielbild"), "Der Zielbild-Prozess und das Stadtzielbild", ""),
        (a_term("Digitale Souveränität"), "Fragen digitaler Souveränität", "digitaler Souveränität"),
        (a_term("Digitale Souveränität"), "der digitalen\nSouveränität", "digitalen\nSouveränität"),
        (a_term("Dateneigner:in"), "Alle Dateneigner:innen kommen.", "Dateneigner:innen"),
        (a_term("KPI"), "Drei KPIs reichen.", "KPIs"),
        (a_term("KPI"), "Der kpi-Wert und SKPI", ""),
        (a_term("Offene Urbane Plattform (OUP)"), "Eine OUP hilft.", "OUP"),
        (a_term("Offene Urbane Plattform (OUP)"), "offenen urbanen Plattformen", "offenen urbanen Plattformen"),
        (a_term("Zweckverband", "Zweckverbände"), "Alle Zweckverbänden", "Zweckverbänden"),
        (a_term("Baseline"), "Mehrere Baselines", "Baselines"),
        (a_term("Abwägung"), "nach Abwägungen", "Abwägungen"),
    ],
)
def test_a_term_is_found_as_german_bends_it(term: Term, text: str, found: str) -> None:
    assert [text[start:end] for start, end, _ in TermFinder([term]).find(text)] == ([found] if found else [])


def test_the_longer_of_two_terms_is_meant() -> None:
    finder = TermFinder([Term("short", "Vereinbarung", "", "", 1), Term("long", "Delegierende Vereinbarung", "", "", 1)])
    assert [term_id for _, _, term_id in finder.find("Eine delegierende Vereinbarung")] == ["long"]


def links(folder: Folder) -> list[str]:
    html = read_programme(folder.path).modules[0].lessons[0].body_html
    return re.findall(r'<a href="#glossar-[a-z]+" class="glossary-link"[^>]*>(.*?)</a>', html)


def test_the_first_use_in_running_text_is_linked_and_no_other(folder: Folder) -> None:
    folder.write(GLOSSARY, '[[term]]\nid = "zielbild"\nterm = "Zielbild"\ndefinition = "Ein Bild."\n')
    folder.spoil(LESSON, "[INSEK](glossar:insek)", "INSEK")
    folder.spoil(LESSON, "### Erster Teil", "### Das Zielbild")
    folder.spoil(LESSON, "| Wort | Sinn |", "| Zielbild | Sinn |")
    folder.spoil(LESSON, "Weiter in [Lektion 1.1]", "`Zielbild` und [Zielbild in Lektion 1.1]")
    folder.spoil(LESSON, "Ende.", "Die *Zielbilder* und ein Zielbild.")
    lesson = read_programme(folder.path).modules[0].lessons[0]
    assert links(folder) == ["Zielbilder"]
    assert lesson.term_ids == ("zielbild",)
    assert '<em><a href="#glossar-zielbild" class="glossary-link" id="begriff-zielbild">Zielbilder</a></em>' in lesson.body_html


def test_the_author_s_own_link_stays_and_a_use_before_it_is_reported(folder: Folder) -> None:
    folder.spoil(LESSON, "Ein [INSEK](glossar:insek)", "Das INSEK ist da")
    folder.spoil(LESSON, "Ende.", "Es ist [ein Konzept](glossar:insek).")
    assert links(folder) == ["ein Konzept"]
    found = [str(finding) for finding in check(folder.path)]
    assert f"{LESSON}:25: Warnung: „insek“ kommt hier schon vor, verlinkt ist es erst weiter unten." in found


def test_text_beside_a_found_term_stays_escaped(folder: Folder) -> None:
    folder.spoil(LESSON, "Ein [INSEK](glossar:insek)", "A &lt; B & INSEK")
    assert "A &lt; B &amp; <a" in read_programme(folder.path).modules[0].lessons[0].body_html
