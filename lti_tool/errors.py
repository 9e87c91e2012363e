"""Expected failures: each carries an HTTP status, a plain message and the next step for the person who meets it."""


class ToolError(Exception):
    """Base of all expected failures; anything else that is raised is a bug and shows as a 500 with a reference.

    Args:
        message: German text for people (a catalogue msgid); may hold `%(name)s` placeholders.
        next_step: what the person can do now, likewise.
        code: short snake_case name for the log; the class's own if absent.
        values: fill the placeholders.
    """

    status = 400
    code = "error"
    retry_after_s: int | None = None
    """When it is worth another try, where that is known."""

    def __init__(self, message: str, *, next_step: str = "", code: str | None = None, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.next_step = next_step
        self.values = values
        if code is not None:
            self.code = code


class ConfigurationError(ToolError):
    """A setting is missing or wrong; the start stops with this sentence."""

    status = 500
    code = "configuration"


class NotFound(ToolError):
    """What was asked for is not there."""

    status = 404
    code = "not_found"


class Forbidden(ToolError):
    """The visitor may not do this."""

    status = 403
    code = "forbidden"


class Conflict(ToolError):
    """What was asked for contradicts the present state."""

    status = 409
    code = "conflict"
