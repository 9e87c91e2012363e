"""Why a registration did not come about."""

from enum import StrEnum, auto

from lti_tool.errors import ToolError

LONGEST_SHOWN = 400


class RegistrationProblem(StrEnum):
    """What was wrong with a platform, its answer, or the address somebody gave for it."""

    BAD_ADDRESS = auto()
    NOT_HTTPS = auto()
    PRIVATE_ADDRESS = auto()
    REDIRECT = auto()
    ANSWER_TOO_LARGE = auto()
    UNKNOWN_HOST = auto()
    UNREACHABLE = auto()
    TLS = auto()
    BUSY = auto()
    TIMEOUT = auto()
    BROKEN_OFF = auto()
    CONFIGURATION_STATUS = auto()
    CONFIGURATION_UNREADABLE = auto()
    ISSUER_DIFFERS = auto()
    ENDPOINT_FOREIGN = auto()
    ENDPOINT_OF_ANOTHER = auto()
    INVITE_ELSEWHERE = auto()
    TOKEN_UNUSABLE = auto()
    KEYS_MISSING = auto()
    REFUSED = auto()
    ANSWER_UNREADABLE = auto()


class RegistrationFailed(ToolError):
    """A registration that did not come about.

    Args:
        detail: what it is about, an address or a member's name.
        platform_answer: what the platform said, cut; somebody else's words, to be escaped.
    """

    status = 422
    code = "registration_failed"

    def __init__(
        self,
        problem: RegistrationProblem,
        *,
        detail: str = "",
        platform_answer: str = "",
        platform_status: int | None = None,
    ) -> None:
        status = "" if platform_status is None else platform_status
        super().__init__(problem, code=problem, detail=detail[:LONGEST_SHOWN], status=status)
        self.problem = problem
        self.platform_answer = platform_answer
