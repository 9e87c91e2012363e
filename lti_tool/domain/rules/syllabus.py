"""What a course teaches, by which rules, and who certifies it: one value, read once for a request or a step."""

from dataclasses import dataclass, field

from lti_tool.domain.content.programme import AssessmentRules, Programme
from lti_tool.domain.documents.certificate import Issuer
from lti_tool.domain.rules.completion import Conditions
from lti_tool.domain.rules.course import CourseSettings


@dataclass(frozen=True)
class Syllabus:
    """The programme in the version that a course learns with, the course's settings, and who issues its documents."""

    programme: Programme
    issuer: Issuer
    settings: CourseSettings = field(default_factory=CourseSettings)

    @property
    def rules(self) -> AssessmentRules:
        """The programme's rules of assessment, as far as the course changed none; an attempt keeps those that it began with."""
        return self.settings.applied_to(self.programme.assessment)

    @property
    def conditions(self) -> Conditions:
        """What completes a module: lessons and quiz, where nobody decided anything."""
        return self.settings.conditions or Conditions()
