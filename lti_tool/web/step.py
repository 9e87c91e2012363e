"""The one way in which pages write: a transaction, and after it a call to whoever has work in the background."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from lti_tool.web.parts import parts

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def step() -> AbstractContextManager["Session"]:
    """Begin the transaction of what a form does; see `Parts.step`."""
    return parts().step()
