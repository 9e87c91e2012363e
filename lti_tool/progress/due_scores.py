"""Which scores are due where: a passed module's score in every course that the person has visited. Passback is told of them.

The one place that knows this rule (decision 18). What is due in one course is `domain.score.due_score`, which asks nothing.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, case, select
from sqlalchemy.orm import Session

from lti_tool.domain.people import Role, Visitor, takes_part
from lti_tool.domain.rules.completion import Condition, Conditions
from lti_tool.domain.rules.score import comment_on, due_score, score_of
from lti_tool.domain.rules.syllabus import Syllabus
from lti_tool.models import Completion, DueScore, LaunchedLink, Membership, ResourceLink
from lti_tool.models.database import Database
from lti_tool.passback.columns.columns import take_up_link
from lti_tool.passback.columns.gradebook_place import GradebookPlace
from lti_tool.passback.delivery_status import DeliveryStatus
from lti_tool.passback.due import scores_told, tell_score
from lti_tool.passback.read_gradebook import read_gradebook
from lti_tool.passback.returning import send_to_returned
from lti_tool.progress.footprint import Footprint, footprint_of
from lti_tool.progress.requirements import conditions_in

log = logging.getLogger(__name__)

_PEOPLE_AT_ONCE = 200


@dataclass(frozen=True)
class Visited:
    """A place in which somebody has been, to learn."""

    place: GradebookPlace
    asks_for_quiz: bool


def visited_by(session: Session, user_id: int, *, here: GradebookPlace | None = None) -> tuple[Visited, ...]:
    """List the places that a person has visited and takes part in.

    Who is only in a course's roster has not been there: that course is told nothing. Who teaches there is graded by nobody.

    Args:
        here: where they are now, in any case.
    """
    # A link without a course stands for itself.
    link_id = case((ResourceLink.course_id.is_(None), ResourceLink.id))
    query = (
        select(ResourceLink.course_id, link_id, Membership.roles)
        .distinct()
        .select_from(LaunchedLink)
        .join(ResourceLink, ResourceLink.id == LaunchedLink.resource_link_id)
        .outerjoin(Membership, (Membership.course_id == ResourceLink.course_id) & (Membership.user_id == LaunchedLink.user_id))
        .where(LaunchedLink.user_id == user_id)
    )
    places = {GradebookPlace(course_id, link) for course_id, link, words in session.execute(query) if _learns(words)}
    if here is not None and here != GradebookPlace():
        places.add(here)
    conditions = conditions_in(session, [place.course_id for place in places if place.course_id is not None])
    return tuple(
        Visited(place, conditions.get(place.course_id or 0, Conditions()).asks_for(Condition.QUIZ))
        for place in sorted(places, key=_order)
    )


def tell_due_scores(
    session: Session,
    user_id: int,
    slugs: Iterable[str],
    footprint: Footprint,
    *,
    here: GradebookPlace | None = None,
    now: datetime,
) -> None:
    """Tell passback what is due for modules that a person has passed, wherever they have been.

    Args:
        slugs: of passed modules.
    """
    told = scores_told(session, user_id)
    visited = visited_by(session, user_id, here=here)
    for slug in sorted(slugs):
        due: defaultdict[float, list[GradebookPlace]] = defaultdict(list)
        for each in visited:
            score = _due(footprint, slug, each)
            if score is not None and told.get((each.place, slug), -1.0) < score:
                due[score].append(each.place)
        for score, places in due.items():
            tries = footprint.tries.get(slug, ())
            comment = comment_on(tries) if score == score_of(tries) else ""
            tell_score(session, places, user_id=user_id, module_slug=slug, score_given=score, comment=comment, now=now)


def place_of(visitor: Visitor) -> GradebookPlace:
    """Return the place in which a visitor is."""
    return GradebookPlace.of(visitor.course_id, visitor.resource_link_id)


@dataclass(frozen=True)
class GradebookView:
    """What a page of the course tells of the gradebook."""

    deliveries: Mapping[str, DeliveryStatus]
    """By module slug, how far the person's score got."""
    has_news: bool
    """This visit brings something that the gradebook does not know: see `tell_gradebook_news`."""


def look_at_gradebook(session: Session, visitor: Visitor, syllabus: Syllabus, footprint: Footprint) -> GradebookView:
    """Read how far a visitor's scores are, and whether this visit brings news.

    News is: a module that was passed before the course was visited, a link that is new to us or names another column, a person
    who is back in the course.
    """
    here = Visited(place_of(visitor), syllabus.conditions.asks_for(Condition.QUIZ))
    look = read_gradebook(session, here.place, visitor.user_id, visitor.resource_link_id)
    is_late = any(look.due.get(slug, -1.0) < (_due(footprint, slug, here) or -1.0) for slug in footprint.completed_at)
    brings_scores = visitor.is_participant and (is_late or look.has_returned) and bool(footprint.completed_at)
    return GradebookView(look.deliveries, look.has_link_news or brings_scores)


def tell_gradebook_news(session: Session, visitor: Visitor, *, now: datetime) -> None:
    """Put on its way what `GradebookView.has_news` told of."""
    if visitor.resource_link_id is not None:
        take_up_link(session, visitor.resource_link_id, now=now)
    if visitor.is_participant:
        footprint = footprint_of(session, visitor.user_id)
        here = place_of(visitor)
        tell_due_scores(session, visitor.user_id, footprint.completed_at, footprint, here=here, now=now)
        send_to_returned(session, here, visitor.user_id, visitor.resource_link_id, now=now)


def tell_all_due_scores(database: Database, *, now: datetime) -> int:
    """Tell passback what it was not told of anybody, for a nightly run; return of how many people.

    Most is told when it happens. This finds what was passed before a course was visited by a page that tells nothing. Whatever
    one person's rows do, the others are told of.
    """
    with database.read() as session:
        people = session.scalars(_with_untold()).all()
    failed = 0
    for start in range(0, len(people), _PEOPLE_AT_ONCE):
        some = people[start : start + _PEOPLE_AT_ONCE]
        try:
            _tell_of(database, some, now)
        except Exception:
            # Together none of them is; one by one all but those who cannot be told of.
            for user_id in some:
                try:
                    _tell_of(database, [user_id], now)
                except Exception:
                    failed += 1
                    log.exception("due_scores_not_told", extra={"user": user_id})
    return len(people) - failed


def _tell_of(database: Database, people: Iterable[int], now: datetime) -> None:
    with database.write.begin() as session:
        for user_id in people:
            footprint = footprint_of(session, user_id)
            tell_due_scores(session, user_id, footprint.completed_at, footprint, now=now)


def _with_untold() -> Select[int]:
    """Choose who has passed a module and visited a course that was told nothing of it."""
    is_told = (
        select(DueScore.id)
        .where(
            DueScore.user_id == Completion.user_id,
            DueScore.module_slug == Completion.module_slug,
            (DueScore.course_id == ResourceLink.course_id) | (DueScore.resource_link_id == ResourceLink.id),
        )
        .exists()
    )
    return (
        select(Completion.user_id)
        .distinct()
        .join(LaunchedLink, LaunchedLink.user_id == Completion.user_id)
        .join(ResourceLink, ResourceLink.id == LaunchedLink.resource_link_id)
        .where(~is_told)
        .order_by(Completion.user_id)
    )


def _due(footprint: Footprint, slug: str, visited: Visited) -> float | None:
    tries = footprint.tries.get(slug, ())
    best = score_of(tries) if any(attempt.is_passed for attempt in tries) else None
    # What was passed without exam has no attempt, and completion is all that any course could ask for.
    return due_score(best, asks_for_quiz=visited.asks_for_quiz and slug not in footprint.without_exam)


def _learns(words: str | None) -> bool:
    return takes_part(frozenset(Role(word) for word in (words or "").split()))


def _order(place: GradebookPlace) -> tuple[int, int]:
    return (place.course_id or 0, place.resource_link_id or 0)
