import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.documents.printed_name import NameRefused, clean_name, find_printable_name

# Names as registers write them: letters and sequences of DIN 91379.
DIN_NAMES = [
    "Ayşe Çelik",
    "Łukasz Żółć",
    "Nguyễn Thị Ánh Tuyết",
    "Björk Guðmundsdóttir",
    "Þórður Ægisson",
    "Jānis Bērziņš",
    "Žofia Ďurišová-Ľuptáková",
    "Őrsi Szűcs",
    "Kyriakí K̄ōnstantínou",
    "M̂elle N̂goma",
    "L̥̄akṣmī R̥̄ddhi",
    "Ilie Țuțuianu",
    "Máirtín Ó Cadhain",
    "Ħamrun Ċensu Ġużè",
    "Əliyev Ǧäfär",
    "Jean-François d’Arc",
    "O'Neill Seán",
    "Dr. Anna Groß, M. Sc.",
    "STRAẞE",
    "ʻOkina".replace("ʻ", "ʿ"),
]


@pytest.mark.parametrize("name", DIN_NAMES)
def test_names_of_din_91379_are_printed_as_they_are(name: str) -> None:
    assert clean_name(name) == unicodedata.normalize("NFC", name)


def test_a_name_is_put_into_nfc_with_single_spaces() -> None:
    assert clean_name("  Jose\u0301   A\u0308rztin ") == "José Ärztin"


def test_a_name_of_200_characters_fits_and_201_do_not() -> None:
    assert len(clean_name("A" * 200)) == 200
    with pytest.raises(NameRefused, match="201"):
        clean_name("A" * 201)


def test_200_decomposed_letters_count_as_200() -> None:
    assert len(clean_name("a\u0308" * 200)) == 200


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "name_empty"),
        (" - ", "name_empty"),
        ("\u200b\u00ad", "name_empty"),
        ("Anna \ue000", "name_foreign_sign"),
        ("Аnna Müller", "name_foreign_sign"),  # the first letter is Cyrillic
        ("王小明", "name_foreign_sign"),
        ("محمد", "name_foreign_sign"),
        ("Anna 🌻", "name_foreign_sign"),
        ("<b>Anna</b>", "name_foreign_sign"),
        ("A" + "\u0323" * 6, "name_foreign_sign"),
        ("Anna \u0301", "name_foreign_sign"),
    ],
)
def test_what_cannot_be_printed_is_refused_with_its_reason(text: str, code: str) -> None:
    with pytest.raises(NameRefused) as refusal:
        clean_name(text)
    assert refusal.value.code == code
    assert refusal.value.next_step


@pytest.mark.parametrize(
    ("told", "printed"),
    [
        ("Anna Müller\u200b", "Anna Müller"),
        ("\ufeffAnna Müller", "Anna Müller"),
        ("Anna\u00a0Müller", "Anna Müller"),
        ("Anna\u2003Müller\u3000", "Anna Müller"),
        ("Anna\nMüller", "Anna Müller"),
        ("Anna\x0bMüller\r\n", "Anna Müller"),
        ("Anna\tMüller", "Anna Müller"),
        ("Anna\u2028Müller", "Anna Müller"),
        ("An\u00adna Mül\u200dler", "Anna Müller"),
        ("\u2067Anna Müller\u2069\u200f", "Anna Müller"),
        ("Anna\x00 Müller\ufe0f", "Anna Müller"),
        ("Anna Mu\u0308ller\u200b", "Anna Müller"),
        ("Anna \ud800Müller", "Anna Müller"),
        ("Anna Müller\U000e0041", "Anna Müller"),
        ("Anna Müller-\u2060Schmidt", "Anna Müller-Schmidt"),
        ("Anna Müller\u2011Schmidt", "Anna Müller-Schmidt"),
        ("O\u02bcNeill", "O’Neill"),
        ("\u02bbOkina", "‘Okina"),
        ("Ａｎｎａ　Ｍüller", "Anna Müller"),
    ],
)
def test_a_name_is_cleaned_before_it_is_judged(told: str, printed: str) -> None:
    assert clean_name(told) == printed


@given(st.text())
def test_a_cleaned_name_stays_as_it_is(text: str) -> None:
    name = find_printable_name(text)
    assert name is None or (clean_name(name) == name and 1 <= len(name) <= 200)


def test_the_first_printable_candidate_is_taken() -> None:
    assert find_printable_name(None, "王小明", "Xiaoming Wang", "Anna") == "Xiaoming Wang"
    assert find_printable_name(None, "", "王小明") is None
