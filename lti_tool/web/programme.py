"""The programme that a page shows: in the version of the visitor's course, or of the attempt that the page is about."""

from dataclasses import replace
from typing import cast

from flask import g, request

from lti_tool.content_versions.catalogue import ServedProgramme
from lti_tool.courses.choose_programme import ProgrammeUndecided
from lti_tool.domain.content.illustrations import Figure
from lti_tool.domain.content.pin import Pin, pin_of
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.syllabus import Syllabus
from lti_tool.learning.quiz.attempt_rows import version_of_attempt
from lti_tool.progress.course_facts import CourseFacts, course_facts_of
from lti_tool.web.parts import parts
from lti_tool.web.step import reading
from lti_tool.web.visits.browser_session import visitor_if_any


def current_programme() -> Programme:
    """Give the programme that the visitor's course learns with, as it has placed it: see `Programme.offering`.

    Outside of any course it is the newest of the module that the page is about, or the only one there is.

    Raises:
        ProgrammeUndecided: there are several, and nobody has chosen one for the course yet.
    """
    found: Programme | None = g.get("programme")
    if found is None:
        found = whole_programme()
        if _has_course():
            found = found.offering(current_course().placed)
        g.programme = found
    return found


def whole_programme() -> Programme:
    """Give the same with all electives: for pages on which something is placed.

    Raises:
        ProgrammeUndecided: there are several, and nobody has chosen one for the course yet.
    """
    pin = current_course().pin or _pin_of_address()
    if pin is not None:
        with reading() as session:
            return parts().programme_in(pin, session)
    offered = offered_programmes()
    if len(offered) != 1:
        raise ProgrammeUndecided
    return offered[0].programme


def programme_if_decided() -> Programme | None:
    """Give the programme of the visitor's course; None: nobody has chosen one yet."""
    try:
        return current_programme()
    except ProgrammeUndecided:
        return None


def offered_programmes() -> tuple[ServedProgramme, ...]:
    """List the programmes that the visitor's course may choose among."""
    visitor = visitor_if_any()
    return parts().catalogue.offered_to(visitor.registration_id if visitor else None)


def tool_name() -> str:
    """Name what platforms and people see before any programme is chosen: the only one, or who offers them."""
    served = parts().catalogue.served
    return served[0].head.title if len(served) == 1 else parts().settings.issuer_name


def site_name() -> str:
    """Name whose page this is: the programme that it shows, else the tool. Asks nobody: error pages are named, too."""
    shown: Programme | None = g.get("programme")
    return shown.title if shown is not None else tool_name()


def newest_of(programme: Programme) -> Programme:
    """Give the newest version of a programme; itself where it is not served any more."""
    served = parts().catalogue.find(programme.slug)
    return served.programme if served is not None else programme


def _pin_of_address() -> Pin | None:
    """Name the programme of the module that the page is about, for a visit that belongs to no course."""
    visitor = visitor_if_any()
    slug = (request.view_args or {}).get("module_slug") or (visitor.module_slug if visitor else None)
    if _has_course() or not slug:
        return None
    served = parts().catalogue.with_module(slug)
    return served.head.pin if served else None


def current_course() -> CourseFacts:
    """Give the facts of the visitor's course, read once for a request."""
    found: CourseFacts | None = g.get("course_facts")
    if found is None:
        visitor = visitor_if_any()
        if visitor is None:
            return CourseFacts()
        with reading() as session:
            found = course_facts_of(session, visitor.course_id, visitor.user_id, now=parts().now())
        g.course_facts = found
    return found


def current_syllabus() -> Syllabus:
    """Give what the visitor's course teaches, by which rules."""
    return Syllabus(current_programme(), parts().issuer, current_course().settings)


def syllabus_in(version: str) -> Syllabus:
    """Give what the visitor's course would teach in another version; in the newest where that one was never kept."""
    with reading() as session:
        programme = parts().programme_in(Pin(current_programme().slug, version), session)
        return Syllabus(programme, parts().issuer, current_course().settings)


def programme_of_attempt(visitor: Visitor, module_slug: str, number: int) -> Programme:
    """Give the programme that an attempt was drawn from, and show this page's figures from it.

    Where there is no such attempt, give the course's: the page will say so.
    """
    with reading() as session:
        version = version_of_attempt(session, visitor, module_slug, number)
        if version is None:
            return current_programme()
        served = parts().catalogue.with_module(module_slug)
        # Mostly it was drawn from what is newest, and then nobody has to look what the course learns with.
        course = None if served is not None and served.head.version == version else current_course().pin
        g.shown_programme = parts().programme_with(module_slug, version, course, session)
    return cast(Programme, g.shown_programme)


def syllabus_of_attempt(visitor: Visitor, module_slug: str, number: int) -> Syllabus:
    """Give the course's rules with the programme that an attempt was drawn from; see `programme_of_attempt`."""
    with reading():
        return replace(current_syllabus(), programme=programme_of_attempt(visitor, module_slug, number))


def _has_course() -> bool:
    visitor = visitor_if_any()
    return visitor is not None and visitor.course_id is not None


def shown_figure(name: str) -> tuple[Pin, Figure] | None:
    """Find a drawing of the present page, with its version: in what the page shows, else in what the course learns with."""
    for programme in (g.get("shown_programme"), programme_if_decided()):
        if programme is not None and name in programme.figures:
            return pin_of(programme), programme.figures[name]
    return None
