"""Why a registration did not come about, and what an administrator can do about it."""

from typing import Final

from lti_tool.errors import ToolError
from lti_tool.messages import N_

LONGEST_SHOWN = 400

_TEXTS: Final = {
    "bad_address": N_("Die Adresse der Lernplattform ist keine gültige Web-Adresse."),
    "not_https": N_("Die Lernplattform ist nicht über https zu erreichen."),
    "private_address": N_("Die Lernplattform liegt in einem privaten Netz, das wir von hier aus nicht ansprechen."),
    "redirect": N_("Die Lernplattform leitet die Anfrage an eine andere Adresse weiter."),
    "answer_too_large": N_("Die Antwort der Lernplattform ist viel zu groß."),
    "unknown_host": N_("Den Namen der Lernplattform kennt unser Server nicht."),
    "unreachable": N_("Unser Server erreicht die Lernplattform nicht."),
    "tls": N_("Das Zertifikat (TLS) der Lernplattform ist nicht gültig."),
    "busy": N_("Gerade werden andere Lernplattformen verbunden."),
    "timeout": N_("Die Lernplattform hat nicht rechtzeitig geantwortet."),
    "broken_off": N_("Die Lernplattform hat die Verbindung abgebrochen."),
    "configuration_status": N_("Die Lernplattform gibt ihre Konfiguration nicht heraus (Status %(status)s)."),
    "configuration_unreadable": N_(
        "Die Konfiguration der Lernplattform ist unvollständig: %(detail)s fehlt oder ist fehlerhaft."
    ),
    "issuer_differs": N_("Die Konfiguration liegt nicht bei der Lernplattform, für die sie gelten soll (%(detail)s)."),
    "endpoint_foreign": N_("Die Lernplattform nennt eine Adresse, die nicht bei ihr selbst liegt: %(detail)s."),
    "endpoint_of_another": N_("Die Lernplattform nennt eine Adresse, die zu einer anderen Lernplattform gehört: %(detail)s."),
    "invite_elsewhere": N_("Diese Einladung gilt für eine andere Lernplattform (%(detail)s)."),
    "token_unusable": N_("Die Lernplattform hat ein fehlerhaftes Registrierungs-Token mitgegeben."),
    "keys_missing": N_("Unter %(detail)s stehen keine öffentlichen Schlüssel (Status %(status)s)."),
    "refused": N_("Die Lernplattform hat die Registrierung abgelehnt (Status %(status)s)."),
    "answer_unreadable": N_("Die Lernplattform hat die Registrierung angenommen, aber keine Client-ID genannt."),
}
_ASK_OPERATOR = N_("Bitten Sie den Betrieb dieses Angebots um Hilfe und nennen Sie die Meldung auf dieser Seite.")
_NEXT_STEPS: Final = {
    "busy": N_("Beginnen Sie die Registrierung in einer halben Minute noch einmal."),
    "not_https": N_("Richten Sie für die Lernplattform https ein und beginnen Sie dann die Registrierung noch einmal."),
    "private_address": N_(
        "Ist das gewollt, kann der Betrieb dieses Angebots private Netze zulassen (Einstellung ALLOW_PRIVATE_PLATFORMS)."
    ),
    "redirect": N_("Prüfen Sie, ob die Web-Adresse in den Einstellungen der Lernplattform die endgültige ist."),
    "unknown_host": N_("Die Lernplattform muss von unserem Server aus erreichbar sein. Prüfen Sie Adresse und DNS."),
    "unreachable": N_("Die Lernplattform muss von unserem Server aus erreichbar sein. Prüfen Sie Firewall und Adresse."),
    "tls": N_("Prüfen Sie, ob das Zertifikat abgelaufen ist und ob die Zwischenzertifikate mitgeschickt werden."),
    "timeout": N_("Beginnen Sie die Registrierung in einigen Minuten noch einmal."),
    "broken_off": N_("Beginnen Sie die Registrierung in einigen Minuten noch einmal."),
    "issuer_differs": N_("Prüfen Sie, ob die Lernplattform in ihren Einstellungen die Adresse nennt, unter der Sie sie öffnen."),
    "endpoint_foreign": N_(
        "Ist das gewollt, kann der Betrieb dieses Angebots den Rechner zulassen (Einstellung PLATFORM_HOSTS)."
    ),
    "keys_missing": N_("Prüfen Sie die Adresse der öffentlichen Schlüssel. Kopieren Sie sie am besten aus der Lernplattform."),
    "invite_elsewhere": N_("Lassen Sie sich eine Einladung für diese Lernplattform geben."),
}
# What the words of Moodle's registration endpoint mean for the person at the screen.
_MEANINGS: Final = {
    "token_already_used": N_(
        "Diese Registrierung wurde schon abgeschlossen. Sehen Sie in der Lernplattform in der Liste der Werkzeuge nach."
    ),
    "missing_registration_token": N_(
        "Die Anmeldung der Registrierung kam bei der Lernplattform nicht an. Oft entfernt ein Webserver davor den Kopf "
        "„Authorization“; dann hilft in Apache „CGIPassAuth On“."
    ),
}
_TRY_AGAIN = N_("Beginnen Sie die Registrierung in der Lernplattform noch einmal.")


class RegistrationFailed(ToolError):
    """A registration that did not come about.

    Args:
        code: one of the words above.
        platform_answer: what the platform said, cut; somebody else's words, to be escaped.
    """

    status = 422
    code = "registration_failed"

    def __init__(self, code: str, *, detail: str = "", platform_answer: str = "", platform_status: int | None = None) -> None:
        word = platform_answer.strip().strip('"')
        super().__init__(
            _TEXTS[code],
            next_step=_MEANINGS.get(word) or _NEXT_STEPS.get(code) or (_TRY_AGAIN if code == "refused" else _ASK_OPERATOR),
            code=code,
            detail=detail[:LONGEST_SHOWN],
            status="" if platform_status is None else platform_status,
        )
        self.platform_answer = platform_answer
