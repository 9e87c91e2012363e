"""Erases a person and notes it outside the database, so that a restored backup does not bring them back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from lti_tool.concerns.ask_for_erasure import list_wanted_erasures
from lti_tool.personal_data.erase_person import erase_person
from lti_tool.personal_data.erasure_list import Erasure, Marker, note_erasure
from lti_tool.personal_data.person_overview import FoundPerson, show_person

if TYPE_CHECKING:
    from lti_tool.models.database import Database


@dataclass(frozen=True)
class NotedErasure:
    """What an erasure left."""

    certificates: int
    """How many still verify, without a name."""
    erasure: Erasure | None
    """The line of the list; None: it was there already."""


def erase_noted(
    database: "Database", person: FoundPerson, *, marker: Marker | None, path: Path | None, now: datetime
) -> NotedErasure:
    """Erase one person in a transaction of its own; with a marker it is noted before it is committed.

    Somebody noted and not erased is asked about; somebody erased and not noted would come back.

    Raises:
        NotFound: nobody has this id.
        ToolError: the list cannot be written; nothing was erased.
    """
    noted = None
    with database.write.begin() as session:
        certificates = erase_person(session, person.id, now=now)
        if marker is not None and path is not None:
            noted = marker.erasure_of(person, now=now)
            note_erasure(path, noted)
    return NotedErasure(certificates, noted)


def erase_who_asked(database: "Database", *, after: timedelta, marker: Marker, path: Path, now: datetime) -> int:
    """Erase everybody who asked for it longer than `after` ago, and tell how many that were."""
    with database.read() as session:
        wanted = list_wanted_erasures(session, asked_before=now - after)
        people = [show_person(session, each.user_id).person for each in wanted]
    for person in people:
        erase_noted(database, person, marker=marker, path=path, now=now)
    return len(people)
