"""The library's pages through the application, without any script."""

import re
from html import unescape

import pytest
from sqlalchemy import select

from lti_tool.domain.content.programme import Programme
from lti_tool.models import LessonHint
from lti_tool.models.database import Database
from tests.learning import conftest as learning
from tests.learning import test_pages
from tests.learning.conftest import M1

anna = learning.anna
programme = learning.programme
Browser = test_pages.Browser
app = test_pages.app
browser = test_pages.browser
PARKING = "parksensoren"


def cases_on(page: str) -> list[str]:
    return re.findall(r'case__title[^>]*><a [^>]*href="/cases/([a-z0-9-]+)\?', page)


def test_the_list_is_filtered_by_a_form_that_needs_no_script(browser: Browser, programme: Programme) -> None:
    browser.open("/cases")
    assert len(cases_on(browser.text)) == len(programme.library.studies)
    browser.open("/cases", q="Parken", topic="mobilitaet")
    assert PARKING in cases_on(browser.text)
    assert f"von {len(programme.library.studies)} Fällen" in browser.text
    # The form keeps what is chosen, and the visit.
    assert re.search(r'<input type="hidden" name="v" value="[\w-]{8}">', browser.text)
    assert re.search(r'name="q" value="Parken"', browser.text)
    assert re.search(r'<option value="mobilitaet" lang="de" selected>Mobilität \(\d+\)', browser.text)


def test_an_empty_result_says_what_to_do(browser: Browser) -> None:
    browser.open("/cases", q="parken", topic="beteiligung", size="klein")
    assert "Kein Fall passt zu allem, was Sie gewählt haben." in browser.text
    (way,) = re.findall(r'<li><a class="kern-link" href="([^"]*)">Ohne „parken“</a> \(\d+\)', browser.text)
    browser.get(unescape(way))
    assert cases_on(browser.text) != []
    browser.open("/cases", q="Quantenteleportation")
    assert "Versuchen Sie ein anderes oder kürzeres Wort" in browser.text


def test_an_attack_that_is_over_was_overcome(browser: Browser) -> None:
    browser.open("/cases/potsdam-abschaltung")
    assert "Vorfall überstanden, 2022 bis 2023" in browser.text


def test_a_case_shows_its_seven_points_sources_and_what_it_belongs_to(browser: Browser, programme: Programme) -> None:
    study = programme.library.find(PARKING)
    assert study is not None
    browser.open(f"/cases/{PARKING}")
    assert [heading.text for heading in study.headings] == re.findall(r'<h2 id="[^"]+">([^<]+)</h2>', browser.text)
    for source in study.sources:
        assert source.url in unescape(browser.text)
        assert f'id="quelle-{source.id}"' in browser.text
    assert study.takes_over_best_if in unescape(browser.text)
    assert "Stand: 1. Dezember 2026." in browser.text
    for code in study.lesson_codes:
        assert programme.lessons_by_code[code][1].title in unescape(browser.text)


def test_every_case_can_be_opened_and_leads_nowhere_that_is_not_there(browser: Browser, programme: Programme) -> None:
    lessons, anchors = set(), re.compile(r'href="#([^"]+)"')
    for study in programme.library.studies:
        assert browser.open(f"/cases/{study.id}").status_code == 200
        lessons.update(re.findall(r'href="(/(?:modules|cases|glossary)[^"#?]*)', browser.text))
        assert not re.search(r'href="(fall|lektion|vorlage|quelle):', browser.text)
        for anchor in anchors.findall(browser.text):
            assert f'id="{anchor}"' in browser.text, (study.id, anchor)
    for address in sorted(lessons):
        assert browser.open(address).status_code == 200, address


def test_a_case_that_is_not_there_says_where_all_are(browser: Browser) -> None:
    assert browser.open("/cases/nowhere").status_code == 404
    assert "Alle Fälle finden Sie unter „Fälle“." in browser.text


def test_lesson_and_module_lead_to_their_cases(browser: Browser, programme: Programme) -> None:
    module = programme.modules[0]
    for lesson in module.lessons:
        browser.open(f"/modules/{M1}/lessons/{lesson.slug}")
        mine = programme.library.of_lesson(lesson.code, lesson.case_ids)
        assert f"Fälle zu dieser Lektion ({len(mine)})" in browser.text
        for study in mine:
            assert f'href="/cases/{study.id}?' in browser.text
    browser.open(f"/modules/{M1}")
    assert f"Fälle aus Kommunen zu diesem Modul ({len(programme.library.of_module(M1, module.lesson_codes))})" in browser.text


def test_a_link_in_a_lesson_s_text_leads_to_the_case(browser: Browser, programme: Programme) -> None:
    lesson = next(lesson for lesson in programme.modules[0].lessons if 'href="fall:' in lesson.body_html)
    (case_id, *_) = lesson.case_ids
    browser.open(f"/modules/{M1}/lessons/{lesson.slug}")
    text = browser.text[browser.text.index('class="prose"') : browser.text.index("</article>")]
    assert f'href="/cases/{case_id}?v=' in text
    assert "fall:" not in text


def test_a_participant_marks_a_case_and_takes_it_back(browser: Browser) -> None:
    browser.open(f"/cases/{PARKING}")
    browser.send({"marked": "yes"}, form="/mark")
    assert "Gemerkt. Sie finden den Fall neben jedem Kapitel" in browser.text
    browser.open("/cases", marked="yes")
    assert cases_on(browser.text) == [PARKING]
    assert "für Ihren Entwurf gemerkt" in browser.text
    browser.open("/workbook/chapters/5")
    assert "Ihre gemerkten Fälle (1)" in browser.text
    browser.open(f"/cases/{PARKING}")
    browser.send({"marked": "no"}, form="/mark")
    browser.open("/workbook/chapters/5")
    assert "Ihre gemerkten Fälle (0)" in browser.text


def test_who_teaches_reads_cases_and_marks_none(browser: Browser) -> None:
    browser.open(f"/cases/{PARKING}")
    form = next(one for one in test_pages.forms_of(browser.text) if one[0].endswith("/mark") or "/mark?" in one[0])
    browser.get(f"/enter?role=instructor&to=/cases/{PARKING}")
    assert "/mark" not in browser.text
    assert form[1]["csrf_token"] != ""


def test_a_hint_to_a_case_reaches_the_course_without_a_name(browser: Browser, database: Database) -> None:
    browser.open(f"/cases/{PARKING}")
    browser.open(f"/cases/{PARKING}/hint")
    assert "der ganze Fall" in browser.text
    browser.send({"text": "Ladenburg hat <b>aufgehört</b>", "heading": "kosten"}, form="/hint")
    assert "Die Redaktion liest ihn bei der nächsten Durchsicht des Falls." in browser.text
    with database.read() as session:
        kept = session.execute(select(LessonHint.case_id, LessonHint.heading, LessonHint.lesson_code)).one()
    assert kept == (PARKING, "Kosten", "")
    browser.get("/enter?role=instructor&to=/course/hints")
    assert f'href="/cases/{PARKING}?' in browser.text
    assert "Ladenburg hat &lt;b&gt;aufgehört" in browser.text


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_pages_speak_both_languages(browser: Browser, language: str) -> None:
    browser.open("/cases", lang=language)
    assert ("Cases from municipalities" in browser.text) == (language == "en")
    browser.open(f"/cases/{PARKING}", lang=language)
    assert ("Best taken over by those who" in browser.text) == (language == "en")
