"""Draws a quiz from a pool by the blueprint of the curriculum, section 6 (Draw).

The draw is a function of its seed and the pool: every order comes from SHA-256 over the seed and the item's id, so that
the same attempt can be drawn again in years, by any version of Python.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256

from lti_tool.domain.content.programme import AssessmentRules
from lti_tool.domain.items import Case, Item, SingleChoice
from lti_tool.errors import ToolError
from lti_tool.messages import N_

# The curriculum's simulation: 36 to 66 of 100 random stratified draws meet all conditions. So a level of 60 fails with
# a probability below 10^-11, and the last one can only fail for a pool that `shortages` or the authors' check names.
_TRIES_PER_LEVEL = 60
_TRIES_AT_LAST = 3000


@dataclass(frozen=True)
class DrawnItem:
    """One item of a quiz and the order in which its options are shown: authored indices."""

    item_id: str
    order: tuple[int, ...]


@dataclass(frozen=True)
class Shortage:
    """What a pool lacks: `what` is pool, stratum, lesson, types, cases or other_types; `name` says which."""

    what: str
    name: str
    has: int
    needs: int


class QuizNotReady(ToolError):
    """The pool cannot fill the blueprint: an authors' error, found by `programme check`."""

    status = 503
    code = "quiz_not_ready"

    def __init__(self) -> None:
        super().__init__(
            N_("Die Lernerfolgskontrolle dieses Moduls ist noch nicht bereit."),
            next_step=N_("Bitte geben Sie Ihrer Lernbegleitung Bescheid. Ihr Lernstand bleibt erhalten."),
        )


def draw(
    items: Sequence[Item],
    lesson_codes: Collection[str],
    rules: AssessmentRules,
    *,
    seed: int,
    seen_ids: Collection[str] = (),
) -> tuple[DrawnItem, ...]:
    """Draw one quiz.

    Args:
        items: The pool.
        lesson_codes: Lessons of which at least one item is wanted.
        seen_ids: Items of earlier attempts: taken only where the blueprint cannot be met without them.
    Raises:
        QuizNotReady: the pool is too small for the blueprint.
    """
    if shortages(items, lesson_codes, rules):
        raise QuizNotReady
    seen = [item.id for item in items if item.id in seen_ids]
    for allowed in range(len(seen) + 1):
        for turn in range(_TRIES_AT_LAST if allowed == len(seen) else _TRIES_PER_LEVEL):
            salt = f"{seed}/{allowed}/{turn}"
            avoided = set(_shuffled(seen, salt)[allowed:])
            chosen = _stratified(items, rules, salt, avoided)
            if _meets(chosen, lesson_codes, rules):
                return tuple(DrawnItem(item.id, shown_order(item, seed)) for item in _shuffle_items(chosen, f"{seed}/place"))
    raise QuizNotReady


def shown_order(item: Item, seed: int) -> tuple[int, ...]:
    """Shuffle what an item offers; its type has the last word (the steps of an ordering never come in their right order)."""
    order = sorted(range(item.count_of_choices), key=lambda index: _key(f"{seed}/{item.id}", str(index)))
    return item.laid_out(tuple(order))


def shortages(items: Sequence[Item], lesson_codes: Collection[str], rules: AssessmentRules) -> tuple[Shortage, ...]:
    """Name what keeps a pool from filling the blueprint; empty: nothing obvious does."""
    strata = Counter(item.stratum for item in items)
    lessons = Counter(item.lesson_code for item in items)
    kinds = Counter(type(item) for item in items)
    others = len(items) - kinds[SingleChoice]
    found = [
        Shortage("pool", "", len(items), rules.min_pool),
        *(Shortage("stratum", name, strata[name], needs) for name, needs in rules.strata.items()),
        *(Shortage("lesson", code, lessons[code], 1) for code in sorted(lesson_codes)),
        Shortage("types", "", len(kinds), rules.min_types),
        Shortage("cases", "", kinds[Case], rules.min_cases),
        Shortage("other_types", "", others, rules.items - rules.max_single_choice),
    ]
    return tuple(shortage for shortage in found if shortage.has < shortage.needs)


def _stratified(items: Sequence[Item], rules: AssessmentRules, salt: str, avoided: set[str]) -> list[Item]:
    shuffled = sorted(_shuffle_items(items, salt), key=lambda item: item.id in avoided)
    return [item for name, count in rules.strata.items() for item in [item for item in shuffled if item.stratum == name][:count]]


def _meets(chosen: Sequence[Item], lesson_codes: Collection[str], rules: AssessmentRules) -> bool:
    kinds = Counter(type(item) for item in chosen)
    return (
        len(chosen) == rules.items
        and kinds[SingleChoice] <= rules.max_single_choice
        and len(kinds) >= rules.min_types
        and kinds[Case] >= rules.min_cases
        and {item.lesson_code for item in chosen} >= set(lesson_codes)
    )


def _shuffle_items(items: Sequence[Item], salt: str) -> list[Item]:
    return sorted(items, key=lambda item: _key(salt, item.id))


def _shuffled(ids: Sequence[str], salt: str) -> list[str]:
    return sorted(ids, key=lambda item_id: _key(f"{salt}/seen", item_id))


def _key(salt: str, name: str) -> bytes:
    return sha256(f"{salt}/{name}".encode()).digest()
