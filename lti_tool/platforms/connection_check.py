"""Look whether everything between a platform and this tool works, and say for what does not how to mend it.

The page `/lti/check` and `lti-tool doctor` show the same findings. No transaction is open while the platform is asked.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from lti_tool.domain.people import Visitor
from lti_tool.lti import claim_names as names
from lti_tool.lti.dynamic_registration import SCOPES
from lti_tool.lti.errors import ServiceRefused, ServiceUnavailable
from lti_tool.lti.http import Answer, Http
from lti_tool.lti.json_shapes import origin_of
from lti_tool.lti.line_items import read_line_item
from lti_tool.lti.memberships import check_members_readable
from lti_tool.lti.ports import AccessToken, Registration
from lti_tool.lti.service_client import ServiceClient
from lti_tool.messages import N_
from lti_tool.models import Context, ResourceLink

# Launches allow a minute; half of it is a warning in time.
MOST_SKEW_S = 30
_PLAIN_SCOPES = {
    names.SCOPE_SCORE: N_("Punkte eintragen"),
    names.SCOPE_RESULT_READ: N_("Punkte nachsehen"),
    names.SCOPE_LINE_ITEM: N_("Spalten anlegen"),
    names.SCOPE_LINE_ITEM_READ: N_("Spalten lesen"),
    names.SCOPE_MEMBERSHIPS: N_("Teilnehmendenliste lesen"),
}
_SERVICE_CLAIMS = frozenset(
    {
        "endpoint",
        "endpoint.lineitem",
        "endpoint.lineitems",
        "namesroleservice",
        "namesroleservice.context_memberships_url",
    }
)
# At 5xx, silence or a maintenance page no setting helps.
_LATER = N_(
    "Die Lernplattform antwortet dort gerade nicht richtig. Prüfen Sie in ein paar Minuten noch einmal; bleibt es so, "
    "muss ihr Betrieb nachsehen."
)


class Standing(StrEnum):
    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"
    """Cannot be told from here, or is as somebody may have wanted it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. The texts are catalogue texts; `values` fill their placeholders, `listed` are further texts to name."""

    check: str
    title: str
    standing: Standing
    says: str
    remedy: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    listed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedPlace:
    """What the latest launch from a course has told."""

    has_link: bool = False
    has_grades: bool = False
    line_item_url: str | None = None
    offered_scopes: frozenset[str] = frozenset()
    has_context: bool = False
    memberships_url: str | None = None
    claim_names: tuple[str, ...] = ()
    unusable_claims: tuple[str, ...] = ()


def load_place(session: Session, visitor: Visitor) -> CheckedPlace:
    """Look up what is known of the place that a visitor came from."""
    link = session.get(ResourceLink, visitor.resource_link_id) if visitor.resource_link_id else None
    context = session.get(Context, visitor.context_id) if visitor.context_id else None
    return CheckedPlace(
        has_link=link is not None,
        has_grades=bool(link and (link.line_items_url or link.line_item_url)),
        line_item_url=link.line_item_url if link else None,
        offered_scopes=frozenset(link.ags_scopes.split()) if link else frozenset(),
        has_context=context is not None,
        memberships_url=context.memberships_url if context else None,
        claim_names=tuple(context.claim_names.split()) if context else (),
        unusable_claims=tuple(context.unusable_claims.split()) if context else (),
    )


def check_registration(
    http: Http, client: ServiceClient, registration: Registration, *, clock: Callable[[], datetime]
) -> Iterator[Finding]:
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
    yield Finding("token", N_("Zugriffstoken"), Standing.GOOD, N_("Die Lernplattform gibt uns Zugriffstoken."))
    yield _scopes(token.granted_scopes)


def check_course(client: ServiceClient, registration: Registration, place: CheckedPlace, *, now: datetime) -> Iterator[Finding]:
    """Check grade column and roster of one course, asking the platform; and the claims of its latest launch."""
    yield _line_item(client, registration, place, now=now)
    yield _roster(client, registration, place, now=now)
    yield from check_claims(place)


def check_claims(place: CheckedPlace) -> Iterator[Finding]:
    """Say what is missing among the claims, or is sent although nobody needs it. By names only."""
    if not place.has_context:
        return
    arrived = set(place.claim_names)
    yield from _unusable(place.unusable_claims)
    title = N_("Name der Person")
    if arrived & {"name", "given_name", "family_name"}:
        yield Finding("name", title, Standing.GOOD, N_("Der Name kommt an; das Zertifikat kann ihn tragen."))
    else:
        yield Finding(
            "name",
            title,
            Standing.UNKNOWN,
            N_("Beim letzten Aufruf aus diesem Kurs kam kein Name an. Das Zertifikat fragt dann danach."),
            N_("Soll der Name von selbst ankommen: In den Einstellungen des Werkzeugs die Weitergabe des Namens einschalten."),
        )
    if "email" in arrived:
        yield Finding(
            "email",
            N_("E-Mail-Adresse"),
            Standing.UNKNOWN,
            N_("Die Lernplattform schickt E-Mail-Adressen mit, obwohl wir sie nicht brauchen. Gespeichert werden sie nicht."),
            N_("Schalten Sie in den Einstellungen des Werkzeugs die Weitergabe der E-Mail-Adresse aus."),
        )


def _unusable(claims: tuple[str, ...]) -> Iterator[Finding]:
    """Name what the platform sends in a shape that nobody can use. An address that cannot be one switches its service off."""
    addresses = tuple(claim for claim in claims if claim in _SERVICE_CLAIMS)
    if addresses:
        yield Finding(
            "service_addresses",
            N_("Adressen der Dienste"),
            Standing.BAD,
            N_("Die Lernplattform schickt hier keine brauchbaren Web-Adressen, deshalb ist der Dienst aus:"),
            N_("Prüfen Sie, welche Adresse die Lernplattform für sich selbst eingestellt hat; das kann ihr Betrieb."),
            listed=addresses,
        )
    others = tuple(claim for claim in claims if claim not in _SERVICE_CLAIMS)
    if others:
        yield Finding(
            "unusable_claims",
            N_("Unbrauchbare Angaben"),
            Standing.UNKNOWN,
            N_("Diese Angaben kommen in einer Form an, die wir nicht lesen können; wir behandeln sie, als fehlten sie:"),
            listed=others,
        )


def check_frame(*, is_framed: bool) -> Finding:
    """Say whether cookies arrive in a frame; asked on a page of a visit, which lives by its cookie."""
    title = N_("Cookies im Rahmen")
    if is_framed:
        return Finding(
            "frame", title, Standing.GOOD, N_("Diese Seite ist eingebettet, und Ihr Browser schickt unser Cookie mit.")
        )
    return Finding(
        "frame",
        title,
        Standing.UNKNOWN,
        N_("Diese Seite steht in einem eigenen Fenster; über Cookies im Rahmen sagt das nichts."),
        N_("Öffnen Sie die Aktivität eingebettet im Kurs und rufen Sie dann diese Seite noch einmal auf."),
    )


def _keys(answer: Answer | None, code: str) -> Finding:
    title = N_("Schlüssel der Lernplattform")
    count = _count_keys(answer)
    if count:
        return Finding(
            "keys", title, Standing.GOOD, N_("Die öffentlichen Schlüssel sind erreichbar (%(count)s)."), values={"count": count}
        )
    return Finding(
        "keys",
        title,
        Standing.BAD,
        N_("Die öffentlichen Schlüssel sind nicht zu lesen (%(code)s)."),
        N_("Prüfen Sie, ob die Lernplattform von unserem Server aus erreichbar ist und die Adresse der Schlüssel stimmt."),
        values={"code": code},
    )


def _count_keys(answer: Answer | None) -> int:
    if answer is None or answer.status != 200:
        return 0
    try:
        keys = answer.json()["keys"]
    except (ValueError, KeyError, TypeError):
        return 0
    return len(keys) if isinstance(keys, list) else 0


def _clock(answer: Answer, ours: datetime) -> Finding:
    title = N_("Uhren")
    try:
        theirs = parsedate_to_datetime(answer.headers.get("Date", ""))
        skew_s = round((theirs - ours).total_seconds())
    except (ValueError, TypeError):
        return Finding("clock", title, Standing.UNKNOWN, N_("Die Lernplattform sagt nicht, wie spät es bei ihr ist."))
    # The header has whole seconds, so one more or less is nothing.
    if abs(skew_s) <= MOST_SKEW_S:
        return Finding(
            "clock", title, Standing.GOOD, N_("Beide Uhren gehen gleich (Abweichung %(skew)s s)."), values={"skew": abs(skew_s)}
        )
    return Finding(
        "clock",
        title,
        Standing.BAD,
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


def _no_token(err: ServiceRefused | ServiceUnavailable) -> Finding:
    return Finding(
        "token",
        N_("Zugriffstoken"),
        Standing.BAD,
        N_("Die Lernplattform gibt uns kein Zugriffstoken (%(code)s)."),
        N_(
            "Ist das Werkzeug dort freigegeben (in Moodle: „Aktivieren“)? Kann sie unsere Schlüssel lesen? "
            "Sonst Client-ID und Token-Adresse vergleichen."
        ),
        values={"code": f"{err.code}: {err.reason}" if err.reason else err.code},
    )


def _scopes(granted: frozenset[str]) -> Finding:
    title = N_("Was wir dürfen")
    allowed = tuple(text for scope, text in _PLAIN_SCOPES.items() if scope in granted)
    lacking = tuple(text for scope, text in _PLAIN_SCOPES.items() if scope not in granted)
    if not lacking:
        return Finding("scopes", title, Standing.GOOD, N_("Alles, was wir brauchen, ist erlaubt:"), listed=allowed)
    # Without the roster the tool works; scores that do not arrive are what people miss.
    is_bad = not granted >= {names.SCOPE_SCORE} or not granted & {names.SCOPE_LINE_ITEM, names.SCOPE_LINE_ITEM_READ}
    return Finding(
        "scopes",
        title,
        Standing.BAD if is_bad else Standing.UNKNOWN,
        N_("Nicht erlaubt ist:"),
        N_(
            "Schalten Sie in den Einstellungen des Werkzeugs die Dienste ein (in Moodle: „IMS LTI Assignment and Grade Services“ "
            "mit Spaltenverwaltung und „IMS LTI Names and Role Provisioning“)."
        ),
        listed=lacking,
    )


def _line_item(client: ServiceClient, registration: Registration, place: CheckedPlace, *, now: datetime) -> Finding:
    title = N_("Bewertungsspalte")
    if not place.has_link:
        return Finding("line_item", title, Standing.UNKNOWN, N_("Dieser Aufruf kam nicht aus einer Aktivität."))
    if not place.has_grades:
        return Finding(
            "line_item",
            title,
            Standing.BAD,
            N_("Für diese Aktivität nimmt die Lernplattform keine Bewertungen an."),
            N_("Schalten Sie in den Einstellungen des Werkzeugs oder der Aktivität ein, dass Bewertungen angenommen werden."),
        )
    if place.line_item_url is None:
        says = N_("Diese Aktivität hat noch keine eigene Spalte; sie entsteht mit der ersten Bewertung.")
        return Finding("line_item", title, Standing.UNKNOWN, says)
    try:
        item = read_line_item(client, registration, place.line_item_url, offered_scopes=place.offered_scopes, now=now)
    except (ServiceRefused, ServiceUnavailable) as err:
        if err.code == "foreign_address":
            return _foreign("line_item", title, registration, place.line_item_url)
        return Finding(
            "line_item",
            title,
            Standing.BAD,
            N_("Die Bewertungsspalte ist nicht zu lesen (%(code)s)."),
            _LATER
            if isinstance(err, ServiceUnavailable)
            else N_("Gibt es die Aktivität im Kurs noch? Öffnen Sie sie dort noch einmal und prüfen Sie dann erneut."),
            values={"code": err.code},
        )
    says = N_("Die Spalte „%(label)s“ ist lesbar, Höchstzahl %(maximum)s.")
    return Finding(
        "line_item", title, Standing.GOOD, says, values={"label": item.label[:100], "maximum": f"{item.score_maximum:g}"}
    )


def _roster(client: ServiceClient, registration: Registration, place: CheckedPlace, *, now: datetime) -> Finding:
    title = N_("Teilnehmendenliste")
    if place.memberships_url is None:
        return Finding(
            "roster",
            title,
            Standing.UNKNOWN,
            N_("Die Lernplattform hat für diesen Kurs keine Teilnehmendenliste angeboten."),
            N_(
                "Schalten Sie in den Einstellungen des Werkzeugs „Names and Role Provisioning“ ein und öffnen Sie eine Aktivität."
            ),
        )
    try:
        check_members_readable(client, registration, place.memberships_url, now=now)
    except (ServiceRefused, ServiceUnavailable) as err:
        if err.code == "foreign_address":
            return _foreign("roster", title, registration, place.memberships_url)
        return Finding(
            "roster",
            title,
            Standing.BAD,
            N_("Die Teilnehmendenliste ist nicht zu lesen (%(code)s)."),
            _LATER
            if isinstance(err, ServiceUnavailable)
            else N_("Erlauben Sie dem Werkzeug in der Lernplattform „Names and Role Provisioning“."),
            values={"code": err.code},
        )
    return Finding("roster", title, Standing.GOOD, N_("Die Teilnehmendenliste des Kurses ist lesbar."))


def _foreign(key: str, title: str, registration: Registration, url: str) -> Finding:
    """Name the host that a signed launch has named and that nobody has listed; to list it is for the operator to decide."""
    return Finding(
        key,
        title,
        Standing.BAD,
        N_("Das liegt unter %(host)s. Diese Adresse gehört nicht zur Registrierung, also schicken wir nichts dorthin."),
        N_("Ist das Ihre Lernplattform, trägt der Betrieb sie ein: lti-tool registrations hosts %(id)s --add %(host)s"),
        values={"host": origin_of(url) or "?", "id": registration.id},
    )
