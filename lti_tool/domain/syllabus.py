"""What a course teaches and who certifies it, as one value for whatever a step brings about."""

from dataclasses import dataclass

from lti_tool.domain.certificate import Issuer
from lti_tool.domain.programme import Programme


@dataclass(frozen=True)
class Syllabus:
    """The programme in the version that a course learns with, and who issues its documents."""

    programme: Programme
    issuer: Issuer
