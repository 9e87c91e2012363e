"""The connection check inside a launch, for instructors and administrators.

The worker asks the platform; this page shows how far that is, the latest answer, and what can be said without asking.
"""

from datetime import datetime, timedelta
from typing import Final

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from lti_tool.domain.people import Visitor
from lti_tool.platforms.checking.checked_place import check_claims, check_frame, load_place
from lti_tool.platforms.checking.findings import FindingStanding, from_json
from lti_tool.platforms.checking.inquiries import InquiredPlace, InquiryKind, InquiryState, open_inquiry, state_of
from lti_tool.web.parts import parts
from lti_tool.web.step import reading, step
from lti_tool.web.visits.browser_session import href
from lti_tool.web.visits.guards import current_instructor

blueprint = Blueprint("check", __name__)
_FRAMES = frozenset({"iframe", "frame", "embed", "object"})
# Who opens the page wants to know how it is now.
STALE_AFTER: Final = timedelta(minutes=5)


@blueprint.get("/lti/check")
def check() -> ResponseReturnValue:
    """Show what came of asking the platform of this visit, and have it asked if that was a while ago."""
    visitor = current_instructor()
    now = parts().now()
    state = _state(visitor, now)
    if not state.is_open and not _is_fresh(state, now):
        _ask(visitor, now)
        state = _state(visitor, now)
    with reading() as session:
        place = load_place(session, visitor.course_id, visitor.resource_link_id)
    entry = parts().front_door.registrations.by_id(visitor.registration_id)
    assert entry is not None  # else there would be no visit
    asked = from_json(state.answer)
    findings = (*(asked or ()), *check_claims(place))
    return render_template(
        "check/check.html",
        section="check",
        state=state,
        asked=asked,
        findings=findings,
        bad=sum(finding.standing is FindingStanding.BAD for finding in findings),
        frame=check_frame(is_framed=request.headers.get("Sec-Fetch-Dest") in _FRAMES),
        registration=entry.registration,
        claim_names=place.claim_names,
    )


@blueprint.post("/lti/check")
def check_again() -> ResponseReturnValue:
    """Have the platform asked anew."""
    _ask(current_instructor(), parts().now())
    return redirect(href("check.check"), 303)


def _ask(visitor: Visitor, now: datetime) -> None:
    with step() as session:
        open_inquiry(session, InquiryKind.CONNECTION, _place(visitor), now=now)


def _state(visitor: Visitor, now: datetime) -> InquiryState:
    with reading() as session:
        return state_of(session, InquiryKind.CONNECTION, _place(visitor), now=now)


def _place(visitor: Visitor) -> InquiredPlace:
    return InquiredPlace(visitor.registration_id, visitor.course_id, visitor.resource_link_id)


def _is_fresh(state: InquiryState, now: datetime) -> bool:
    return state.answered_at is not None and now - STALE_AFTER < state.answered_at <= now
