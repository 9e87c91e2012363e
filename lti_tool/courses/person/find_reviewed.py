"""Finds whose result an instructor wants to see who clicks a grade in the platform's gradebook (submission review)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.courses.viewer import teaching_viewer_of
from lti_tool.domain.people import Visitor
from lti_tool.errors import NotFound
from lti_tool.messages import N_
from lti_tool.models import Membership, User


def find_reviewed(session: Session, visitor: Visitor, sub: str) -> int | None:
    """Return our key of the person whom the platform calls so; None unless they belong to the visitor's course."""
    return session.scalar(
        select(User.id)
        .join(Membership, Membership.user_id == User.id)
        .where(User.platform_id == visitor.platform_id, User.sub == sub, Membership.course_id == visitor.course_id)
    )


def tell_that_nobody_is_reviewed(session: Session, visitor: Visitor) -> NotFound:
    """Return what to tell about somebody whom `find_reviewed` has not found; whether they are known elsewhere is not told.

    Raises:
        Forbidden: the visitor does not teach here.
    """
    teaching_viewer_of(session, visitor)
    return NotFound(
        N_("Von dieser Person gibt es in Ihrem Kurs hier noch kein Ergebnis."),
        next_step=N_(
            "Sie hat das Angebot wohl noch nicht geöffnet. Unter „Kurs“ stehen alle, die wir kennen; dort lässt sich die Liste "
            "auch mit der Lernplattform abgleichen."
        ),
        code="nobody_reviewed",
    )
