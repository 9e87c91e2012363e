"""Roles as platforms spell them: full URIs in launches, bare words in rosters and old launches (LTI Core 1.3, A.2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

_MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
_INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"
_SYSTEM = "http://purl.imsglobal.org/vocab/lis/v2/system/person#"
# `http://purl.imsglobal.org/vocab/lti/system/person#TestUser`; some put it into one of the LIS vocabularies.
_TEST_USER = "#TestUser"


@dataclass(frozen=True)
class Roles:
    """What a platform says that somebody is. An empty list is allowed and means: nothing special.

    Only roles *in the context* make an instructor: Open edX gives its site staff `institution/person#Instructor`
    in every course, also where they learn.
    """

    names: frozenset[str]

    @classmethod
    def of(cls, names: Iterable[str]) -> "Roles":
        return cls(frozenset(names))

    @cached_property
    def _in_context(self) -> frozenset[str]:
        """Core words of the context roles: `Instructor` for `membership#Instructor`, for
        `membership/Instructor#TeachingAssistant` and for the deprecated bare `Instructor`."""
        words = set()
        for name in self.names:
            if name.startswith(_MEMBERSHIP):
                rest = name[len(_MEMBERSHIP) :]
                # A sub-role stands as `/Instructor#Grader` (Core A.2.3.1); its principal role decides.
                words.add(rest[1:].partition("#")[0] if rest.startswith("/") else rest[1:])
            elif name.isalpha():
                words.add(name)
        return frozenset(words)

    @property
    def is_instructor(self) -> bool:
        return bool(self._in_context & {"Instructor", "ContentDeveloper"})

    @property
    def is_administrator(self) -> bool:
        """Of the context; or of the institution or the system, unless they learn in this very context."""
        if "Administrator" in self._in_context:
            return True
        return not self.is_learner and bool(
            self.names & {_INSTITUTION + "Administrator", _SYSTEM + "Administrator", _SYSTEM + "SysAdmin", _SYSTEM + "SysSupport"}
        )

    @property
    def is_learner(self) -> bool:
        return "Learner" in self._in_context

    @property
    def is_mentor(self) -> bool:
        return "Mentor" in self._in_context

    @property
    def is_test_user(self) -> bool:
        """An instructor's pretended participant, as Canvas's student view sends it."""
        return any(name.endswith(_TEST_USER) for name in self.names)
