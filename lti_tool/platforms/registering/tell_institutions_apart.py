"""Change what tells the institutions of a registration apart, and take along whoever is clearly of one of them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from lti_tool.errors import NotFound
from lti_tool.messages import N_
from lti_tool.models import (
    Course,
    Deployment,
    LaunchedLink,
    Membership,
    Platform,
    RegistrationRow,
    ResourceLink,
    SeenInstitution,
    User,
)
from lti_tool.platforms.registering.institutions import ToldApart, institution_of_client, institution_of_guid, platform_for


@dataclass(frozen=True)
class ToldApartAnew:
    """How many people go on where they were, and how many stay behind: their next launch begins anew for them."""

    taken_along: int
    left_behind: int


def tell_institutions_apart(session: Session, registration_id: int, told_apart_by: ToldApart, *, now: datetime) -> ToldApartAnew:
    """Say what tells the institutions of this registration's issuer apart. Works within five seconds.

    People and courses go along where it is clear of which institution they are: the client's, if they came by no other, or the
    only one that has launched so far.

    Raises:
        NotFound: there is no such registration.
    """
    row = session.get(RegistrationRow, registration_id, with_for_update=True)
    if row is None:
        raise NotFound(
            N_("Es gibt keine Registrierung mit der Nummer %(id)s."),
            next_step=N_("`registrations list` zeigt alle."),
            id=registration_id,
        )
    before = session.get_one(Platform, row.platform_id)
    people = _count_people(session, before.id)
    if row.told_apart_by == told_apart_by:
        return ToldApartAnew(people, 0)
    by_client = told_apart_by is ToldApart.CLIENT
    base = platform_for(session, before.issuer, institution_of_client(row.client_id) if by_client else "", like=before, now=now)
    aim = base
    if told_apart_by is ToldApart.GUID:
        guid = _only_guid(session, before.id)
        aim = platform_for(session, before.issuer, institution_of_guid(guid), like=before, now=now) if guid else before
    row.told_apart_by, row.platform_id = told_apart_by, base.id
    session.flush()
    moved = _move(session, registration_id, before.id, aim.id) if aim.id != before.id else 0
    stays = told_apart_by is not ToldApart.GUID and aim.id == before.id
    return ToldApartAnew(people if stays else moved, 0 if stays else people - moved)


def _count_people(session: Session, platform_id: int) -> int:
    return session.scalar(select(func.count()).select_from(User).where(User.platform_id == platform_id)) or 0


def _only_guid(session: Session, platform_id: int) -> str | None:
    query = select(SeenInstitution.guid).join(RegistrationRow, RegistrationRow.id == SeenInstitution.registration_id)
    guids = set(session.scalars(query.where(RegistrationRow.platform_id == platform_id)))
    return guids.pop() if len(guids) == 1 else None


def _move(session: Session, registration_id: int, before: int, after: int) -> int:
    """Move the registration's courses, and the people who came by no other and are in no other's course."""
    by_another = (
        exists()
        .where(LaunchedLink.user_id == User.id)
        .where(LaunchedLink.resource_link_id == ResourceLink.id)
        .where(ResourceLink.deployment_id == Deployment.id)
        .where(Deployment.registration_id != registration_id)
    )
    in_anothers = (
        exists()
        .where(Membership.user_id == User.id)
        .where(Membership.course_id == Course.id)
        .where(Course.registration_id != registration_id)
    )
    # Whoever is at the new place already under the same name began there anew, and stays two.
    there = select(User.sub).where(User.platform_id == after)
    courses_there = select(Course.context_id).where(Course.platform_id == after)
    people = select(User.id).where(User.platform_id == before, ~by_another, ~in_anothers, User.sub.not_in(there))
    moved = list(session.scalars(people))
    for start in range(0, len(moved), 500):
        session.execute(
            update(User)
            .where(User.id.in_(moved[start : start + 500]))
            .values(platform_id=after)
            .execution_options(synchronize_session=False)
        )
    session.execute(
        update(Course)
        .where(Course.platform_id == before, Course.registration_id == registration_id)
        .where(Course.context_id.not_in(courses_there))
        .values(platform_id=after)
        .execution_options(synchronize_session=False)
    )
    return len(moved)
