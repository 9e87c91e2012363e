"""An instructor says when a live session takes place, for how long and where; or that it does not."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from lti_tool.courses.viewer import name_of, teaching_viewer_of
from lti_tool.domain.people import Visitor
from lti_tool.domain.rules.live import LINK_LENGTH_MAX, MINUTES, YEARS, Meeting
from lti_tool.domain.rules.syllabus import Syllabus
from lti_tool.domain.words.edits import NOTHING_SHOWN, ChangedMeanwhile, Shown, merge
from lti_tool.errors import ToolError
from lti_tool.messages import N_
from lti_tool.progress.meetings import get_meeting, lock_meeting
from lti_tool.progress.settle import settle_course

log = logging.getLogger(__name__)


class PlanRefused(ToolError):
    """Something of the plan cannot be; `faults` names the fields."""

    code = "meeting_plan_refused"

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__(
            N_("Einige Angaben passen noch nicht."),
            next_step=N_("Bitte prüfen Sie die markierten Felder und speichern Sie noch einmal."),
        )
        self.faults = faults


@dataclass(frozen=True)
class Plan:
    """What the course says of a session; None: no date, or as long as the programme says."""

    starts_at: datetime | None = None
    minutes: int | None = None
    link: str = ""
    is_cancelled: bool = False

    def texts(self, usual_minutes: int) -> dict[str, str]:
        """Write the plan as it is compared with what a page showed."""
        return {
            "day": "" if self.starts_at is None else self.starts_at.astimezone(UTC).isoformat(timespec="minutes"),
            "minutes": "" if self.minutes in (None, usual_minutes) else str(self.minutes),
            "link": self.link,
            "cancelled": "yes" if self.is_cancelled else "",
        }

    def faults(self) -> tuple[str, ...]:
        """Name what cannot be; empty: all is well."""
        wrong = {
            "day": self.starts_at is not None and self.starts_at.year not in YEARS,
            "minutes": self.minutes is not None and self.minutes not in MINUTES,
            "link": bool(self.link) and (not _is_address(self.link) or len(self.link) > LINK_LENGTH_MAX),
        }
        return tuple(name for name, is_wrong in wrong.items() if is_wrong)


def _is_address(text: str) -> bool:
    if " " in text or not text.isprintable():
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname)


def plan_of(meeting: Meeting) -> Plan:
    """Return what a course says of a session now."""
    return Plan(meeting.starts_at, meeting.minutes, meeting.link, meeting.is_cancelled)


def plan_meeting(
    session: Session,
    syllabus: Syllabus,
    visitor: Visitor,
    module_slug: str,
    code: str,
    plan: Plan,
    *,
    shown: Shown = NOTHING_SHOWN,
    now: datetime,
) -> None:
    """Store when and where a live session of the visitor's course takes place.

    A session that is cancelled is asked of nobody, which may complete its module for some.

    Raises:
        Forbidden: the visitor does not teach here.
        NotFound: there is no such session.
        PlanRefused: something of the plan cannot be.
        ChangedMeanwhile: somebody else has planned it otherwise since the page was opened.
    """
    viewer = teaching_viewer_of(session, visitor)
    meeting = get_meeting(session, syllabus.programme, viewer.course_id, module_slug, code)
    faults = plan.faults()
    if faults:
        raise PlanRefused(faults)
    row = lock_meeting(session, viewer.course_id, meeting, now=now)
    stored = Plan(row.starts_at, row.minutes, row.link, row.is_cancelled)
    usual = meeting.session.minutes
    merged = merge(shown, plan.texts(usual), stored.texts(usual))
    if merged.clashes:
        raise ChangedMeanwhile(merged.clashes, by=name_of(session, row.changed_by_id), at=row.changed_at)
    if not merged.changed:
        return
    if "day" in merged.changed:
        row.starts_at = plan.starts_at
    if "minutes" in merged.changed:
        row.minutes = plan.minutes
    if "link" in merged.changed:
        row.link = plan.link
    if "cancelled" in merged.changed:
        row.is_cancelled = plan.is_cancelled
    row.told_starts_at = row.starts_at or row.told_starts_at
    row.revision += 1
    row.changed_at, row.changed_by_id = now, visitor.user_id
    session.flush()
    log.info("meeting_planned", extra={"course": viewer.course_id, "user": visitor.user_id, "session": code})
    settle_course(session, syllabus, viewer.course_id, only=meeting.module, now=now)
