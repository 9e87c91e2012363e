"""Finds draws that hold what a test needs: pools change, and a seed written down would draw something else then."""

from collections.abc import Callable

from lti_tool.domain.content.programme import Module, Programme
from lti_tool.domain.items import Item
from lti_tool.domain.rules.drawing import draw


def items_drawn(module: Module, programme: Programme, seed: int) -> list[Item]:
    """Return the questions of a first attempt, in their order."""
    drawn = draw(module.items, module.lesson_codes, programme.assessment, seed=seed)
    return [item for one in drawn if (item := module.find_item(one.item_id)) is not None]


def seed_that_draws(module: Module, programme: Programme, *, so_that: Callable[[list[Item]], bool]) -> int:
    """Return the first seed whose draw is as wanted."""
    found = next((seed for seed in range(5000) if so_that(items_drawn(module, programme, seed))), None)
    assert found is not None, f"no draw from the pool of {module.slug} is as wanted"
    return found
