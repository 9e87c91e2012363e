"""Items of every type for the tests of the rules, each with one known right answer."""

from collections.abc import Callable
from importlib import import_module

from lti_tool.domain.content.programme import AssessmentRules
from lti_tool.domain.items import ITEM_TYPES, Case, Cloze, Item, Matching, MultipleChoice, Numeric, Ordering, SingleChoice
from lti_tool.domain.items.base import Option
from lti_tool.domain.items.cloze import Gap
from lti_tool.domain.items.matching import Pair
from lti_tool.domain.items.numeric import Mistake

RULES = AssessmentRules(
    items=10,
    strata={"A": 4, "B": 4, "C": 2},
    max_single_choice=5,
    min_types=4,
    min_cases=1,
    min_pool=20,
    pass_mark_pct=70,
    attempts=3,
    wait_hours_before_last=24,
)


def options(*are_right: bool) -> tuple[Option, ...]:
    return tuple(Option(f"Antwort {n}", is_right, f"Rückmeldung {n}") for n, is_right in enumerate(are_right))


def single_choice(item_id: str = "M1-01", objective: str = "1.1a", stratum: str = "A") -> SingleChoice:
    return SingleChoice(item_id, (objective,), "verstehen", stratum, "Frage?", "Auflösung.", options(False, True, False, False))


def multiple_choice(item_id: str = "M1-02", objective: str = "1.1a", stratum: str = "A") -> MultipleChoice:
    """Four right (0, 1, 2, 3), two wrong (4, 5)."""
    right = options(True, True, True, True, False, False)
    return MultipleChoice(item_id, (objective,), "verstehen", stratum, "Welche?", "Auflösung.", right)


def case(item_id: str = "M1-03", objective: str = "1.1a", stratum: str = "C", several: bool = False) -> Case:
    answers = options(True, True, False, False) if several else options(True, False, False)
    return Case(item_id, (objective,), "bewerten", stratum, "Was tun?", "Auflösung.", answers, "<p>Fall</p>", several)


def matching(item_id: str = "M1-04", objective: str = "1.1a", stratum: str = "B") -> Matching:
    pairs = tuple(Pair(f"links {n}", f"rechts {n}", f"Paar {n}") for n in range(4))
    return Matching(item_id, (objective,), "anwenden", stratum, "Ordnen Sie zu.", "Auflösung.", pairs, ("übrig",))


def ordering(item_id: str = "M1-05", objective: str = "1.1a", stratum: str = "B", steps: int = 5) -> Ordering:
    texts = tuple(f"Schritt {n}" for n in range(steps))
    return Ordering(item_id, (objective,), "anwenden", stratum, "Reihenfolge?", "Auflösung.", texts, "Noch einmal.")


def cloze(item_id: str = "M1-06", objective: str = "1.1a", stratum: str = "A") -> Cloze:
    gaps = (Gap(1, "Mittel", "Lücke 1"), Gap(2, "Ziel", "Lücke 2"), Gap(3, "Maßstab", "Lücke 3"))
    text = "Ein {{1}}, ein {{2}}, ein {{3}}."
    return Cloze(item_id, (objective,), "verstehen", stratum, "Ergänzen Sie.", "Auflösung.", text, gaps, ("Zweck",))


def numeric(
    item_id: str = "M1-07",
    objective: str = "1.1a",
    stratum: str = "B",
    *,
    value: float = 6.3,
    tolerance: float = 0.05,
    unit: str = "Punkte",
) -> Numeric:
    return Numeric(
        id=item_id,
        objectives=(objective,),
        level="anwenden",
        stratum=stratum,
        stem_html="Wie viel?",
        explanation_html="Auflösung.",
        value=value,
        tolerance=tolerance,
        unit=unit,
        decimals=1,
        feedback_right_html="Genau.",
        feedback_wrong_html="Leider nein.",
        mistakes=(Mistake(18.0, "Das ist die Summe."),),
    )


def every_type() -> tuple[Item, ...]:
    """Return the examples of every type: those of the test beside which it stands."""
    files = dict.fromkeys(item_type.__module__.rpartition(".")[2] for item_type in ITEM_TYPES.values())
    return tuple(item for file in files for item in import_module(f"tests.domain.items.test_{file}").EXAMPLES)


def a_pool() -> tuple[Item, ...]:
    """22 items over six lessons: eight A, eight B, six C; six single choice, five cases."""
    kinds: dict[str, list[Callable[[str, str, str], Item]]] = {
        "A": [single_choice, single_choice, single_choice, single_choice, multiple_choice, multiple_choice, cloze, matching],
        "B": [single_choice, single_choice, matching, matching, ordering, numeric, multiple_choice, case],
        "C": [case, case, case, case, multiple_choice, multiple_choice],
    }
    pool: list[Item] = []
    for stratum, makers in kinds.items():
        for maker in makers:
            number = len(pool)
            pool.append(maker(f"M1-{number + 1:02}", f"1.{number % 6 + 1}a", stratum))
    return tuple(pool)
