"""A course learns with a programme of which nothing is left here."""

from lti_tool.errors import ToolError
from lti_tool.messages import N_


class ProgrammeGone(ToolError):
    """Neither its files are served nor a version was kept: a database of another installation, or a moved module."""

    status = 503
    code = "programme_gone"

    def __init__(self) -> None:
        super().__init__(
            N_("Das Programm Ihres Kurses ist hier nicht mehr eingerichtet."),
            next_step=N_(
                "Ihr Stand ist gespeichert. Bitte sagen Sie der Kursleitung Bescheid: "
                "Der Betreiber kann das Programm wieder einrichten."
            ),
        )
