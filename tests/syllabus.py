"""What a course teaches, in tests: a programme, certified by an academy that does not exist."""

from sqlalchemy.orm import Session

from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import Issuer
from lti_tool.domain.people import Member
from lti_tool.domain.rules.syllabus import Syllabus
from lti_tool.progress.course_facts import settings_of

ISSUER = Issuer("Akademie", "https://akademie.test", "https://tool.test/verify")


def taught(programme: Programme) -> Syllabus:
    return Syllabus(programme, ISSUER)


def taught_in(session: Session, programme: Programme, visitor: Member) -> Syllabus:
    """The same, by the rules of a course as they stand now."""
    return Syllabus(programme, ISSUER, settings_of(session, visitor.course_id))
