"""How LTI fails: a login or launch is rejected; a platform's service refuses for good or is unavailable for now.

A code says why. The words for people are the business of whoever shows them.
"""

from enum import StrEnum, auto

from lti_tool.errors import ToolError
from lti_tool.lti.login_initiation import LoginInitiation, StorageErrand

# When somebody who waits for a platform's keys may try again.
KEYS_COME_WITHIN_S = 2


class LaunchRefusal(StrEnum):
    """Why a login or launch does not get in."""

    LOGIN_INCOMPLETE = auto()
    REGISTRATION_UNKNOWN = auto()
    CLIENT_UNNAMED = auto()
    REGISTRATION_DISABLED = auto()
    REGISTRATION_HELD = auto()
    DEPLOYMENT_HELD = auto()
    DEPLOYMENT_BLOCKED = auto()
    USER_BLOCKED = auto()
    COOKIE_MISSING = auto()
    STATE_MISSING = auto()
    STATE_EXPIRED = auto()
    NONCE_USED = auto()
    PLATFORM_ERROR = auto()
    TOKEN_MISSING = auto()
    TOKEN_TOO_LARGE = auto()
    TOKEN_MALFORMED = auto()
    ALGORITHM_REFUSED = auto()
    CRIT_REFUSED = auto()
    KID_MISSING = auto()
    KID_UNKNOWN = auto()
    KEYS_AWAITED = auto()
    KEYS_UNAVAILABLE = auto()
    SIGNATURE_WRONG = auto()
    ISSUER_WRONG = auto()
    AUDIENCE_WRONG = auto()
    AZP_WRONG = auto()
    TOKEN_EXPIRED = auto()
    TOKEN_NOT_YET_VALID = auto()
    TOKEN_TOO_OLD = auto()
    TOKEN_LIVES_TOO_LONG = auto()
    NONCE_WRONG = auto()
    VERSION_WRONG = auto()
    MESSAGE_TYPE_UNSUPPORTED = auto()
    TARGET_LINK_FOREIGN = auto()
    CONTENT_NOT_TAKEN = auto()
    CLAIM_MISSING = auto()
    CLAIM_MALFORMED = auto()


_MENDED_BY_COMPARING = frozenset(
    {
        LaunchRefusal.REGISTRATION_UNKNOWN,
        LaunchRefusal.CLIENT_UNNAMED,
        LaunchRefusal.REGISTRATION_DISABLED,
        LaunchRefusal.ISSUER_WRONG,
        LaunchRefusal.AUDIENCE_WRONG,
        LaunchRefusal.AZP_WRONG,
        LaunchRefusal.DEPLOYMENT_HELD,
        LaunchRefusal.DEPLOYMENT_BLOCKED,
    }
)


def as_received(value: object) -> str:
    """Give a received value for people to compare: printable and cut."""
    text = value if isinstance(value, str) else repr(value)
    return "".join(letter if letter.isprintable() else "�" for letter in text[:255])


class LaunchRejected(ToolError):
    """A login or launch that does not get in.

    Args:
        refusal: what was wrong.
        detail: name of the claim or parameter it is about; one of our own words, never something received.
        registration_id: whose launch it was, as far as that is known.
        initiation: the login to start anew in a window of its own, where that can help.
        errand: what the page can try before, where the platform keeps values for tools.

    `received` holds issuer, client_id and deployment_id as they came, where an administrator has to compare them with what
    is registered; never a token. They are somebody else's words.
    """

    status = 403
    code = "launch_rejected"

    def __init__(
        self,
        refusal: LaunchRefusal,
        *,
        detail: str = "",
        registration_id: int | None = None,
        initiation: LoginInitiation | None = None,
        errand: StorageErrand | None = None,
    ) -> None:
        super().__init__(refusal, code=refusal)
        self.refusal = refusal
        self.retry_after_s = KEYS_COME_WITHIN_S if refusal is LaunchRefusal.KEYS_AWAITED else None
        self.detail = detail
        self.registration_id = registration_id
        self.initiation = initiation
        self.errand = errand
        self.received: dict[str, str] = {}

    def tell_received(self, **values: object) -> None:
        """Add what was received, if it is this kind of refusal that an administrator mends by comparing."""
        if self.refusal in _MENDED_BY_COMPARING:
            self.received |= {name: as_received(value) for name, value in values.items() if value not in (None, "")}


class ServiceRefused(ToolError):
    """The platform said no for good; trying again unchanged is of no use.

    Args:
        code: short word for the log and the ledger, e.g. `http_404`, `user_not_gradable`.
        reason: one sentence in our own words; a platform's words may name people.
    """

    status = 502
    code = "service_refused"

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(code, code=code)
        self.reason = reason


class ServiceUnavailable(ToolError):
    """The platform cannot be reached or asks to wait; worth another try later.

    Args:
        code: short word for the log and the ledger, e.g. `timeout`, `http_503`.
        retry_after_s: seconds that the platform asked to wait, if it did.
    """

    status = 502
    code = "service_unavailable"

    def __init__(self, code: str, reason: str = "", *, retry_after_s: int | None = None) -> None:
        super().__init__(code, code=code)
        self.reason = reason
        self.retry_after_s = retry_after_s
