import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.words.multilang import in_one_language
from tests.pace import slowness

BOTH = "{mlang de}Smart City Kurs{mlang}{mlang en}Smart City course{mlang}"
SPANS = '<span lang="de" class="multilang">Smart City Kurs</span><span lang="en" class="multilang">Smart City course</span>'


@pytest.mark.parametrize(
    ("title", "german", "english"),
    [
        ("Smart City Kurs 2026", "Smart City Kurs 2026", "Smart City Kurs 2026"),
        (BOTH, "Smart City Kurs", "Smart City course"),
        (SPANS, "Smart City Kurs", "Smart City course"),
        (SPANS.replace('lang="de" class="multilang"', "class='multilang' lang='de'"), "Smart City Kurs", "Smart City course"),
        (SPANS.replace('"', ""), "Smart City Kurs", "Smart City course"),
        (SPANS.replace(' class="multilang"', ""), "Smart City Kurs", "Smart City course"),
        ('<lang lang="de">Kurs</lang><lang lang="en">Course</lang>', "Kurs", "Course"),
        ("{MLANG DE}Kurs{MLANG}{Mlang EN}Course{mlang}", "Kurs", "Course"),
        (
            "{mlang de}Kurs{mlang}{mlang en}Course{mlang} 2026, {mlang de}Herbst{mlang} {mlang en}autumn{mlang}",
            "Kurs 2026, Herbst",
            "Course 2026, autumn",
        ),
        ("SCM: {mlang de}Kurs{mlang}{mlang other}Course{mlang}", "SCM: Kurs", "SCM: Course"),
        ("{mlang other}Course{mlang}{mlang de}Kurs{mlang}", "Kurs", "Course"),
        ("{mlang de,nl}Kurs{mlang}{mlang en,fr}Course{mlang}", "Kurs", "Course"),
        ("{mlang de_kids}Kurs{mlang}{mlang en-US}Course{mlang}", "Kurs", "Course"),
        ("{mlang fr}Cours{mlang}{mlang es}Curso{mlang}", "Cours", "Cours"),
        ("{mlang en}Course only{mlang}", "Course only", "Course only"),
        ("Kurs{mlang en} (in German){mlang}", "Kurs", "Kurs (in German)"),
        ("{mlang de}Kurs{mlang}{mlang en}Smart City cou", "Kurs", "Smart City cou"),
        ("{mlang de}Kurs{mlang}{mlang e", "Kurs", "Kurs"),
        ("{mlang de}Kurs{mlang en}Course{mlang}", "Kurs", "Course"),
        ("Kurs {mlang}", "Kurs", "Kurs"),
        ("{mlang de}{mlang}{mlang en}Course{mlang}", "Course", "Course"),
        ("Kurs <3 {Gruppe A} {mlang", "Kurs <3 {Gruppe A}", "Kurs <3 {Gruppe A}"),
        ("<span>Kurs</span>", "Kurs", "Kurs"),
        ("Sprachkurs mlang für Anfänger", "Sprachkurs mlang für Anfänger", "Sprachkurs mlang für Anfänger"),
    ],
)
def test_a_title_says_what_it_says_in_one_language(title: str, german: str, english: str) -> None:
    assert in_one_language(title, "de") == german
    assert in_one_language(title, "en") == english


@given(st.text(alphabet="{}mlang de<>/spn\"'=x ", max_size=80))
def test_no_title_breaks_the_reading_and_no_tag_is_left(title: str) -> None:
    read = in_one_language(title, "de")
    assert "{mlang de}" not in read


@pytest.mark.parametrize("piece", ["{mlang de}", "<span lang=de", "{mlang de}a{mlang}", "<span lang=de>", "{mlang "])
def test_the_longest_title_is_read_quickly(piece: str) -> None:
    begun = time.process_time()
    in_one_language(piece * 400, "de")
    assert time.process_time() - begun < 0.5 * slowness()
