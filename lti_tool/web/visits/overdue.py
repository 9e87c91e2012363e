"""Hands in attempts whose time is over before a page is shown that would tell of them."""

from lti_tool.learning.quiz.hand_in_overdue import hand_in_all_overdue
from lti_tool.web.parts import parts
from lti_tool.web.programme import current_course
from lti_tool.web.step import end_reading, step
from lti_tool.web.visits.browser_session import current_visitor

# After an examination of a large course the worker does the rest; nobody waits for it at a screen.
MOST_AT_ONCE = 40


def hand_in_own_overdue() -> None:
    """Hand in what is overdue of the visitor. Mostly there is nothing, and that is known already."""
    if current_course().has_overdue_attempt:
        _hand_in(user_id=current_visitor().user_id)


def hand_in_overdue_of_course(course_id: int | None) -> None:
    """Hand in what is overdue in one course. Mostly a single look that finds nothing."""
    if course_id is not None:
        _hand_in(course_id=course_id)


def _hand_in(*, user_id: int | None = None, course_id: int | None = None) -> None:
    end_reading()
    hand_in_all_overdue(
        parts().database,
        parts().programme_with,
        begin=step,
        issuer=parts().issuer,
        user_id=user_id,
        course_id=course_id,
        limit=MOST_AT_ONCE,
        now=parts().now(),
    )
