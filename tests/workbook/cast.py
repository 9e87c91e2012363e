"""A small programme and a small course for the workbook's tests."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import (
    AssessmentRules,
    Change,
    Chapter,
    Column,
    Criterion,
    Field,
    HoursRules,
    Lesson,
    Module,
    PracticeTask,
    Programme,
    Term,
)
from lti_tool.domain.people import Role, Visitor
from lti_tool.domain.rules.workbook import Content
from lti_tool.models import Course as CourseRow
from lti_tool.models import Membership, Platform, RegistrationRow, User
from lti_tool.workbook.save_fields import FieldEntry, save_fields
from lti_tool.workbook.take_home.draft import read_draft

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def text_field(field_id: str, label: str, *, required: bool = True, words: tuple[int, int] | None = (120, 180)) -> Field:
    return Field(field_id, label, "text", required, ("Welche Menschen sieht man vor sich?",), 0, words, ())


def table_field(field_id: str, label: str, *, min_rows: int = 2) -> Field:
    columns = (Column("name", "Vorhaben", ()), Column("stand", "Stand", ("Idee", "läuft", "fertig")))
    return Field(field_id, label, "table", True, ("Welche Vorhaben laufen?",), min_rows, None, columns, min_rows)


def a_module(
    number: int,
    slug: str,
    chapters: Iterable[Chapter],
    *,
    note: str = "",
    terms: Iterable[Term] = (),
    lessons: Iterable[Lesson] = (),
) -> Module:
    return Module(
        number=number,
        slug=slug,
        title=f"Modul {number} mit langem Titel",
        short_title=f"Modul {number}",
        aim="",
        summary="",
        topics=(),
        case_name="Stadt Havelbruch",
        case_html="",
        misconceptions=(),
        live_sessions=(),
        lessons=tuple(lessons),
        items=(),
        terms=tuple(terms),
        practice=PracticeTask(
            "Aufgabe",
            2.5,
            "<p>So gehen Sie vor.</p>",
            note,
            tuple(chapters),
            (
                Criterion("konkret", "Sind die Angaben konkret?"),
                Criterion("messbar", "Sind die Ziele messbar?", "Ein Maß fehlt.", "Fast alle.", "Jedes Ziel.", (2,)),
            ),
        ),
    )


def a_lesson(code: str, as_of: date) -> Lesson:
    return Lesson(code, code, "Lektion", 10, "Red.", "1.0", as_of, as_of, (), (), (), "", "", (), ())


PROGRAMME = Programme(
    slug="smart-city-manager",
    title="Smart-City-Manager:in",
    subtitle="",
    language="de",
    version="2026.1",
    changes=(Change("2026.1", date(2026, 11, 23), "Erste Fassung."),),
    assessment=AssessmentRules(10, {"A": 4, "B": 4, "C": 2}, 5, 4, 1, 20, 70, 3, 24),
    hours=HoursRules(12, 30),
    modules=(
        a_module(
            1,
            "grundlagen",
            (
                Chapter(1, "Ausgangslage", False, (table_field("vorhaben", "Laufende Vorhaben"),)),
                Chapter(
                    2,
                    "Zielbild",
                    False,
                    (text_field("zielbild", "Zielbild"), text_field("offene-punkte", "Offene Punkte", required=False)),
                ),
            ),
            terms=(
                Term("insek", "INSEK", "Ein integriertes Stadtentwicklungskonzept.", "", 1),
                Term("handlungsfeld", "Handlungsfeld", "Ein Thema einer Strategie.", "", 1),
            ),
            lessons=(a_lesson("1.1", date(2026, 10, 1)), a_lesson("1.2", date(2026, 11, 1))),
        ),
        a_module(
            3,
            "sicherheit",
            (Chapter(4, "Sicherheit und Vertrauen", True, (text_field("meldekette", "Meldekette"),)),),
            note="Schreiben Sie hier keine echten Schwachstellen auf.",
        ),
        a_module(
            5,
            "umsetzung",
            (
                Chapter(0, "Zusammenfassung", False, (text_field("anlass", "Anlass"),)),
                Chapter(6, "Umsetzung", False, (text_field("plan", "Plan"),)),
            ),
        ),
    ),
    dimensions=(),
    dimension_levels=(),
)


class Course:
    """One platform with two courses; people are known by a short name."""

    def __init__(self, session: Session) -> None:
        self.session = session
        platform = Platform(issuer="https://moodle.example", created_at=MONDAY)
        session.add(platform)
        session.flush()
        registration = RegistrationRow(
            platform_id=platform.id, client_id="c", auth_login_url="x", token_url="x", jwks_url="x", created_at=MONDAY
        )
        session.add(registration)
        session.flush()
        self.platform_id, self.registration_id = platform.id, registration.id
        self.course_id = self.a_course("kurs-1")
        self.other_course_id = self.a_course("kurs-2")

    def a_course(self, name: str) -> int:
        course = CourseRow(
            platform_id=self.platform_id,
            context_id=name,
            registration_id=self.registration_id,
            created_at=MONDAY,
            last_seen_at=MONDAY,
        )
        self.session.add(course)
        self.session.flush()
        return course.id

    def person(self, name: str, role: Role = Role.PARTICIPANT, *, course_id: int | None = None) -> Visitor:
        """Let somebody be a member of a course (the first, if none is named) and visit it."""
        course_id = course_id or self.course_id
        user = User(platform_id=self.platform_id, sub=name, name=name, first_seen_at=MONDAY, last_seen_at=MONDAY)
        self.session.add(user)
        self.session.flush()
        self.join(user.id, course_id, role)
        return Visitor(
            user_id=user.id,
            platform_id=self.platform_id,
            registration_id=self.registration_id,
            deployment_id=1,
            course_id=course_id,
            resource_link_id=None,
            module_slug=None,
            roles=frozenset({role}),
            locale="de",
            frame_origin="",
        )

    def join(self, user_id: int, course_id: int, role: Role = Role.PARTICIPANT) -> None:
        self.session.add(
            Membership(user_id=user_id, course_id=course_id, roles=role.value, first_seen_at=MONDAY, last_seen_at=MONDAY)
        )
        self.session.flush()


def write(
    session: Session, visitor: Visitor, number: int, field_id: str, content: Content | str, *, now: datetime = MONDAY
) -> None:
    """Type into a field of which the page showed the present state."""
    base = read_draft(session, PROGRAMME, user_id=visitor.user_id).field(field_id)
    typed = Content(text=content) if isinstance(content, str) else content
    entry = FieldEntry(typed, base.version, "")
    save_fields(session, PROGRAMME, user_id=visitor.user_id, number=number, entries={field_id: entry}, now=now)


def rows(*names: str) -> Content:
    return Content(rows=tuple({"name": name, "stand": "läuft"} for name in names))
