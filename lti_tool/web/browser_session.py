"""The browser's visits: one signed cookie per person, course and role, named in every address by `v`, so that tabs never mix.

A cookie `__Host-visit-<key>` carries the ids of the Visitor of the latest launch; the same key is in all addresses of that
visit as `?v=<key>`. Knowing the key without having the cookie gives nothing. The same person gets the same key in the same
course every time: whatever tab is still open after a visit has ended goes on as soon as any activity of the course is opened.
"""

import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from flask import Flask, after_this_request, current_app, g, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from lti_tool.domain.people import Role, Visitor
from lti_tool.errors import Forbidden
from lti_tool.lti.seal import Seal
from lti_tool.lti.state import CookieToSet
from lti_tool.messages import N_
from lti_tool.web.cookies import end_cookie, set_cookie
from lti_tool.web.parts import parts

VISIT_COOKIE_PREFIX = "__Host-visit-"
VISIT_LIFETIME_S = 12 * 3600
# A page left open may still send what was typed when its visit has been renewed: after a weekend, after a leave.
TOKEN_LIFETIME_S = 30 * 86400
# Who writes is noted no more often than this; of too many visits, the one unused for longest ends.
_NOTE_USE_EVERY_S = 300
# Together with the login cookies (`cookies.py`) well below the 8 KB that gunicorn takes in one header field.
MOST_VISITS = 8
VISIT_PARAMETER = "v"
CSRF_FIELD = "csrf_token"
CSRF_HEADER = "X-CSRF-Token"
_KEY = re.compile(r"[A-Za-z0-9_-]{8}")

View = TypeVar("View", bound=Callable[..., Any])


class VisitMissing(Forbidden):
    """The address belongs to no visit of this browser."""

    code = "visit_missing"

    def __init__(self) -> None:
        super().__init__(
            N_("Ihre Sitzung ist abgelaufen."),
            next_step=N_("Öffnen Sie die Aktivität bitte noch einmal in Ihrem Kurs. Danach geht es auf dieser Seite weiter."),
        )


class CsrfRefused(Forbidden):
    """A form came without the token of its visit."""

    code = "csrf_refused"

    def __init__(self) -> None:
        super().__init__(
            N_("Diese Eingabe konnten wir keiner Ihrer offenen Seiten zuordnen; sie wurde nicht gespeichert."),
            next_step=N_("Gehen Sie zurück, laden Sie die Seite neu und senden Sie noch einmal ab."),
        )


@dataclass(frozen=True)
class _Visit:
    key: str
    visitor: Visitor
    opened_at: int
    used_at: int
    """When something was last written in it, to within minutes."""


class _Visits:
    """Writes and reads the cookies' values."""

    def __init__(self, secret: str) -> None:
        # The number rises when the list below changes, so that cookies of an older release count as none.
        self._seal = Seal(secret, "web.visit.2")
        self._csrf = Seal(secret, "web.csrf.2")
        self._keys = hmac.digest(secret.encode(), b"web.visit-key.1", "sha256")

    def key_of(self, visitor: Visitor) -> str:
        named = f"{visitor.user_id} {visitor.context_id} {' '.join(sorted(visitor.roles))}"
        if visitor.context_id is None:
            named += f" {visitor.resource_link_id}"
        return urlsafe_b64encode(hmac.digest(self._keys, named.encode(), "sha256")[:6]).decode()

    def begin(self, key: str, visitor: Visitor, *, now: datetime) -> _Visit:
        moment = int(now.timestamp())
        return _Visit(key, visitor, opened_at=moment, used_at=moment)

    def write(self, visit: _Visit) -> str:
        visitor = visit.visitor
        return self._seal.close(
            [
                visit.key,
                visit.opened_at,
                visit.used_at,
                visitor.user_id,
                visitor.platform_id,
                visitor.registration_id,
                visitor.deployment_id,
                visitor.context_id,
                visitor.resource_link_id,
                visitor.module_slug,
                " ".join(sorted(visitor.roles)),
                visitor.locale,
                visitor.frame_origin,
            ]
        )

    def read(self, key: str, value: str, *, now: datetime) -> _Visit | None:
        values = self._seal.open(value)
        if values is None or values[0] != key or not -60 <= now.timestamp() - values[1] <= VISIT_LIFETIME_S:
            return None
        _, opened_at, used_at, user, platform, registration, deployment, context, link, module, roles, locale, origin = values
        visitor = Visitor(
            user_id=user,
            platform_id=platform,
            registration_id=registration,
            deployment_id=deployment,
            context_id=context,
            resource_link_id=link,
            module_slug=module,
            roles=frozenset(map(Role, roles.split())),
            locale=locale,
            frame_origin=origin,
        )
        return _Visit(key, visitor, opened_at, used_at)

    def csrf_token(self, visit: _Visit, *, now: datetime) -> str:
        return self._csrf.close([visit.key, visit.visitor.user_id, int(now.timestamp())])

    def is_token_of(self, visit: _Visit, token: str, *, now: datetime) -> bool:
        values = self._csrf.open(token)
        if values is None or values[:2] != [visit.key, visit.visitor.user_id]:
            return False
        return bool(-60 <= now.timestamp() - values[2] <= TOKEN_LIFETIME_S)


def set_up(app: Flask) -> None:
    """Find each request's visit, check the CSRF token of whatever changes something, give templates their words."""
    app.extensions["visits"] = _Visits(app.extensions["parts"].settings.secret_key.get_secret_value())
    app.before_request(_find_visit)
    app.before_request(_check_csrf)
    app.jinja_env.globals.update(href=href, csrf_token=csrf_token, csrf_field=csrf_field)
    app.context_processor(lambda: {"visitor": visitor_if_any()})


def new_visit_key() -> str:
    """Make the key of a visit that has nothing in common with any other: of a request for content, of a link without a module."""
    return secrets.token_urlsafe(6)


def visit_key_of(visitor: Visitor) -> str:
    """Return the key that this person's visits of this course have, in this role."""
    return _visits().key_of(visitor)


def open_visit(response: Response, visitor: Visitor, *, key: str | None = None, now: datetime) -> str:
    """Begin or renew a visit: set its cookie and return the key for the address to redirect to.

    Beyond `MOST_VISITS` the one unused for longest ends. So do all visits of another user of the same platform: on a shared
    computer the next person should not get back into the tab of the one before (session fixation, Security Framework 7.3.1).
    """
    key = key or visit_key_of(visitor)
    kept: list[_Visit] = []
    for name, value in request.cookies.items():
        earlier_key = name.removeprefix(VISIT_COOKIE_PREFIX)
        if earlier_key in (name, key):
            continue
        visit = _visits().read(earlier_key, value, now=now)
        if visit is None or _is_of_another_person(visit.visitor, visitor):
            end_cookie(response, name)
        else:
            kept.append(visit)
    kept.sort(key=lambda visit: visit.used_at)
    for visit in kept[: max(0, len(kept) - (MOST_VISITS - 1))]:
        end_cookie(response, VISIT_COOKIE_PREFIX + visit.key)
    _set_visit(response, _visits().begin(key, visitor, now=now), VISIT_LIFETIME_S)
    return key


def seal_visitor(key: str, visitor: Visitor, *, now: datetime) -> str:
    """Pack a visitor whose visit begins later, in another window."""
    return _visits().write(_visits().begin(key, visitor, now=now))


def unseal_visitor(key: str, value: str, *, now: datetime) -> Visitor | None:
    """Give back what `seal_visitor` has packed; None if it is not ours."""
    visit = _visits().read(key, value, now=now)
    return visit.visitor if visit else None


def visitor_if_any() -> Visitor | None:
    """Give who is at the screen, None outside a visit."""
    visitor: Visitor | None = g.get("visitor")
    return visitor


def current_visitor() -> Visitor:
    """Give who is at the screen.

    Raises:
        VisitMissing: the address has no `v`, or the browser has no valid cookie for it.
    """
    visitor = visitor_if_any()
    if visitor is None:
        raise VisitMissing
    return visitor


def href(endpoint: str, **values: Any) -> str:
    """Give a page's address inside the present visit; outside of any, its plain address."""
    visit: _Visit | None = g.get("visit")
    if visit is not None:
        values.setdefault(VISIT_PARAMETER, visit.key)
    return url_for(endpoint, **values)


def csrf_token() -> str:
    """Give the token that forms of this visit must carry; empty outside of any."""
    visit: _Visit | None = g.get("visit")
    return _visits().csrf_token(visit, now=parts().now()) if visit is not None else ""


def csrf_field() -> Markup:
    """Give the hidden field with the token, for the inside of a form."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(CSRF_FIELD, csrf_token())


def without_csrf(view: View) -> View:
    """Mark a view that is posted to from elsewhere and checks by itself who does so: login, launch, an invitation."""
    view.is_without_csrf = True  # type: ignore[attr-defined]
    return view


def _visits() -> _Visits:
    visits: _Visits = current_app.extensions["visits"]
    return visits


def _set_visit(response: Response, visit: _Visit, lifetime_s: int) -> None:
    set_cookie(response, CookieToSet(VISIT_COOKIE_PREFIX + visit.key, _visits().write(visit), lifetime_s))


def _is_of_another_person(earlier: Visitor, later: Visitor) -> bool:
    return earlier.platform_id == later.platform_id and earlier.user_id != later.user_id


def _find_visit() -> None:
    key = request.args.get(VISIT_PARAMETER, "")
    if not _KEY.fullmatch(key):
        return
    value = request.cookies.get(VISIT_COOKIE_PREFIX + key)
    visit = _visits().read(key, value, now=parts().now()) if value else None
    if visit is None:
        return
    # A registration that was disabled or removed ends its visits, too.
    entry = parts().front_door.registrations.by_id(visit.visitor.registration_id)
    if entry is not None and entry.registration.is_enabled:
        g.visit = visit
        g.visitor = visit.visitor
        _note_use(visit)


def _note_use(visit: _Visit) -> None:
    """Note that somebody writes in this visit, so that opening many others does not end it."""
    now = int(parts().now().timestamp())
    if request.method != "POST" or now - visit.used_at < _NOTE_USE_EVERY_S:
        return

    def set_again(response: Response) -> Response:
        _set_visit(response, replace(visit, used_at=now), visit.opened_at + VISIT_LIFETIME_S - now)
        return response

    after_this_request(set_again)


def _check_csrf() -> None:
    if request.method in ("GET", "HEAD", "OPTIONS") or request.endpoint is None:
        return
    if getattr(current_app.view_functions[request.endpoint], "is_without_csrf", False):
        return
    if g.get("visit") is None:
        raise VisitMissing
    received = request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD, "")
    if not _visits().is_token_of(g.visit, received, now=parts().now()):
        raise CsrfRefused
