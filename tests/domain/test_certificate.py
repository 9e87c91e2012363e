import unicodedata
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.certificate import (
    ALPHABET,
    NameRefused,
    TypingError,
    clean_name,
    day_of,
    find_printable_name,
    find_typing_error,
    group_check_code,
    hours_in_print,
    new_check_code,
    normalise_check_code,
)

CODE = "3QF8W2M0TZ6C1RVN5KD7YH9XBGT"
codes = st.builds(lambda _: new_check_code(), st.integers())
positions = st.integers(min_value=0, max_value=26)


def test_a_new_code_is_well_formed() -> None:
    code = new_check_code()
    assert len(code) == 27
    assert find_typing_error(code) is None


def test_codes_do_not_repeat() -> None:
    assert len({new_check_code() for _ in range(2000)}) == 2000


def test_a_code_is_shown_in_groups_of_four() -> None:
    assert group_check_code(CODE) == "3QF8-W2M0-TZ6C-1RVN-5KD7-YH9X-BGT"


@pytest.mark.parametrize(
    "typed",
    [
        "3qf8-w2m0-tz6c-1rvn-5kd7-yh9x-bgt",
        " 3QF8 W2M0 TZ6C 1RVN 5KD7 YH9X BGT\n",
        "3QF8–W2M0–TZ6C–1RVN–5KD7–YH9X–BGT",
        "3QF8W2MOTZ6CIRVN5KD7YH9XBGT",
        "3qf8w2motz6clrvn5kd7yh9xbgt",
        "https://lernen.example.org/verify/3QF8-W2M0-TZ6C-1RVN-5KD7-YH9X-BGT",
    ],
)
def test_a_code_is_read_however_it_was_typed(typed: str) -> None:
    assert normalise_check_code(typed) == CODE


@given(code=codes, at=positions, sign=st.sampled_from(ALPHABET))
def test_any_single_wrong_character_is_found(code: str, at: int, sign: str) -> None:
    changed = code[:at] + sign + code[at + 1 :]
    assert (find_typing_error(changed) is None) == (changed == code)


def test_every_single_wrong_character_of_one_code_is_found() -> None:
    code = new_check_code()
    changed = {code[:at] + sign + code[at + 1 :] for at in range(27) for sign in ALPHABET} - {code}
    assert len(changed) == 27 * 31
    assert {find_typing_error(each) for each in changed} == {TypingError.CHECK}


@given(code=codes, at=st.integers(min_value=0, max_value=25))
def test_any_adjacent_transposition_is_found(code: str, at: int) -> None:
    changed = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert (find_typing_error(changed) is None) == (changed == code)


@given(code=codes, one=positions, other=positions)
def test_any_exchange_of_two_characters_is_found(code: str, one: int, other: int) -> None:
    signs = list(code)
    signs[one], signs[other] = signs[other], signs[one]
    changed = "".join(signs)
    assert (find_typing_error(changed) is None) == (changed == code)


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("", TypingError.EMPTY),
        ("   ", TypingError.EMPTY),
        ("3QF8", TypingError.LENGTH),
        ("3QF8-W2M0-TZ6C-1RVN-5KD7-YH9X-BGGG", TypingError.LENGTH),
        ("3QF8-W2M0-TZ6C-1RVN-5KD7-YH9X-BGU", TypingError.SIGN),
        ("3QF8-W2M0-TZ6C-1RVN-5KD7-YH9X-BG?", TypingError.SIGN),
    ],
)
def test_a_typing_error_is_named(typed: str, error: TypingError) -> None:
    assert find_typing_error(normalise_check_code(typed)) is error


@given(st.text(max_size=60))
def test_no_typed_text_breaks_the_reading(typed: str) -> None:
    code = normalise_check_code(typed)
    assert find_typing_error(code) is not None or len(code) == 27


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
        ("Anna\nMüller", "name_control_character"),
        ("Anna\x00", "name_control_character"),
        ("Anna\u202egilbeF", "name_control_character"),
        ("Anna\u200bMüller", "name_control_character"),
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


@given(st.text())
def test_a_cleaned_name_stays_as_it_is(text: str) -> None:
    name = find_printable_name(text)
    assert name is None or (clean_name(name) == name and 1 <= len(name) <= 200)


def test_the_first_printable_candidate_is_taken() -> None:
    assert find_printable_name(None, "王小明", "Xiaoming Wang", "Anna") == "Xiaoming Wang"
    assert find_printable_name(None, "", "王小明") is None


def test_a_certificate_bears_the_german_date() -> None:
    assert day_of(datetime(2026, 11, 22, 23, 30, tzinfo=UTC)) == date(2026, 11, 23)


@pytest.mark.parametrize(("hours", "printed"), [(39.6, 39.5), (40.2, 40.0), (8.8, 9.0), (0.1, 0.5)])
def test_hours_are_printed_in_halves(hours: float, printed: float) -> None:
    assert hours_in_print(hours) == printed
