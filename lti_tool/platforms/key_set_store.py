"""Keeps platforms' key sets in the database (port `KeySetStore`)."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError

from lti_tool.lti.ports import StoredKeySet
from lti_tool.models import PlatformKeySet

if TYPE_CHECKING:
    from lti_tool.models.database import Database


class DatabaseKeySetStore:
    """Each call is a transaction of its own: none is open while the platform is asked."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    def load(self, jwks_url: str) -> StoredKeySet | None:
        with self._database.read() as session:
            row = session.scalar(select(PlatformKeySet).where(PlatformKeySet.jwks_url == jwks_url))
            return None if row is None else StoredKeySet(row.jwks_json, row.fetched_at, row.next_fetch_at)

    def claim_fetch(self, jwks_url: str, *, now: datetime, next_fetch_at: datetime) -> bool:
        self._ensure(jwks_url)
        claim = (
            update(PlatformKeySet)
            .where(PlatformKeySet.jwks_url == jwks_url)
            .where(
                or_(
                    PlatformKeySet.next_fetch_at.is_(None),
                    PlatformKeySet.next_fetch_at <= now,
                    # A clock was ahead and is right again.
                    PlatformKeySet.next_fetch_at > next_fetch_at,
                )
            )
            .values(next_fetch_at=next_fetch_at)
        )
        with self._database.write.begin() as session:
            # One of many processes changes the row; the others change none.
            return getattr(session.execute(claim), "rowcount", 0) == 1

    def save(self, jwks_url: str, jwks_json: str, *, now: datetime) -> None:
        self._ensure(jwks_url)
        kept = update(PlatformKeySet).where(PlatformKeySet.jwks_url == jwks_url).values(jwks_json=jwks_json, fetched_at=now)
        with self._database.write.begin() as session:
            session.execute(kept)

    def _ensure(self, jwks_url: str) -> None:
        if self.load(jwks_url) is not None:
            return
        try:
            with self._database.write.begin() as session:
                session.add(PlatformKeySet(jwks_url=jwks_url))
        except IntegrityError:
            # Another process was faster, and that is all that was wanted.
            return
