"""What a score delivery is while it travels: its states, a claimed one, and how a try ends."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

# ScoreDelivery.state
WAITING: Final = "waiting"
CLAIMED: Final = "claimed"
DELIVERED: Final = "delivered"
PARKED: Final = "parked"

# DeliveryEvent.event
ENQUEUED: Final = "enqueued"
SUPERSEDED: Final = "superseded"
DELAYED: Final = "delayed"
RETRIED: Final = "retried"

# ScoreDelivery.last_error, where the code is our own; those of a platform's answers look like `http_503`.
KEPT_BY_TEACHER: Final = "kept_by_teacher"
LINE_ITEM_GONE: Final = "line_item_gone"
NO_LINE_ITEM: Final = "no_line_item"
INTERNAL_ERROR: Final = "internal_error"
MISSING_AT_PLATFORM: Final = "missing_at_platform"

# A launch that names another line item than before may mend these.
LINE_ITEM_TROUBLE: Final = (LINE_ITEM_GONE, NO_LINE_ITEM, "foreign_address", "bad_address", "http_403", "http_404")

# Scores travel in points of 100, and line items that we make have this maximum (Moodle's default limit is 100).
SCORE_MAXIMUM: Final = 100.0


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """One delivery that this worker alone may send until `lease_until`, with all that sending needs."""

    id: int
    version: int
    score_given: float
    tries: int
    waiting_since: datetime
    last_timestamp: datetime | None
    claim: str
    """Names this claim alone, so that a later claim of the same row is not taken for it."""
    lease_until: datetime
    module_slug: str
    user_sub: str
    registration_id: int
    line_item_id: int
    line_item_url: str | None
    line_items_url: str | None
    scopes: frozenset[str]
    resource_link_id: str
    """The platform's id of the link, not our key."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """The score stands in the gradebook, or what a teacher put there stands and was left alone (`note`)."""

    timestamp: datetime | None
    """Of the score as sent, or the platform's time at that moment if it is later."""
    took_ms: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Delayed:
    """Not now: try again later."""

    code: str
    timestamp: datetime | None = None
    retry_after_s: int | None = None
    is_platform_down: bool = True
    """Whether this says something about the platform, not about this score alone."""


@dataclass(frozen=True, slots=True)
class Parked:
    """Not ever, unless somebody changes something."""

    code: str
    timestamp: datetime | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Abandoned:
    """Nothing was sent: the lease ran out, or the worker stops."""


Outcome = Arrived | Delayed | Parked | Abandoned


def score_text(score_given: float) -> str:
    """Write a score for the ledger: points of 100, as few decimals as needed."""
    return f"{score_given:.3f}".rstrip("0").rstrip(".")
