"""What people read where the protocol refuses: the texts by code, and what to do next."""

from dataclasses import dataclass, field
from typing import Final

from lti_tool.errors import ToolError
from lti_tool.lti.errors import LaunchRefusal, LaunchRejected, ServiceRefused, ServiceUnavailable
from lti_tool.lti.launching.deep_linking import DeepLinkingProblem, DeepLinkingRefused
from lti_tool.lti.registering.registration_failed import RegistrationFailed, RegistrationProblem
from lti_tool.messages import N_


@dataclass(frozen=True, slots=True)
class RefusalText:
    """A refusal in German catalogue texts, with the values of their placeholders."""

    status: int
    message: str
    next_step: str
    values: dict[str, object] = field(default_factory=dict)


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

_LAUNCH: Final = {
    LaunchRefusal.LOGIN_INCOMPLETE: (400, _INCOMPLETE, _TELL_REFERENCE),
    LaunchRefusal.REGISTRATION_UNKNOWN: (400, _NOT_CONNECTED, _TELL_ADMINISTRATION),
    LaunchRefusal.CLIENT_UNNAMED: (
        400,
        N_("Ihre Lernplattform ist mit diesem Angebot mehrfach verbunden und sagt nicht, welche der Verbindungen gemeint ist."),
        N_(
            "Bitte geben Sie der Administration Ihrer Lernplattform die Referenznummer: Bei der Anmeldung (Login) muss die "
            "Plattform die Client-ID mitschicken (client_id)."
        ),
    ),
    LaunchRefusal.REGISTRATION_DISABLED: (
        403,
        N_("Die Verbindung zu Ihrer Lernplattform ist zurzeit abgeschaltet."),
        _TELL_ADMINISTRATION,
    ),
    LaunchRefusal.REGISTRATION_HELD: (
        403,
        N_("Die Verbindung zu Ihrer Lernplattform ist noch nicht freigegeben."),
        N_("Die Freigabe ist angefragt. Versuchen Sie es später noch einmal oder wenden Sie sich an die Kursleitung."),
    ),
    LaunchRefusal.DEPLOYMENT_HELD: (
        403,
        N_("Dieses Angebot ist für Ihren Bereich der Lernplattform noch nicht freigegeben."),
        N_("Die Freigabe ist angefragt. Versuchen Sie es später noch einmal oder wenden Sie sich an die Kursleitung."),
    ),
    LaunchRefusal.DEPLOYMENT_BLOCKED: (
        403,
        N_("Dieses Angebot ist für Ihren Bereich der Lernplattform gesperrt."),
        _TELL_ADMINISTRATION,
    ),
    LaunchRefusal.USER_BLOCKED: (
        403,
        N_("Ihr Zugang zu diesem Angebot ist gesperrt."),
        N_("Bitte wenden Sie sich an die Kursleitung."),
    ),
    LaunchRefusal.COOKIE_MISSING: (
        403,
        N_("Ihr Browser lässt in diesem eingebetteten Fenster keine Cookies zu."),
        N_(
            "Erlauben Sie Cookies für diese Seite, oder bitten Sie die Kursleitung, die Aktivität so einzustellen, dass sie in "
            "einem neuen Fenster aufgeht. Öffnen Sie sie dann noch einmal in Ihrem Kurs."
        ),
    ),
    LaunchRefusal.STATE_MISSING: (400, _NOT_CONFIRMED, _OPEN_AGAIN),
    LaunchRefusal.STATE_EXPIRED: (403, N_("Die Anmeldung hat zu lange gedauert."), _OPEN_AGAIN),
    LaunchRefusal.NONCE_USED: (403, N_("Dieser Aufruf wurde schon einmal verwendet."), _OPEN_AGAIN),
    LaunchRefusal.PLATFORM_ERROR: (
        403,
        N_("Ihre Lernplattform hat die Anmeldung abgebrochen."),
        N_("Melden Sie sich dort bitte neu an und öffnen Sie die Aktivität dann noch einmal in Ihrem Kurs."),
    ),
    LaunchRefusal.TOKEN_EXPIRED: (403, N_("Dieser Aufruf ist nicht mehr gültig."), _OPEN_AGAIN),
    LaunchRefusal.TOKEN_NOT_YET_VALID: (
        400,
        N_("Die Uhr Ihrer Lernplattform und unsere Uhr gehen verschieden."),
        _TELL_ADMINISTRATION,
    ),
    LaunchRefusal.KEYS_UNAVAILABLE: (403, _KEYS_UNREAD, _IN_A_MINUTE),
    # The page comes again by itself (`errors/keys_awaited.html`); this is what it says when that has not helped.
    LaunchRefusal.KEYS_AWAITED: (503, _KEYS_UNREAD, _IN_A_MINUTE),
    LaunchRefusal.KID_UNKNOWN: (
        400,
        N_("Den Schlüssel, mit dem Ihre Lernplattform diesen Aufruf unterschrieben hat, veröffentlicht sie nicht."),
        N_(
            "Öffnen Sie die Aktivität bitte in einer Minute noch einmal in Ihrem Kurs. Kommt diese Seite wieder, geben Sie der "
            "Administration Ihrer Lernplattform die Referenznummer: Zu prüfen ist die Adresse der öffentlichen Schlüssel (JWKS)."
        ),
    ),
    LaunchRefusal.MESSAGE_TYPE_UNSUPPORTED: (
        400,
        N_("Diese Art von Aufruf unterstützt das Angebot nicht."),
        N_("Öffnen Sie die Aktivität bitte aus Ihrem Kurs heraus."),
    ),
    LaunchRefusal.TARGET_LINK_FOREIGN: (
        400,
        N_("Die Adresse dieser Aktivität gehört nicht zu diesem Angebot."),
        N_("Bitte sagen Sie der Kursleitung Bescheid: Die Aktivität muss in der Lernplattform neu eingerichtet werden."),
    ),
    LaunchRefusal.CONTENT_NOT_TAKEN: (
        400,
        N_("Ihre Lernplattform nimmt an dieser Stelle keine Aktivitäten dieses Angebots an."),
        N_("Fügen Sie die Module im Kurs über „Aktivität anlegen“ ein."),
    ),
    LaunchRefusal.CLAIM_MISSING: (400, _INCOMPLETE, _TELL_REFERENCE),
    LaunchRefusal.CLAIM_MALFORMED: (400, _INCOMPLETE, _TELL_REFERENCE),
    # Nobody can do anything about these but somebody who reads the log.
    **dict.fromkeys(
        (
            LaunchRefusal.TOKEN_MISSING,
            LaunchRefusal.TOKEN_TOO_LARGE,
            LaunchRefusal.TOKEN_MALFORMED,
            LaunchRefusal.ALGORITHM_REFUSED,
            LaunchRefusal.CRIT_REFUSED,
            LaunchRefusal.KID_MISSING,
            LaunchRefusal.SIGNATURE_WRONG,
            LaunchRefusal.ISSUER_WRONG,
            LaunchRefusal.AUDIENCE_WRONG,
            LaunchRefusal.AZP_WRONG,
            LaunchRefusal.TOKEN_TOO_OLD,
            LaunchRefusal.TOKEN_LIVES_TOO_LONG,
            LaunchRefusal.NONCE_WRONG,
            LaunchRefusal.VERSION_WRONG,
        ),
        (400, _NOT_CONFIRMED, _TELL_REFERENCE),
    ),
}

_REGISTRATION: Final = {
    RegistrationProblem.BAD_ADDRESS: N_("Die Adresse der Lernplattform ist keine gültige Web-Adresse."),
    RegistrationProblem.NOT_HTTPS: N_("Die Lernplattform ist nicht über https zu erreichen."),
    RegistrationProblem.PRIVATE_ADDRESS: N_(
        "Die Lernplattform liegt in einem privaten Netz, das wir von hier aus nicht ansprechen."
    ),
    RegistrationProblem.REDIRECT: N_("Die Lernplattform leitet die Anfrage an eine andere Adresse weiter."),
    RegistrationProblem.ANSWER_TOO_LARGE: N_("Die Antwort der Lernplattform ist viel zu groß."),
    RegistrationProblem.UNKNOWN_HOST: N_("Den Namen der Lernplattform kennt unser Server nicht."),
    RegistrationProblem.UNREACHABLE: N_("Unser Server erreicht die Lernplattform nicht."),
    RegistrationProblem.TLS: N_("Das Zertifikat (TLS) der Lernplattform ist nicht gültig."),
    RegistrationProblem.BUSY: N_("Gerade werden andere Lernplattformen verbunden."),
    RegistrationProblem.TIMEOUT: N_("Die Lernplattform hat nicht rechtzeitig geantwortet."),
    RegistrationProblem.BROKEN_OFF: N_("Die Lernplattform hat die Verbindung abgebrochen."),
    RegistrationProblem.CONFIGURATION_STATUS: N_("Die Lernplattform gibt ihre Konfiguration nicht heraus (Status %(status)s)."),
    RegistrationProblem.CONFIGURATION_UNREADABLE: N_(
        "Die Konfiguration der Lernplattform ist unvollständig: %(detail)s fehlt oder ist fehlerhaft."
    ),
    RegistrationProblem.ISSUER_DIFFERS: N_(
        "Die Konfiguration liegt nicht bei der Lernplattform, für die sie gelten soll (%(detail)s)."
    ),
    RegistrationProblem.ENDPOINT_FOREIGN: N_("Die Lernplattform nennt eine Adresse, die nicht bei ihr selbst liegt: %(detail)s."),
    RegistrationProblem.ENDPOINT_OF_ANOTHER: N_(
        "Die Lernplattform nennt eine Adresse, die zu einer anderen Lernplattform gehört: %(detail)s."
    ),
    RegistrationProblem.INVITE_ELSEWHERE: N_("Diese Einladung gilt für eine andere Lernplattform (%(detail)s)."),
    RegistrationProblem.TOKEN_UNUSABLE: N_("Die Lernplattform hat ein fehlerhaftes Registrierungs-Token mitgegeben."),
    RegistrationProblem.KEYS_MISSING: N_("Unter %(detail)s stehen keine öffentlichen Schlüssel (Status %(status)s)."),
    RegistrationProblem.REFUSED: N_("Die Lernplattform hat die Registrierung abgelehnt (Status %(status)s)."),
    RegistrationProblem.ANSWER_UNREADABLE: N_(
        "Die Lernplattform hat die Registrierung angenommen, aber keine Client-ID genannt."
    ),
}
_ASK_OPERATOR = N_("Bitten Sie den Betrieb dieses Angebots um Hilfe und nennen Sie die Meldung auf dieser Seite.")
_REGISTRATION_STEPS: Final = {
    RegistrationProblem.BUSY: N_("Beginnen Sie die Registrierung in einer halben Minute noch einmal."),
    RegistrationProblem.NOT_HTTPS: N_(
        "Richten Sie für die Lernplattform https ein und beginnen Sie dann die Registrierung noch einmal."
    ),
    RegistrationProblem.PRIVATE_ADDRESS: N_(
        "Ist das gewollt, kann der Betrieb dieses Angebots private Netze zulassen (Einstellung ALLOW_PRIVATE_PLATFORMS)."
    ),
    RegistrationProblem.REDIRECT: N_("Prüfen Sie, ob die Web-Adresse in den Einstellungen der Lernplattform die endgültige ist."),
    RegistrationProblem.UNKNOWN_HOST: N_(
        "Die Lernplattform muss von unserem Server aus erreichbar sein. Prüfen Sie Adresse und DNS."
    ),
    RegistrationProblem.UNREACHABLE: N_(
        "Die Lernplattform muss von unserem Server aus erreichbar sein. Prüfen Sie Firewall und Adresse."
    ),
    RegistrationProblem.TLS: N_(
        "Prüfen Sie, ob das Zertifikat abgelaufen ist und ob die Zwischenzertifikate mitgeschickt werden."
    ),
    RegistrationProblem.TIMEOUT: N_("Beginnen Sie die Registrierung in einigen Minuten noch einmal."),
    RegistrationProblem.BROKEN_OFF: N_("Beginnen Sie die Registrierung in einigen Minuten noch einmal."),
    RegistrationProblem.ISSUER_DIFFERS: N_(
        "Prüfen Sie, ob die Lernplattform in ihren Einstellungen die Adresse nennt, unter der Sie sie öffnen."
    ),
    RegistrationProblem.ENDPOINT_FOREIGN: N_(
        "Ist das gewollt, kann der Betrieb dieses Angebots den Rechner zulassen (Einstellung PLATFORM_HOSTS)."
    ),
    RegistrationProblem.KEYS_MISSING: N_(
        "Prüfen Sie die Adresse der öffentlichen Schlüssel. Kopieren Sie sie am besten aus der Lernplattform."
    ),
    RegistrationProblem.INVITE_ELSEWHERE: N_("Lassen Sie sich eine Einladung für diese Lernplattform geben."),
}
# What the words of Moodle's registration endpoint mean for the person at the screen.
_MOODLE_SAYS: Final = {
    "token_already_used": N_(
        "Diese Registrierung wurde schon abgeschlossen. Sehen Sie in der Lernplattform in der Liste der Werkzeuge nach."
    ),
    "missing_registration_token": N_(
        "Die Anmeldung der Registrierung kam bei der Lernplattform nicht an. Oft entfernt ein Webserver davor den Kopf "
        "„Authorization“; dann hilft in Apache „CGIPassAuth On“."
    ),
}
_TRY_AGAIN = N_("Beginnen Sie die Registrierung in der Lernplattform noch einmal.")

_CHOOSE_AGAIN = N_("Gehen Sie zurück und wählen Sie noch einmal aus.")
_DEEP_LINKING: Final = {
    DeepLinkingProblem.TYPE: (
        N_("Ihre Lernplattform nimmt an dieser Stelle keine Aktivitäten dieses Angebots an."),
        N_("Fügen Sie die Module im Kurs über „Aktivität anlegen“ ein."),
    ),
    DeepLinkingProblem.EMPTY: (N_("Es ist noch nichts ausgewählt."), _CHOOSE_AGAIN),
    DeepLinkingProblem.SEVERAL: (
        N_("Ihre Lernplattform nimmt hier nur eine Aktivität auf einmal an."),
        N_("Gehen Sie zurück und wählen Sie ein einzelnes Modul."),
    ),
    DeepLinkingProblem.TARGET: (N_("Ihre Lernplattform kann die Aktivitäten nicht auf diese Weise öffnen."), _CHOOSE_AGAIN),
}
_SERVICE_REFUSED = (
    N_("Die Lernplattform hat die Anfrage abgelehnt."),
    N_("Bitte geben Sie der Administration Ihrer Lernplattform die Referenznummer."),
)
_SERVICE_AWAY = (
    N_("Die Lernplattform ist zurzeit nicht erreichbar."),
    N_("Bitte versuchen Sie es in einigen Minuten noch einmal."),
)


def text_of(error: ToolError) -> RefusalText:
    """Return what people read of a refusal: the protocol's by its code, any other as it says itself."""
    match error:
        case LaunchRejected():
            return RefusalText(*_LAUNCH[error.refusal])
        case RegistrationFailed():
            return RefusalText(error.status, _REGISTRATION[error.problem], _registration_step(error), error.values)
        case DeepLinkingRefused():
            return RefusalText(error.status, *_DEEP_LINKING[error.problem])
        case ServiceRefused():
            return RefusalText(error.status, *_SERVICE_REFUSED)
        case ServiceUnavailable():
            return RefusalText(error.status, *_SERVICE_AWAY)
    return RefusalText(error.status, error.message, error.next_step, error.values)


def _registration_step(failure: RegistrationFailed) -> str:
    word = failure.platform_answer.strip().strip('"')
    usual = _TRY_AGAIN if failure.problem is RegistrationProblem.REFUSED else _ASK_OPERATOR
    return _MOODLE_SAYS.get(word) or _REGISTRATION_STEPS.get(failure.problem) or usual
