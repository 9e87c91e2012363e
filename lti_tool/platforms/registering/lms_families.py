"""Where the common learning platforms have their LTI addresses, for registering by hand.

Suggestions, to be compared with what the platform shows: Moodle's are measured (4.2.3), Open edX' read in its consumer's
code and seen running (11.4.4), the others read in the products' code and documents and never tried.
"""

from dataclasses import dataclass

from lti_tool.messages import N_


@dataclass(frozen=True, slots=True)
class LmsFamily:
    """`{site}` stands for the platform's address, without a slash at the end."""

    key: str
    title: str
    auth_login_url: str
    token_url: str
    jwks_url: str
    issuer: str = "{site}"
    token_audience: str = ""
    service_host: str = ""
    where: str = ""
    """Where an administrator sets the tool up there."""
    remark: str = ""
    incomplete: tuple[str, ...] = ()
    """Addresses to which the platform appends something of its own."""

    def filled(self, site: str) -> dict[str, str]:
        """Give the addresses for a platform."""
        names = ("issuer", "auth_login_url", "token_url", "jwks_url", "token_audience", "service_host")
        return {name: getattr(self, name).replace("{site}", site.rstrip("/")) for name in names}


FAMILIES = (
    LmsFamily(
        "moodle",
        "Moodle",
        "{site}/mod/lti/auth.php",
        "{site}/mod/lti/token.php",
        "{site}/mod/lti/certs.php",
        where=N_(
            "Website-Administration → Plugins → Aktivitäten → Externes Tool → Tools verwalten → „Tool manuell konfigurieren“. "
            "Client-ID und Deployment-ID zeigt danach die Lupe auf der Kachel des Tools."
        ),
    ),
    LmsFamily(
        "ilias",
        "ILIAS",
        "{site}/Modules/LTIConsumer/ltiauth.php",
        "{site}/Modules/LTIConsumer/ltitoken.php",
        "{site}/Modules/LTIConsumer/lticerts.php",
        where=N_("Administration → Erweiterungen → LTI → Konsument. Die Angaben der Plattform zeigt ILIAS nach dem Speichern."),
        remark=N_(
            "In ILIAS 10 und neuer fehlt „/Modules/LTIConsumer“ in den Adressen. Vergleichen Sie mit dem, was ILIAS anzeigt."
        ),
    ),
    LmsFamily(
        "openolat",
        "OpenOLAT",
        "{site}/lti/auth",
        "{site}/lti/token",
        "{site}/lti/keys",
        where=N_("Administration → Externe Werkzeuge → LTI 1.3. Den Aussteller („Platform ID“) zeigt OpenOLAT dort an."),
        remark=N_("Der Aussteller kann in OpenOLAT von der Adresse abweichen. Übernehmen Sie ihn buchstabengetreu."),
    ),
    LmsFamily(
        "canvas",
        "Canvas",
        "https://sso.canvaslms.com/api/lti/authorize_redirect",
        "https://sso.canvaslms.com/login/oauth2/token",
        "https://sso.canvaslms.com/api/lti/security/jwks",
        issuer="https://canvas.instructure.com",
        service_host="{site}",
        where=N_("Admin → Developer Keys → + LTI Key. Die Client-ID ist die lange Zahl in der Spalte „Details“."),
        remark=N_(
            "Das sind die Adressen der Canvas-Cloud; nur Bewertungen und Teilnehmendenliste liegen unter Ihrer eigenen Adresse. "
            "Wer Canvas selbst betreibt, trägt überall die eigene ein."
        ),
    ),
    LmsFamily(
        "brightspace",
        "Brightspace",
        "{site}/d2l/lti/authenticate",
        "https://auth.brightspace.com/core/connect/token",
        "{site}/d2l/.well-known/jwks",
        token_audience="https://api.brightspace.com/auth/token",  # noqa: S106 - an address
        where=N_("Admin Tools → Manage Extensibility → LTI Advantage → Register Tool. Danach zeigt Brightspace alle Angaben an."),
        remark=N_(
            "Das Token gibt für alle Häuser derselbe Rechner aus. Vergleichen Sie jede Angabe mit der, die Brightspace anzeigt."
        ),
    ),
    LmsFamily(
        "sakai",
        "Sakai",
        "{site}/imsoidc/lti13/oidc_auth",
        "{site}/imsblis/lti13/token/",
        "{site}/imsblis/lti13/keyset",
        where=N_("Administration Workspace → External Tools → Install LTI 1.x Tool."),
        incomplete=("token_url",),
        remark=N_("An die Token-Adresse hängt Sakai eine Nummer an. Übernehmen Sie sie von der Seite des Tools in Sakai."),
    ),
    LmsFamily(
        "open-edx",
        "Open edX",
        "{site}/api/lti_consumer/v1/launch/",
        "{site}/api/lti_consumer/v1/token/",
        "{site}/api/lti_consumer/v1/public_keysets/",
        where=N_("Studio → LTI-Consumer-Baustein → Bearbeiten. Die Angaben der Plattform stehen danach unter der Vorschau."),
        remark=N_(
            "An Token- und Schlüssel-Adresse hängt Open edX eine Kennung an. Übernehmen Sie beide von der Vorschau in Studio. "
            "Die Deployment-ID ist 1."
        ),
        incomplete=("token_url", "jwks_url"),
    ),
    LmsFamily(
        "other",
        N_("Andere Lernplattform"),
        "{site}/",
        "{site}/",
        "{site}/",
        where=N_("Suchen Sie in der Verwaltung nach „LTI 1.3“ oder „Externe Werkzeuge“."),
    ),
)


def find_family(key: str) -> LmsFamily | None:
    """Give the family with this key."""
    return next((family for family in FAMILIES if family.key == key), None)
