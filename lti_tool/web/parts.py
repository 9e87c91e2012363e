"""What pages and endpoints work with: built once by bootstrap, found through the running application."""

import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, cast

from flask import current_app

from lti_tool.certificates.documents.document_maker import DocumentMaker
from lti_tool.content_versions.shelf import Shelf
from lti_tool.domain.content.illustrations import Figure
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
    programme: Programme
    """The newest: what new courses learn with. Pages ask `web.programme.current_programme()`."""
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

    def programme_in(self, version: str | None, session: "Session | None" = None) -> Programme:
        """Give the programme in a version; None, or one that was never kept: the newest.

        Args:
            session: where a transaction is open already, so that reading a version for the first time takes no second one.

        Raises:
            VersionUnreadable: it was written for a newer release.
        """
        if version is None or version == self.programme.version or self.shelf is None:
            return self.programme
        found = self.shelf.get(version, session)
        if found is None:
            log.error("content_version_missing", extra={"version": version})
        return found or self.programme

    def figure_in(self, version: str | None, name: str) -> Figure | None:
        """Give a drawing in a version, without keeping more than the drawings of one that a stranger names."""
        if version is None or version == self.programme.version or self.shelf is None:
            return self.programme.figures.get(name)
        return self.shelf.figure(version, name)


def parts() -> Parts:
    """Give the parts of the application that handles this request."""
    return cast(Parts, current_app.extensions["parts"])
