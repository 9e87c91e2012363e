"""What can be placed, and which page a link's custom parameters name."""

from dataclasses import replace

import pytest

from lti_tool.domain.content.case_studies import CaseLibrary
from lti_tool.domain.rules.placing import page_wished_by, placeables
from tests.shipped import read_programme


def test_each_case_is_placed_by_its_name_and_found_again_by_it() -> None:
    programme = read_programme()
    cases = [each for each in placeables(programme) if each.case is not None]
    assert {each.custom["case"] for each in cases} == {study.id for study in programme.library.studies}
    assert all(page_wished_by(each.custom) == each.key for each in cases)
    # The table of what was handed over, and of links, holds keys of this length.
    assert max(len(each.key) for each in placeables(programme)) <= 100


def test_a_programme_without_cases_offers_none() -> None:
    programme = replace(read_programme(), library=CaseLibrary())
    assert [each.key for each in placeables(programme) if "case" in each.key] == []


@pytest.mark.parametrize(
    "custom",
    [
        {},
        {"case": ""},
        {"case": "$ResourceLink.id"},
        {"case": "../modules"},
        {"case": "a" * 81},
        {"case": "a//b"},
        {"case": "?v=1"},
        {"case": "Parksensoren"},
        {"page": "course"},
        {"page": "cases/parksensoren"},
    ],
)
def test_what_is_no_page_of_ours_counts_as_none(custom: dict[str, str]) -> None:
    assert page_wished_by(custom) == ""
