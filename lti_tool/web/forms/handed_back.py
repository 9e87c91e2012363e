"""What was typed into a form that could not be taken, for the page that says so: nobody should have to write it twice."""

from dataclasses import dataclass

from flask import current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from lti_tool.web.forms import shown
from lti_tool.web.visits.browser_session import CSRF_FIELD, FORM_KEY_FIELD, is_token_of_present_address
from lti_tool.web.visits.guards import is_posted_by_own_page

# What passes by itself, or by opening the activity again: the same form may be sent once more as it is.
_PASSES = frozenset({"visit_missing", "database_away", "database_busy", "storage_full", "own_fault", "http_429"})
# Longer than any word that a page of ours gives its own fields to choose from.
_SHORTEST_TEXT = 25
# What pages of ours put into their forms for themselves.
_CARRIED = frozenset({CSRF_FIELD, FORM_KEY_FIELD, shown.FIELD})


@dataclass(frozen=True)
class HandedBack:
    """The fields of a form, to be read, copied and perhaps sent again."""

    address: str
    texts: tuple[tuple[str, str], ...]
    """Names and what was typed."""
    others: tuple[tuple[str, str], ...]
    may_be_sent_again: bool
    needs_new_visit: bool
    had_files: bool


def handed_back(code: str) -> HandedBack | None:
    """Return what the present request brought; None: nothing typed, or nothing that one of our own pages has sent.

    A stranger's page could otherwise have a page of ours show a stranger's text.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method != "POST" or view is None or getattr(view, "is_without_csrf", False) or not is_posted_by_own_page():
        return None
    try:
        fields = [(name, value) for name, values in request.form.lists() for value in values]
    except RequestEntityTooLarge:
        return None
    texts = tuple((name, value) for name, value in fields if _is_typed(name, value))
    may_be_sent_again = code in _PASSES and is_token_of_present_address(request.form.get(CSRF_FIELD, ""))
    if not texts and not (may_be_sent_again and any(name not in _CARRIED for name, _ in fields)):
        return None
    return HandedBack(
        address=request.full_path,
        texts=texts,
        others=tuple((name, value) for name, value in fields if not _is_typed(name, value)),
        may_be_sent_again=may_be_sent_again,
        needs_new_visit=code == "visit_missing",
        had_files=any(file.filename for file in request.files.values()),
    )


def _is_typed(name: str, value: str) -> bool:
    """Whether a person has written this, rather than chosen it, or a page carried it along."""
    if name in _CARRIED or name.startswith("t."):
        return False
    return len(value.strip()) >= _SHORTEST_TEXT or " " in value.strip() or "\n" in value.strip()
