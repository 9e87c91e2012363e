"""What pages and endpoints work with: built once by bootstrap, found through the running application."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from flask import current_app

from lti_tool.domain.programme import Programme
from lti_tool.keyring import Keyring
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
    now: Callable[[], datetime]


def parts() -> Parts:
    """Give the parts of the application that handles this request."""
    return cast(Parts, current_app.extensions["parts"])
