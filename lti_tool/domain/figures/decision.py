"""A few questions that lead to an answer, e.g. whether NIS-2 concerns a municipality's undertaking."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Branch:
    """One answer to a question: it leads to another question or to a result."""

    text: str
    leads_to: str


@dataclass(frozen=True)
class DecisionQuestion:
    id: str
    text: str
    help_html: str
    branches: tuple[Branch, ...]


@dataclass(frozen=True)
class DecisionResult:
    id: str
    title: str
    html: str


@dataclass(frozen=True)
class DecisionTree:
    """The first question comes first; every way ends in a result."""

    questions: tuple[DecisionQuestion, ...]
    results: tuple[DecisionResult, ...]

    def find_question(self, question_id: str) -> DecisionQuestion | None:
        return next((question for question in self.questions if question.id == question_id), None)

    def find_result(self, result_id: str) -> DecisionResult | None:
        return next((result for result in self.results if result.id == result_id), None)

    @property
    def longest_way(self) -> int:
        """Count the questions of the longest way; 0: somewhere it leads in a circle."""
        return self._way_from(self.questions[0].id, frozenset())

    def _way_from(self, name: str, seen: frozenset[str]) -> int:
        question = self.find_question(name)
        if question is None or name in seen:
            return 0
        return 1 + max((self._way_from(branch.leads_to, seen | {name}) for branch in question.branches), default=0)


@dataclass(frozen=True)
class DecisionStep:
    """A question on the way, with the place of the answer that was given."""

    question: DecisionQuestion
    given: int


@dataclass(frozen=True)
class DecisionWay:
    """How far somebody has come: either `following` or `result` is there."""

    steps: tuple[DecisionStep, ...]
    following: DecisionQuestion | None
    result: DecisionResult | None


def follow(data: DecisionTree, answers: Mapping[str, int]) -> DecisionWay:
    """Follow the answers from the first question on; answers to questions off the way count for nothing."""
    steps: list[DecisionStep] = []
    question: DecisionQuestion | None = data.questions[0]
    while question is not None:
        given = answers.get(question.id, -1)
        if not 0 <= given < len(question.branches) or len(steps) >= len(data.questions):
            return DecisionWay(tuple(steps), question, None)
        steps.append(DecisionStep(question, given))
        leads_to = question.branches[given].leads_to
        result = data.find_result(leads_to)
        if result is not None:
            return DecisionWay(tuple(steps), None, result)
        question = data.find_question(leads_to)
    return DecisionWay(tuple(steps), None, None)
