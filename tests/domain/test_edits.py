"""What a form changed, against what its page showed and what is stored now."""

import pytest

from lti_tool.domain.words.edits import Clash, Shown, merge

STORED = {"day": "2026-11-23", "link": ""}


def test_what_was_not_changed_here_stays_as_somebody_else_has_left_it() -> None:
    shown = Shown.of({"anna": "", "béla": ""})
    merged = merge(shown, {"anna": "", "béla": "present"}, {"anna": "excused", "béla": ""})
    assert merged.values == {"anna": "excused", "béla": "present"}
    assert (sorted(merged.changed), dict(merged.clashes)) == (["béla"], {})


def test_two_who_change_the_same_differently_are_a_conflict_and_nothing_is_overwritten() -> None:
    merged = merge(Shown.of(STORED), {"day": "2026-12-01", "link": ""}, {**STORED, "day": "2026-12-02"})
    assert merged.clashes == {"day": Clash(mine="2026-12-01", theirs="2026-12-02")}
    assert merged.values["day"] == "2026-12-02"
    assert not merged.changed


def test_two_who_change_the_same_alike_agree() -> None:
    merged = merge(Shown.of(STORED), {"day": "2026-12-01"}, {**STORED, "day": "2026-12-01"})
    assert (merged.changed, merged.clashes) == (frozenset(), {})


def test_what_was_changed_elsewhere_and_back_is_no_conflict() -> None:
    assert merge(Shown.of(STORED), {"link": "https://a"}, STORED).changed == {"link"}


def test_emptying_a_field_is_a_change() -> None:
    merged = merge(Shown.of(STORED), {"day": ""}, STORED)
    assert (merged.values["day"], sorted(merged.changed)) == ("", ["day"])
    assert merge(Shown.of(STORED), {"day": ""}, {**STORED, "day": "2026-12-02"}).clashes["day"].mine == ""


def test_a_field_that_the_page_told_nothing_of_is_written_as_typed() -> None:
    assert merge(Shown({}), {"day": "2026-12-01"}, STORED).values["day"] == "2026-12-01"


def test_after_a_conflict_the_other_value_counts_as_shown() -> None:
    theirs = {**STORED, "day": "2026-12-02"}
    shown = Shown.of(STORED).replaced({"day": "2026-12-02"})
    assert merge(shown, {"day": "2026-12-01", "link": ""}, theirs).values["day"] == "2026-12-01"
    assert merge(shown, {"day": "2026-12-01"}, {**theirs, "day": "2026-12-03"}).clashes


def test_what_was_shown_survives_the_way_through_a_form() -> None:
    shown = Shown.of({"presence.12": "", "f.ziel=bild": "Bürger & Wald", "day": "2026-11-23"})
    assert Shown.read(shown.as_text) == shown


@pytest.mark.parametrize("text", ["", "   ", "day", "=", "=abc", "day=", "day=abc", "day=0123456789ab=x", "\x00", "é=ü"])
def test_what_a_stranger_makes_of_it_tells_nothing_and_breaks_nothing(text: str) -> None:
    assert merge(Shown.read(text), {"day": "x"}, STORED).values["day"] in ("x", "2026-11-23")


def test_only_digests_travel_not_the_texts_themselves() -> None:
    assert "Geheim" not in Shown.of({"text": "Geheim" * 1000}).as_text
    assert len(Shown.of({"text": "Geheim" * 1000}).as_text) < 30
