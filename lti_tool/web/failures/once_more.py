"""Serves a request once more where the database was away for a moment: a restart costs nobody a page or an answer.

Whoever presses a button twice gets one thing done (form keys, what the page showed, the state of things), so a request of a
visit may run again from its beginning. What strangers and platforms send, and what asks platforms, runs again only as long
as nothing of it was committed: registering twice would be two registrations.
"""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request

from lti_tool.web.parts import parts

R = TypeVar("R")

# A restarting PostgreSQL takes a second or two. Longer than this nobody should wait before a page that says so.
PATIENCE_S = 4.0
_PAUSE_S = 0.2
_WORTH_IT = frozenset({"database_away", "database_collided"})


class Application(Flask):
    """Flask, but finding the visit and running the view are done once more after a moment's trouble with the database."""

    def preprocess_request(self) -> Any:
        """Run what comes before the view."""
        return once_more(super().preprocess_request)

    def dispatch_request(self) -> Any:
        """Run the view."""
        return once_more(super().dispatch_request)


def once_more(run: Callable[[], R]) -> R:
    """Return what `run` returns, trying again while the database is away, for as long as `PATIENCE_S`."""
    database = parts().database
    commits, until = database.commits, time.monotonic() + PATIENCE_S
    while True:
        try:
            return run()
        except Exception as error:
            if database.trouble_of(error) not in _WORTH_IT or time.monotonic() > until:
                raise
            if database.commits != commits and not _is_safe_to_repeat():
                raise
        time.sleep(_PAUSE_S)
        for file in request.files.values():
            file.stream.seek(0)


def _is_safe_to_repeat() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return view is not None and not getattr(view, "is_without_csrf", False)
