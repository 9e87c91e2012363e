"""What a visit has to know of the gradebook: how far a person's scores are, and whether the visit brings news; only reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.passback.columns.columns import look_at_link
from lti_tool.passback.columns.gradebook_place import GradebookPlace
from lti_tool.passback.delivery_status import DeliveryStatus, StoredDelivery, deliveries_in, statuses_of
from lti_tool.passback.due import dues_in
from lti_tool.passback.returning import is_held_back


@dataclass(frozen=True)
class GradebookLook:
    """One place, for one person who has come by one link."""

    deliveries: Mapping[str, DeliveryStatus] = field(default_factory=dict)
    """By module slug; a module is missing where nothing was to be sent."""
    due: Mapping[str, float] = field(default_factory=dict)
    """By module slug, the score that passback was told of, in points of 100."""
    has_link_news: bool = False
    """The link's latest launch told of a column that is not taken up yet."""
    has_returned: bool = False
    """The person is back in the course, and something was held back because they were not there."""


def read_gradebook(session: Session, place: GradebookPlace, user_id: int, link_id: int | None) -> GradebookLook:
    """Read it with three statements; with one more where a column is looked for."""
    deliveries = deliveries_in(session, place, user_id)
    dues = dues_in(session, place, user_id)
    has_news, launched_at = look_at_link(session, link_id, user_id) if link_id is not None else (False, None)
    return GradebookLook(
        statuses_of(session, place, deliveries, dues),
        {slug: due.score_given for slug, due in dues.items()},
        has_news,
        launched_at is not None and any(_is_late(each, launched_at) for each in deliveries),
    )


def _is_late(delivery: StoredDelivery, launched_at: datetime) -> bool:
    """Whether a delivery was held back before the person came by the link."""
    is_earlier = delivery.scheduled_at is not None and delivery.scheduled_at < launched_at
    return is_earlier and is_held_back(delivery.state, delivery.last_error)
