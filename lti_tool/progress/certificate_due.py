"""Whether the certificate is due: reads what a person's course asks for and what they did, and tells `certificates/`."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.certificates.documents.letterheads import latest_course
from lti_tool.certificates.issue.issue_certificate import find_lasting_certificate_id, issue_certificate
from lti_tool.certificates.name_certificate import name_certificate
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import Issuer
from lti_tool.domain.rules.completion import Condition
from lti_tool.domain.rules.course_record import CourseRecord
from lti_tool.domain.rules.workbook import DRAFT_TITLE
from lti_tool.models import Attempt, User, Workbook, WorkbookField
from lti_tool.progress.contributions import contributions_of
from lti_tool.progress.requirements import requirements_of


def issue_if_due(session: Session, programme: Programme, *, user_id: int, issuer: Issuer, now: datetime) -> int | None:
    """Issue a person's certificate if all modules are completed, the course asks for nothing else and the name is known.

    Belongs into the transaction of the step that may have been the last. Repeating is safe.

    Returns:
        The certificate's id; None: something is still missing (a module, chapters, live time, or the name to print).
    """
    lasting = find_lasting_certificate_id(session, programme, user_id, now=now)
    if lasting is not None:
        return lasting
    # Two last completions in two transactions would each miss the other's and issue nothing. So whoever gets here waits for
    # the other's end and then sees its row (READ COMMITTED). NO KEY UPDATE: the rows that the two have just inserted hold a
    # key share lock on the same user; the stronger FOR UPDATE would deadlock with it. SQLite has one writer at a time anyway.
    session.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True)).all()
    record = course_record_of(session, programme, user_id)
    return issue_certificate(session, programme, record, user_id=user_id, issuer=issuer, now=now)


def name_and_issue(
    session: Session, programme: Programme, *, user_id: int, name: str, issuer: Issuer, now: datetime
) -> int | None:
    """Store the name that a person wants to see printed, and issue the certificate if it waited for nothing else.

    Raises:
        NameRefused: the name cannot be printed.
        Conflict: the name is fixed already, by the platform or by a certificate that was issued.
    """
    name_certificate(session, programme, user_id=user_id, name=name)
    return issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=now)


def course_record_of(session: Session, programme: Programme, user_id: int) -> CourseRecord:
    """Judge a person by the course in which they were last; it is the one that their documents name."""
    course = latest_course(session, user_id)
    requirements = requirements_of(session, programme, course.id if course else None)
    beside = contributions_of(session, requirements, [user_id], with_notes=True)
    tested = frozenset(
        session.scalars(select(Attempt.module_slug).where(Attempt.user_id == user_id, Attempt.is_passed.is_(True)).distinct())
    )
    return CourseRecord(
        minutes={
            module.slug: beside.minutes_done(user_id, module, programme.hours, is_quiz_passed=module.slug in tested)
            for module in programme.modules
        },
        tested=tested,
        open_chapters={module.slug: beside.open_chapters(user_id, module) for module in programme.required_modules},
        live_left=frozenset(module.slug for module in programme.modules if beside.open_meetings(user_id, module)),
        live_share_pct=beside.live_share_pct(user_id, programme),
        draft_title=_draft_title(session, programme, user_id) if requirements.asks_for(Condition.PRACTICE) else "",
    )


def _draft_title(session: Session, programme: Programme, user_id: int) -> str:
    content = session.scalar(
        select(WorkbookField.content)
        .join(Workbook, Workbook.id == WorkbookField.workbook_id)
        .where(Workbook.user_id == user_id, Workbook.programme_slug == programme.slug, WorkbookField.field_id == DRAFT_TITLE)
    )
    return str(content.get("text", "")) if content else ""
