"""Scores: what the gradebook is told (Assignment and Grade Services 2.0, section 3.4)."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from lti_tool.lti.advantage.line_items import scores_url
from lti_tool.lti.advantage.service_client import ServiceClient, ServiceRequest, checked
from lti_tool.lti.claims import claim_names as names
from lti_tool.lti.errors import ServiceRefused, ServiceUnavailable
from lti_tool.lti.ports import Registration
from lti_tool.lti.transport.http import HttpAnswer


@dataclass(frozen=True, slots=True)
class Score:
    """A final score. It always says `Completed` and `FullyGraded`: Moodle erases a grade at anything else.

    Args:
        user_id: the platform's `sub`.
        given: 0 to `maximum`; Open edX answers 500 to a negative one.
        maximum: above 0; platforms scale from it to their own.
        comment: plain words beside the grade, for who reads it; empty: none.
        timestamp: the moment of sending, made anew at each try: Moodle compares it with its own time of the last receipt.
    """

    user_id: str
    given: float
    maximum: float
    timestamp: datetime
    comment: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.given <= self.maximum or self.maximum <= 0:
            raise ValueError("a score lies between 0 and its maximum, which is above 0")


@dataclass(frozen=True, slots=True)
class Delivered:
    """The platform has taken the score."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The platform will not take this score.

    `code` is `not_newer` where it holds one with a time not before this one's: then the caller looks into the results
    and decides. `user_not_gradable`: it has no such participant. Else `http_<status>` or the reason why
    nothing was sent (`foreign_address`, `scope_not_granted`).
    """

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The platform did not answer, or asks to wait. It may have taken the score all the same; sending again does no harm."""

    code: str
    reason: str
    retry_after_s: int | None = None


def post_score(
    client: ServiceClient, registration: Registration, line_item_url: str, score: Score, *, now: datetime
) -> Delivered | Refused | Unavailable:
    """Send one score and say how it ended; raises nothing for what a platform can do."""
    request = ServiceRequest(
        "POST",
        scores_url(line_item_url),
        (names.SCOPE_SCORE,),
        content_type=names.SCORE_TYPE,
        body=json.dumps(_document(score)).encode(),
    )
    try:
        answer = client.call(registration, request, now=now)
        special = _special_refusal(answer)
        if special is not None:
            return special
        # AGS 3.4: 200, 201, 202 or 204 are all seen. Moodle answers 200 with an empty body, Open edX 201 with one.
        checked(answer, accepted=range(200, 300), now=now)
        if _is_page(answer):
            return Unavailable("page_instead", "The platform answered with a page for people, as where one has to sign in.")
    except ServiceRefused as refusal:
        return Refused(refusal.code, refusal.reason)
    except ServiceUnavailable as failure:
        return Unavailable(failure.code, failure.reason, failure.retry_after_s)
    return Delivered()


def _document(score: Score) -> dict[str, object]:
    comment = {"comment": score.comment} if score.comment else {}
    return {
        "userId": score.user_id,
        "timestamp": score.timestamp.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "scoreGiven": score.given,
        "scoreMaximum": score.maximum,
        **comment,
    }


def _is_page(answer: HttpAnswer) -> bool:
    """Tell whether a success bears a web page: whatever said so, it was not the service. Moodle's own body is empty."""
    body = answer.body.removeprefix(b"\xef\xbb\xbf").lstrip()
    if body.startswith(b"<"):
        return True
    is_html = "html" in answer.headers.get("Content-Type", "").lower()
    return is_html and any(mark in body.lower() for mark in (b"<html", b"<form", b"<body"))


def _special_refusal(answer: HttpAnswer) -> Refused | None:
    """Tell apart the two refusals that mean something of their own."""
    if answer.status == 409:
        # AGS 3.4.9: a score must be newer than the one there. Moodle compares whole seconds, and with its own time of
        # receipt. (Open edX says 400 without telling why; that stays a plain refusal.)
        return Refused("not_newer", "The platform holds a score that is not older than this one.")
    if answer.status == 400 and answer.reason.startswith("Incorrect score received"):
        # Moodle 4.2: nobody of that id to be graded in the course (a teacher, an admin, somebody not enrolled). The
        # explanation stands in the HTTP reason alone, and repeats the score: so it is looked at and not kept.
        return Refused("user_not_gradable", "The platform has no participant of that id to grade.")
    return None
