"""When to send again: the pure rules of backing off, giving up and dating a score."""

import random
from datetime import datetime, timedelta

FIRST_DELAY = timedelta(seconds=60)
LONGEST_DELAY = timedelta(hours=6)
LONGEST_REQUESTED_DELAY = timedelta(hours=24)
# Nothing is ever put off for longer, jitter included.
LONGEST_WAIT = LONGEST_REQUESTED_DELAY * 1.1
GIVE_UP_AFTER = timedelta(days=14)
# A delivery that hardly had a turn (its registration was switched off, its platform's circuit open) gets some more.
FEWEST_TRIES = 8
# So often a platform's own short Retry-After is believed; after that our own delay is the least.
TRUSTED_REQUESTS = 5
# A platform whose clock is further ahead than this, or a result dated so, is not followed.
LONGEST_LEAD = timedelta(days=1)
ONE_SECOND = timedelta(seconds=1)


def delay_before(tries: int, *, retry_after_s: int | None, chance: random.Random) -> timedelta:
    """Tell how long to wait after the `tries`-th failure in a row.

    Args:
        tries: 1 for the first failure.
        retry_after_s: what the platform asked for (HTTP 429 or 503 with Retry-After), if it did.
        chance: source of the jitter, so that a thousand scores do not come back in one second.
    Returns:
        30 to 60 s at first, then doubled up to 3 to 6 h; never less than what the platform asked for.
    """
    doublings = min(tries - 1, 20)
    longest: timedelta = min(FIRST_DELAY * 2**doublings, LONGEST_DELAY)
    own = longest * chance.uniform(0.5, 1.0)
    if retry_after_s is None:
        return own
    asked = min(max(timedelta(seconds=retry_after_s), ONE_SECOND), LONGEST_REQUESTED_DELAY)
    asked = asked * chance.uniform(1.0, 1.1)
    return asked if tries <= TRUSTED_REQUESTS else max(own, asked)


def is_time_to_give_up(tries: int, *, waiting_since: datetime, now: datetime) -> bool:
    """Tell whether a score has been refused a hearing for so long that a person must look at it."""
    return tries >= FEWEST_TRIES and now - waiting_since >= GIVE_UP_AFTER


def next_timestamp(
    now: datetime, *, last: datetime | None, platform_lead: timedelta, later_than: datetime | None = None
) -> datetime:
    """Date a score that is sent now.

    AGS 2.0, Score publish service, timestamp: a score not later than the stored one is ignored or refused. Moodle 4.2
    stores the time of receipt by its own clock for a column that belongs to an activity, and compares whole seconds:
    so each timestamp is a second later than the last, and follows the platform's clock where ours lags.

    Args:
        last: the timestamp sent last for this user and line item, or the platform's time when it took it.
        platform_lead: how far the platform's clock is ahead of ours; ignored where it is not.
        later_than: the time of the result that stands there, where it is in the way.
    """
    furthest = now + LONGEST_LEAD
    candidates = [now]
    if platform_lead > ONE_SECOND:
        # An HTTP Date is cut to whole seconds, so the platform may be up to one further.
        candidates.append(now + platform_lead + ONE_SECOND)
    if later_than is not None:
        candidates.append(min(later_than, furthest) + ONE_SECOND)
    chosen = min(max(candidates), furthest + ONE_SECOND)
    # Own order comes before all: whatever was sent last, this one is later.
    return chosen if last is None else max(chosen, last + ONE_SECOND)
