"""How a request uses the database: one transaction for all that it reads, and one for what a form does."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import Flask, g

from lti_tool.web.parts import parts

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def set_up(app: Flask) -> None:
    """End what a request has read with the request."""
    app.teardown_request(lambda _: end_reading())


@contextmanager
def reading() -> Iterator["Session"]:
    """Give the transaction in which this request reads, begun when the first asks for it; within a step, the step's own.

    So whoever looks something up on the way (the course's programme, its settings) never takes a second connection.
    """
    session: Session | None = g.get("session")
    if session is None:
        g.session = session = parts().database.read()
    try:
        yield session
    except BaseException:
        # Whatever went wrong may have broken it; trying again begins anew.
        end_reading()
        raise


@contextmanager
def step() -> Iterator["Session"]:
    """Begin the transaction of what a form does; see `Parts.step`. What was read before ends: things are about to change."""
    end_reading()
    with parts().step() as session:
        g.session, g.is_step = session, True
        try:
            yield session
        finally:
            g.session, g.is_step = None, False


def end_reading() -> None:
    """End the reading transaction: before something that takes its time, or to see what others have written meanwhile.

    Within a step nothing ends: the transaction is the step's.
    """
    if g.get("is_step"):
        return
    session: Session | None = g.pop("session", None)
    if session is not None:
        session.close()
