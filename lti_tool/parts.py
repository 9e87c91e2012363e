"""The wired tool: what pages, endpoints, commands and the worker work with. Built once, by bootstrap; knows no Flask."""

import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, cast

from lti_tool.certificates.documents.document_maker import DocumentMaker
from lti_tool.content_versions.catalogue import Catalogue, ServedProgramme
from lti_tool.content_versions.gone import ProgrammeGone
from lti_tool.content_versions.shelf import Shelf
from lti_tool.domain.content.illustrations import Figure
from lti_tool.domain.content.pin import Pin
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import Issuer
from lti_tool.jobs.calls import called_for
from lti_tool.jobs.job import Job
from lti_tool.jobs.stop import Stop
from lti_tool.keyring import Keyring
from lti_tool.lti.transport.http import Http
from lti_tool.passback.delivering.worker import Worker
from lti_tool.passback.gradebooks import ClockedServiceClient
from lti_tool.passback.jobs import SCORES
from lti_tool.platforms.launching.front_door import FrontDoor
from lti_tool.settings import Settings

if TYPE_CHECKING:
    # Only its name is needed: pages take `database` from here and never import a table.
    from sqlalchemy.orm import Session

    from lti_tool.models.database import Database


log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Parts:
    """The wired tool."""

    settings: Settings
    database: "Database"
    keyring: Keyring
    catalogue: Catalogue
    """The programmes in their newest versions: what new courses learn with. Pages ask `web.programme.current_programme()`."""
    issuer: Issuer
    front_door: FrontDoor
    """Login and launch."""
    http: Http
    service_client: ClockedServiceClient
    """Talks to the platforms' services."""
    worker: Worker
    """Delivers scores; runs only where it was started."""
    now: Callable[[], datetime]
    document_maker: DocumentMaker = field(default_factory=DocumentMaker)
    """Makes documents."""
    jobs: tuple[Job, ...] = ()
    """What is done beside deliveries, where an engine runs."""
    stop: Stop = field(default_factory=Stop)
    """Asked for when the engine of this process is to end."""
    shelf: Shelf | None = None
    """The versions that courses learn with beside the newest; None: there are no others (tests)."""

    @contextmanager
    def step(self) -> Iterator["Session"]:
        """Begin a transaction; once it is committed, wake the jobs for which it wrote work (a score, a document).

        What raises rolls back, and nobody is woken.
        """
        with self.database.write.begin() as session:
            yield session
        self.wake(called_for(session))

    def wake(self, queues: Collection[str]) -> None:
        """Wake those who do the work of some queues in this process; on PostgreSQL a row has called every process already."""
        if SCORES in queues:
            self.worker.wake()
        for job in self.jobs:
            if job.name in queues:
                job.call()

    def programme_in(self, pin: Pin, session: "Session | None" = None) -> Programme:
        """Give a programme in a version; in its newest where that version was never kept.

        Args:
            session: where a transaction is open already, so that reading a version for the first time takes no second one.

        Raises:
            VersionUnreadable: it was written for a newer release.
            ProgrammeGone: it is not served any more, and no version of it was kept.
        """
        served = self.catalogue.find(pin.programme)
        if served is not None and (served.head.version == pin.version or self.shelf is None):
            return served.programme
        found = self.shelf.get(pin, session) if self.shelf is not None else None
        if found is None:
            log.error("content_version_missing", extra={"programme": pin.programme, "version": pin.version})
            if served is None:
                raise ProgrammeGone
        return found or cast(ServedProgramme, served).programme

    def programme_with(
        self, module_slug: str, version: str | None, course: Pin | None, session: "Session | None" = None
    ) -> Programme:
        """Give the programme in which somebody learned a module: their course's, or another that has had the module.

        Args:
            version: when they did so; None: what their course teaches now.
            course: what their course learns with; None: nobody knows.
        """
        if version is None:
            pin = course or self._newest_with(module_slug)
        else:
            pin = self._pin_with(module_slug, version, course, session)
        return self.programme_in(pin, session)

    def _pin_with(self, module_slug: str, version: str, course: Pin | None, session: "Session | None") -> Pin:
        served = self.catalogue.with_module(module_slug)
        if course is not None and (served is None or served.head.slug == course.programme):
            return Pin(course.programme, version)
        if served is not None and served.head.version == version:
            return served.head.pin
        # A module that has moved to another programme since, or a course that learns with another now.
        found = self.shelf.pin_with_module(module_slug, version, session) if self.shelf is not None else None
        return found or self._newest_with(module_slug, course)

    def _newest_with(self, module_slug: str, course: Pin | None = None) -> Pin:
        served = self.catalogue.with_module(module_slug)
        if served is not None:
            return served.head.pin
        if course is None:
            raise ProgrammeGone
        return course

    def latest_programme(self, slug: str) -> Programme | None:
        """Give a programme in the newest version that was ever served here; None: none was."""
        served = self.catalogue.find(slug)
        if served is not None:
            return served.programme
        pin = self.shelf.latest_pin(slug) if self.shelf is not None else None
        return self.programme_in(pin) if pin else None

    def figure_in(self, pin: Pin, name: str) -> Figure | None:
        """Give a drawing in a version, without keeping more than the drawings of one that a stranger names."""
        served = self.catalogue.find(pin.programme)
        if served is not None and (served.head.version == pin.version or self.shelf is None):
            return served.programme.figures.get(name)
        return self.shelf.figure(pin, name) if self.shelf is not None else None
