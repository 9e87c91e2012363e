"""Plain words for what became of a score: what happened, and who can do what."""

from dataclasses import dataclass

from lti_tool.messages import N_

_ASK_ADMINISTRATION = N_("Die Administration der Lernplattform kann das beheben; danach „Erneut senden“ wählen.")
_NOTHING_TO_DO = N_("Es ist nichts zu tun: Wir versuchen es von selbst weiter.")


@dataclass(frozen=True, slots=True)
class Reason:
    """German msgids for people who teach or run the tool."""

    text: str
    next_step: str


_NOT_REACHED = Reason(N_("Die Lernplattform war nicht erreichbar."), _NOTHING_TO_DO)
_NOT_ALLOWED = Reason(N_("Die Lernplattform erlaubt diesem Angebot zurzeit nicht, Bewertungen einzutragen."), _ASK_ADMINISTRATION)
_NO_COLUMN = Reason(
    N_("Im Kurs gibt es für diese Aktivität keine Spalte in den Bewertungen (mehr)."),
    N_(
        "Sollen Noten ankommen, erlauben Sie in den Einstellungen der Aktivität Bewertungen, und öffnen Sie die Aktivität danach "
        "einmal. Soll es so bleiben, ist nichts zu tun."
    ),
)
_REASONS = {
    "user_not_gradable": Reason(
        N_("Die Lernplattform führt diese Person im Kurs nicht als Teilnehmer:in und nimmt keine Bewertung für sie an."),
        N_("Schreiben Sie die Person als Teilnehmer:in in den Kurs ein und wählen Sie dann „Erneut senden“."),
    ),
    "kept_by_teacher": Reason(
        N_("Im Kurs steht eine von Hand eingetragene Bewertung. Wir haben sie nicht überschrieben."),
        N_("Soll die erreichte Punktzahl gelten, löschen Sie die Bewertung im Kurs und wählen Sie „Erneut senden“."),
    ),
    "better_stands": Reason(
        N_("Im Kurs steht schon eine bessere Bewertung. Wir haben sie stehen lassen."),
        N_("Es ist nichts zu tun."),
    ),
    "restored_unread": Reason(
        N_(
            "Unsere Daten wurden aus einer Sicherung zurückgeholt, und die Lernplattform lässt uns nicht lesen, welche Bewertung "
            "im Kurs steht."
        ),
        N_("Steht dort keine oder eine schlechtere, wählen Sie „Erneut senden“."),
    ),
    "unconverted": Reason(
        N_("Die Lernplattform hat die Punkte übernommen, ohne sie auf die Höchstpunktzahl der Spalte umzurechnen."),
        N_("Stellen Sie die Höchstpunktzahl der Spalte auf 100, wenn die Zahlen sonst irreführen."),
    ),
    "emptied": Reason(
        N_("Die Bewertung war im Kurs eingetragen und fehlt dort jetzt."),
        N_("Unter „Kurs“ entscheiden Sie, ob wir sie neu senden."),
    ),
    "left_empty": Reason(
        N_("Die Bewertung fehlt im Kurs, und das soll so bleiben."),
        N_("Soll sie doch wieder dort stehen, wählen Sie „Erneut senden“."),
    ),
    "user_left": Reason(
        N_("Die Person ist nicht mehr im Kurs, und ihre Bewertung steht dort nicht mehr."),
        N_("Kommt sie wieder und öffnet eine Aktivität, wird die Bewertung neu gesendet."),
    ),
    "column_refuses": Reason(
        N_("Die Lernplattform nimmt in dieser Spalte zurzeit keine Bewertung an. Meist ist die Spalte gesperrt."),
        N_("Sobald die Spalte entsperrt ist, kommt die Bewertung von selbst an."),
    ),
    "grading_off": Reason(
        N_("Für diese Aktivität sind im Kurs keine Bewertungen vorgesehen."),
        N_(
            "Sollen Noten ankommen, erlauben Sie in den Einstellungen der Aktivität Bewertungen, und öffnen Sie die Aktivität "
            "danach einmal. Soll es so bleiben, ist nichts zu tun."
        ),
    ),
    "no_list": Reason(
        N_("Für dieses Modul kennen wir im Kurs keine Spalte, und die Lernplattform lässt uns nicht danach suchen."),
        N_("Gibt es die Aktivität im Kurs, öffnen Sie sie dort einmal; dann kommen die Noten aller an."),
    ),
    "no_service": Reason(
        N_("Die Lernplattform nimmt von diesem Angebot keine Bewertungen an."),
        N_("Die Administration der Lernplattform kann den Dienst „Assignment and Grade Services“ einschalten."),
    ),
    "not_newer": Reason(N_("Die Lernplattform hält ihren Stand für neuer als unseren."), _NOTHING_TO_DO),
    "line_item_gone": _NO_COLUMN,
    "no_line_item": Reason(
        N_("Im Kurs gibt es für dieses Modul keine Spalte in den Bewertungen."),
        N_(
            "Sollen Noten ankommen, fügen Sie das Modul als Aktivität in den Kurs ein und öffnen Sie sie einmal. Soll es so "
            "bleiben, ist nichts zu tun."
        ),
    ),
    "http_404": _NO_COLUMN,
    "http_410": _NO_COLUMN,
    "http_401": _NOT_ALLOWED,
    "http_403": _NOT_ALLOWED,
    "scope_not_granted": _NOT_ALLOWED,
    "token_refused": _NOT_ALLOWED,
    "foreign_address": Reason(
        N_("Die Adresse der Bewertungen gehört nicht zu der Lernplattform, bei der das Angebot angemeldet ist."),
        _ASK_ADMINISTRATION,
    ),
    "http_429": Reason(N_("Die Lernplattform bittet uns zu warten."), _NOTHING_TO_DO),
    "internal_error": Reason(N_("Beim Senden ist auf unserer Seite ein Fehler aufgetreten."), _NOTHING_TO_DO),
    "missing_at_platform": Reason(N_("Die Bewertung fehlte im Kurs und wird neu gesendet."), _NOTHING_TO_DO),
}
_UNREACHED = ("timeout", "out_of_time", "unreachable", "tls", "broken_off", "not_json", "page_instead", "token_")
_OTHER = Reason(N_("Die Lernplattform hat die Bewertung abgelehnt."), _ASK_ADMINISTRATION)


def reason_for(code: str) -> Reason | None:
    """Put a delivery's code into words; None where there is none."""
    if not code:
        return None
    if code in _REASONS:
        return _REASONS[code]
    if code.startswith(("http_5", "http_3", "http_408", "http_425")) or code.startswith(_UNREACHED):
        return _NOT_REACHED
    return _OTHER
