"""The hidden field of a form that says what its page showed (`domain/words/edits.py`)."""

from collections.abc import Mapping

from flask import Flask, request
from markupsafe import Markup

from lti_tool.domain.words.edits import ChangedMeanwhile, Shown

FIELD = "shown"


def set_up(app: Flask) -> None:
    """Give the templates the field."""
    app.jinja_env.globals["shown_field"] = shown_field


def shown_in_form() -> Shown:
    """Return what the page showed that the present form comes from."""
    return Shown.read(request.form.get(FIELD, ""))


def shown_field(values: Mapping[str, str] | Shown) -> Markup:
    """Return the field, for the inside of a form: stored values by field name, or what an earlier page showed."""
    shown = values if isinstance(values, Shown) else Shown.of(values)
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, shown.as_text)


def still_shown(problem: Exception | None) -> Shown:
    """Return what a page shows that comes back to be corrected: the same as before, and what a conflict has now told."""
    shown = shown_in_form()
    return shown.replaced(problem.theirs) if isinstance(problem, ChangedMeanwhile) else shown


def come_back(typed: Mapping[str, str], stored: Mapping[str, str], problem: Exception) -> tuple[dict[str, str], Shown]:
    """Return the values of a form that comes back, and what it shows: own changes as typed, all else as it is stored now."""
    before, shown = shown_in_form(), still_shown(problem)
    own = {name: text for name, text in typed.items() if not (name in before.digests and before.is_still(name, text))}
    others = {name: text for name, text in stored.items() if name not in own}
    return {**stored, **own}, shown.replaced(others)
