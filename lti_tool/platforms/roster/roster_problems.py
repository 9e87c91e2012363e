"""Plain words for a roster that could not be read or believed: what happened, and who can do what."""

from typing import Final

from lti_tool.messages import N_
from lti_tool.platforms.roster.refresh_roster import FAILED, RosterNotOffered
from lti_tool.platforms.roster.store_members import NOBODY, OTHER_IDS

_LATER: Final = N_("Wir lesen sie in der Nacht noch einmal; Sie können es auch gleich selbst versuchen.")
_SEE_CHECK: Final = N_("Unter „Verbindung“ steht, was zu tun ist.")
_WORDS: Final = {
    OTHER_IDS: (N_("Die Teilnehmendenliste nennt niemanden von denen, die zuletzt aus dem Kurs kamen."), _SEE_CHECK),
    NOBODY: (N_("Die Lernplattform hat eine Liste geschickt, in der niemand steht."), _SEE_CHECK),
    FAILED: (N_("Beim Lesen der Teilnehmendenliste ist bei uns ein Fehler aufgetreten."), _LATER),
    RosterNotOffered.code: (RosterNotOffered.TEXT, ""),
    "roster_too_large": (N_("Die Liste der Lernplattform ist größer, als ein Kurs sein kann."), _SEE_CHECK),
    "foreign_address": (N_("Die Teilnehmendenliste liegt nicht bei der Lernplattform, die angemeldet ist."), _SEE_CHECK),
}
_UNREACHED: Final = ("timeout", "out_of_time", "unreachable", "tls", "broken_off", "http_5", "http_3", "http_408", "http_429")
_NOT_REACHED: Final = (N_("Die Lernplattform hat nicht rechtzeitig geantwortet."), _LATER)
_REFUSED: Final = (N_("Die Lernplattform gibt uns die Teilnehmendenliste gerade nicht."), _SEE_CHECK)


def roster_problem(code: str) -> tuple[str, str] | None:
    """Return what happened and what to do next; None where nothing did."""
    if not code:
        return None
    if code in _WORDS:
        return _WORDS[code]
    return _NOT_REACHED if code.startswith(_UNREACHED) else _REFUSED
