"""The one cleaning of what people type and paste."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.words.typed_text import clean_line, clean_text

# Any text, and one in which the signs stand close together whose neighbours decide about them.
TEXTS = st.text() | st.text(
    alphabet="a \u200d\u200c\ufe0f\u00ad\u0301\u0338=👩🏽💻❤क्1#\u20e3\u3164\U000e0101द़\r\n\x0b\x85\u2028\u2800\ud800\ufffe"
)


@pytest.mark.parametrize("sign", ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x0e", "\x85", "\u2028", "\u2029"])
def test_every_line_break_of_office_programs_is_one(sign: str) -> None:
    assert clean_text(f"Zeile eins{sign}Zeile zwei") == "Zeile eins\nZeile zwei"
    assert clean_line(f"Zeile eins{sign}Zeile zwei") == "Zeile eins Zeile zwei"


@pytest.mark.parametrize(
    "sign", ["\t", "\u00a0", "\u1680", "\u2003", "\u2007", "\u2009", "\u202f", "\u205f", "\u2800", "\u3000", "\x07"]
)
def test_white_space_of_any_kind_parts_the_words_of_a_line(sign: str) -> None:
    assert clean_line(f"{sign}Anna{sign}{sign} Müller{sign}") == "Anna Müller"


@pytest.mark.parametrize(
    "sign",
    [
        "\x00",
        "\x1b",
        "\x1f",
        "\x7f",
        "\x9f",
        "\u00ad",
        "\u034f",
        "\u061c",
        "\u115f",
        "\u180e",
        "\u200b",
        "\u200c",
        "\u200d",
        "\u200e",
        "\u202a",
        "\u202e",
        "\u2060",
        "\u2066",
        "\u3164",
        "\ud83d",
        "\ufdd0",
        "\ufe0f",
        "\ufeff",
        "\uffa0",
        "\ufffc",
        "\uffff",
        "\U000e0041",
        "\U0001ffff",
    ],
)
def test_what_shows_nothing_goes_wherever_it_stands(sign: str) -> None:
    assert clean_line(f"{sign}An{sign}na Müller{sign}") == "Anna Müller"
    assert clean_text(f"{sign}An{sign}na{sign}\n{sign}Müller{sign}") == "Anna\nMüller"
    assert clean_line(sign * 3) == ""


@pytest.mark.parametrize(
    "text",
    [
        "👩‍💻 und 👨‍👩‍👧‍👦",
        "❤️ ☑️ 🏳️‍🌈 ❤️‍🔥 👩🏽‍💻 🇩🇪 1️⃣ #️⃣",
        "می‌خواهم",
        "क्‍ष",
        "葛󠄀城",
        "• – „Größe“ 10 % z. B. 5×5 ≠ ½ \uf0b7",
        "L̥̄ ǥ Ŀ ș",
        "<b>=1+1</b> & {{ x }}",
        "a\tb",
        "\ufffd",
    ],
)
def test_what_can_be_seen_stays(text: str) -> None:
    assert clean_text(text) == unicodedata.normalize("NFC", text)


def test_letters_are_composed_even_where_something_invisible_parted_them() -> None:
    assert clean_line("Mu\u200b\u0308ller") == "Müller"
    assert clean_line("Mu\u0308ller") == "Müller"


def test_the_hyphen_that_word_does_not_break_is_a_hyphen() -> None:
    assert clean_line("Smart\x1eCity") == "Smart-City"


@given(TEXTS)
def test_a_cleaned_text_stays_as_it_is(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once
    line = clean_line(text)
    assert clean_line(line) == line
    assert clean_text(line) == line


@given(TEXTS)
def test_a_cleaned_text_fits_xml_and_any_database(text: str) -> None:
    cleaned = clean_text(text)
    cleaned.encode()
    # XML 1.0, section 2.2, Char; without the carriage return.
    assert re.fullmatch("[\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*", cleaned)


@given(TEXTS, TEXTS)
def test_a_line_holds_no_line_break_and_no_space_beside_another(first: str, second: str) -> None:
    line = clean_line(f"{first}\x0b \u00a0{second}")
    assert len(line.splitlines()) <= 1
    assert line == " ".join(line.split())


@given(st.text(alphabet=st.characters(categories=["L", "N", "P"], exclude_characters="\u115f\u1160\u3164\uffa0")))
def test_letters_digits_and_punctuation_are_never_lost(text: str) -> None:
    assert clean_text(text) == unicodedata.normalize("NFC", text)
