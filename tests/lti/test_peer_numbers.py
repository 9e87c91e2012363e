"""Numbers as platforms write them, hostile and odd ones included."""

import pytest

from lti_tool.lti.advantage.peer_numbers import number_of


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (90, 90.0),
        (0, 0.0),
        (82.5, 82.5),
        ("90", 90.0),
        (" 90.0 ", 90.0),
        ("82,5", 82.5),
        (".5", 0.5),
        ("9e1", 90.0),
        ("-1", -1.0),
    ],
)
def test_numbers_and_texts_of_numbers_are_read(written: object, read: float) -> None:
    assert number_of(written) == read


@pytest.mark.parametrize(
    "written",
    [
        10**400,
        -(10**400),
        float("nan"),
        float("inf"),
        "NaN",
        "Infinity",
        "1e999",
        "9" * 5000,
        "",
        " ",
        "90 of 100",
        "1.000,5",
        "٩٠",
        "0x5a",
        "1_000",
        True,
        None,
        [],
        {},
        "\ud800",
        "90\x00",
    ],
    ids=lambda value: repr(value)[:20].encode("ascii", "replace").decode(),
)
def test_what_is_no_finite_number_is_none(written: object) -> None:
    assert number_of(written) is None
