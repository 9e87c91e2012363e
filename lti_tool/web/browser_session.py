"""The browser's visits: one signed cookie per launch, named in every address by `v`, so that tabs never mix.

A cookie `__Host-visit-<key>` carries the ids of the Visitor of one launch; the same key stands in the addresses inside that
launch as `?v=<key>`. Knowing the key without having the cookie gives nothing.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from flask import Flask, current_app, g, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from lti_tool.domain.people import Role, Visitor
from lti_tool.errors import Forbidden
from lti_tool.lti.seal import Seal
from lti_tool.lti.state import LOGIN_COOKIE_PREFIX, CookieToSet, is_same
from lti_tool.messages import N_
from lti_tool.web.parts import parts

VISIT_COOKIE_PREFIX = "__Host-visit-"
VISIT_LIFETIME_S = 12 * 3600
# Together with the login cookies well below the 8 KB that gunicorn takes in one header field.
MOST_VISITS = 8
MOST_LOGINS = 4
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
            N_("Diese Seite gehört zu keinem offenen Besuch in diesem Browser."),
            next_step=N_("Öffnen Sie die Aktivität bitte noch einmal in Ihrem Kurs."),
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


class _Visits:
    """Writes and reads the cookies' values."""

    def __init__(self, secret: str) -> None:
        # The number rises when the list below changes, so that cookies of an older release count as none.
        self._seal = Seal(secret, "web.visit.1")
        self._csrf = Seal(secret, "web.csrf.1")

    def write(self, key: str, visitor: Visitor, *, now: datetime) -> str:
        roles = " ".join(sorted(visitor.roles))
        return self._seal.close(
            [
                key,
                int(now.timestamp()),
                visitor.user_id,
                visitor.platform_id,
                visitor.registration_id,
                visitor.deployment_id,
                visitor.context_id,
                visitor.resource_link_id,
                visitor.module_slug,
                roles,
                visitor.locale,
                visitor.frame_origin,
            ]
        )

    def read(self, key: str, value: str, *, now: datetime) -> _Visit | None:
        values = self._seal.open(value)
        if values is None or values[0] != key or not -60 <= now.timestamp() - values[1] <= VISIT_LIFETIME_S:
            return None
        _, opened_at, user, platform, registration, deployment, context, link, module, roles, locale, origin = values
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
        return _Visit(key, visitor, opened_at)

    def csrf_token(self, visit: _Visit) -> str:
        return self._csrf.close([visit.key, visit.visitor.user_id, visit.opened_at])


def set_up(app: Flask) -> None:
    """Find each request's visit, check the CSRF token of whatever changes something, give templates their words."""
    app.extensions["visits"] = _Visits(app.extensions["parts"].settings.secret_key.get_secret_value())
    app.before_request(_find_visit)
    app.before_request(_check_csrf)
    app.jinja_env.globals.update(href=href, csrf_token=csrf_token, csrf_field=csrf_field)
    app.context_processor(lambda: {"visitor": visitor_if_any()})


def new_visit_key() -> str:
    """Make the key of a visit."""
    return secrets.token_urlsafe(6)


def open_visit(response: Response, visitor: Visitor, *, key: str | None = None, now: datetime) -> str:
    """Begin the visit of one launch: set its cookie and give the key for the address to redirect to.

    Older visits beyond `MOST_VISITS` end. So do all visits of another user of the same platform: on a shared computer
    the next person shall not get back into the tab of the one before (session fixation, Security Framework 7.3.1).
    """
    key = key or new_visit_key()
    kept: list[_Visit] = []
    for name, value in request.cookies.items():
        if not name.startswith(VISIT_COOKIE_PREFIX):
            continue
        visit = _visits().read(name.removeprefix(VISIT_COOKIE_PREFIX), value, now=now)
        if visit is None or _is_of_another_person(visit.visitor, visitor):
            end_cookie(response, name)
        else:
            kept.append(visit)
    kept.sort(key=lambda visit: visit.opened_at)
    for visit in kept[: max(0, len(kept) - (MOST_VISITS - 1))]:
        end_cookie(response, VISIT_COOKIE_PREFIX + visit.key)
    value = _visits().write(key, visitor, now=now)
    set_cookie(response, CookieToSet(VISIT_COOKIE_PREFIX + key, value, VISIT_LIFETIME_S))
    return key


def seal_visitor(key: str, visitor: Visitor, *, now: datetime) -> str:
    """Pack a visitor whose visit begins later, in another window."""
    return _visits().write(key, visitor, now=now)


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
    return _visits().csrf_token(visit) if visit is not None else ""


def csrf_field() -> Markup:
    """Give the hidden field with the token, for the inside of a form."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(CSRF_FIELD, csrf_token())


def without_csrf(view: View) -> View:
    """Mark a view that is posted to from elsewhere and checks by itself who does so: login, launch, an invitation."""
    view.is_without_csrf = True  # type: ignore[attr-defined]
    return view


def set_cookie(response: Response, cookie: CookieToSet) -> None:
    """Set a cookie that also works in a frame: Chromium drops unpartitioned third-party cookies without a word."""
    response.set_cookie(
        cookie.name,
        cookie.value,
        max_age=cookie.max_age_s,
        path="/",
        secure=True,
        httponly=True,
        samesite="None",
        partitioned=True,
    )


def end_cookie(response: Response, name: str) -> None:
    """Remove a cookie; all attributes must be those it was set with, else a partitioned one stays."""
    set_cookie(response, CookieToSet(name, "", 0))


def end_old_logins(response: Response) -> None:
    """Keep the login cookies few. Browsers send the older ones first (RFC 6265, 5.4)."""
    names = [name for name in request.cookies if name.startswith(LOGIN_COOKIE_PREFIX)]
    for name in names[: max(0, len(names) - (MOST_LOGINS - 1))]:
        end_cookie(response, name)


def _visits() -> _Visits:
    visits: _Visits = current_app.extensions["visits"]
    return visits


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


def _check_csrf() -> None:
    if request.method in ("GET", "HEAD", "OPTIONS") or request.endpoint is None:
        return
    if getattr(current_app.view_functions[request.endpoint], "is_without_csrf", False):
        return
    if g.get("visit") is None:
        raise VisitMissing
    received = request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD, "")
    if not is_same(received, csrf_token()):
        raise CsrfRefused
