"""Looks whether everything between a platform and this tool works, and says for what does not how to mend it.

The page `/lti/check` and `lti-tool doctor` show the same findings. No transaction is open while the platform is asked.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

from lti_tool.lti.advantage.service_client import ServiceClient
from lti_tool.lti.claims import claim_names as names
from lti_tool.lti.errors import ServiceRefused, ServiceUnavailable
from lti_tool.lti.ports import AccessToken, Registration
from lti_tool.lti.registering.dynamic_registration import SCOPES
from lti_tool.lti.transport.http import Http, HttpAnswer
from lti_tool.lti.transport.patience import patience
from lti_tool.messages import N_
from lti_tool.platforms.checking.checked_place import CheckedPlace
from lti_tool.platforms.checking.course_check import check_course
from lti_tool.platforms.checking.findings import LATER, ConnectionFinding, FindingStanding

# The whole check, and each of its questions: so that a service that hangs leaves time for the others.
WHOLE_CHECK_S: Final = 10.0
_CALL_S: Final = 4.0
# Launches allow a minute; half of it is a warning in time.
MOST_SKEW_S = 30
_SWITCH_ON = N_(
    "Schalten Sie in den Einstellungen des Werkzeugs beide Dienste ein. In Moodle: Tools verwalten, Stift auf der Kachel, "
    "Abschnitt „Dienste“: „IMS LTI Assignment and Grade Services“ auf Verwendung mit Spaltenverwaltung und „IMS LTI Names and "
    "Role Provisioning“ auf Verwendung. Öffnen Sie danach eine Aktivität neu und prüfen Sie noch einmal."
)
_PLAIN_SCOPES = {
    names.SCOPE_SCORE: N_("Punkte eintragen"),
    names.SCOPE_RESULT_READ: N_("Punkte nachsehen"),
    names.SCOPE_LINE_ITEM: N_("Spalten anlegen"),
    names.SCOPE_LINE_ITEM_READ: N_("Spalten lesen"),
    names.SCOPE_MEMBERSHIPS: N_("Teilnehmendenliste lesen"),
}


def check_connection(
    http: Http, client: ServiceClient, registration: Registration, place: CheckedPlace | None, *, clock: Callable[[], datetime]
) -> list[ConnectionFinding]:
    """Check a registration, and with `place` one of its courses, in ten seconds whatever the platform does."""
    with patience(WHOLE_CHECK_S, call_s=_CALL_S):
        findings = list(_check_registration(http, client, registration, clock=clock))
        has_token = not any(finding.check == "token" and finding.standing is FindingStanding.BAD for finding in findings)
        if place is not None:
            findings += check_course(client, registration, place, has_token=has_token, now=clock())
    return findings


def _check_registration(
    http: Http, client: ServiceClient, registration: Registration, *, clock: Callable[[], datetime]
) -> Iterator[ConnectionFinding]:
    """Check keys, clock, token and scopes of one registration, asking the platform."""
    begun = clock()
    try:
        answer = http.send("GET", registration.jwks_url)
    except (ServiceRefused, ServiceUnavailable) as err:
        yield _keys(None, err.code)
    else:
        # The middle of asking and answering is closest to the moment in which the platform wrote the date.
        ended = clock()
        yield _keys(answer, f"http_{answer.status}")
        yield _clock(answer, begun + (ended - begun) / 2)
    try:
        token = _granted(client, registration, now=clock())
    except (ServiceRefused, ServiceUnavailable) as err:
        yield _no_token(err)
        return
    yield ConnectionFinding("token", N_("Zugriffstoken"), FindingStanding.GOOD, N_("Die Lernplattform lässt uns anmelden."))
    yield _scopes(token.granted_scopes)


def _keys(answer: HttpAnswer | None, code: str) -> ConnectionFinding:
    title = N_("Schlüssel der Lernplattform")
    count = _count_keys(answer)
    if count:
        return ConnectionFinding(
            "keys",
            title,
            FindingStanding.GOOD,
            N_("Die öffentlichen Schlüssel sind erreichbar (%(count)s)."),
            values={"count": count},
        )
    return ConnectionFinding(
        "keys",
        title,
        FindingStanding.BAD,
        N_("Die öffentlichen Schlüssel sind nicht zu lesen (%(code)s)."),
        N_("Prüfen Sie, ob die Lernplattform von unserem Server aus erreichbar ist und die Adresse der Schlüssel stimmt."),
        values={"code": code},
    )


def _count_keys(answer: HttpAnswer | None) -> int:
    if answer is None or answer.status != 200:
        return 0
    try:
        keys = answer.json()["keys"]
    except (ValueError, KeyError, TypeError):
        return 0
    return len(keys) if isinstance(keys, list) else 0


def _clock(answer: HttpAnswer, ours: datetime) -> ConnectionFinding:
    title = N_("Uhren")
    try:
        theirs = parsedate_to_datetime(answer.headers.get("Date", ""))
        skew_s = round((theirs - ours).total_seconds())
    except (ValueError, TypeError):
        return ConnectionFinding(
            "clock", title, FindingStanding.UNKNOWN, N_("Die Lernplattform sagt nicht, wie spät es bei ihr ist.")
        )
    # The header has whole seconds, so one more or less is nothing.
    if abs(skew_s) <= MOST_SKEW_S:
        return ConnectionFinding(
            "clock",
            title,
            FindingStanding.GOOD,
            N_("Beide Uhren gehen gleich (Abweichung %(skew)s s)."),
            values={"skew": abs(skew_s)},
        )
    return ConnectionFinding(
        "clock",
        title,
        FindingStanding.BAD,
        N_("Die Uhr der Lernplattform weicht um %(skew)s Sekunden von unserer ab; ab 60 scheitern Aufrufe."),
        N_("Lassen Sie beide Server ihre Zeit über das Netz stellen (NTP)."),
        values={"skew": f"{skew_s:+d}".replace("-", "−")},
    )


def _granted(client: ServiceClient, registration: Registration, *, now: datetime) -> AccessToken:
    """Ask for all scopes at once; a platform that refuses the whole for one of them (Canvas) is asked for each."""
    try:
        return client.fetch_token(registration, SCOPES, now=now)
    except ServiceUnavailable as err:
        if err.code != "token_refused" or "scope" not in err.reason.lower():
            raise
        granted: set[str] = set()
        last: AccessToken | None = None
        for scope in SCOPES:
            try:
                last = client.fetch_token(registration, (scope,), now=now)
            except ServiceUnavailable:
                continue
            granted |= last.granted_scopes
        if last is None:
            raise
        return AccessToken(last.value, last.expires_at, frozenset(granted))


def _no_token(err: ServiceRefused | ServiceUnavailable) -> ConnectionFinding:
    return ConnectionFinding(
        "token",
        N_("Zugriffstoken"),
        FindingStanding.BAD,
        N_("Die Lernplattform gibt uns kein Zugriffstoken (%(code)s)."),
        _remedy_without_token(err),
        values={"code": f"{err.code}: {err.reason}" if err.reason else err.code},
    )


def _remedy_without_token(err: ServiceRefused | ServiceUnavailable) -> str:
    if err.code == "token_refused" and "scope" in err.reason.lower():
        # It knows us and our key; it was asked for services that are off, all of them (Moodle 4.5).
        return _SWITCH_ON
    if isinstance(err, ServiceUnavailable) and err.code != "token_refused" and not err.code.startswith("token_http_4"):
        return LATER
    return N_(
        "Ist das Werkzeug dort freigegeben (in Moodle: „aktivieren“ auf seiner Kachel)? Kann sie unsere Schlüssel lesen? "
        "Sonst Client-ID und Token-Adresse vergleichen."
    )


def _scopes(granted: frozenset[str]) -> ConnectionFinding:
    title = N_("Erlaubnisse")
    allowed = tuple(text for scope, text in _PLAIN_SCOPES.items() if scope in granted)
    lacking = tuple(text for scope, text in _PLAIN_SCOPES.items() if scope not in granted)
    if not lacking:
        return ConnectionFinding(
            "scopes", title, FindingStanding.GOOD, N_("Alles, was wir brauchen, ist erlaubt:"), listed=allowed
        )
    # Without the roster the tool works; scores that do not arrive are what people miss.
    is_bad = not granted >= {names.SCOPE_SCORE} or not granted & {names.SCOPE_LINE_ITEM, names.SCOPE_LINE_ITEM_READ}
    return ConnectionFinding(
        "scopes",
        title,
        FindingStanding.BAD if is_bad else FindingStanding.UNKNOWN,
        N_("Nicht erlaubt ist:"),
        _SWITCH_ON,
        listed=lacking,
    )
