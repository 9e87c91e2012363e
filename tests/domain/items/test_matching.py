"""Each left belongs to one right."""

from fractions import Fraction

from lti_tool.domain.items import Matching
from lti_tool.domain.items.base import Remark
from lti_tool.domain.items.matching import Matches
from tests.domain import examples

EXAMPLES = (examples.matching(),)
ORDER = (4, 3, 2, 1, 0)


def test_matching_gives_the_share_of_right_pairs() -> None:
    assert examples.matching().points_for(Matches((0, 1, 3, None))) == Fraction(1, 2)


def test_two_lefts_may_share_one_right() -> None:
    item = examples.matching()
    twice = Matching(item.id, item.objectives, "anwenden", "B", "", "", (*item.pairs[:2], item.pairs[0]), ())
    assert twice.choices == ("rechts 0", "rechts 1")
    assert twice.points_for(Matches((0, 1, 0))) == 1


def test_a_wrong_pair_gets_its_feedback_and_a_right_one_none() -> None:
    remarks = examples.matching().remarks_on(Matches((0, 2, None, 3)))
    assert remarks[0] == Remark("links 0 → rechts 0", True, "")
    assert remarks[1] == Remark("links 1 → rechts 2", False, "Paar 1")
    assert remarks[2] == Remark("links 2", False, "Paar 2")


def test_the_page_says_which_right_stands_beside_each_left() -> None:
    read = examples.matching().read(ORDER, {"left-0": ["4"], "left-2": ["2"], "left-9": ["1"]})
    assert read.answer == Matches((0, None, 2, None))


def test_an_answer_with_other_pairs_is_dropped() -> None:
    assert examples.matching().answer_from({"rights": [0, 1]}) is None
    assert examples.matching().answer_from({"rights": [0, 1, 2, 5]}) is None


def test_the_right_answer_is_known() -> None:
    assert examples.matching().right_answer == Matches((0, 1, 2, 3))
