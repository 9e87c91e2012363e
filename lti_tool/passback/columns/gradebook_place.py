"""Where scores are due."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GradebookPlace:
    """A course by our key, or a single link where the platform names no course; one of both."""

    course_id: int | None = None
    resource_link_id: int | None = None

    @classmethod
    def of(cls, course_id: int | None, resource_link_id: int | None) -> "GradebookPlace":
        """Return the place of a link: its course if it has one, else the link itself."""
        return cls(course_id) if course_id is not None else cls(None, resource_link_id)
