"""What pages and endpoints work with: built once by bootstrap, found through the running application."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, cast

from flask import current_app

from lti_tool.certificates.press import Press
from lti_tool.domain.certificate import Issuer
from lti_tool.domain.programme import Programme
from lti_tool.keyring import Keyring
from lti_tool.lti.http import Http
from lti_tool.passback.errands import Errand
from lti_tool.passback.gradebooks import ClockedServiceClient
from lti_tool.passback.worker import Worker
from lti_tool.platforms.front_door import FrontDoor
from lti_tool.settings import Settings

if TYPE_CHECKING:
    # Only its name is needed: pages take `database` from here and never import a table.
    from lti_tool.models.database import Database


@dataclass(frozen=True)
class Parts:
    """The wired tool."""

    settings: Settings
    database: "Database"
    keyring: Keyring
    programme: Programme
    issuer: Issuer
    front_door: FrontDoor
    """Login and launch."""
    http: Http
    service_client: ClockedServiceClient
    """Talks to the platforms' services."""
    worker: Worker
    """Delivers scores; runs only where it was started."""
    wake_worker: Callable[[], None]
    """To be called after a transaction that may have enqueued scores or issued a document."""
    now: Callable[[], datetime]
    press: Press = field(default_factory=Press)
    """Makes documents."""
    errands: tuple[Errand, ...] = ()
    """What is done beside deliveries, where an engine runs."""


def parts() -> Parts:
    """Give the parts of the application that handles this request."""
    return cast(Parts, current_app.extensions["parts"])
