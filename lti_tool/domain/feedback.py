"""What a person is told about an answer: a remark on each thing they chose, never on what they did not choose."""

from dataclasses import dataclass
from html import escape
from typing import assert_never

from lti_tool.domain.answers import Answer, Choice, Matches, Number, Order, Words
from lti_tool.domain.items import Case, Cloze, Item, Matching, MultipleChoice, Numeric, Option, Ordering, SingleChoice
from lti_tool.domain.marking import FULL, is_within, points_for


@dataclass(frozen=True)
class Remark:
    """One chosen thing, whether it is right, and what the authors say about it (may be empty)."""

    chosen_html: str
    is_right: bool
    feedback_html: str


def remarks_on(item: Item, answer: Answer | None) -> tuple[Remark, ...]:
    """Give the authors' words on each part of an answer; nothing on an item left open."""
    match item:
        case SingleChoice() | MultipleChoice() | Case():
            return on_options(item.options, answer.options) if isinstance(answer, Choice) else ()
        case Matching():
            rights = answer.rights if isinstance(answer, Matches) else ()
            return tuple(_on_pair(item, index, right) for index, right in enumerate(rights))
        case Cloze():
            words = answer.words if isinstance(answer, Words) else ()
            return tuple(_on_gap(item, index, word) for index, word in enumerate(words))
        case Ordering():
            return (_on_order(item, answer),) if isinstance(answer, Order) else ()
        case Numeric():
            return (_on_number(item, answer.text),) if isinstance(answer, Number) else ()
        case unknown:
            assert_never(unknown)


def on_options(options: tuple[Option, ...], chosen: frozenset[int]) -> tuple[Remark, ...]:
    """Give the remarks on chosen options, as they were authored."""
    return tuple(
        Remark(option.html, option.is_right, option.feedback_html) for index, option in enumerate(options) if index in chosen
    )


def _on_pair(item: Matching, index: int, right: int | None) -> Remark:
    pair = item.pairs[index]
    chosen = None if right is None else item.choices[right]
    is_right = chosen == pair.right
    shown = f"{pair.left_html} → {escape(chosen, quote=False)}" if chosen is not None else pair.left_html
    return Remark(shown, is_right, "" if is_right else pair.feedback_html)


def _on_gap(item: Cloze, index: int, word: int | None) -> Remark:
    gap = item.gaps[index]
    chosen = None if word is None else item.word_bank[word]
    is_right = chosen == gap.answer
    return Remark("" if chosen is None else escape(chosen, quote=False), is_right, "" if is_right else gap.feedback_html)


def _on_order(item: Ordering, answer: Order) -> Remark:
    is_right = points_for(item, answer) == FULL
    laid = "".join(f"<li>{item.steps[step]}</li>" for step in answer.steps)
    return Remark(f"<ol>{laid}</ol>", is_right, "" if is_right else item.feedback_wrong_html)


def _on_number(item: Numeric, text: str) -> Remark:
    if is_within(item, text, item.value):
        return Remark(escape(text, quote=False), True, item.feedback_right_html)
    mistake = next((mistake for mistake in item.mistakes if is_within(item, text, mistake.value)), None)
    return Remark(escape(text, quote=False), False, mistake.feedback_html if mistake else item.feedback_wrong_html)
