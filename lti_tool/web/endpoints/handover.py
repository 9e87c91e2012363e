"""From a frame without cookies into a window of its own: a launch that got in is carried over once, instead of starting anew.

The frame shows a button; what it posts into the new window is sealed, holds ten minutes and works once. It stands in no address,
and only our own page may post it: who has a launch of his own could else put others into it (login CSRF).
"""

import secrets
from datetime import datetime

from flask import Blueprint, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.domain.people import Visitor
from lti_tool.lti.errors import LaunchRefusal, LaunchRejected
from lti_tool.platforms.launching.use_handover import use_handover
from lti_tool.signed_values import SignedValues
from lti_tool.web.failures.refusals import limit_refusals
from lti_tool.web.headers import allow_framing_by
from lti_tool.web.parts import parts
from lti_tool.web.step import step
from lti_tool.web.visits.browser_session import open_visit, seal_visitor, unseal_visitor, without_csrf
from lti_tool.web.visits.guards import is_posted_by_own_page

HANDOVER_LIFETIME_S = 600
# A launch that has not brought anybody to a page is a 403, like the page that begins the login in a new window.
_STATUS = 403

blueprint = Blueprint("handover", __name__)


def offer_handover(visitor: Visitor, visit_key: str, landing: str, *, now: datetime) -> ResponseReturnValue:
    """Show the button that opens a verified launch in a new window."""
    allow_framing_by(visitor.frame_origin)
    handover = _handovers().sign(
        id=secrets.token_urlsafe(16),
        made_at=int(now.timestamp()),
        visit_key=visit_key,
        visitor=seal_visitor(visit_key, visitor, now=now),
        landing=landing,
    )
    page = render_template("handover/offer.html", handover=handover, minutes=HANDOVER_LIFETIME_S // 60)
    return page, _STATUS, {"Cache-Control": "no-store"}


@blueprint.post("/lti/handover")
@without_csrf
@limit_refusals
def take_over() -> ResponseReturnValue:
    """Begin the visit in the window that the button has opened."""
    now = parts().now()
    values = _handovers().read(request.form.get("handover", "")) if is_posted_by_own_page() else None
    if values is None:
        raise LaunchRejected(LaunchRefusal.STATE_MISSING)
    visit_key = values["visit_key"]
    visitor = unseal_visitor(visit_key, values["visitor"], now=now)
    if visitor is None or not -60 <= now.timestamp() - values["made_at"] <= HANDOVER_LIFETIME_S:
        raise LaunchRejected(LaunchRefusal.STATE_EXPIRED)
    with step() as session:
        use_handover(session, values["id"], now=now)
    response = redirect(values["landing"], 303)
    open_visit(response, visitor, key=visit_key, now=now)
    response.headers["Cache-Control"] = "no-store"
    return response


def _handovers() -> SignedValues:
    made: SignedValues | None = current_app.extensions.get("handover")
    if made is None:
        secret = parts().settings.secret_key.get_secret_value()
        made = SignedValues(secret, "web.handover", "id", "made_at", "visit_key", "visitor", "landing")
        current_app.extensions["handover"] = made
    return made
