"""What gives an answer away to somebody who knows nothing: measured, and tried by a simulated guesser.

The guesser strikes options with absolute words, takes the only option that repeats words of the question, and goes by length. It
does so in four ways (for the shortest or the longest option, with or without the words of the question); the best of them counts.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import unescape

from lti_tool.domain.items import Case, Item
from lti_tool.domain.items.base import Option

MOST_GUESSED = 0.33
"""A pool in which the guesser hits more is easier to guess than to know."""
_TAG = re.compile(r"<[^>]+>")
# German test writers put them into wrong options: who says „immer“ is easily refuted.
_ABSOLUTE = re.compile(
    r"\b(?:immer|nie(?:mals)?|nur|alle[nrms]?|jede[nrms]?|allein(?:e|ig)?|ganz|gänzlich|völlig|automatisch|stets|ausschließlich|"
    r"grundsätzlich|sämtliche[nrms]?|kein(?:e[nrms]?|erlei)?|niemand(?:en|em)?|nichts|überall|sofort|vollständig|unbedingt|"
    r"in jedem Fall|auf keinen Fall|überflüssig|einzig(?:e[nrms]?)?)\b",
    re.I,
)
_WORD = re.compile(r"[A-Za-zÄÖÜäöüß]{5,}|\d+")
# German bends the end of a word: its beginning tells whether it is the same.
_STEM_LETTERS = 6
_SAME_LENGTH = 1.0


@dataclass(frozen=True)
class Question:
    """An item with options, as a guesser sees it."""

    id: str
    asked: str
    options: tuple[str, ...]
    right: frozenset[int]


@dataclass(frozen=True)
class GuessingWay:
    """How the guesser goes on after it has struck absolute options."""

    takes_longest: bool
    heeds_words: bool


WAYS = tuple(GuessingWay(takes_longest, heeds_words) for takes_longest in (False, True) for heeds_words in (True, False))


@dataclass(frozen=True)
class Measures:
    """What a set of questions gives away. Counts are of options, or of questions with one right option."""

    questions: int
    absolute_keys: tuple[int, int]
    """How many right options have an absolute word, and of how many."""
    absolute_distractors: tuple[int, int]
    shortest_keys: int
    longest_keys: int
    repeating_keys: int
    """The right option alone repeats words of the question."""
    repeating_distractors: int
    """A wrong option alone does."""
    guessed: float
    """The share of questions with one right option that the guesser hits."""
    several: int
    """Questions with several right options."""
    several_guessed: int
    """Of these, where the options without absolute words are exactly the right ones."""


def questions_of(items: Iterable[Item]) -> list[Question]:
    """Give the questions among the items that offer something to judge."""
    found = []
    for item in items:
        if item.judged:
            asked = [item.stem_html, item.document_html, item.vignette_html if isinstance(item, Case) else ""]
            found.append(Question(item.id, plain(" ".join(asked)), _texts(item.judged), _right(item.judged)))
    return found


def measure(questions: Sequence[Question]) -> Measures:
    """Measure a set of questions."""
    one = [question for question in questions if len(question.right) == 1]
    several = [question for question in questions if len(question.right) > 1]
    keys = [question.options[place] for question in questions for place in question.right]
    distractors = [text for question in questions for place, text in enumerate(question.options) if place not in question.right]
    repeating = [(question, place) for question in one for place in [repeats_alone(question)] if place is not None]
    return Measures(
        questions=len(one),
        absolute_keys=(sum(map(is_absolute, keys)), len(keys)),
        absolute_distractors=(sum(map(is_absolute, distractors)), len(distractors)),
        shortest_keys=sum(_extreme(question.options, longest=False) == question.right for question in one),
        longest_keys=sum(_extreme(question.options, longest=True) == question.right for question in one),
        repeating_keys=sum(place in question.right for question, place in repeating),
        repeating_distractors=sum(place not in question.right for question, place in repeating),
        guessed=max((_share(one, way) for way in WAYS), default=0.0),
        several=len(several),
        several_guessed=sum(_guess_several(question) == question.right for question in several),
    )


def best_way(questions: Sequence[Question]) -> GuessingWay:
    """Tell in which way the guesser hits most."""
    one = [question for question in questions if len(question.right) == 1]
    return max(WAYS, key=lambda way: _share(one, way))


def chance_to_hit(question: Question, way: GuessingWay) -> float:
    """Tell how likely the guesser hits the one right option: it draws among those that look alike to it."""
    left = _not_absolute(question)
    alone = repeats_alone(question) if way.heeds_words else None
    if alone is not None and alone in left:
        left = frozenset({alone})
    elif len(left) > 1:
        places = sorted(left)
        best = _extreme([question.options[place] for place in places], longest=way.takes_longest)
        left = frozenset(places[number] for number in best)
    return 1 / len(left) if question.right <= left else 0.0


def is_absolute(text: str) -> bool:
    """Whether an option says something without exception."""
    return _ABSOLUTE.search(text) is not None


def repeats_alone(question: Question) -> int | None:
    """Find the one option that repeats words of the question which no other option has; None: none, or more than one does."""
    asked = _stems(question.asked)
    stems = [_stems(text) & asked for text in question.options]
    own = [
        place for place, found in enumerate(stems) if found - set().union(*(other for n, other in enumerate(stems) if n != place))
    ]
    return own[0] if len(own) == 1 else None


def plain(html: str) -> str:
    """Give the words of an HTML text."""
    return unescape(_TAG.sub(" ", html))


def _not_absolute(question: Question) -> frozenset[int]:
    left = frozenset(place for place, text in enumerate(question.options) if not is_absolute(text))
    return left or frozenset(range(len(question.options)))


def _guess_several(question: Question) -> frozenset[int]:
    left = _not_absolute(question)
    return left if len(left) < len(question.options) else frozenset()


def _extreme(texts: Sequence[str], *, longest: bool) -> frozenset[int]:
    lengths = [len(text) for text in texts]
    wanted = max(lengths) if longest else min(lengths)
    return frozenset(place for place, length in enumerate(lengths) if abs(length - wanted) < _SAME_LENGTH)


def _share(questions: Sequence[Question], way: GuessingWay) -> float:
    return sum(chance_to_hit(question, way) for question in questions) / len(questions) if questions else 0.0


def _stems(text: str) -> set[str]:
    return {word.casefold()[:_STEM_LETTERS] for word in _WORD.findall(text)}


def _texts(options: Sequence[Option]) -> tuple[str, ...]:
    return tuple(" ".join(plain(option.html).split()) for option in options)


def _right(options: Sequence[Option]) -> frozenset[int]:
    return frozenset(place for place, option in enumerate(options) if option.is_right)
