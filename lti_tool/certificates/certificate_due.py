"""What the course of a person asks for beside the modules, before the certificate is due (curriculum, section 6)."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.certificates.font_signs import keep_printable
from lti_tool.certificates.letterheads import latest_course
from lti_tool.completion.contributions import Contributions, contributions_of
from lti_tool.completion.requirements import requirements_of
from lti_tool.domain.completion import Part
from lti_tool.domain.live import SHARE_FOR_CERTIFICATE_PCT
from lti_tool.domain.programme import Chapter, Module, Programme
from lti_tool.domain.workbook import DRAFT_TITLE
from lti_tool.models import Attempt
from lti_tool.workbook.draft import read_draft

# Two lines of the page.
_TITLE_LENGTH_MAX = 160


@dataclass(frozen=True)
class CourseRecord:
    """What the course printed on a person's documents asks for, and what that person did of it."""

    beside: Contributions
    tested: frozenset[str]
    """Slugs of the modules whose Lernerfolgskontrolle the person passed."""
    open_chapters: tuple[Chapter, ...]
    """Chapters of the draft that are still asked for; empty where the practice task is not."""
    live_share_pct: float
    """How much of the live time was attended or made up for; 100 where the live part is not asked for."""

    @property
    def is_live_short(self) -> bool:
        return self.live_share_pct < SHARE_FOR_CERTIFICATE_PCT

    @property
    def is_done(self) -> bool:
        """Tell whether nothing but modules can be missing."""
        return not self.open_chapters and not self.is_live_short

    def minutes_in(self, programme: Programme, module: Module, user_id: int) -> int:
        """Add up the minutes that really apply to a module: of the parts asked for, those that the person did."""
        return self.beside.minutes_done(user_id, module, programme.hours, is_quiz_passed=module.slug in self.tested)


def course_record_of(session: Session, programme: Programme, user_id: int) -> CourseRecord:
    """Judge a person by the course in which they were last; it is the one that their documents name."""
    course = latest_course(session, user_id)
    requirements = requirements_of(session, programme, course.id if course else None)
    beside = contributions_of(session, requirements, [user_id])
    tested = session.scalars(
        select(Attempt.module_slug).where(Attempt.user_id == user_id, Attempt.is_passed.is_(True)).distinct()
    )
    return CourseRecord(
        beside=beside,
        tested=frozenset(tested),
        open_chapters=beside.open_chapters_of_all(user_id, programme),
        live_share_pct=beside.live_share_pct(user_id, programme),
    )


def draft_title_of(session: Session, programme: Programme, record: CourseRecord, user_id: int) -> str:
    """Give the title of a person's own draft; empty where the course asks for none, or they gave it no title."""
    if not record.beside.requirements.asks_for(Part.PRACTICE):
        return ""
    return keep_printable(read_draft(session, programme, user_id=user_id).field(DRAFT_TITLE).content.text)[:_TITLE_LENGTH_MAX]
