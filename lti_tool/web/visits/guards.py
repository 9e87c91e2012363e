"""Guards of pages: who may see them. Each answers with a page that says what to do instead."""

from flask import request

from lti_tool.domain.people import Role, Visitor
from lti_tool.errors import Forbidden
from lti_tool.lti.json_shapes import origin_of
from lti_tool.messages import N_
from lti_tool.web.parts import parts
from lti_tool.web.visits.browser_session import current_visitor


class InstructorsOnly(Forbidden):
    """The page is for those who teach or administer the course."""

    code = "instructors_only"

    def __init__(self) -> None:
        super().__init__(
            N_("Diese Seite ist der Kursleitung vorbehalten."),
            next_step=N_("Ihre eigenen Inhalte finden Sie unter „Module“."),
        )


def current_instructor() -> Visitor:
    """Give who is at the screen, an instructor or administrator.

    Raises:
        VisitMissing: nobody is.
        InstructorsOnly: somebody else is.
    """
    visitor = current_visitor()
    if not visitor.is_instructor:
        raise InstructorsOnly
    return visitor


def is_posted_by_own_page() -> bool:
    """Tell whether one of our own pages sent this form: every browser names the `Origin` of a POST, and no page can forge it."""
    return request.headers.get("Origin") == origin_of(parts().settings.public_url)


def current_administrator() -> Visitor:
    """Give the visitor, who administers the platform, or refuse.

    Raises:
        Forbidden: they do not.
    """
    visitor = current_instructor()
    if Role.ADMINISTRATOR not in visitor.roles:
        raise Forbidden(
            N_("Diese Seite ist der Administration vorbehalten."),
            next_step=N_("Bitten Sie die Administration Ihrer Lernplattform, sie zu öffnen."),
            code="administrators_only",
        )
    return visitor
