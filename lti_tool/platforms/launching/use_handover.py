"""Let a verified launch be carried over into another window, once."""

import hashlib
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.lti.errors import LaunchRefusal, LaunchRejected
from lti_tool.models import UsedNonce
from lti_tool.platforms.launching.record_launch import NONCE_KEPT


def use_handover(session: Session, handover_id: str, *, now: datetime) -> None:
    """Use a handover up; it counts among the nonces, which are kept longer than any handover holds.

    Raises:
        LaunchRejected: it was used before.
    """
    # The prefix: no nonce of a login can be that of a handover.
    used = hashlib.sha256(f"handover {handover_id}".encode()).hexdigest()
    try:
        with session.begin_nested():
            session.add(UsedNonce(nonce_hash=used, expires_at=now + NONCE_KEPT))
    except IntegrityError as err:
        raise LaunchRejected(LaunchRefusal.NONCE_USED) from err
