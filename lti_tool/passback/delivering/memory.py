"""The database as a delivery's memory: `ports.Memory`, each call a short transaction of its own."""

from datetime import datetime

from sqlalchemy import select, update

from lti_tool.lti.advantage.line_items import LineItem as PlatformsLineItem
from lti_tool.models import LineItemRow
from lti_tool.models.database import Database
from lti_tool.passback import ledger


class DatabaseMemory:
    """Implements `ports.Memory`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep_line_item(
        self, line_item_id: int, found: PlatformsLineItem, *, replacing: str | None, is_made_by_us: bool, now: datetime
    ) -> str:
        is_unchanged = LineItemRow.url.is_(None) if replacing is None else LineItemRow.url == replacing
        values = {
            "url": found.url,
            "url_since": now,
            "score_maximum": found.score_maximum or None,
            "is_made_by_us": is_made_by_us,
            "gone_at": None,
        }
        with self._database.write.begin() as session:
            session.execute(update(LineItemRow).where(LineItemRow.id == line_item_id, is_unchanged).values(values))
            # A launch may have named another one in the meantime: that one holds.
            return session.scalars(select(LineItemRow.url).where(LineItemRow.id == line_item_id)).one() or found.url

    def keep_maximum(self, line_item_id: int, url: str, maximum: float) -> None:
        with self._database.write.begin() as session:
            is_unchanged = (LineItemRow.id == line_item_id) & (LineItemRow.url == url)
            session.execute(update(LineItemRow).where(is_unchanged).values(score_maximum=maximum))

    def scores_held(self, delivery_id: int) -> tuple[float, ...]:
        with self._database.read() as session:
            return ledger.scores_held(session, delivery_id)
