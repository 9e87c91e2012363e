"""Has the programmes of kept versions at hand: read from the database when a course first needs one, the latest few kept read."""

import logging
import tempfile
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lti_tool.content_versions.archive import unpack
from lti_tool.content_versions.kept_readings import KeptReadings
from lti_tool.domain.content.illustrations import Figure
from lti_tool.domain.content.pin import Pin
from lti_tool.domain.content.programme import Programme
from lti_tool.errors import ToolError
from lti_tool.messages import N_
from lti_tool.models import ContentVersion
from lti_tool.programme.formats.findings import ProgrammeError
from lti_tool.programme.reader import read_programme

if TYPE_CHECKING:
    from lti_tool.models.database import Database

log = logging.getLogger(__name__)

# Beside the newest of each programme. One takes a second to read, or 20 ms where somebody has read it before, and 2 MB to keep.
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

    def __init__(self, database: "Database", readings: KeptReadings | None = None, *, most: int = MOST) -> None:
        self._database = database
        self._readings = readings or KeptReadings()
        self._most = most
        self._programmes: OrderedDict[Pin, Programme] = OrderedDict()
        # Figures have public addresses: they stay, so that no stranger can make us read a whole programme again and again.
        self._figures: dict[Pin, Mapping[str, Figure]] = {}
        self._lock = Lock()
        self._reading = Lock()

    def get(self, pin: Pin, session: Session | None = None) -> Programme | None:
        """Give a kept version's programme; None: it was never kept.

        Args:
            session: to read it with, where one is open.

        Raises:
            VersionUnreadable: this release cannot read it.
        """
        found = self._at_hand(pin)
        if found is not None:
            return found
        # One at a time: of several threads that want the same version, one reads it.
        with self._reading:
            return self._at_hand(pin) or self._fetch(pin, session)

    def figure(self, pin: Pin, name: str) -> Figure | None:
        """Give a drawing of a kept version."""
        if pin not in self._figures:
            self.get(pin)
        return self._figures.get(pin, {}).get(name)

    def pin_with_module(self, module_slug: str, version: str, session: Session | None = None) -> Pin | None:
        """Name the programme that had a module in a version; None: none did."""
        query = select(ContentVersion.programme_slug, ContentVersion.module_slugs).where(ContentVersion.version == version)
        with nullcontext(session) if session is not None else self._database.read() as reading:
            rows = reading.execute(query.order_by(ContentVersion.id.desc())).all()
        return next((Pin(slug, version) for slug, modules in rows if module_slug in modules.split()), None)

    def latest_pin(self, slug: str) -> Pin | None:
        """Name the newest kept version of a programme; None: none was kept."""
        query = select(ContentVersion.version).where(ContentVersion.programme_slug == slug).order_by(ContentVersion.id.desc())
        with self._database.read() as session:
            version = session.scalars(query).first()
        return Pin(slug, version) if version is not None else None

    def _at_hand(self, pin: Pin) -> Programme | None:
        with self._lock:
            found = self._programmes.get(pin)
            if found is not None:
                self._programmes.move_to_end(pin)
            return found

    def _fetch(self, pin: Pin, session: Session | None) -> Programme | None:
        with nullcontext(session) if session is not None else self._database.read() as reading:
            fingerprint = reading.scalar(_of(pin).with_only_columns(ContentVersion.sha256))
            if fingerprint is None:
                return None
            programme = self._readings.programme(fingerprint, lambda: _read(pin, _archive(reading, pin)))
        with self._lock:
            self._programmes[pin] = programme
            while len(self._programmes) > self._most:
                self._programmes.popitem(last=False)
            self._figures[pin] = programme.figures
        log.info("content_version_read", extra={"programme": pin.programme, "version": pin.version})
        return programme


def _of(pin: Pin) -> Select[ContentVersion]:
    return select(ContentVersion).where(ContentVersion.programme_slug == pin.programme, ContentVersion.version == pin.version)


def _archive(session: Session, pin: Pin) -> bytes:
    return session.scalars(_of(pin).with_only_columns(ContentVersion.archive)).one()


def _read(pin: Pin, archive: bytes) -> Programme:
    with tempfile.TemporaryDirectory(prefix="lti-tool-content-") as folder:
        unpack(archive, Path(folder))
        try:
            return read_programme(Path(folder))
        except ProgrammeError as err:
            log.error(
                "content_version_unreadable",
                extra={"programme": pin.programme, "version": pin.version, "finding": str(err.findings[0])},
            )
            raise VersionUnreadable from err
