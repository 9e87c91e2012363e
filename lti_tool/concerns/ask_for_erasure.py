"""A person asks to be erased (Art. 17 DSGVO), and may take that back until it is done."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from lti_tool.concerns.concern import ConcernKind, ConcernReceipt, ConcernState, store_concern
from lti_tool.errors import ToolError
from lti_tool.messages import N_
from lti_tool.models import Concern, User


@dataclass(frozen=True)
class WantedErasure:
    """A wish to be erased that is still open."""

    user_id: int
    opened_at: datetime
    due_at: datetime


class AskedAlready(ToolError):
    """The wish is already with the operator."""

    status = 409
    code = "erasure_asked_already"

    def __init__(self) -> None:
        super().__init__(
            N_("Sie haben die Löschung schon beantragt."),
            next_step=N_("Der Antrag ist noch offen; Sie müssen nichts weiter tun."),
        )


def ask_for_erasure(session: Session, user_id: int, *, form_key: str, now: datetime) -> ConcernReceipt:
    """Note that a person wants to be erased; the same form sent again gets the same receipt.

    Raises:
        AskedAlready: another form has asked already.
    """
    # Two windows at once: one of them waits here.
    session.execute(select(User.id).where(User.id == user_id).with_for_update())
    receipt = store_concern(session, ConcernKind.ERASURE, form_key, user_id=user_id, now=now)
    if len(session.scalars(select(Concern.id).where(*_is_open(user_id))).all()) > 1:
        raise AskedAlready
    return receipt


def wanted_erasure(session: Session, user_id: int) -> WantedErasure | None:
    """Return a person's open wish to be erased."""
    row = session.scalars(select(Concern).where(*_is_open(user_id))).first()
    return WantedErasure(user_id, row.opened_at, row.due_at) if row else None


def list_wanted_erasures(session: Session, *, asked_before: datetime) -> tuple[WantedErasure, ...]:
    """List open wishes that are older than a moment, the oldest first."""
    rows = session.scalars(select(Concern).where(*_is_open(None), Concern.opened_at <= asked_before).order_by(Concern.id))
    return tuple(WantedErasure(row.user_id, row.opened_at, row.due_at) for row in rows if row.user_id is not None)


def withdraw_erasure(session: Session, user_id: int, *, now: datetime) -> None:
    """Take the wish back; nothing happens where there is none."""
    _close(session, user_id, ConcernState.WITHDRAWN, now)


def note_erasure_done(session: Session, user_id: int, *, now: datetime) -> None:
    """Close a person's wish because they are being erased; the receipt says so from now on, and names nobody."""
    _close(session, user_id, ConcernState.DONE, now)
    nothing = dict.fromkeys(("page", "text", "device", "contact", "answer"), "")
    session.execute(update(Concern).where(Concern.user_id == user_id).values(user_id=None, **nothing))


def _close(session: Session, user_id: int, state: ConcernState, now: datetime) -> None:
    session.execute(update(Concern).where(*_is_open(user_id)).values(state=state.value, closed_at=now))


def _is_open(user_id: int | None) -> tuple[ColumnElement[bool], ...]:
    whose = Concern.user_id.is_not(None) if user_id is None else Concern.user_id == user_id
    return whose, Concern.kind == ConcernKind.ERASURE.value, Concern.closed_at.is_(None)
