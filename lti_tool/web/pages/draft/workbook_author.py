"""Who may write a strategy draft of their own."""

from lti_tool.domain.people import Visitor
from lti_tool.errors import Forbidden
from lti_tool.messages import N_
from lti_tool.web.visits.browser_session import current_visitor


class AuthorsOnly(Forbidden):
    """Who teaches or accompanies writes no draft here."""

    code = "authors_only"

    def __init__(self) -> None:
        super().__init__(
            N_("Einen eigenen Entwurf schreiben Teilnehmende."),
            next_step=N_("Öffnen Sie die Aktivität als Teilnehmer:in, wenn Sie ihn ausprobieren möchten."),
        )


def current_author() -> Visitor:
    """Give who is at the screen, a participant.

    Raises:
        VisitMissing: nobody is.
        AuthorsOnly: somebody who teaches or accompanies is.
    """
    visitor = current_visitor()
    if not visitor.is_participant:
        raise AuthorsOnly
    return visitor
