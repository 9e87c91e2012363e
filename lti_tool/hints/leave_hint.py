"""A reader tells the authors something about a lesson or a case."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.domain.content.case_studies import CaseStudy
from lti_tool.domain.content.programme import Lesson, Module, Programme
from lti_tool.domain.content.texts import Heading
from lti_tool.domain.people import Visitor
from lti_tool.domain.words.typed_text import clean_text
from lti_tool.errors import ToolError
from lti_tool.messages import N_
from lti_tool.models import LessonHint

MOST_CHARACTERS = 2000
_FORM_KEY_CHARACTERS = 40


@dataclass(frozen=True)
class HintSubject:
    """What a hint is about: a lesson of a module, or a case."""

    headings: tuple[Heading, ...]
    version: str
    module_slug: str = ""
    lesson_code: str = ""
    case_id: str = ""


def about_lesson(module: Module, lesson: Lesson) -> HintSubject:
    return HintSubject(lesson.headings, lesson.version, module_slug=module.slug, lesson_code=lesson.code)


def about_case(study: CaseStudy) -> HintSubject:
    return HintSubject(study.headings, study.as_of.isoformat(), case_id=study.id)


class HintIncomplete(ToolError):
    """There is nothing in it, or too much."""

    status = 400
    code = "hint_incomplete"


def leave_hint(
    session: Session,
    programme: Programme,
    visitor: Visitor,
    subject: HintSubject,
    *,
    text: str,
    heading_id: str,
    form_key: str,
    now: datetime,
) -> None:
    """Store a hint; the same form sent again changes nothing. Of the visitor only the course is kept, never who they are.

    Raises:
        HintIncomplete: no text, or more than fits.
    """
    text = clean_text(text)
    if not text:
        raise HintIncomplete(N_("Der Hinweis ist noch leer."), next_step=N_("Schreiben Sie, was Ihnen aufgefallen ist."))
    if len(text) > MOST_CHARACTERS:
        raise HintIncomplete(
            N_("Der Hinweis ist zu lang."),
            next_step=N_("Kürzen Sie ihn bitte auf höchstens %(most)s Zeichen; es sind %(now)s."),
            most=MOST_CHARACTERS,
            now=len(text),
        )
    if not 0 < len(form_key) <= _FORM_KEY_CHARACTERS:
        raise HintIncomplete(N_("Das Formular war nicht vollständig."), next_step=N_("Senden Sie es bitte noch einmal ab."))
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(
        insert(LessonHint)
        .values(
            form_key=form_key,
            course_id=visitor.course_id,
            module_slug=subject.module_slug,
            lesson_code=subject.lesson_code,
            lesson_version=subject.version,
            case_id=subject.case_id,
            programme_version=programme.version,
            heading=next((heading.text for heading in subject.headings if heading.id == heading_id), "")[:200],
            text=text,
            given_at=now,
            done_at=None,
        )
        .on_conflict_do_nothing(index_elements=["form_key"])
    )
