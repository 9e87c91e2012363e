"""What the gradebook is told about a module: the best attempt, in points of 100."""

from collections.abc import Sequence

from lti_tool.domain.rules.attempts import Try, best_of

MAXIMUM = 100


def score_of(tries: Sequence[Try]) -> float | None:
    """Turn a module's attempts into its score, 0 to 100 with three decimals; None: nothing was handed in yet.

    The best attempt counts, so a further attempt can raise this but never lower it: the gradebook is never told less
    than before.
    """
    best = best_of(tries)
    if best is None or best.points is None:
        return None
    return round(MAXIMUM * best.points / best.points_possible, 3)


def comment_on(tries: Sequence[Try]) -> str:
    """Say in words what the best attempt is, beside the grade: a platform shows points of its own scale, and no attempts."""
    best = best_of(tries)
    if best is None or best.points is None:
        return ""
    points = f"{best.points:.2f}".rstrip("0").rstrip(".").replace(".", ",")
    return f"{points} von {best.points_possible} Punkten, {best.number}. Versuch"


def due_score(best: float | None, *, asks_for_quiz: bool) -> float | None:
    """Tell what a course's gradebook is told of a passed module: the best attempt; None: nothing.

    Where no quiz is asked for, by the course or because the module has none, it is told the full points if none was passed:
    all that is asked for is done, and the course would else never hear of it. Other courses are told nothing then, because
    there the quiz may count.

    Args:
        best: the best attempt in points of 100; None: the quiz was not passed.
        asks_for_quiz: whether the course asks for quizzes, and the module has one.
    """
    if best is not None:
        return best
    return None if asks_for_quiz else float(MAXIMUM)
