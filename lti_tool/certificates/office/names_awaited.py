"""Who of a course has done everything and has no name that a document could bear."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import WHOLE_PROGRAMME
from lti_tool.domain.documents.printed_name import NameRefused, find_printable_name, refusal_of
from lti_tool.domain.people import is_counted, roles_in
from lti_tool.models import Certificate, Completion, Membership, User


@dataclass(frozen=True)
class AwaitedName:
    """A person who names themselves under „Meine Nachweise“, and perhaps does not know it."""

    user_id: int
    told_name: str
    """As the platform told it; empty: it told none."""
    refusal: NameRefused | None
    """Why that one cannot be printed."""


def list_awaited_names(session: Session, programme: Programme, *, course_id: int) -> list[AwaitedName]:
    """List the participants of a course who completed all modules and whose certificate waits for a name."""
    slugs = [module.slug for module in programme.required_modules]
    done = (
        select(Completion.user_id)
        .where(Completion.module_slug.in_(slugs))
        .group_by(Completion.user_id)
        .having(func.count(Completion.module_slug.distinct()) == len(slugs))
    )
    has_one = select(Certificate.user_id).where(
        Certificate.user_id.is_not(None), Certificate.programme_slug == programme.slug, Certificate.subject == WHOLE_PROGRAMME
    )
    rows = session.execute(
        select(User.id, User.name, User.certificate_name, Membership.roles)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.course_id == course_id, ~Membership.is_gone, User.id.in_(done), User.id.not_in(has_one))
        .order_by(User.id)
    ).all()
    return [
        AwaitedName(user_id, name or "", refusal_of(name) if name else None)
        for user_id, name, own_name, roles in rows
        if is_counted(roles_in(roles)) and find_printable_name(own_name, name) is None
    ]
