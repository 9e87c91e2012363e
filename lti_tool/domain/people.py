"""Who is at the screen, and in which role."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A person's role in a course, as far as this tool tells them apart."""

    PARTICIPANT = "participant"
    INSTRUCTOR = "instructor"
    ADMINISTRATOR = "administrator"
    MENTOR = "mentor"
    TEST_USER = "test_user"


_WORDS = frozenset(role.value for role in Role)


@dataclass(frozen=True, kw_only=True)
class Member:
    """A person in a course, as they are there; nobody need be at a screen.

    `course_id` is None outside of any course, `resource_link_id` where no link is concerned.
    """

    user_id: int
    course_id: int | None
    roles: frozenset[Role]
    resource_link_id: int | None = None

    @property
    def is_instructor(self) -> bool:
        return bool(self.roles & {Role.INSTRUCTOR, Role.ADMINISTRATOR})

    @property
    def is_participant(self) -> bool:
        """Whoever neither teaches nor administers learns, without any role too; a mentor only where they also take part."""
        return takes_part(self.roles)

    @property
    def is_test_user(self) -> bool:
        """An instructor's pretended participant."""
        return Role.TEST_USER in self.roles


@dataclass(frozen=True, kw_only=True)
class Visitor(Member):
    """Who is at the screen now: a person in a course, come in by one launch.

    `course_id`, `resource_link_id` and `module_slug` are None where the launch named none.
    """

    platform_id: int
    registration_id: int
    deployment_id: int
    module_slug: str | None
    locale: str
    frame_origin: str
    """Origins of the platform (scheme://host[:port]), separated by spaces; they alone may frame our pages."""
    return_url: str = ""
    """Where the platform wants people back who leave; empty: it said nothing that we can use."""


def roles_in(words: str) -> frozenset[Role]:
    """Read roles as they are stored, separated by spaces; words of another release count as not said."""
    return frozenset(Role(word) for word in words.split() if word in _WORDS)


def is_counted(roles: frozenset[Role]) -> bool:
    """Tell whether somebody stands in a course's lists and sums: who learns there, and does not only pretend to."""
    return takes_part(roles) and Role.TEST_USER not in roles


def takes_part(roles: frozenset[Role]) -> bool:
    """Tell whether somebody with these roles learns in a course."""
    is_instructor = bool(roles & {Role.INSTRUCTOR, Role.ADMINISTRATOR})
    return not is_instructor and (Role.MENTOR not in roles or Role.PARTICIPANT in roles)
