"""Roles as platforms spell them: addresses in launches, bare words in rosters, urns from LTI 1.1 (LTI Core 1.3, A.2).

Compared without `http:` or `https:`, without regard to capitals and to blanks around them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from lti_tool.lti.json_shapes import entries_of, text_of

_CONTEXT: Final = "context"
_INSTITUTION: Final = "institution"
_SYSTEM: Final = "system"
_VOCABULARIES: Final = (
    ("purl.imsglobal.org/vocab/lis/v2/membership", _CONTEXT),
    ("purl.imsglobal.org/vocab/lis/v2/institution/person", _INSTITUTION),
    ("purl.imsglobal.org/vocab/lis/v2/system/person", _SYSTEM),
    ("urn:lti:role:ims/lis", _CONTEXT),
    ("urn:lti:instrole:ims/lis", _INSTITUTION),
    ("urn:lti:sysrole:ims/lis", _SYSTEM),
)
_BARE: Final = re.compile(r"[a-z]+(?:[ _-][a-z]+)*(?:[/#][a-z_ -]+)?")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Core A.2.3, A.2.2 and A.2.1; `TeachingAssistant` was a role of its own in LTI 1.1 and is one of an instructor's since.
_KNOWN: Final = {
    _CONTEXT: _words("administrator contentdeveloper instructor learner manager member mentor officer teachingassistant"),
    _INSTITUTION: _words(
        "administrator alumni faculty guest instructor learner member mentor none observer other prospectivestudent staff student"
    ),
    _SYSTEM: _words("accountadmin administrator creator none sysadmin syssupport user"),
}
_TEACHING: Final = frozenset({"instructor", "contentdeveloper", "teachingassistant"})
_ADMINISTRATING: Final = frozenset(
    {(_INSTITUTION, "administrator"), (_SYSTEM, "administrator"), (_SYSTEM, "sysadmin"), (_SYSTEM, "syssupport")}
)
# No role is longer; a longer one is nobody's, and need not be remembered.
_LONGEST: Final = 300


def role_names_of(value: object) -> tuple[str, ...] | None:
    """Give the names in what a platform sent as roles; None where it is nothing of the kind.

    Nothing of the kind are also lists that hold something, but not a single text.
    """
    entries = entries_of(value)
    if entries is None:
        return None
    said = [entry for entry in entries if entry not in (None, "")]
    texts = [text_of(entry) for entry in said if isinstance(entry, str)]
    if said and not any(texts):
        return None
    return tuple([text.strip() for text in texts if text and not text.isspace() and len(text) <= _LONGEST])


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
    def _understood(self) -> frozenset[tuple[str, str]]:
        return frozenset(map(_understand, self.names))

    @cached_property
    def _in_context(self) -> frozenset[str]:
        return frozenset([word for vocabulary, word in self._understood if vocabulary == _CONTEXT])

    @property
    def is_instructor(self) -> bool:
        return bool(self._in_context & _TEACHING)

    @property
    def is_administrator(self) -> bool:
        """Of the context; or of the institution or the system, unless they learn in this very context."""
        if "administrator" in self._in_context:
            return True
        return not self.is_learner and bool(self._understood & _ADMINISTRATING)

    @property
    def is_learner(self) -> bool:
        return "learner" in self._in_context

    @property
    def is_mentor(self) -> bool:
        return "mentor" in self._in_context

    @property
    def is_test_user(self) -> bool:
        """An instructor's pretended participant, as Canvas's student view sends it."""
        return any(_is_test_user(name) for name in self.names)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Those that no vocabulary of ours has: they count for nothing, and the operator may want to know."""
        return tuple(sorted([name for name in self.names if not _is_known(name)]))


# A platform has few roles and sends them with every launch and for everybody of a roster.
@lru_cache(maxsize=1024)
def _understand(name: str) -> tuple[str, str]:
    """Give vocabulary and word of a role: `context` and `instructor` for `membership#Instructor`, for
    `membership/Instructor#TeachingAssistant` and for the bare `Instructor`; a sub-role's principal role decides
    (Core A.2.3.1)."""
    lowered = name.strip().lower()
    address = lowered.removeprefix("http://").removeprefix("https://")
    for beginning, vocabulary in _VOCABULARIES:
        if address.startswith((f"{beginning}#", f"{beginning}/")):
            return vocabulary, _principal(address[len(beginning) + 1 :])
    return (_CONTEXT, _principal(lowered)) if _BARE.fullmatch(lowered) else ("", "")


def _principal(rest: str) -> str:
    # Some send the names of their own constants: CONTENT_DEVELOPER.
    return re.split("[/#]", rest, maxsplit=1)[0].replace("_", "").replace("-", "").replace(" ", "")


def _is_test_user(name: str) -> bool:
    # Whatever stands before it: some put it into one of the LIS vocabularies.
    return name.strip().lower().endswith("#testuser")


def _is_known(name: str) -> bool:
    vocabulary, word = _understand(name)
    return _is_test_user(name) or word in _KNOWN.get(vocabulary, ())
