"""Security headers of every answer: what may frame a page, what it may load, who may keep it."""

from flask import Flask, g
from werkzeug.wrappers import Response

from lti_tool.web.forms.typed_forms import has_typed_form
from lti_tool.web.parts import parts
from lti_tool.web.visits.browser_session import visitor_if_any

# No inline script or style anywhere. `data:` images are KERN's icons inside its stylesheet.
_SOURCES = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'"
_FOR_ALL = (
    ("X-Content-Type-Options", "nosniff"),
    # The visit's key in our addresses is nobody else's business.
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)
_HSTS = "max-age=31536000"


def set_up(app: Flask) -> None:
    """Set the headers on every answer."""
    app.after_request(_set_headers)


def allow_framing_by(*origins: str) -> None:
    """Let the pages of these origins frame the present answer; `*` means anybody, for pages that carry nothing."""
    g.frame_ancestors = origins


def allow_forms_to_anywhere() -> None:
    """Lift `form-action` from the present answer.

    For the one form whose answer redirects to a platform: Chromium applies `form-action` to redirects after a form as well,
    and where the platform's login page lies is not ours to know.
    """
    g.is_form_action_open = True


def _set_headers(response: Response) -> Response:
    headers = response.headers
    headers.extend(_FOR_ALL)
    if "Content-Security-Policy" not in headers:
        headers["Content-Security-Policy"] = _policy()
    if _ancestors() == "'none'":
        headers["X-Frame-Options"] = "DENY"
    if "Cache-Control" not in headers:
        if response.status_code < 400 and has_typed_form():
            headers["Cache-Control"] = "private, no-cache"
        elif visitor_if_any() is not None or response.status_code >= 400:
            headers["Cache-Control"] = "no-store"
    if parts().settings.is_production:
        headers["Strict-Transport-Security"] = _HSTS
    return response


def _policy() -> str:
    form_action = "" if g.get("is_form_action_open") else "; form-action 'self'"
    return f"{_SOURCES}{form_action}; frame-ancestors {_ancestors()}"


def _ancestors() -> str:
    """Name who may frame the answer: the visit's platform alone, or nobody (Security Framework: clickjacking)."""
    visitor = visitor_if_any()
    origins: tuple[str, ...] = g.get("frame_ancestors", ())
    if visitor is not None and visitor.frame_origin:
        origins = (visitor.frame_origin,)
    if not origins:
        return "'none'"
    return "*" if "*" in origins else " ".join(("'self'", *origins))
