"""The programme that a page shows: in the version of the visitor's course, or of the attempt that the page is about."""

from typing import cast

from flask import Flask, g

from lti_tool.content_versions.pinned import version_of_course
from lti_tool.domain.illustrations import Figure
from lti_tool.domain.people import Visitor
from lti_tool.domain.programme import Programme
from lti_tool.domain.syllabus import Syllabus
from lti_tool.learning.attempt_rows import version_of_attempt
from lti_tool.learning.placed_modules import placed_modules
from lti_tool.web.browser_session import visitor_if_any
from lti_tool.web.parts import parts


def set_up(app: Flask) -> None:
    """Find the programme of each visit before its page runs.

    Before, because a page that asked within its own transaction would hold two connections at once, and many of them all.
    """
    app.before_request(_find_programme)


def current_programme() -> Programme:
    """Give the programme that the visitor's course learns with, without electives that it has not placed.

    Outside of any course it is the newest.
    """
    found: Programme | None = g.get("programme")
    return found or parts().programme


def whole_programme() -> Programme:
    """Give the same with all electives: for pages on which something is placed."""
    found: Programme | None = g.get("whole_programme")
    return found or parts().programme


def current_syllabus() -> Syllabus:
    """Give what the visitor's course teaches, for whatever a step brings about."""
    return Syllabus(current_programme(), parts().issuer)


def newest_syllabus() -> Syllabus:
    """Give what a course would teach after its move to the newest version."""
    return Syllabus(parts().programme, parts().issuer)


def programme_of_attempt(visitor: Visitor, module_slug: str, number: int) -> Programme:
    """Give the programme that an attempt was drawn from, and show this page's figures from it; call it outside of a transaction.

    Where there is no such attempt, give the course's: the page will say so.
    """
    with parts().database.read() as session:
        version = version_of_attempt(session, visitor, module_slug, number)
    if version is None:
        return current_programme()
    g.shown_programme = parts().programme_in(version)
    return cast(Programme, g.shown_programme)


def shown_figure(name: str) -> tuple[str, Figure] | None:
    """Find a drawing of the present page, with its version: in what the page shows, else in what the course learns with."""
    for programme in (g.get("shown_programme"), current_programme()):
        if programme is not None and name in programme.figures:
            return programme.version, programme.figures[name]
    return None


def _find_programme() -> None:
    visitor = visitor_if_any()
    if visitor is not None and visitor.course_id is not None:
        with parts().database.read() as session:
            version = version_of_course(session, visitor.course_id)
        g.whole_programme = parts().programme_in(version)
        if g.whole_programme.electives:
            with parts().database.read() as session:
                placed = placed_modules(session, visitor.course_id)
            g.programme = g.whole_programme.offering(placed)
        else:
            g.programme = g.whole_programme
