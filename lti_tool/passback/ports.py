"""What passback needs from elsewhere: the platforms' gradebooks, and a memory that opens its own transactions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from lti_tool.lti.advantage.line_items import LineItem, NewLineItem
from lti_tool.lti.advantage.results import ToldResult
from lti_tool.lti.advantage.scores import Delivered, Refused, Score, Unavailable


@dataclass(frozen=True, slots=True)
class LineItemList:
    """A course's list of line items, and what the platform offered with it."""

    registration_id: int
    url: str
    scopes: frozenset[str]


class Gradebooks(Protocol):
    """The gradebooks of all platforms. Whoever calls has no transaction open.

    All but `post_score` raise `ServiceRefused` or `ServiceUnavailable`.
    """

    def post_score(
        self, registration_id: int, line_item_url: str, score: Score, *, now: datetime
    ) -> Delivered | Refused | Unavailable: ...

    def result_of(self, registration_id: int, line_item_url: str, user_sub: str, *, now: datetime) -> ToldResult | None:
        """Read what stands there for one user; None: nothing."""
        ...

    def results(self, registration_id: int, line_item_url: str, *, now: datetime) -> dict[str, ToldResult]:
        """Read what stands there, by the users' `sub`."""
        ...

    def line_items(
        self,
        place: LineItemList,
        *,
        resource_link_id: str | None = None,
        resource_id: str | None = None,
        tag: str | None = None,
        now: datetime,
    ) -> list[LineItem]:
        """List line items. Platforms need not heed the filters."""
        ...

    def line_item(self, registration_id: int, url: str, scopes: frozenset[str], *, now: datetime) -> LineItem:
        """Read one line item."""
        ...

    def create_line_item(self, place: LineItemList, new: NewLineItem, *, now: datetime) -> LineItem: ...

    def clock_lead(self, registration_id: int) -> timedelta:
        """Tell how far the platform's clock is ahead of ours, by its latest Date header; negative: behind; zero: unknown."""
        ...


class Memory(Protocol):
    """What is kept and looked up in the middle of a delivery, each in a short transaction of its own."""

    def keep_line_item(
        self, line_item_id: int, found: LineItem, *, replacing: str | None, is_made_by_us: bool, now: datetime
    ) -> str:
        """Note where a line item is, unless it was changed meanwhile; give the address that holds now."""
        ...

    def keep_maximum(self, line_item_id: int, url: str, maximum: float) -> None:
        """Note a column's points."""
        ...

    def scores_held(self, delivery_id: int) -> tuple[float, ...]:
        """List the scores that a delivery has held so far."""
        ...
