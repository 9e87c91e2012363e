"""What an author should look at, with the sentence that says what to do. Easy items may be meant so: no flag stops anything."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lti_tool.domain.statistics.item_figures import ItemFigures, OptionChoice
from lti_tool.messages import N_

HINT_FROM: Final = 20
FIRM_FROM: Final = 50


class FlagKind(StrEnum):
    """What is noticed of an item."""

    TOO_EASY = "too_easy"
    TOO_HARD = "too_hard"
    DOES_NOT_SEPARATE = "does_not_separate"
    CHECK_KEY = "check_key"
    UNUSED_OPTION = "unused_option"


SENTENCES: Final = {
    FlagKind.TOO_EASY: N_("Fast alle lösen das; es unterscheidet nicht."),
    FlagKind.TOO_HARD: N_("Das lösen wenige: Steht die Antwort in der Lektion?"),
    FlagKind.DOES_NOT_SEPARATE: N_("Wer sonst viel weiß, löst dies nicht öfter: Ist die Frage eindeutig?"),
    FlagKind.CHECK_KEY: N_("Wer sonst viel weiß, wählt öfter Antwort %(option)s: Prüfen Sie die richtige Antwort."),
    FlagKind.UNUSED_OPTION: N_("Antwort %(option)s wählt kaum jemand: Ersetzen Sie sie durch eine, die näher liegt."),
}


@dataclass(frozen=True)
class Flag:
    """One thing to look at; firm: hardly by chance."""

    kind: FlagKind
    is_firm: bool = False
    option: str = ""


def flags_of(figures: ItemFigures, *, key: Collection[str] = ()) -> tuple[Flag, ...]:
    """Return what is noticed, from 20 answers on.

    Args:
        key: the letter of the right option of an item with one; empty for all other kinds.
    """
    if figures.n < HINT_FROM:
        return ()
    return (*_of_difficulty(figures), *_of_separation(figures), *_of_options(figures, key))


def _of_difficulty(figures: ItemFigures) -> Iterator[Flag]:
    if figures.facility > 0.95:
        yield Flag(FlagKind.TOO_EASY, figures.facility_within.low > 0.90)
    if figures.facility < 0.30:
        yield Flag(FlagKind.TOO_HARD, figures.facility_within.high < 0.40)


def _of_separation(figures: ItemFigures) -> Iterator[Flag]:
    within = figures.discrimination_within
    if figures.n >= FIRM_FROM and figures.discrimination is not None and figures.discrimination < 0.10 and within is not None:
        yield Flag(FlagKind.DOES_NOT_SEPARATE, within.high < 0.20)


def _of_options(figures: ItemFigures, key: Collection[str]) -> Iterator[Flag]:
    right = next((option for option in figures.options if option.letter in key), None)
    for option in figures.options:
        if not key or option.letter in key:
            continue
        if right is not None and _is_taken_for_the_key(option, right):
            is_negative = figures.discrimination is not None and figures.discrimination < 0
            yield Flag(FlagKind.CHECK_KEY, figures.n >= FIRM_FROM and is_negative, option.letter)
        if figures.n >= FIRM_FROM and figures.facility <= 0.90 and option.share < 0.05:
            yield Flag(FlagKind.UNUSED_OPTION, option=option.letter)


def _is_taken_for_the_key(option: OptionChoice, right: OptionChoice) -> bool:
    return option.upper_third > right.upper_third and option.upper_third > option.lower_third
