"""Signed values: only what we have signed, for this purpose and with these fields, is read."""

import pytest

from lti_tool.signed_values import SignedValues, is_same

SECRET = "s" * 40


@pytest.mark.parametrize("value", ["", "ü", 1, None, True, ["x", None], "x" * 3000, "\ud800"])
def test_what_was_signed_is_read(value: object) -> None:
    signed = SignedValues(SECRET, "test", "one", "two")
    text = signed.sign(one=value, two=2)
    assert text.isascii()
    assert signed.read(text) == {"one": value, "two": 2}


def test_a_long_value_is_packed_small() -> None:
    assert len(SignedValues(SECRET, "test", "url").sign(url="https://moodle.test/" * 100)) < 200


@pytest.mark.parametrize(
    "text", ["", ".", "a", "a.b", "e30", "e30.", "ä.b", "e30.c2ln", ".eJw.c2ln", "\ud800", "..", "e30.c2ln."]
)
def test_what_others_made_is_not_read(text: str) -> None:
    assert SignedValues(SECRET, "test", "x").read(text) is None


def test_a_value_of_another_purpose_or_secret_is_not_read() -> None:
    text = SignedValues(SECRET, "one", "x").sign(x="x")
    assert SignedValues(SECRET, "two", "x").read(text) is None
    assert SignedValues("t" * 40, "one", "x").read(text) is None


@pytest.mark.parametrize("fields", [("x",), ("x", "y", "z"), ("y", "x"), ("x", "w")])
def test_a_value_of_a_release_with_other_fields_is_not_read(fields: tuple[str, ...]) -> None:
    text = SignedValues(SECRET, "one", "x", "y").sign(x=1, y=2)
    assert SignedValues(SECRET, "one", *fields).read(text) is None


@pytest.mark.parametrize("values", [{}, {"x": 1}, {"x": 1, "y": 2, "z": 3}])
def test_nothing_but_the_named_fields_is_signed(values: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="fields"):
        SignedValues(SECRET, "one", "x", "y").sign(**values)


def test_nothing_is_signed_without_a_secret() -> None:
    with pytest.raises(ValueError, match="secret"):
        SignedValues("", "one", "x")


def test_texts_that_no_header_could_carry_are_different_and_no_crash() -> None:
    assert not is_same("\ud800", "x")
    assert is_same("ä", "ä")
