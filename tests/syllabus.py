"""What a course teaches, in tests: a programme, certified by an academy that does not exist."""

from lti_tool.domain.certificate import Issuer
from lti_tool.domain.programme import Programme
from lti_tool.domain.syllabus import Syllabus

ISSUER = Issuer("Akademie", "https://akademie.test", "https://tool.test/verify")


def taught(programme: Programme) -> Syllabus:
    return Syllabus(programme, ISSUER)
