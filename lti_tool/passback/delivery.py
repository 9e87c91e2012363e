"""What a score delivery is while it travels: its states, a claimed one, and how a try ends."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

# ScoreDelivery.state
WAITING: Final = "waiting"
CLAIMED: Final = "claimed"
DELIVERED: Final = "delivered"
PARKED: Final = "parked"
MISSING: Final = "missing"
"""Was delivered, and a look has found the cell empty since."""

# DeliveryEvent.event; DELIVERED and PARKED as well.
ENQUEUED: Final = "enqueued"
SUPERSEDED: Final = "superseded"
DELAYED: Final = "delayed"
RETRIED: Final = "retried"
EMPTIED: Final = "emptied"
LEFT_EMPTY: Final = "left_empty"
BY_TEACHER: Final = "by_teacher"
AGREES: Final = "agrees"
"""Ours stands there again."""

# ScoreDelivery.last_error, where the code is our own; those of a platform's answers look like `http_503`.
KEPT_BY_TEACHER: Final = "kept_by_teacher"
BETTER_STANDS: Final = "better_stands"
"""A better score than ours stands there, and our data were restored from a backup: it may be ours."""
RESTORED_UNREAD: Final = "restored_unread"
"""Our data were restored from a backup, and the platform does not let us read what stands there."""
UNCONVERTED: Final = "unconverted"
"""Ours stands there point for point in a column of another size."""
LINE_ITEM_GONE: Final = "line_item_gone"
NO_LINE_ITEM: Final = "no_line_item"
GRADING_OFF: Final = "grading_off"
"""The activity could have a column and has none: somebody wants none."""
COLUMN_REFUSES: Final = "column_refuses"
"""The platform is there and this column takes nothing: mostly it is locked."""
INTERNAL_ERROR: Final = "internal_error"
MISSING_AT_PLATFORM: Final = "missing_at_platform"
NOT_GRADABLE: Final = "user_not_gradable"
USER_LEFT: Final = "user_left"
"""Beside MISSING: the person is no longer in the course."""

# A column that is not there; beside it those that a launch or a look that names another column may mend.
WITHOUT_COLUMN: Final = (LINE_ITEM_GONE, NO_LINE_ITEM, GRADING_OFF)
LINE_ITEM_TROUBLE: Final = (*WITHOUT_COLUMN, "foreign_address", "bad_address", "http_403", "http_404")

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
    resource_link_id: str | None
    """The platform's id of the link, not our key; None: the column belongs to none."""
    is_of_known_link: bool = True
    """Whether somebody has launched that link: then the column is looked for when there is none."""
    creates_columns: bool = False
    """Whether one may be made where the link has none."""
    made_by_us_url: str | None = None
    score_maximum: float | None = None
    """The column's own points; None: not known."""
    delivered_version: int | None = None
    sent_of: float | None = None
    comment: str = ""
    """What was reached, in words; empty: none."""
    is_after_restore: bool = False
    """Our data may be older than what stands in the gradebooks."""

    @property
    def looks_first(self) -> bool:
        """Whether to read what stands there before it is written over: a teacher may have changed it since."""
        return self.delivered_version is not None or self.is_after_restore


@dataclass(frozen=True, slots=True)
class Arrived:
    """The score stands in the gradebook, or what a teacher put there stands and was left alone (`note`)."""

    timestamp: datetime | None
    """Of the score as sent, or the platform's time at that moment if it is later."""
    took_ms: int = 0
    note: str = ""
    standing: float | None = None
    """What stands there instead of ours, in points of 100."""
    sent_of: float | None = None
    """The maximum that it was sent with; None: nothing was sent."""


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
