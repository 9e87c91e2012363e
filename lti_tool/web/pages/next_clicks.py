"""What an administrator clicks next in their learning platform, once the tool is registered there."""

from lti_tool.messages import N_

_ELSEWHERE = (
    N_("Suchen Sie in der Verwaltung Ihrer Lernplattform die Liste der externen Werkzeuge und schalten Sie dieses frei."),
    N_("Legen Sie in einem Kurs eine Aktivität mit diesem Werkzeug an und öffnen Sie sie einmal selbst."),
)
# Words of the products' own menus. Moodle's were seen (4.2.3), the others read in documents.
_CLICKS = {
    "moodle": (
        N_("Klicken Sie in „Tools verwalten“ auf der neuen Kachel „Smart-City-Manager:in“ auf „Aktivieren“."),
        N_(
            "Klicken Sie danach auf das Zahnrad der Kachel und lassen Sie das Werkzeug auch in der Aktivitätsauswahl anzeigen "
            "(englisch „Show in activity chooser and as a preconfigured tool“). Sonst steht es nur unter „Externes Tool“."
        ),
    ),
    "playground": (N_("Klicken Sie in der Liste der Werkzeuge auf „Freigeben“."),),
    "canvas": (
        N_("Schalten Sie unter Admin → Developer Keys den neuen Schlüssel auf „On“ und kopieren Sie die lange Zahl."),
        N_("Fügen Sie sie unter Settings → Apps → + App mit dem Typ „By Client ID“ ein."),
        N_("Der erste Aufruf aus Canvas meldet die Deployment-ID; der Betrieb dieses Angebots gibt sie frei."),
    ),
    "ilias": (
        N_("Geben Sie unter Administration → Erweiterungen → LTI → Konsument den neuen Anbieter frei."),
        N_("Legen Sie in einem Kurs ein Objekt „LTI-Konsument“ mit diesem Anbieter an."),
    ),
    "openolat": (
        N_("Legen Sie in einem Kurs einen Kursbaustein „LTI-Seite“ mit diesem Werkzeug an."),
        N_("OpenOLAT vergibt dafür eine Deployment-ID. Der erste Aufruf meldet sie; der Betrieb dieses Angebots gibt sie frei."),
    ),
}


def next_clicks(product_family: str) -> tuple[str, ...]:
    """Give the steps by the platform's `product_family_code`, in their order."""
    return _CLICKS.get(product_family.lower(), _ELSEWHERE)
