"""Who was erased, in a file outside the database: a restored backup brings them back, and this finds them again.

The file names nobody: each line holds a keyed hash of platform and `sub`, and when it was. A number of ours would not do: after a
restore it may belong to somebody else.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.errors import ToolError
from lti_tool.messages import N_
from lti_tool.models import Platform, User
from lti_tool.personal_data.person_overview import FoundPerson, find_by_ids, platform_name

_PURPOSE: Final = b"lti_tool.personal_data.erasure_list.1"
_ROWS_AT_ONCE: Final = 5000


@dataclass(frozen=True)
class Erasure:
    """One line of the list."""

    mark: str
    key: str
    """Which secret made the mark; it says nothing about it."""
    erased_at: datetime

    def as_line(self) -> str:
        return json.dumps({"person": self.mark, "key": self.key, "erased_at": self.erased_at.isoformat()})


class Marker:
    """Makes marks with a key drawn from a secret; without the secret nobody can tell whom a mark stands for."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), _PURPOSE, "sha256")
        self.key_name = hmac.digest(self._key, b"name", "sha256").hex()[:12]

    def mark(self, issuer: str, sub: str) -> str:
        return hmac.new(self._key, f"{issuer}\n{sub}".encode(), hashlib.sha256).hexdigest()

    def erasure_of(self, person: FoundPerson, *, now: datetime) -> Erasure:
        """Give the line for somebody who is being erased."""
        return Erasure(self.mark(person.platform, person.sub), self.key_name, now)


@dataclass(frozen=True)
class Returned:
    """Who was erased and is there again, and how many lines none of the secrets can read."""

    people: tuple[FoundPerson, ...]
    unreadable: int


def note_erasure(path: Path, erasure: Erasure) -> None:
    """Add a line to the list; on disk when this returns.

    Raises:
        ToolError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
            file.write(f"{erasure.as_line()}\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as err:
        raise ToolError(
            N_("Die Liste der Löschungen lässt sich nicht schreiben: %(path)s (%(why)s)."),
            next_step=N_("Es wurde nichts gelöscht. Nennen Sie mit LTI_TOOL_ERASURE_LIST einen anderen Ort."),
            code="erasure_list_unwritable",
            path=path,
            why=err.strerror,
        ) from err


def read_erasures(text: str) -> tuple[Erasure, ...]:
    """Read a list.

    Raises:
        ToolError: a line is none of ours; nothing may be passed over here.
    """
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
            erased_at = datetime.fromisoformat(told["erased_at"])
            if erased_at.tzinfo is None:
                raise ValueError("a moment without a zone")
            found.append(Erasure(str(told["person"]), str(told["key"]), erased_at))
        except (ValueError, TypeError, KeyError) as err:
            raise ToolError(
                N_("Zeile %(number)s der Liste der Löschungen ist nicht lesbar."),
                next_step=N_("Jede Zeile muss so dastehen, wie `people erase` sie geschrieben hat."),
                code="erasure_list_unreadable",
                number=number,
            ) from err
    return tuple(found)


def find_returned(session: Session, erasures: Iterable[Erasure], markers: Sequence[Marker]) -> Returned:
    """Find who was erased and is in the database as before: stored since before they were erased.

    Who came back by themselves began as somebody new, later than that, and is left alone. Erased rows bear a `sub` of chance.
    """
    listed = list(erasures)
    latest: dict[tuple[str, str], datetime] = {}
    for one in listed:
        latest[one.key, one.mark] = max(one.erased_at, latest.get((one.key, one.mark), one.erased_at))
    known = [marker for marker in markers if any(key == marker.key_name for key, _ in latest)]
    ids = []
    if known:
        columns = (User.id, User.sub, User.first_seen_at, platform_name().label("platform"))
        query = select(*columns).join(Platform, Platform.id == User.platform_id)
        for row in session.execute(query.execution_options(yield_per=_ROWS_AT_ONCE)):
            marks = ((marker.key_name, marker.mark(row.platform, row.sub)) for marker in known)
            if any(row.first_seen_at < latest[mark] for mark in marks if mark in latest):
                ids.append(row.id)
    names = {marker.key_name for marker in markers}
    return Returned(find_by_ids(session, ids), sum(one.key not in names for one in listed))
