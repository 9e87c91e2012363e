"""How LTI fails: a login or launch is rejected; a platform's service refuses for good or is unavailable for now."""

from typing import TYPE_CHECKING

from lti_tool.errors import ToolError
from lti_tool.messages import N_

if TYPE_CHECKING:
    from lti_tool.lti.platform_storage import StorageErrand
    from lti_tool.lti.state import LoginInitiation

_OPEN_AGAIN = N_("Öffnen Sie die Aktivität bitte noch einmal in Ihrem Kurs.")
_TELL_REFERENCE = N_(
    "Öffnen Sie die Aktivität bitte noch einmal in Ihrem Kurs. Kommt diese Seite wieder, "
    "geben Sie der Kursleitung die Referenznummer."
)
_TELL_ADMINISTRATION = N_(
    "Bitte geben Sie der Administration Ihrer Lernplattform die Referenznummer; dort lässt sich das beheben."
)
_NOT_CONFIRMED = N_("Wir konnten nicht bestätigen, dass dieser Aufruf von Ihrer Lernplattform kommt.")
_KEYS_UNREAD = N_("Wir konnten die öffentlichen Schlüssel Ihrer Lernplattform gerade nicht lesen.")
_IN_A_MINUTE = N_("Bitte öffnen Sie die Aktivität in einer Minute noch einmal in Ihrem Kurs.")
_INCOMPLETE = N_("Ihre Lernplattform hat unvollständige oder fehlerhafte Angaben geschickt.")
_NOT_CONNECTED = N_("Ihre Lernplattform ist mit diesem Angebot nicht verbunden.")

# When somebody who waits for a platform's keys may try again.
KEYS_COME_WITHIN_S = 2

# code: (HTTP status, what happened, what to do next). Codes not listed here get the last entry.
_TEXTS: dict[str, tuple[int, str, str]] = {
    "login_incomplete": (400, _INCOMPLETE, _TELL_REFERENCE),
    "registration_unknown": (400, _NOT_CONNECTED, _TELL_ADMINISTRATION),
    "client_unnamed": (
        400,
        N_("Ihre Lernplattform ist mit diesem Angebot mehrfach verbunden und sagt nicht, welche der Verbindungen gemeint ist."),
        N_(
            "Bitte geben Sie der Administration Ihrer Lernplattform die Referenznummer: Bei der Anmeldung (Login) muss die "
            "Plattform die Client-ID mitschicken (client_id)."
        ),
    ),
    "registration_disabled": (
        403,
        N_("Die Verbindung zu Ihrer Lernplattform ist zurzeit abgeschaltet."),
        _TELL_ADMINISTRATION,
    ),
    "registration_held": (
        403,
        N_("Die Verbindung zu Ihrer Lernplattform ist noch nicht freigegeben."),
        N_("Die Freigabe ist angefragt. Versuchen Sie es später noch einmal oder wenden Sie sich an die Kursleitung."),
    ),
    "deployment_held": (
        403,
        N_("Dieses Angebot ist für Ihren Bereich der Lernplattform noch nicht freigegeben."),
        N_("Die Freigabe ist angefragt. Versuchen Sie es später noch einmal oder wenden Sie sich an die Kursleitung."),
    ),
    "deployment_blocked": (
        403,
        N_("Dieses Angebot ist für Ihren Bereich der Lernplattform gesperrt."),
        _TELL_ADMINISTRATION,
    ),
    "user_blocked": (
        403,
        N_("Ihr Zugang zu diesem Angebot ist gesperrt."),
        N_("Bitte wenden Sie sich an die Kursleitung."),
    ),
    "cookie_missing": (
        403,
        N_("Ihr Browser lässt in diesem eingebetteten Fenster keine Cookies zu."),
        N_(
            "Erlauben Sie Cookies für diese Seite, oder bitten Sie die Kursleitung, die Aktivität so einzustellen, dass sie in "
            "einem neuen Fenster aufgeht. Öffnen Sie sie dann noch einmal in Ihrem Kurs."
        ),
    ),
    "state_missing": (400, _NOT_CONFIRMED, _OPEN_AGAIN),
    "state_expired": (403, N_("Die Anmeldung hat zu lange gedauert."), _OPEN_AGAIN),
    "nonce_used": (403, N_("Dieser Aufruf wurde schon einmal verwendet."), _OPEN_AGAIN),
    "platform_error": (
        403,
        N_("Ihre Lernplattform hat die Anmeldung abgebrochen."),
        N_("Melden Sie sich dort bitte neu an und öffnen Sie die Aktivität dann noch einmal in Ihrem Kurs."),
    ),
    "token_expired": (403, N_("Dieser Aufruf ist nicht mehr gültig."), _OPEN_AGAIN),
    "token_not_yet_valid": (
        400,
        N_("Die Uhr Ihrer Lernplattform und unsere Uhr gehen verschieden."),
        _TELL_ADMINISTRATION,
    ),
    "keys_unavailable": (403, _KEYS_UNREAD, _IN_A_MINUTE),
    # The page comes again by itself (`errors/keys_awaited.html`); this is what it says when that has not helped.
    "keys_awaited": (503, _KEYS_UNREAD, _IN_A_MINUTE),
    "kid_unknown": (
        400,
        N_("Den Schlüssel, mit dem Ihre Lernplattform diesen Aufruf unterschrieben hat, veröffentlicht sie nicht."),
        N_(
            "Öffnen Sie die Aktivität bitte in einer Minute noch einmal in Ihrem Kurs. Kommt diese Seite wieder, geben Sie der "
            "Administration Ihrer Lernplattform die Referenznummer: Zu prüfen ist die Adresse der öffentlichen Schlüssel (JWKS)."
        ),
    ),
    "message_type_unsupported": (
        400,
        N_("Diese Art von Aufruf unterstützt das Angebot nicht."),
        N_("Öffnen Sie die Aktivität bitte aus Ihrem Kurs heraus."),
    ),
    "target_link_foreign": (
        400,
        N_("Die Adresse dieser Aktivität gehört nicht zu diesem Angebot."),
        N_("Bitte sagen Sie der Kursleitung Bescheid: Die Aktivität muss in der Lernplattform neu eingerichtet werden."),
    ),
    "content_not_taken": (
        400,
        N_("Ihre Lernplattform nimmt an dieser Stelle keine Aktivitäten dieses Angebots an."),
        N_("Fügen Sie die Module im Kurs über „Aktivität anlegen“ ein."),
    ),
    "claim_missing": (400, _INCOMPLETE, _TELL_REFERENCE),
    "claim_malformed": (400, _INCOMPLETE, _TELL_REFERENCE),
}
_OTHERS = (400, _NOT_CONFIRMED, _TELL_REFERENCE)


_MENDED_BY_COMPARING = frozenset(
    {
        "registration_unknown",
        "client_unnamed",
        "registration_disabled",
        "issuer_wrong",
        "audience_wrong",
        "azp_wrong",
        "deployment_held",
        "deployment_blocked",
    }
)


def as_received(value: object) -> str:
    """Give a received value for people to compare: printable and cut."""
    text = value if isinstance(value, str) else repr(value)
    return "".join(letter if letter.isprintable() else "�" for letter in text[:255])


class LaunchRejected(ToolError):
    """A login or launch that does not get in.

    Args:
        code: what was wrong, for the log and the tests; the texts for people follow from it.
        detail: name of the claim or parameter it is about; one of our own words, never something received.
        registration_id: whose launch it was, as far as that is known.
        initiation: the login to start anew in a window of its own, where that can help.
        errand: what the page can try before, where the platform keeps values for tools.

    `received` holds issuer, client_id and deployment_id as they came, where an administrator has to compare them with what
    is registered; never a token. They are somebody else's words.
    """

    code = "launch_rejected"

    def __init__(
        self,
        *,
        code: str,
        detail: str = "",
        registration_id: int | None = None,
        initiation: "LoginInitiation | None" = None,
        errand: "StorageErrand | None" = None,
    ) -> None:
        status, message, next_step = _TEXTS.get(code, _OTHERS)
        super().__init__(message, next_step=next_step, code=code)
        self.status = status
        self.retry_after_s = KEYS_COME_WITHIN_S if code == "keys_awaited" else None
        self.detail = detail
        self.registration_id = registration_id
        self.initiation = initiation
        self.errand = errand
        self.received: dict[str, str] = {}

    def tell_received(self, **values: object) -> None:
        """Add what was received, if it is this kind of refusal that an administrator mends by comparing."""
        if self.code in _MENDED_BY_COMPARING:
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
        super().__init__(
            N_("Die Lernplattform hat die Anfrage abgelehnt."),
            next_step=N_("Bitte geben Sie der Administration Ihrer Lernplattform die Referenznummer."),
            code=code,
        )
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
        super().__init__(
            N_("Die Lernplattform ist zurzeit nicht erreichbar."),
            next_step=N_("Bitte versuchen Sie es in einigen Minuten noch einmal."),
            code=code,
        )
        self.reason = reason
        self.retry_after_s = retry_after_s
