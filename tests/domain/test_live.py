"""What counts as attended, how much of the time, and when the follow-up is open."""

from datetime import UTC, datetime, timedelta

import pytest

from lti_tool.domain.rules.completion import Condition, Conditions, Evidence, MissingCondition, missing
from lti_tool.domain.rules.live import LivePart, Meeting, Presence, attended_share_pct, may_follow_up
from lti_tool.domain.rules.workbook import PracticeRule
from tests.shipped import read_programme

MODULE = read_programme().modules[0]
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def a_meeting(place: int = 0, *, starts_at: datetime | None = NOON, minutes: int = 90, is_cancelled: bool = False) -> Meeting:
    return Meeting(MODULE, MODULE.live_sessions[place], starts_at, minutes, is_cancelled=is_cancelled)


@pytest.mark.parametrize(
    ("presence", "has_followed_up", "is_covered", "minutes"),
    [
        (None, False, False, 0),
        (None, True, True, 90),
        (Presence.PRESENT, False, True, 90),
        (Presence.PARTLY, False, True, 45),
        (Presence.PARTLY, True, True, 90),
        (Presence.EXCUSED, False, False, 0),
        (Presence.EXCUSED, True, True, 90),
        (Presence.MADE_UP, False, True, 90),
    ],
)
def test_what_a_presence_is_worth(presence: Presence | None, has_followed_up: bool, is_covered: bool, minutes: float) -> None:
    part = LivePart(presence, has_followed_up)
    assert part.is_covered is is_covered
    assert part.minutes_of(90) == minutes


@pytest.mark.parametrize(
    ("starts_at", "presence", "is_open"),
    [
        (None, None, True),  # a course that sets no dates must not be impossible to finish
        (NOON + timedelta(days=1), None, False),
        (NOON + timedelta(days=1), Presence.EXCUSED, True),
        (NOON - timedelta(minutes=89), None, False),
        (NOON - timedelta(minutes=90), None, True),
    ],
)
def test_when_the_follow_up_is_open(starts_at: datetime | None, presence: Presence | None, is_open: bool) -> None:
    assert may_follow_up(a_meeting(starts_at=starts_at), LivePart(presence), now=NOON) is is_open


def test_a_cancelled_session_is_asked_of_nobody() -> None:
    assert not may_follow_up(a_meeting(starts_at=None, is_cancelled=True), LivePart(), now=NOON)
    there, nothing = LivePart(Presence.PRESENT), LivePart()
    assert attended_share_pct([(a_meeting(), there), (a_meeting(1, is_cancelled=True), nothing)]) == 100
    assert attended_share_pct([(a_meeting(), there), (a_meeting(1), nothing)]) == 50
    assert attended_share_pct([]) == 100


@pytest.mark.parametrize(
    ("parts", "left"),
    [
        ("lessons quiz", ()),
        ("lessons practice quiz", (MissingCondition(Condition.PRACTICE, 2),)),
        ("lessons quiz live", (MissingCondition(Condition.LIVE, 1),)),
        ("lessons practice quiz live", (MissingCondition(Condition.PRACTICE, 2), MissingCondition(Condition.LIVE, 1))),
        ("live", (MissingCondition(Condition.LIVE, 1),)),
        (None, ()),
    ],
)
def test_conditions_as_they_are_stored(parts: str | None, left: tuple[MissingCondition, ...]) -> None:
    conditions = Conditions.of(parts, None)
    done = Evidence(6, 6, True, chapters=3, chapters_done=1, meetings=2, meetings_covered=1)
    assert missing(done, conditions.parts) == left
    assert conditions.practice is PracticeRule.ACCEPTED
    assert Conditions.of(conditions.as_text, "peer") == Conditions(conditions.parts, PracticeRule.PEER)


def test_lessons_or_quiz_must_stay() -> None:
    # A module without a practice task, all its sessions cancelled: else everybody would pass by doing nothing.
    assert not Conditions.of("practice live", None).ask_for_something
    assert not Conditions.of("", None).ask_for_something
    assert Conditions.of("quiz", None).ask_for_something
