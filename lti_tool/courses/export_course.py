"""The course list to take along: one row for each participant, in the language of who asks."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.courses.open_course import in_order_of_names
from lti_tool.courses.person.advice import advice_for
from lti_tool.courses.standings import CertificateState, MemberStanding, ModuleStanding, ModuleState, standings_in
from lti_tool.courses.viewer import teaching_viewer_of
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.completion import Condition
from lti_tool.messages import N_
from lti_tool.models import Course
from lti_tool.progress.course_facts import settings_of

log = logging.getLogger(__name__)

Cell = str | float | int | None
Say = Callable[..., str]
"""Gives a msgid in the reader's language, with its values filled in."""

STATES = {
    ModuleState.PASSED: N_("bestanden"),
    ModuleState.STUCK: N_("Versuche genutzt"),
    ModuleState.BEGUN: N_("begonnen"),
    ModuleState.OPEN: N_("offen"),
}
ARRIVALS = {
    "delivered": N_("angekommen"),
    "waiting": N_("unterwegs"),
    "delayed": N_("wartet"),
    "parked": N_("angehalten"),
    "missing": N_("gelöscht"),
    "no_column": N_("keine Spalte"),
}
CERTIFICATES = {
    CertificateState.ISSUED: N_("ausgestellt"),
    CertificateState.REVOKED: N_("widerrufen"),
    CertificateState.EXPIRED: N_("Gültigkeit abgelaufen"),
    CertificateState.WAITS_FOR_NAME: N_("wartet auf den Namen"),
    CertificateState.WAITS_FOR_MORE: N_("wartet auf Kapitel oder Live-Zeit"),
    CertificateState.NOT_YET: N_("noch nicht"),
}


_LEFT = {
    Condition.LESSONS: (N_("1 Lektion"), N_("%(left)s Lektionen")),
    Condition.PRACTICE: (N_("1 Kapitel"), N_("%(left)s Kapitel")),
    Condition.QUIZ: (N_("Lernerfolgskontrolle"), N_("Lernerfolgskontrolle")),
    Condition.LIVE: (N_("1 Live-Sitzung"), N_("%(left)s Live-Sitzungen")),
}
"""One of a part, and several."""


@dataclass(frozen=True)
class CourseTable:
    """Everything a spreadsheet needs; numbers stay numbers."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def export_course(session: Session, programme: Programme, visitor: Visitor, *, say: Say, now: datetime) -> CourseTable:
    """Gather the list of the visitor's course, those who are gone included.

    Raises:
        Forbidden: the visitor does not teach here.
    """
    viewer = teaching_viewer_of(session, visitor)
    rules = settings_of(session, viewer.course_id).applied_to(programme.assessment)
    members = in_order_of_names(standings_in(session, programme, rules, viewer.course_id, now=now))
    course = session.get_one(Course, viewer.course_id)
    # Who has taken personal data of others along is worth a line.
    log.info("course_exported", extra={"course": viewer.course_id, "user": visitor.user_id, "members": len(members)})
    return CourseTable(
        title=course.title or course.label or programme.title,
        head=_head(programme, say),
        rows=tuple(_row(programme, member, say) for member in members),
    )


def _head(programme: Programme, say: Say) -> tuple[str, ...]:
    per_module = [
        say(text, number=module.number)
        for module in programme.placed_modules
        for text in (
            N_("Modul %(number)s: Stand"),
            N_("Modul %(number)s: Es fehlt noch"),
            N_("Modul %(number)s: Prozent"),
            N_("Modul %(number)s: Versuche"),
            N_("Modul %(number)s: Note im Kurs"),
        )
    ]
    return (
        say(N_("Name")),
        say(N_("Im Kurs")),
        say(N_("Bestanden")),
        *per_module,
        say(N_("Zertifikat")),
        say(N_("Nächster Schritt")),
    )


def _row(programme: Programme, member: MemberStanding, say: Say) -> tuple[Cell, ...]:
    advice = advice_for(programme, member)
    return (
        member.name or say(N_("Person %(number)s"), number=member.user_id),
        say(N_("nein")) if member.is_gone else say(N_("ja")),
        member.passed,
        *(cell for module in member.modules for cell in _cells(module, say)),
        say(CERTIFICATES[member.certificate]),
        say(advice.text, **advice.values),
    )


def _cells(module: ModuleStanding, say: Say) -> Sequence[Cell]:
    return (
        say(STATES[module.state]),
        ", ".join(say(_LEFT[part.part][part.count > 1], left=part.count) for part in module.missing),
        None if module.best_pct is None else round(module.best_pct, 1),
        module.attempts,
        say(ARRIVALS[module.score.state]) if module.score is not None else "",
    )
