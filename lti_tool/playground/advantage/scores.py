"""AGS scores and results, by the rules that Moodle 4.2.3 was seen to follow."""

import json
import logging
import math
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lti_tool.playground.advantage.answers import Answer, bad_gateway, json_answer
from lti_tool.playground.advantage.line_items import LineItems, number
from lti_tool.playground.launching.claim_names import MEDIA_RESULTS, MEDIA_SCORE
from lti_tool.playground.launching.claims import line_item_url
from lti_tool.playground.site import LOCAL_ZONE, Site
from lti_tool.playground.state import Column, Grade, Json, Tool, grade_key

log = logging.getLogger(__name__)

_SCORE_TYPE = f"{MEDIA_SCORE}; charset=utf-8"
_REMEMBERED = 10_000
_ISO_8601 = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?")


@dataclass(frozen=True)
class ReceivedScore:
    """A score that arrived, and what it was answered with."""

    column: int
    user: str
    body: Json
    status: int
    at: datetime


def parse_timestamp(text: object) -> float | None:
    """Read an ISO 8601 moment as Unix time; without a zone it is the site's zone. None if it is no moment."""
    if not isinstance(text, str) or not _ISO_8601.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=LOCAL_ZONE)).timestamp()


def rescaled(given: float, score_maximum: float, column_maximum: float, *, as_it_comes: bool = False) -> float:
    """Bring a score onto the column's scale, cut to it; a scoreMaximum of 0 lets the score stand as it is."""
    if as_it_comes:
        return given
    value = given if score_maximum == 0 else given * column_maximum / score_maximum
    return round(min(max(value, 0.0), column_maximum), 5)


class Scores:
    """Takes scores in and reads results out."""

    def __init__(self, site: Site, line_items: LineItems) -> None:
        self._site = site
        self._line_items = line_items
        self.received: deque[ReceivedScore] = deque(maxlen=_REMEMBERED)

    def post(self, tool: Tool, column_id: str, raw_body: str) -> Answer:
        """Answer a score post: 200 with an empty body, 409 if its timestamp is not later, 400 if it cannot be."""
        column = self._line_items.find(tool, column_id)
        try:
            body = json.loads(raw_body)
        except ValueError:
            body = None
        with self._site.lock:
            answer = self._take(column, body if isinstance(body, dict) else {}, raw_body)
            self._remember(column, body if isinstance(body, dict) else {}, answer.status)
            self._site.save()
        return answer

    def _remember(self, column: Column, body: Json, status: int) -> None:
        user = str(body.get("userId", ""))
        self.received.append(ReceivedScore(column.id, user, body, status, self._site.now()))
        log.info("playground_score_received", extra={"column": column.id, "user": user, "status": status})

    def _take(self, column: Column, body: Json, raw_body: str) -> Answer:
        user = str(body.get("userId", ""))
        # A user id that is no number kills Moodle's PHP (status 0), which nginx turns into a 502.
        if user and not user.isdigit() and not self._site.is_open_edx:
            return bad_gateway()
        if column.is_locked:
            # Moodle 4.5: an exception, shown as an error page.
            return Answer(500, "Internal Server Error", "<html><body>Exception</body></html>", "text/html; charset=utf-8")
        timestamp = parse_timestamp(body.get("timestamp"))
        if timestamp is None or not self._is_complete(body) or not self._can_be_graded(user):
            return Answer(400, f"Incorrect score received{raw_body}", "[]", _SCORE_TYPE)
        stored = self._site.state.grades.get(grade_key(column.id, user))
        if stored is not None and stored.stored_at >= int(timestamp):
            reason = f"Refusing score with an earlier timestamp for item {column.id} and user {user}"
            return Answer(409, reason, "[]", _SCORE_TYPE)
        self._write(column, user, body, int(timestamp), stored)
        return Answer(200, "OK", "", _SCORE_TYPE)

    def _is_complete(self, body: Json) -> bool:
        if not all(body.get(name) for name in ("userId", "timestamp", "activityProgress", "gradingProgress")):
            return False
        if body.get("scoreGiven") is None:
            return True
        return _number(body["scoreGiven"]) is not None and _number(body.get("scoreMaximum")) is not None

    def _can_be_graded(self, user: str) -> bool:
        # Suspended participants can be graded; the instructor, the administrator and those not enrolled cannot.
        person = self._site.find_person(user)
        return person is not None and person.part == "participant" and user not in self._site.state.unenrolled

    def _write(self, column: Column, user: str, body: Json, timestamp: int, stored: Grade | None) -> None:
        is_final = body["gradingProgress"] == "FullyGraded"
        given, maximum = _number(body.get("scoreGiven")), _number(body.get("scoreMaximum"))
        value = None
        if is_final and given is not None and maximum is not None:
            as_it_comes = self._site.has_oddity("points_as_they_come")
            value = rescaled(given, maximum, column.maximum, as_it_comes=as_it_comes)
        comment = str(body["comment"]) if is_final and body.get("comment") else None
        key = grade_key(column.id, user)
        if not is_final and (column.is_coupled or stored is None):
            # The row of an activity's own grade is emptied, so that any later score is taken, however old its timestamp.
            self._site.state.grades.pop(key, None)
            return
        if stored is not None and (stored.value, stored.comment) == (value, comment):
            return  # an unchanged grade keeps its time
        now = self._site.now().timestamp()
        # The heart of the matter: an activity's own grade is stored with the time of receipt, not with the score's timestamp.
        stored_at = int(now) if column.is_coupled else timestamp
        overridden = stored.overridden if stored is not None else None
        self._site.state.grades[key] = Grade(value, comment, stored_at, now, overridden)

    def results(self, tool: Tool, column_id: str, query: Mapping[str, str]) -> Answer:
        """Answer GET results: one entry for each user with a grade."""
        column = self._line_items.find(tool, column_id)
        if query.get("limit"):
            # Moodle 4.2.3: "Call to a member function out() on null", shown as an error page.
            return Answer(404, "Not Found", "<html><body>Exception</body></html>", "text/html; charset=utf-8")
        type_id, wanted = query.get("type_id"), query.get("user_id")
        with self._site.lock:
            cells = [
                (key.partition(":")[2], grade)
                for key, grade in self._site.state.grades.items()
                if key.startswith(f"{column.id}:") and grade.final is not None
            ]
        chosen = [(user, grade) for user, grade in cells if wanted in (None, "", user)]
        chosen.sort(key=lambda cell: (len(cell[0]), cell[0]))
        return json_answer([self._result(column, user, grade, type_id) for user, grade in chosen], MEDIA_RESULTS)

    def _written(self, value: float) -> int | float | str:
        return str(number(value)) if self._site.has_oddity("results_as_texts") else number(value)

    def _result(self, column: Column, user: str, grade: Grade, type_id: str | None) -> Json:
        line_item = line_item_url(self._site, column, type_id)
        path, _, query = line_item.partition("?")
        result: Json = {
            "id": f"{path}/results?{query + '&' if query else ''}user_id={user}",
            "userId": user,
            "resultScore": self._written(grade.final or 0.0),
            "resultMaximum": self._written(column.maximum),
            "scoreOf": line_item,
            "timestamp": datetime.fromtimestamp(grade.stored_at, LOCAL_ZONE).isoformat(timespec="seconds"),
        }
        if grade.comment is not None:
            result["comment"] = grade.comment
        return result


def _number(value: object) -> float | None:
    """Read a number or a numeric string, as PHP does."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        parsed = float(value)
    except ValueError:
        return None
    return parsed if math.isfinite(parsed) else None
