"""Looks whether grade column and roster of one course can be read, and says for what cannot how to mend it."""

from collections.abc import Iterator
from datetime import datetime

from lti_tool.lti.advantage.line_items import read_line_item
from lti_tool.lti.advantage.memberships import check_members_readable
from lti_tool.lti.advantage.service_client import ServiceClient
from lti_tool.lti.errors import ServiceRefused, ServiceUnavailable
from lti_tool.lti.json_shapes import origin_of
from lti_tool.lti.ports import Registration
from lti_tool.messages import N_
from lti_tool.platforms.checking.checked_place import CheckedPlace
from lti_tool.platforms.checking.findings import LATER, ConnectionFinding, FindingStanding
from lti_tool.platforms.roster.store_members import NOBODY, OTHER_IDS

_NEEDS_TOKEN = N_("Ohne Zugriffstoken lässt sich das nicht prüfen.")


def check_course(
    client: ServiceClient, registration: Registration, place: CheckedPlace, *, has_token: bool = True, now: datetime
) -> Iterator[ConnectionFinding]:
    """Check grade column and roster of one course, asking the platform; without a token only what needs none."""
    yield _line_item(client if has_token else None, registration, place, now=now)
    yield _roster(client if has_token else None, registration, place, now=now)


def _line_item(
    client: ServiceClient | None, registration: Registration, place: CheckedPlace, *, now: datetime
) -> ConnectionFinding:
    title = N_("Bewertungsspalte")
    if not place.has_link:
        return ConnectionFinding("line_item", title, FindingStanding.UNKNOWN, N_("Dieser Aufruf kam nicht aus einer Aktivität."))
    if not place.has_grades:
        return ConnectionFinding(
            "line_item",
            title,
            FindingStanding.BAD,
            N_("Für diese Aktivität nimmt die Lernplattform keine Bewertungen an."),
            N_(
                "Schalten Sie in den Einstellungen des Werkzeugs oder der Aktivität ein, dass Bewertungen angenommen werden. In "
                "Moodle, in der Aktivität: Häkchen bei „… erlauben, Bewertungen hinzuzufügen“."
            ),
        )
    if place.line_item_url is None:
        says = N_("Diese Aktivität hat noch keine eigene Spalte; sie entsteht mit der ersten Bewertung.")
        return ConnectionFinding("line_item", title, FindingStanding.UNKNOWN, says)
    if client is None:
        return ConnectionFinding("line_item", title, FindingStanding.UNKNOWN, _NEEDS_TOKEN)
    try:
        item = read_line_item(client, registration, place.line_item_url, offered_scopes=place.offered_scopes, now=now)
    except (ServiceRefused, ServiceUnavailable) as err:
        if err.code == "foreign_address":
            return _foreign("line_item", title, registration, place.line_item_url)
        return ConnectionFinding(
            "line_item",
            title,
            FindingStanding.BAD,
            N_("Die Bewertungsspalte ist nicht zu lesen (%(code)s)."),
            LATER
            if isinstance(err, ServiceUnavailable)
            else N_("Gibt es die Aktivität im Kurs noch? Öffnen Sie sie dort noch einmal und prüfen Sie dann erneut."),
            values={"code": err.code},
        )
    says = N_("Die Spalte „%(label)s“ ist lesbar, Höchstzahl %(maximum)s.")
    return ConnectionFinding(
        "line_item", title, FindingStanding.GOOD, says, values={"label": item.label[:100], "maximum": f"{item.score_maximum:g}"}
    )


def _roster(client: ServiceClient | None, registration: Registration, place: CheckedPlace, *, now: datetime) -> ConnectionFinding:
    title = N_("Teilnehmendenliste")
    if place.memberships_url is None:
        return ConnectionFinding(
            "roster",
            title,
            FindingStanding.UNKNOWN,
            N_("Die Lernplattform hat für diesen Kurs keine Teilnehmendenliste angeboten."),
            N_(
                "Schalten Sie in den Einstellungen des Werkzeugs „Names and Role Provisioning“ ein (in Moodle: Tools verwalten, "
                "Stift auf der Kachel, Abschnitt „Dienste“) und öffnen Sie eine Aktivität."
            ),
        )
    if client is None:
        return ConnectionFinding("roster", title, FindingStanding.UNKNOWN, _NEEDS_TOKEN)
    try:
        check_members_readable(client, registration, place.memberships_url, now=now)
    except (ServiceRefused, ServiceUnavailable) as err:
        if err.code == "foreign_address":
            return _foreign("roster", title, registration, place.memberships_url)
        return ConnectionFinding(
            "roster",
            title,
            FindingStanding.BAD,
            N_("Die Teilnehmendenliste ist nicht zu lesen (%(code)s)."),
            LATER
            if isinstance(err, ServiceUnavailable)
            else N_("Erlauben Sie dem Werkzeug in der Lernplattform „Names and Role Provisioning“."),
            values={"code": err.code},
        )
    return _readable(title, place.roster_problem)


def _readable(title: str, problem: str) -> ConnectionFinding:
    """Say of a roster that can be read whether it could be believed when it was read last."""
    if problem == OTHER_IDS:
        return ConnectionFinding(
            "roster",
            title,
            FindingStanding.BAD,
            N_("Die Teilnehmendenliste ist lesbar, aber niemand, der zuletzt aus diesem Kurs kam, steht darin."),
            N_(
                "Wahrscheinlich nennt die Lernplattform die Personen dort mit anderen Kennungen als beim Aufruf. Lassen Sie "
                "beide Male dieselbe schicken (user_id wie sub). Bis dahin zählt nur, wer das Angebot geöffnet hat."
            ),
        )
    if problem == NOBODY:
        return ConnectionFinding(
            "roster",
            title,
            FindingStanding.BAD,
            N_("Die Teilnehmendenliste ist lesbar, aber es stand niemand darin, als wir sie zuletzt gelesen haben."),
            N_("Prüfen Sie, ob der Kurs Teilnehmende hat und ob die Lernplattform sie an dieses Werkzeug weitergibt."),
        )
    return ConnectionFinding("roster", title, FindingStanding.GOOD, N_("Die Teilnehmendenliste des Kurses ist lesbar."))


def _foreign(key: str, title: str, registration: Registration, url: str) -> ConnectionFinding:
    """Name the host that a signed launch has named and that nobody has listed; to list it is for the operator to decide."""
    return ConnectionFinding(
        key,
        title,
        FindingStanding.BAD,
        N_("Das liegt unter %(host)s. Diese Adresse gehört nicht zur Registrierung, also schicken wir nichts dorthin."),
        N_("Ist das Ihre Lernplattform, trägt der Betrieb sie ein: lti-tool registrations hosts %(id)s --add %(host)s"),
        values={"host": origin_of(url) or "?", "id": registration.id},
    )
