"""Who may look at a course's members, and at whom: who teaches at all, a mentor at those they accompany."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.people import Role, Visitor
from lti_tool.errors import Conflict, Forbidden, NotFound
from lti_tool.messages import N_
from lti_tool.models import Membership, Mentoring, User

INSTRUCTORS_ONLY = N_("Diese Seite ist der Kursleitung vorbehalten.")
_OWN = N_("Ihre eigenen Inhalte finden Sie unter „Module“.")


@dataclass(frozen=True)
class Viewer:
    """`only` holds the keys of those who may be seen; None: all of the course."""

    course_id: int
    sees_details: bool
    """False: passed or not, nothing else."""
    only: frozenset[int] | None


def is_supervisor(visitor: Visitor) -> bool:
    """Tell whether somebody accompanies others here without teaching."""
    return Role.MENTOR in visitor.roles and not visitor.is_instructor


def viewer_of(session: Session, visitor: Visitor) -> Viewer:
    """Say what the visitor may see of the course that they came from.

    Raises:
        Forbidden: nothing.
        Conflict: the launch named no course.
    """
    if not visitor.is_instructor and not is_supervisor(visitor):
        raise Forbidden(INSTRUCTORS_ONLY, next_step=_OWN, code="instructors_only")
    if visitor.course_id is None:
        raise Conflict(
            N_("Ihre Lernplattform hat nicht gesagt, aus welchem Kurs Sie kommen."),
            next_step=N_("Öffnen Sie eine Aktivität in einem Kurs; dann steht hier, wer wo steht."),
            code="no_context",
        )
    if visitor.is_instructor:
        return Viewer(visitor.course_id, sees_details=True, only=None)
    return Viewer(visitor.course_id, sees_details=False, only=_mentored(session, visitor))


def teaching_viewer_of(session: Session, visitor: Visitor) -> Viewer:
    """Let only those through who teach or administer.

    Raises:
        Forbidden: somebody else.
    """
    viewer = viewer_of(session, visitor)
    if not viewer.sees_details:
        raise Forbidden(INSTRUCTORS_ONLY, next_step=N_("Unter „Kurs“ sehen Sie, wer bestanden hat."), code="instructors_only")
    return viewer


def check_is_member(session: Session, viewer: Viewer, user_id: int) -> None:
    """Refuse people of other courses.

    Raises:
        NotFound: there is no such person in this course; whether elsewhere is not told.
    """
    query = select(Membership.id).where(Membership.course_id == viewer.course_id, Membership.user_id == user_id)
    if session.scalar(query) is None:
        raise NotFound(N_("Diese Person gibt es in Ihrem Kurs nicht."), next_step=N_("Unter „Kurs“ stehen alle Teilnehmenden."))


def name_of(session: Session, user_id: int | None) -> str | None:
    """Return the name of who did something; None: nobody knows, or the person is gone."""
    return session.scalar(select(User.name).where(User.id == user_id)) if user_id is not None else None


def _mentored(session: Session, visitor: Visitor) -> frozenset[int] | None:
    subs = session.scalar(
        select(Mentoring.subs).where(Mentoring.user_id == visitor.user_id, Mentoring.course_id == visitor.course_id)
    )
    if subs is None:
        return None
    query = select(User.id).where(User.platform_id == visitor.platform_id, User.sub.in_(subs))
    return frozenset(session.scalars(query))
