"""Scores and results: what the gradebook is told and what it holds (Assignment and Grade Services 2.0, sections 3.3, 3.4)."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lti_tool.lti import claim_names as names
from lti_tool.lti.errors import ServiceRefused, ServiceUnavailable
from lti_tool.lti.http import Answer
from lti_tool.lti.line_items import results_url, scores_url
from lti_tool.lti.ports import Registration
from lti_tool.lti.service_client import ServiceClient, ServiceRequest, checked, json_of


@dataclass(frozen=True, slots=True)
class Score:
    """A final score. It always says `Completed` and `FullyGraded`: Moodle erases a grade at anything else.

    Args:
        user_id: the platform's `sub`.
        given: 0 to `maximum`; Open edX answers 500 to a negative one.
        maximum: above 0; platforms scale from it to their own.
        timestamp: the moment of sending, made anew at each try: Moodle compares it with its own time of the last receipt.
    """

    user_id: str
    given: float
    maximum: float
    timestamp: datetime
    comment: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.given <= self.maximum or self.maximum <= 0:
            raise ValueError("a score lies between 0 and its maximum, which is above 0")


@dataclass(frozen=True, slots=True)
class Delivered:
    """The platform has taken the score."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The platform will not take this score.

    `code` is `not_newer` where it holds one with a time not before this one's: then the caller looks into the result
    (`read_result`) and decides. `user_not_gradable`: it has no such participant. Else `http_<status>` or the reason why
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


@dataclass(frozen=True, slots=True)
class Result:
    """What the gradebook holds for a user; `given` is None where it holds nothing."""

    user_id: str
    given: float | None
    maximum: float | None
    comment: str | None = None


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
    except ServiceRefused as refusal:
        return Refused(refusal.code, refusal.reason)
    except ServiceUnavailable as failure:
        return Unavailable(failure.code, failure.reason, failure.retry_after_s)
    return Delivered()


def read_result(
    client: ServiceClient, registration: Registration, line_item_url: str, user_id: str, *, now: datetime
) -> Result | None:
    """Give what the gradebook holds for a user; None if it holds no result.

    No `limit` is sent: Moodle 4.2 fails with it (404, "Call to a member function out() on null").

    Raises:
        ServiceRefused, ServiceUnavailable: see `checked`.
    """
    request = ServiceRequest(
        "GET", results_url(line_item_url, user_id=user_id), (names.SCOPE_RESULT_READ,), accept=names.RESULTS_TYPE
    )
    document: Any = json_of(checked(client.call(registration, request, now=now), now=now))
    for entry in document if isinstance(document, list) else ():
        # Chosen here as well: Open edX gives everybody's results, whoever was asked for.
        if isinstance(entry, dict) and str(entry.get("userId")) == user_id:
            return Result(
                user_id=user_id,
                given=_number(entry.get("resultScore")),
                maximum=_number(entry.get("resultMaximum")),
                comment=str(entry["comment"]) if entry.get("comment") is not None else None,
            )
    return None


def _document(score: Score) -> dict[str, object]:
    document: dict[str, object] = {
        "userId": score.user_id,
        "timestamp": score.timestamp.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "scoreGiven": score.given,
        "scoreMaximum": score.maximum,
    }
    if score.comment is not None:
        document["comment"] = score.comment
    return document


def _special_refusal(answer: Answer) -> Refused | None:
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


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
