"""Begins the surveys of all courses that are due, and lets those that are open last as long as their course."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.content.pin import Pin, pin_of
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.surveys.instrument import SurveyInstrument, SurveyMoment
from lti_tool.domain.surveys.periods import SurveyPeriod, survey_period
from lti_tool.models import Course, CourseSettingsRow, ResourceLink, SurveyRound
from lti_tool.surveys.begin_round import NewRound, begin_round
from lti_tool.surveys.round_keys import RoundKeys
from lti_tool.surveys.rounds import RoundState


@dataclass(frozen=True)
class _Wanted:
    instrument: SurveyInstrument
    module_slug: str
    period: SurveyPeriod


@dataclass(frozen=True)
class SurveyCourse:
    """What of a course decides when it is asked what."""

    id: int
    pin: Pin
    begins_on: date
    ends_on: date | None
    last_seen_on: date
    placed: frozenset[str]


def courses_to_ask(session: Session) -> list[SurveyCourse]:
    """List the courses that know what they learn with."""
    placed: dict[int, set[str]] = {}
    links = select(ResourceLink.course_id, ResourceLink.module_slug).where(ResourceLink.module_slug.is_not(None))
    for course_id, slug in session.execute(links):
        placed.setdefault(course_id or 0, set()).add(slug or "")
    query = select(Course, CourseSettingsRow.begins_on, CourseSettingsRow.ends_on).outerjoin(
        CourseSettingsRow, CourseSettingsRow.course_id == Course.id
    )
    return [
        SurveyCourse(
            id=course.id,
            pin=Pin(course.programme_slug, course.programme_version),
            begins_on=begins_on or course.created_at.date(),
            ends_on=ends_on,
            last_seen_on=course.last_seen_at.date(),
            placed=frozenset(placed.get(course.id, ())),
        )
        for course, begins_on, ends_on in session.execute(query.where(Course.programme_slug.is_not(None)))
        if course.programme_slug and course.programme_version
    ]


def open_due_rounds(
    session: Session, course: SurveyCourse, programme: Programme, keys: RoundKeys, *, today: date
) -> Sequence[int]:
    """Begin what is due in a course and give the numbers of the new rounds; a round that is open never ends earlier than told."""
    rows = session.scalars(select(SurveyRound).where(SurveyRound.course_id == course.id).with_for_update()).all()
    begun = []
    for wanted in _due(course, programme, today):
        same = [row for row in rows if (row.instrument, row.module_slug) == (wanted.instrument.id, wanted.module_slug)]
        is_open = [row for row in same if row.state == RoundState.OPEN and row.closes_on >= today]
        for row in is_open if course.ends_on is not None else ():
            # The last day was moved: later is what people were told, earlier would break a promise.
            row.closes_on = max(row.closes_on, wanted.period.closes_on)
        # One that was closed in the same period has asked these people already.
        is_asked = any(row.closes_on >= wanted.period.opens_on for row in same)
        if is_open or is_asked or not wanted.period.holds(today):
            continue
        begun.append(
            begin_round(
                session, NewRound(pin_of(programme), wanted.instrument, wanted.period, course.id, wanted.module_slug), keys
            )
        )
    return begun


def _due(course: SurveyCourse, programme: Programme, today: date) -> Iterator[_Wanted]:
    for instrument in programme.surveys:
        if instrument.moment is SurveyMoment.NEEDS:
            continue
        period = survey_period(instrument.moment, begins_on=course.begins_on, ends_on=course.ends_on, today=today)
        # A course without a last day is asked in each quarter in which somebody is there.
        if course.ends_on is None and course.last_seen_on < period.opens_on:
            continue
        for slug in _modules(instrument, course, programme):
            yield _Wanted(instrument, slug, period)


def _modules(instrument: SurveyInstrument, course: SurveyCourse, programme: Programme) -> Iterable[str]:
    if instrument.moment is not SurveyMoment.MODULE:
        return ("",)
    return [module.slug for module in programme.offering(course.placed).modules]
