"""Hands in attempts whose time is over before a page is shown that would tell of them."""

from lti_tool.learning.hand_in_overdue import hand_in_all_overdue
from lti_tool.web.parts import parts

# After an examination of a large course the worker does the rest; nobody waits for it at a screen.
MOST_AT_ONCE = 40


def hand_in_overdue_of(*, user_id: int | None = None, course_id: int | None = None) -> None:
    """Hand in what is overdue of one person or in one course. Mostly a single look that finds nothing."""
    if user_id is None and course_id is None:
        return
    hand_in_all_overdue(
        parts().database,
        parts().programme_in,
        begin=parts().step,
        issuer=parts().issuer,
        user_id=user_id,
        course_id=course_id,
        limit=MOST_AT_ONCE,
        now=parts().now(),
    )
