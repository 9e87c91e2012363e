"""Take a form once: pressed twice, sent again by a browser, or run again after a connection broke, it does its work one time."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from lti_tool.models import UsedNonce
from lti_tool.models.upsert import insert_for

# As long as a page may be left open and still send (`browser_session.TOKEN_LIFETIME_S`).
KEYS_KEPT = timedelta(days=30)


def use_form_key(session: Session, form: str, *, user_id: int, now: datetime) -> bool:
    """Use a form up, in the transaction of what it does; False: it was used before, and all is done.

    It counts among the nonces. Two at the same moment take turns: the second waits for what becomes of the first.
    """
    # The prefix: no nonce of a login can be that of a form, and nobody uses up the key of somebody else's.
    used = hashlib.sha256(f"form {user_id} {form}".encode("utf-8", "replace")).hexdigest()
    inserted = session.execute(
        insert_for(session, UsedNonce)
        .values(nonce_hash=used, expires_at=now + KEYS_KEPT)
        .on_conflict_do_nothing(index_elements=["nonce_hash"])
        .returning(UsedNonce.nonce_hash)
    ).one_or_none()
    return inserted is not None
