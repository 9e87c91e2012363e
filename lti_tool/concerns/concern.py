"""What a concern is, and how its receipt's code is made and read."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy.orm import Session

from lti_tool.models import Concern
from lti_tool.models.upsert import insert_for

# One month, Art. 12 (3) DSGVO; the federal rule for barriers says the same (section 12b BGG leaves "angemessen").
DUE_AFTER: Final = timedelta(days=30)
# Crockford's: no I, L, O and U, so that nobody mistakes a sign that was written down.
_SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
_CODE_LENGTH: Final = 16


class ConcernKind(StrEnum):
    ERASURE = "erasure"
    BARRIER = "barrier"


class ConcernState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    DONE = "done"


@dataclass(frozen=True)
class ConcernReceipt:
    """What somebody gets for what they sent: a code (four groups of four signs) and the day by which they hear of it."""

    code: str
    due_at: datetime


def code_of(form_key: str) -> str:
    """Make a code from a form's key, which only this browser has: the same form sent twice gets the same receipt."""
    digest = hashlib.sha256(f"concern {form_key}".encode()).digest()
    signs = "".join(_SIGNS[byte % len(_SIGNS)] for byte in digest[:_CODE_LENGTH])
    return "-".join(signs[start : start + 4] for start in range(0, _CODE_LENGTH, 4))


def hash_of_code(code: str) -> str:
    """Return what is stored of a code, however it was typed."""
    signs = "".join(sign for sign in code.upper().translate(_READ_AS) if sign in _SIGNS)
    return hashlib.sha256(signs.encode()).hexdigest()


def store_concern(session: Session, kind: ConcernKind, form_key: str, *, now: datetime, **said: Any) -> ConcernReceipt:
    """Store a concern once, and return its receipt."""
    code, due_at = code_of(form_key), now + DUE_AFTER
    values = {"code_hash": hash_of_code(code), "kind": kind.value, "opened_at": now, "due_at": due_at, **said}
    session.execute(insert_for(session, Concern).values(values).on_conflict_do_nothing(index_elements=["code_hash"]))
    return ConcernReceipt(code, due_at)
