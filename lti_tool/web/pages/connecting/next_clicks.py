"""What an administrator clicks next in their learning platform, once the tool is registered there."""

from lti_tool.messages import N_

_ELSEWHERE = (
    N_("Suchen Sie in der Verwaltung Ihrer Lernplattform die Liste der externen Werkzeuge und schalten Sie dieses frei."),
    N_("Legen Sie in einem Kurs eine Aktivität mit diesem Werkzeug an und öffnen Sie sie einmal selbst."),
)
_INTO_CHOOSER = N_(
    "Klicken Sie auf den Stift der Kachel, wählen Sie bei „Verwendung der Toolkonfiguration“ den Eintrag „In Aktivitätsauswahl "
    "und als vorkonfiguriertes Tool anzeigen“ und speichern Sie. Erst dann finden Lehrende das Werkzeug in ihren Kursen."
)
_FOR_ONE_COURSE = N_(
    "Soll es nur in einzelnen Kursen erscheinen, schalten Lehrende es dort ein: Kurs → Mehr → LTI Externe Tools → „In "
    "Aktivitätsauswahl anzeigen“."
)
_AFTER_UPDATE = {
    "moodle": (
        N_(
            "Moodle hat das Werkzeug mit der Aktualisierung aus der Aktivitätsauswahl genommen. Aktivitäten, die es in Kursen "
            "schon gibt, laufen weiter; neue lassen sich erst nach dem nächsten Schritt anlegen."
        ),
        _INTO_CHOOSER,
        _FOR_ONE_COURSE,
    ),
}
# Words of the products' own menus. Moodle's were seen (4.5.6, German), the others read in documents.
_CLICKS = {
    "moodle": (
        N_("Klicken Sie in „Tools verwalten“ auf der neuen Kachel dieses Angebots auf „aktivieren“."),
        _INTO_CHOOSER,
        _FOR_ONE_COURSE,
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


_BY_HAND = {
    # A tool that was configured by hand is active at once.
    "moodle": (_INTO_CHOOSER, _FOR_ONE_COURSE),
}


def next_clicks(product_family: str, *, is_by_hand: bool = False) -> tuple[str, ...]:
    """Give the steps by the platform's `product_family_code`, in their order.

    Args:
        is_by_hand: an administrator has typed everything there.
    """
    family = product_family.lower()
    if is_by_hand and family in _BY_HAND:
        return _BY_HAND[family]
    return _CLICKS.get(family, _ELSEWHERE)


def after_update(product_family: str) -> tuple[str, ...]:
    """Give what is to be done where the tool was there before; empty: nothing that we know of."""
    return _AFTER_UPDATE.get(product_family.lower(), ())
