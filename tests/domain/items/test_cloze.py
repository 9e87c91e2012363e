"""A text with gaps to fill from a word bank."""

from fractions import Fraction

from lti_tool.domain.items.base import Remark
from lti_tool.domain.items.cloze import Words
from tests.domain import examples

EXAMPLES = (examples.cloze(),)
ORDER = (2, 0, 3, 1)


def test_cloze_gives_the_share_of_right_gaps() -> None:
    assert examples.cloze().points_for(Words((0, 2, 2))) == Fraction(2, 3)


def test_a_wrong_gap_gets_its_feedback() -> None:
    remarks = examples.cloze().remarks_on(Words((0, 0, None)))
    assert [remark.is_right for remark in remarks] == [True, False, False]
    assert remarks[1] == Remark("Mittel", False, "Lücke 2")


def test_a_cloze_keeps_its_text_around_the_gaps() -> None:
    shown = examples.cloze().show(ORDER, None)
    assert [(select.text_before, select.number) for select in shown.selects] == [("Ein ", 1), (", ein ", 2), (", ein ", 3)]
    assert shown.text_after == "."


def test_the_page_says_which_word_stands_in_each_gap() -> None:
    assert examples.cloze().read(ORDER, {"gap-1": ["1"], "gap-3": ["0"]}).answer == Words((0, None, 2))


def test_an_answer_with_other_words_is_dropped() -> None:
    assert examples.cloze().answer_from({"words": [0, 1, "x"]}) is None


def test_the_right_answer_is_known() -> None:
    assert examples.cloze().right_answer == Words((0, 1, 2))
