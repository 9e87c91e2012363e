"""The connection check inside a launch, for instructors and administrators."""

from flask import Blueprint, render_template, request

from lti_tool.platforms.connection_check import (
    Finding,
    Standing,
    check_course,
    check_frame,
    check_registration,
    load_place,
)
from lti_tool.web.guards import current_instructor
from lti_tool.web.parts import parts

blueprint = Blueprint("check", __name__)
_FRAMES = frozenset({"iframe", "frame", "embed", "object"})


@blueprint.get("/lti/check")
def check() -> str:
    """Ask the platform of this visit for everything, once, and show what came of it."""
    visitor = current_instructor()
    with parts().database.read() as session:
        place = load_place(session, visitor)
    entry = parts().front_door.registrations.by_id(visitor.registration_id)
    assert entry is not None  # else there would be no visit
    client = parts().service_client
    findings: list[Finding] = [check_frame(is_framed=request.headers.get("Sec-Fetch-Dest") in _FRAMES)]
    findings += check_registration(parts().http, client, entry.registration, clock=parts().now)
    findings += check_course(client, entry.registration, place, now=parts().now())
    bad = sum(finding.standing is Standing.BAD for finding in findings)
    return render_template(
        "check/check.html",
        section="check",
        findings=findings,
        bad=bad,
        registration=entry.registration,
        claim_names=place.claim_names,
    )
