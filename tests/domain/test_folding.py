"""The one folding for search and order."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.words.folding import by_name, fold, is_found

LETTERS = st.text(alphabet=st.characters(max_codepoint=0x2FFF))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Yıldırım", "yildirim"),
        ("İSTANBUL", "istanbul"),
        ("Łukasz Gołębiewski", "lukasz golebiewski"),
        ("Søren Øster", "soren oster"),
        ("Đorđe", "dorde"),
        ("Straße", "strasse"),
        ("STRAẞE", "strasse"),
        ("Æsir Œuvre", "aesir oeuvre"),
        ("Þór Sigurðsson", "thor sigurdsson"),
        ("Ħal Għargħur", "hal ghargħur".replace("ħ", "h")),
        ("Ŋuŋi Ǥáŋga", "nuni ganga"),
        ("Nguyễn Thị", "nguyen thi"),
        ("Əliyev", "eliyev"),
        ("ﬁn", "fin"),
        ("Ｍüller", "muller"),
        ("O’Brien", "obrien"),
        ("D'Angelo", "dangelo"),
        ("Meyer-Landrut", "meyer landrut"),
        ("Meyer\u2011Landrut", "meyer landrut"),
        ("Müller, Anna (M. A.)", "muller anna m a"),
        ("\u200bAnna\u00a0\u2009Müller\u00ad", "anna muller"),
        ("Юлия Шевченко", "юлия шевченко"),
        ("…", ""),
    ],
)
def test_a_name_folds_to_its_base_letters(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(unicodedata.normalize("NFD", text)) == folded


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("Yildirim", "Mehtap Yıldırım"),
        ("yıldırım", "MEHTAP YILDIRIM"),
        ("änne", "Änne Müßig"),
        ("MÜSSIG ANNE", "Änne Müßig"),
        ("JÖRG MÜLLER", "Jörg Müller"),
        ("müller jörg", "Jörg Müller"),
        ("Mueller", "Jörg Müller"),
        ("Müller", "Joerg Mueller"),
        ("Jo\u0308rg", "Jörg Müller"),
        ("Jörg", "Jo\u0308rg Müller"),
        ("Meyer Landrut", "Lena Meyer-Landrut"),
        ("Meyer-Landrut", "Lena Meyer Landrut"),
        ("OBrien", "Pat O’Brien"),
        ("o'brien", "Pat O’Brien"),
        ("Müller, Jörg", "Jörg Müller"),
        ("Soeren", "Søren Øster"),
        ("Soren", "Søren Øster"),
        ("Mül", "Jörg Müller"),
        ("\u200bMüller\u00ad ", "Jörg Müller"),
        ("", "Jörg Müller"),
        (" \u200b – ", "Jörg Müller"),
    ],
)
def test_a_name_is_found_however_it_is_typed(wanted: str, name: str) -> None:
    assert is_found(wanted, name)


@pytest.mark.parametrize(("wanted", "name"), [("Möller", "Jörg Müller"), ("Jörg Meier", "Jörg Müller"), ("%", "…"), ("a", None)])
def test_another_name_is_not_found(wanted: str, name: str | None) -> None:
    assert is_found(wanted, name) is (wanted == "%")


def test_words_may_stand_in_several_texts_but_not_across_them() -> None:
    assert is_found("Anna Schmidt", "Anna Müller", "Anna Schmidt")
    assert not is_found("MüllerAnna", "Müller", "Anna")


def test_people_sort_by_base_letters_and_without_a_name_last() -> None:
    names = ["Zoë", "Łukasz", None, "Lena", "Øster", "Olaf", "Ömer", "Yıldız", "Yilmaz", "æsir", "Adam"]
    sorted_names = [name for name, _ in sorted(((name, key) for key, name in enumerate(names)), key=lambda each: by_name(*each))]
    assert sorted_names == ["Adam", "æsir", "Lena", "Łukasz", "Olaf", "Ömer", "Øster", "Yıldız", "Yilmaz", "Zoë", None]


@given(LETTERS)
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(LETTERS)
def test_case_and_composition_never_count(text: str) -> None:
    assert fold(text.upper()) == fold(text) == fold(text.lower())
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text)) == fold(text)


@given(st.lists(LETTERS, min_size=1), st.randoms())
def test_every_name_is_found_by_its_own_words_in_any_order(words: list[str], random: object) -> None:
    name = " ".join(words)
    found = name.split()
    random.shuffle(found)  # type: ignore[attr-defined]
    assert is_found(" ".join(found), name)
