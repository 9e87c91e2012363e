"""Ten thousand simulated draws from each module's shipped pool: the blueprint always holds, and no item is neglected."""

from collections import Counter

import pytest

from lti_tool.domain.content.programme import Module
from lti_tool.domain.items import Case, SingleChoice
from lti_tool.domain.rules.drawing import draw
from tests.shipped import SHIPPED_FOLDER, read_programme

DRAWS = 10_000
PROGRAMME = read_programme(SHIPPED_FOLDER)


@pytest.mark.parametrize("module", PROGRAMME.modules, ids=lambda module: module.slug)
def test_ten_thousand_draws_keep_to_the_blueprint_and_neglect_no_item(module: Module) -> None:
    items = {item.id: item for item in module.items}
    lessons = set(module.lesson_codes)
    counts: Counter[str] = Counter()
    for seed in range(DRAWS):
        drawn = [items[each.item_id] for each in draw(module.items, module.lesson_codes, PROGRAMME.assessment, seed=seed)]
        assert len({item.id for item in drawn}) == 10
        assert Counter(item.stratum for item in drawn) == {"A": 4, "B": 4, "C": 2}
        assert {item.lesson_code for item in drawn} == lessons
        assert sum(isinstance(item, SingleChoice) for item in drawn) <= 5
        assert len({type(item) for item in drawn}) >= 4
        assert any(isinstance(item, Case) for item in drawn)
        counts.update(item.id for item in drawn)
    for stratum, share in {"A": 4, "B": 4, "C": 2}.items():
        of_stratum = [item.id for item in module.items if item.stratum == stratum]
        average = DRAWS * share / len(of_stratum)
        assert {name: counts[name] for name in of_stratum if counts[name] < average / 3} == {}
