"""Has the programmes of kept versions at hand: read from the database when a course first needs one, the latest few kept read."""

import logging
import tempfile
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.content_versions.archive import unpack
from lti_tool.domain.content.illustrations import Figure
from lti_tool.domain.content.programme import Programme
from lti_tool.errors import ToolError
from lti_tool.messages import N_
from lti_tool.models import ContentVersion
from lti_tool.programme.formats.findings import ProgrammeError
from lti_tool.programme.reader import read_programme

if TYPE_CHECKING:
    from lti_tool.models.database import Database

log = logging.getLogger(__name__)

# Beside the newest, which every process has. One takes a quarter of a second to read and 2 MB to keep (decision 0014).
MOST = 4


class VersionUnreadable(ToolError):
    """The version was written for a newer release than this process: an upgrade is under way."""

    status = 503
    code = "content_version_unreadable"

    def __init__(self) -> None:
        super().__init__(
            N_("Die Inhalte Ihres Kurses werden gerade aktualisiert."),
            next_step=N_("Ihr Stand ist gespeichert. Bitte laden Sie die Seite in ein paar Minuten neu."),
        )


class Shelf:
    """The kept versions, for all threads of a process."""

    def __init__(self, database: "Database", *, most: int = MOST) -> None:
        self._database = database
        self._most = most
        self._programmes: OrderedDict[str, Programme] = OrderedDict()
        # Figures have public addresses: they stay, so that no stranger can make us read a whole programme again and again.
        self._figures: dict[str, Mapping[str, Figure]] = {}
        self._lock = Lock()
        self._reading = Lock()

    def get(self, version: str, session: Session | None = None) -> Programme | None:
        """Give a kept version's programme; None: it was never kept.

        Args:
            session: to read it with, where one is open.

        Raises:
            VersionUnreadable: this release cannot read it.
        """
        found = self._at_hand(version)
        if found is not None:
            return found
        # One at a time: of several threads that want the same version, one reads it.
        with self._reading:
            return self._at_hand(version) or self._fetch(version, session)

    def figure(self, version: str, name: str) -> Figure | None:
        """Give a drawing of a kept version."""
        if version not in self._figures:
            self.get(version)
        return self._figures.get(version, {}).get(name)

    def _at_hand(self, version: str) -> Programme | None:
        with self._lock:
            found = self._programmes.get(version)
            if found is not None:
                self._programmes.move_to_end(version)
            return found

    def _fetch(self, version: str, session: Session | None) -> Programme | None:
        with nullcontext(session) if session is not None else self._database.read() as reading:
            archive = reading.scalar(select(ContentVersion.archive).where(ContentVersion.version == version))
        if archive is None:
            return None
        programme = _read(version, archive)
        with self._lock:
            self._programmes[version] = programme
            while len(self._programmes) > self._most:
                self._programmes.popitem(last=False)
            self._figures[version] = programme.figures
        log.info("content_version_read", extra={"version": version})
        return programme


def _read(version: str, archive: bytes) -> Programme:
    with tempfile.TemporaryDirectory(prefix="lti-tool-content-") as folder:
        unpack(archive, Path(folder))
        try:
            return read_programme(Path(folder))
        except ProgrammeError as err:
            log.error("content_version_unreadable", extra={"version": version, "finding": str(err.findings[0])})
            raise VersionUnreadable from err
