"""Forms into which people type: what their pages tell the script that keeps the text, and that "Back" brings it back.

Pages of a visit are kept by nobody (`no-store`). A browser then loads them anew when somebody goes back, and what was typed is
gone. Pages with such a form may therefore be kept by the browser of the person, which asks before it shows them otherwise.
"""

import hashlib
import hmac
from base64 import b64encode

from flask import Flask, current_app, g, request
from markupsafe import Markup

from lti_tool.web.visits.browser_session import VISITORS_BODY_BYTES, visitor_if_any

_EXTENSION = "kept_text_key"
# What the script lets go out: below the 1 MB that proxies usually take, which answer with a page of their own, without the text.
_FORM_BYTES = 900_000


def set_up(app: Flask) -> None:
    """Give the templates their words."""
    secret = app.extensions["parts"].settings.secret_key.get_secret_value()
    app.extensions[_EXTENSION] = hmac.digest(secret.encode(), b"web.kept-text.1", hashlib.sha256)
    app.jinja_env.globals.update(keep_typed=keep_typed, kept_text_key=kept_text_key)


def keep_typed(belongs_to: str = "course", *, is_large: bool = False) -> Markup:
    """Return the attributes of a form whose text is kept in the browser until it is saved.

    Args:
        belongs_to: `person` where the same form in another course is the same form, as the strategy draft is.
        is_large: a whole chapter; proxies let through more at its address (docker/proxy/Caddyfile).
    """
    g.has_typed_form = True
    came_back = Markup(" data-came-back") if request.method == "POST" else ""
    limit = VISITORS_BODY_BYTES if is_large else _FORM_BYTES
    return Markup(' data-keep="{}" data-limit="{}"{}').format(belongs_to, limit, came_back)


def has_typed_form() -> bool:
    """Whether the present page has such a form."""
    return bool(g.get("has_typed_form"))


def kept_text_key() -> str:
    """Return the key that this person's text is encrypted with in their browser: nobody else at that computer reads it."""
    visitor = visitor_if_any()
    if visitor is None:
        return ""
    key = hmac.digest(current_app.extensions[_EXTENSION], str(visitor.user_id).encode(), hashlib.sha256)
    return b64encode(key).decode()
