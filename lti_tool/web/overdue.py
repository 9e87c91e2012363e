"""Hands in attempts whose time is over before a page is shown that would tell of them."""

from lti_tool.learning.hand_in_overdue import hand_in_overdue, overdue_attempts
from lti_tool.web.parts import parts

# After an examination of a large course the worker does the rest; nobody waits for it at a screen.
MOST_AT_ONCE = 40


def hand_in_overdue_of(*, user_id: int | None = None, context_id: int | None = None) -> None:
    """Hand in what is overdue of one person or in one course. Mostly a single look that finds nothing."""
    if user_id is None and context_id is None:
        return
    now = parts().now()
    with parts().database.read() as session:
        overdue = overdue_attempts(session, user_id=user_id, context_id=context_id, now=now)[:MOST_AT_ONCE]
    for attempt_id in overdue:
        with parts().database.write.begin() as session:
            hand_in_overdue(session, parts().programme, attempt_id, issuer=parts().issuer, now=now)
    if overdue:
        parts().wake_worker()
