"""Keeps access tokens in the database, for all processes (port `TokenStore`)."""

from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from lti_tool.lti.ports import AccessToken
from lti_tool.models import AccessTokenRow

if TYPE_CHECKING:
    from lti_tool.models.database import Database


class DatabaseTokenStore:
    """Each call is a transaction of its own: none is open while the platform is asked."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    def load(self, registration_id: int, scopes: str) -> AccessToken | None:
        with self._database.read() as session:
            row = session.scalar(
                select(AccessTokenRow).where(AccessTokenRow.registration_id == registration_id, AccessTokenRow.scopes == scopes)
            )
            if row is None:
                return None
            return AccessToken(row.token, row.expires_at, frozenset(row.granted_scopes.split()))

    def save(self, registration_id: int, scopes: str, token: AccessToken) -> None:
        row = AccessTokenRow(
            registration_id=registration_id,
            scopes=scopes,
            granted_scopes=" ".join(sorted(token.granted_scopes))[:1000],
            token=token.value,
            expires_at=token.expires_at,
        )
        try:
            with self._database.write.begin() as session:
                session.execute(
                    delete(AccessTokenRow).where(
                        AccessTokenRow.registration_id == registration_id, AccessTokenRow.scopes == scopes
                    )
                )
                session.add(row)
        except IntegrityError:
            # Another process has stored one at the same moment, or the registration is gone; this one still works here.
            return

    def drop(self, registration_id: int, scopes: str, token_value: str) -> None:
        with self._database.write.begin() as session:
            session.execute(
                delete(AccessTokenRow).where(
                    AccessTokenRow.registration_id == registration_id,
                    AccessTokenRow.scopes == scopes,
                    AccessTokenRow.token == token_value,
                )
            )
