"""Forms that are taken once: a hidden key, new with every page."""

import secrets
from typing import TYPE_CHECKING

from flask import Flask, request
from markupsafe import Markup

from lti_tool.platforms.use_form_key import LONGEST_KEY, use_form_key
from lti_tool.web.browser_session import current_visitor
from lti_tool.web.parts import parts

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

FIELD = "form_key"


def set_up(app: Flask) -> None:
    """Give the templates the field."""
    app.jinja_env.globals["form_key_field"] = form_key_field


def form_key_field() -> Markup:
    """Return the field, for the inside of a form; one that comes back to be corrected keeps its key."""
    key = request.form.get(FIELD, "") if request.method == "POST" else ""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, key or secrets.token_urlsafe(12))


def is_first_time(session: "Session") -> bool:
    """Whether the present form comes for the first time; call it in the transaction of what the form does.

    A form without a key is one of an earlier release, still open somewhere while this one is rolled out.
    """
    key = request.form.get(FIELD, "")
    if not key:
        return True
    return use_form_key(session, key[:LONGEST_KEY], user_id=current_visitor().user_id, now=parts().now())
