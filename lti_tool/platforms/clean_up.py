"""Forget what has run out: used nonces, access tokens, invitations that nobody took, proposals that nobody decided."""

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, delete, select

from lti_tool.models import AccessTokenRow, Invite, Proposal, UsedNonce

if TYPE_CHECKING:
    from lti_tool.models.database import Database

log = logging.getLogger(__name__)

# An administrator who asks why a link is dead may still be told so.
INVITES_KEPT = timedelta(days=90)
# Small transactions: on SQLite a launch waits for each of them.
_ROWS_AT_ONCE = 2000


def clean_up(database: "Database", *, now: datetime) -> int:
    """Delete what nobody can use any more, and tell how many rows that were."""
    gone = 0
    gone += _delete(database, UsedNonce.nonce_hash, UsedNonce.expires_at < now)
    gone += _delete(database, AccessTokenRow.id, AccessTokenRow.expires_at < now)
    gone += _delete(database, Proposal.id, Proposal.created_at < now - INVITES_KEPT)
    gone += _delete(database, Invite.id, (Invite.expires_at < now - INVITES_KEPT) & Invite.used_at.is_(None))
    log.info("cleaned_up", extra={"rows": gone})
    return gone


def _delete(database: "Database", key: Any, is_over: ColumnElement[bool]) -> int:
    count = 0
    while True:
        with database.write.begin() as session:
            some = session.scalars(select(key).where(is_over).limit(_ROWS_AT_ONCE)).all()
            if some:
                session.execute(delete(key.class_).where(key.in_(some)).execution_options(synchronize_session=False))
        count += len(some)
        if len(some) < _ROWS_AT_ONCE:
            return count
