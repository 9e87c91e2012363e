"""The browser's visits: one signed cookie per person, course and role, named in every address by `v`, so that tabs never mix.

A cookie `__Host-visit-<key>` carries the ids of the Visitor of the latest launch; the same key is in all addresses of that
visit as `?v=<key>`. Knowing the key without having the cookie gives nothing. The same person gets the same key in the same
course every time: whatever tab is still open after a visit has ended goes on as soon as any activity of the course is opened.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from flask import Flask, after_this_request, current_app, g, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from lti_tool.domain.people import Visitor
from lti_tool.errors import Forbidden
from lti_tool.messages import N_
from lti_tool.platforms.launching.visit_standing import WhoAndWhere, Withdrawn
from lti_tool.signed_values import CookieToSet
from lti_tool.web.addresses import address_of
from lti_tool.web.parts import parts
from lti_tool.web.visits.cookies import end_cookie, set_cookie
from lti_tool.web.visits.visit_cookies import VISIT_LIFETIME_S, Visit, VisitCookies

VISIT_COOKIE_PREFIX = "__Host-visit-"
# Who writes is noted no more often than this; of too many visits, the one unused for longest ends.
_NOTE_USE_EVERY_S = 300
# Together with the login cookies (`cookies.py`) well below the 8 KB that gunicorn takes in one header field.
MOST_VISITS = 8
VISIT_PARAMETER = "v"
# A chapter of the strategy draft is sent as a whole: ten fields of 20,000 characters, each letter up to nine bytes in a form.
# Everything else is refused by its own page, which still has the text, long before.
VISITORS_BODY_BYTES = 3 * 1024 * 1024
CSRF_FIELD = "csrf_token"
FORM_KEY_FIELD = "form_key"
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


class VisitWithdrawn(VisitMissing):
    """The visit was open, and has ended because something was taken back since: `reason` says what."""

    code = "visit_withdrawn"

    def __init__(self, reason: Withdrawn) -> None:
        message, next_step = _WITHDRAWN[reason]
        Forbidden.__init__(self, message, next_step=next_step)
        self.reason = reason


_TELL_ADMINISTRATION = N_("Bitte wenden Sie sich an die Kursleitung oder an die Administration Ihrer Lernplattform.")
_WITHDRAWN = {
    Withdrawn.CONNECTION: (N_("Die Verbindung zu Ihrer Lernplattform ist zurzeit abgeschaltet."), _TELL_ADMINISTRATION),
    Withdrawn.DEPLOYMENT: (N_("Dieses Angebot ist für Ihren Bereich der Lernplattform gesperrt."), _TELL_ADMINISTRATION),
    Withdrawn.PERSON_BLOCKED: (N_("Ihr Zugang zu diesem Angebot ist gesperrt."), _TELL_ADMINISTRATION),
    Withdrawn.PERSON_ERASED: (
        N_("Ihre Daten wurden hier gelöscht, und damit ist auch diese Sitzung beendet."),
        N_("Wenn Sie die Aktivität in Ihrem Kurs noch einmal öffnen, beginnen Sie von vorn."),
    ),
    Withdrawn.OTHER_DATA: (
        N_("Diese Sitzung gilt nicht mehr."),
        N_("Öffnen Sie die Aktivität bitte noch einmal in Ihrem Kurs."),
    ),
    Withdrawn.ROLE: (
        N_("Ihre Rolle im Kurs hat sich geändert, und damit ist diese Sitzung beendet."),
        N_("Öffnen Sie die Aktivität bitte noch einmal in Ihrem Kurs."),
    ),
}


class CsrfRefused(Forbidden):
    """A form came without the token of its visit."""

    code = "csrf_refused"

    def __init__(self) -> None:
        super().__init__(
            N_("Diese Eingabe konnten wir keiner Ihrer offenen Seiten zuordnen; sie wurde nicht gespeichert."),
            next_step=N_("Gehen Sie zurück, laden Sie die Seite neu und senden Sie noch einmal ab."),
        )


def set_up(app: Flask) -> None:
    """Find each request's visit, check the CSRF token of whatever changes something, give templates their words."""
    app.extensions["visits"] = VisitCookies(app.extensions["parts"].settings.secret_key.get_secret_value())
    # Before anything reads the form: how much of one is read depends on whose it is.
    app.before_request_funcs.setdefault(None, []).insert(0, _find_visit)
    app.before_request(_check_csrf)
    app.jinja_env.globals.update(
        href=href, csrf_token=csrf_token, csrf_field=csrf_field, visit_left_s=visit_left_s, who_is_here=who_is_here
    )
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
    kept: list[Visit] = []
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
        VisitWithdrawn: the visit has ended because something was taken back.
    """
    visitor = visitor_if_any()
    if visitor is None:
        raise _missing()
    return visitor


def _missing() -> VisitMissing:
    reason: Withdrawn | None = g.get("withdrawn")
    return VisitMissing() if reason is None else VisitWithdrawn(reason)


def href(endpoint: str, **values: Any) -> str:
    """Give a page's address inside the present visit; outside of any, its plain address."""
    visit: Visit | None = g.get("visit")
    if visit is None or VISIT_PARAMETER in values or "_anchor" in values:
        if visit is not None:
            values.setdefault(VISIT_PARAMETER, visit.key)
        return url_for(endpoint, **values)
    # The same page for everybody is built once, and the visit comes last.
    address = address_of(endpoint, **values)
    return f"{address}{'&' if '?' in address else '?'}{VISIT_PARAMETER}={visit.key}"


def csrf_token() -> str:
    """Give the token that forms of this visit must carry; empty outside of any."""
    visit: Visit | None = g.get("visit")
    return _visits().csrf_token(visit, now=parts().now()) if visit is not None else ""


def csrf_field() -> Markup:
    """Give the hidden fields that every form has: the token, and a key by which it does its work once (`form_key.py`).

    A form that comes back to be corrected keeps its key.
    """
    key = (request.form.get(FORM_KEY_FIELD, "") if request.method == "POST" else "") or secrets.token_urlsafe(12)
    field = Markup('<input type="hidden" name="{}" value="{}">')
    return field.format(CSRF_FIELD, csrf_token()) + field.format(FORM_KEY_FIELD, key)


def is_token_of_present_address(token: str) -> bool:
    """Whether a token was made for the visit in the address, open or not."""
    return _visits().key_of_token(token) == request.args.get(VISIT_PARAMETER)


def visit_left_s() -> int:
    """Return for how many seconds the present visit still lasts."""
    visit: Visit | None = g.get("visit")
    return 0 if visit is None else max(0, visit.opened_at + VISIT_LIFETIME_S - int(parts().now().timestamp()))


def visit_age_s() -> int:
    """Return how many seconds ago the present visit began, with the launch from the course."""
    visit: Visit | None = g.get("visit")
    return 0 if visit is None else int(parts().now().timestamp()) - visit.opened_at


def who_is_here() -> WhoAndWhere:
    """Return the name and the course that the header of a page says."""
    return parts().front_door.standings.names_of(current_visitor())


def without_csrf(view: View) -> View:
    """Mark a view that is posted to from elsewhere and checks by itself who does so: login, launch, an invitation."""
    view.is_without_csrf = True  # type: ignore[attr-defined]
    return view


def _visits() -> VisitCookies:
    visits: VisitCookies = current_app.extensions["visits"]
    return visits


def _set_visit(response: Response, visit: Visit, lifetime_s: int) -> None:
    set_cookie(response, CookieToSet(VISIT_COOKIE_PREFIX + visit.key, _visits().write(visit), lifetime_s))


def _is_of_another_person(earlier: Visitor, later: Visitor) -> bool:
    return earlier.platform_id == later.platform_id and earlier.user_id != later.user_id


def _find_visit() -> None:
    key = request.args.get(VISIT_PARAMETER, "")
    if not _KEY.fullmatch(key):
        return
    # Also where the visit has ended: its page hands back what was typed.
    request.max_content_length = request.max_form_memory_size = VISITORS_BODY_BYTES
    value = request.cookies.get(VISIT_COOKIE_PREFIX + key)
    visit = _visits().read(key, value, now=parts().now()) if value else None
    if visit is None:
        return
    # The one place where visits end before their time.
    g.withdrawn = parts().front_door.standings.withdrawn(visit.visitor, opened_at=visit.opened_at)
    if g.withdrawn is None:
        g.visit = visit
        g.visitor = visit.visitor
        _note_use(visit)


def _note_use(visit: Visit) -> None:
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
        raise _missing()
    received = request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD, "")
    if not _visits().is_token_of(g.visit, received, now=parts().now()):
        raise CsrfRefused
