"""People's texts in files: counted as each program counts, cut between what a reader sees as signs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.words.texts_in_files import ascii_file_name, cut, file_name, octets, sheet_name, utf16_units

ANYTHING = st.text() | st.text(alphabet="🏙👩🏽\u200d💻\ufe0f🇩🇪e\u0301 -a'")


def test_each_consumer_counts_in_its_own_unit() -> None:
    assert [measure("🏙ü") for measure in (len, utf16_units, octets)] == [2, 3, 6]


@pytest.mark.parametrize(
    ("text", "most", "kept"),
    [
        ("Anna", 4, "Anna"),
        ("Anna Müller", 5, "Anna"),
        ("x👩🏽‍💻y", 4, "x"),
        ("x🇩🇪🇫🇷", 4, "x🇩🇪"),
        ("ae\u0323\u0302", 2, "a"),
        ("❤️🔥", 1, ""),
    ],
)
def test_a_cut_falls_between_signs(text: str, most: int, kept: str) -> None:
    assert cut(text, most) == kept


@given(ANYTHING, st.integers(0, 40), st.sampled_from([len, utf16_units, octets]))
def test_what_is_kept_is_the_beginning_and_short_enough(text: str, most: int, measure: object) -> None:
    kept = cut(text, most, measure)  # type: ignore[arg-type]
    assert text.startswith(kept)
    assert measure(kept) <= most  # type: ignore[operator]


@given(ANYTHING)
def test_a_sheet_can_bear_any_name_made_so(text: str) -> None:
    name = sheet_name(text, otherwise="Kurs")
    assert 0 < utf16_units(name) <= 31
    assert not set("[]:*?/\\") & set(name)
    assert name == name.strip("' ")


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("Ayşe Çelik", "Ayşe-Çelik"),
        ("O’Neill, Pat (Dr.)", "O-Neill-Pat-Dr"),
        ("L\u0325\u0304 Ngo", "L\u0325\u0304-Ngo"),
        ("../../etc/passwd", "etc-passwd"),
        ("Юлия", "Юлия"),
        ("ế" * 60, "ế" * 26),
    ],
)
def test_a_file_is_called_as_people_are(name: str, part: str) -> None:
    assert file_name(name, 80) == part


@given(ANYTHING)
def test_a_file_name_for_every_system_is_short_and_ascii(text: str) -> None:
    name = ascii_file_name(text, 40)
    assert name.isascii()
    assert len(name) <= 40
    assert all(part.isalnum() for part in name.split("-") if name)
