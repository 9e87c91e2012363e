"""Issues the Teilnahmebescheinigung of one module, when its participant asks for it and the conditions are met."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.certificates.documents.letterheads import effective_letterhead, latest_course
from lti_tool.certificates.issue_certificate import begin_facts, find_newest_certificate_id, insert_once
from lti_tool.certificates.kinds.stored_facts import facts_from_json
from lti_tool.certificates.office.reissue_certificate import replace_certificate
from lti_tool.domain.certificate import CertifiedModule, DocumentKind, Facts, Issuer, day_of, hours_in_print
from lti_tool.domain.course_record import CourseRecord
from lti_tool.domain.multilang import in_one_language
from lti_tool.domain.printed_name import find_printable_name
from lti_tool.domain.programme import Module, Programme
from lti_tool.errors import Conflict
from lti_tool.messages import N_
from lti_tool.models import Attempt, Certificate, LessonProgress, User


@dataclass(frozen=True)
class Participation:
    """How far a person is with a module's Teilnahmebescheinigung (curriculum, section 6)."""

    lessons_left: int
    is_live_left: bool
    is_passed: bool
    began_on: date | None
    ended_on: date | None
    version: str

    @property
    def is_due(self) -> bool:
        return self.lessons_left == 0 and not self.is_live_left


def participation_in(session: Session, module: Module, record: CourseRecord, *, user_id: int) -> Participation:
    """Tell how far a person is; live sessions count where their course asks for them."""
    rows = session.execute(
        select(
            LessonProgress.lesson_code, LessonProgress.opened_at, LessonProgress.completed_at, LessonProgress.programme_version
        ).where(LessonProgress.user_id == user_id, LessonProgress.module_slug == module.slug)
    ).all()
    codes = {lesson.code for lesson in module.lessons}
    done = [row for row in rows if row.completed_at is not None and row.lesson_code in codes]
    last = max(done, key=lambda row: row.completed_at, default=None)
    return Participation(
        lessons_left=len(codes) - len(done),
        is_live_left=module.slug in record.live_left,
        is_passed=module.slug in record.tested,
        began_on=day_of(min(row.opened_at for row in rows)) if rows else None,
        ended_on=day_of(last.completed_at) if last is not None and last.completed_at is not None else None,
        version=last.programme_version if last is not None else "",
    )


def issue_participation(
    session: Session,
    programme: Programme,
    module: Module,
    record: CourseRecord,
    *,
    user_id: int,
    issuer: Issuer,
    now: datetime,
) -> int:
    """Issue a module's Teilnahmebescheinigung, or give the one that was issued before.

    Raises:
        Conflict: lessons or the live part are still missing, or there is no name that could be printed.
    """
    issued = find_newest_certificate_id(session, programme, user_id, module.slug)
    if issued is not None and not can_be_improved(session, issued):
        return issued
    user = session.get_one(User, user_id, with_for_update={"key_share": True})
    state = participation_in(session, module, record, user_id=user_id)
    if not state.is_due or state.ended_on is None:
        raise Conflict(
            N_("Für diese Teilnahmebescheinigung fehlt noch etwas."),
            next_step=N_("Was fehlt, steht auf der Seite des Moduls."),
            code="participation_not_due",
        )
    name = find_printable_name(user.certificate_name, user.name)
    if name is None:
        raise Conflict(
            N_("Für den Nachweis fehlt Ihr Name."),
            next_step=N_("Geben Sie ihn unter „Meine Nachweise“ an."),
            code="name_missing",
        )
    facts = _facts(session, programme, module, state, record, user_id=user_id, name=name, issuer=issuer, now=now)
    if issued is None:
        return insert_once(session, programme, user_id, facts, subject=module.slug, now=now)
    return replace_certificate(session, session.get_one(Certificate, issued), facts, now=now)


def can_be_improved(session: Session, certificate_id: int) -> bool:
    """Tell whether the test was passed since a valid Teilnahmebescheinigung was issued that does not say so."""
    row = session.get_one(Certificate, certificate_id)
    facts = facts_from_json(row.facts)
    if (
        facts.kind is not DocumentKind.PARTICIPATION
        or facts.is_passed
        or row.revoked_at is not None
        or row.replaced_by_id is not None
    ):
        return False
    passed = select(Attempt.id).where(
        Attempt.user_id == row.user_id, Attempt.module_slug == row.subject, Attempt.is_passed.is_(True)
    )
    return session.scalar(passed.limit(1)) is not None


def _facts(
    session: Session,
    programme: Programme,
    module: Module,
    state: Participation,
    record: CourseRecord,
    *,
    user_id: int,
    name: str,
    issuer: Issuer,
    now: datetime,
) -> Facts:
    course = latest_course(session, user_id)
    head = effective_letterhead(session, issuer, course.registration_id if course else None)
    ended_on = state.ended_on or day_of(now)
    return replace(
        begin_facts(programme, head, issuer, name=name, now=now),
        kind=DocumentKind.PARTICIPATION,
        title=head.participation_title,
        modules=(CertifiedModule(module.number, module.title, state.version, ended_on),),
        hours=hours_in_print(record.minutes_in(module) / 60),
        topics=module.topics or tuple(lesson.title for lesson in module.lessons),
        began_on=state.began_on,
        is_passed=state.is_passed,
        course=in_one_language(course.title, head.language) if course else "",
    )
