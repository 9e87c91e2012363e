"""The place that a connection check is about, and what can be said of it without asking the platform."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.messages import N_
from lti_tool.models import Course, ResourceLink, RosterReading
from lti_tool.platforms.checking.findings import ConnectionFinding, FindingStanding

_SERVICE_CLAIMS = frozenset(
    {
        "endpoint",
        "endpoint.lineitem",
        "endpoint.lineitems",
        "namesroleservice",
        "namesroleservice.context_memberships_url",
    }
)


@dataclass(frozen=True, slots=True)
class CheckedPlace:
    """What the latest launch from a course has told."""

    has_link: bool = False
    has_grades: bool = False
    line_item_url: str | None = None
    offered_scopes: frozenset[str] = frozenset()
    has_course: bool = False
    memberships_url: str | None = None
    roster_problem: str = ""
    """Code of what was wrong with the roster when it was read last."""
    claim_names: tuple[str, ...] = ()
    unusable_claims: tuple[str, ...] = ()


def load_place(session: Session, course_id: int | None, resource_link_id: int | None) -> CheckedPlace:
    """Look up what is known of the place that somebody came from."""
    link = session.get(ResourceLink, resource_link_id) if resource_link_id else None
    course = session.get(Course, course_id) if course_id else None
    problem = session.scalar(select(RosterReading.problem).where(RosterReading.course_id == course_id))
    return CheckedPlace(
        has_link=link is not None,
        has_grades=bool(link and (link.line_items_url or link.line_item_url)),
        line_item_url=link.line_item_url if link else None,
        offered_scopes=frozenset(link.ags_scopes.split()) if link else frozenset(),
        has_course=course is not None,
        memberships_url=course.memberships_url if course else None,
        roster_problem=problem or "",
        claim_names=tuple(course.claim_names.split()) if course else (),
        unusable_claims=tuple(course.unusable_claims.split()) if course else (),
    )


def check_claims(place: CheckedPlace) -> Iterator[ConnectionFinding]:
    """Say what is missing among the claims, or is sent although nobody needs it. By names only."""
    if not place.has_course:
        return
    arrived = set(place.claim_names)
    yield from _unusable(place.unusable_claims)
    title = N_("Name der Person")
    if arrived & {"name", "given_name", "family_name"}:
        yield ConnectionFinding("name", title, FindingStanding.GOOD, N_("Der Name kommt an; das Zertifikat kann ihn tragen."))
    else:
        yield ConnectionFinding(
            "name",
            title,
            FindingStanding.UNKNOWN,
            N_("Beim letzten Aufruf aus diesem Kurs kam kein Name an. Das Zertifikat fragt dann danach."),
            N_("Soll der Name von selbst ankommen: In den Einstellungen des Werkzeugs die Weitergabe des Namens einschalten."),
        )
    if "email" in arrived:
        yield ConnectionFinding(
            "email",
            N_("E-Mail-Adresse"),
            FindingStanding.UNKNOWN,
            N_("Die Lernplattform schickt E-Mail-Adressen mit, obwohl wir sie nicht brauchen. Gespeichert werden sie nicht."),
            N_("Schalten Sie in den Einstellungen des Werkzeugs die Weitergabe der E-Mail-Adresse aus."),
        )


def _unusable(claims: tuple[str, ...]) -> Iterator[ConnectionFinding]:
    """Name what the platform sends in a shape that nobody can use. An address that cannot be one switches its service off."""
    addresses = tuple(claim for claim in claims if claim in _SERVICE_CLAIMS)
    if addresses:
        yield ConnectionFinding(
            "service_addresses",
            N_("Adressen der Dienste"),
            FindingStanding.BAD,
            N_("Die Lernplattform schickt hier keine brauchbaren Web-Adressen, deshalb ist der Dienst aus:"),
            N_("Prüfen Sie, welche Adresse die Lernplattform für sich selbst eingestellt hat; das kann ihr Betrieb."),
            listed=addresses,
        )
    others = tuple(claim for claim in claims if claim not in _SERVICE_CLAIMS)
    if others:
        yield ConnectionFinding(
            "unusable_claims",
            N_("Unbrauchbare Angaben"),
            FindingStanding.UNKNOWN,
            N_("Diese Angaben kommen in einer Form an, die wir nicht lesen können; wir behandeln sie, als fehlten sie:"),
            listed=others,
        )


def check_frame(*, is_framed: bool) -> ConnectionFinding:
    """Say whether cookies arrive in a frame; asked on a page of a visit, which lives by its cookie."""
    title = N_("Cookies im Rahmen")
    if is_framed:
        return ConnectionFinding(
            "frame", title, FindingStanding.GOOD, N_("Diese Seite ist eingebettet, und Ihr Browser schickt unser Cookie mit.")
        )
    return ConnectionFinding(
        "frame",
        title,
        FindingStanding.UNKNOWN,
        N_("Diese Seite steht in einem eigenen Fenster; über Cookies im Rahmen sagt das nichts."),
        N_("Öffnen Sie die Aktivität eingebettet im Kurs und rufen Sie dann diese Seite noch einmal auf."),
    )
