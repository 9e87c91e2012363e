"""The operator reads what people ask or tell, and answers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.concerns.concern import ConcernKind, ConcernState
from lti_tool.domain.words.typed_text import clean_text
from lti_tool.errors import NotFound, ToolError
from lti_tool.messages import N_
from lti_tool.models import Concern


@dataclass(frozen=True)
class ConcernLine:
    """A concern as the operator reads it."""

    id: int
    kind: ConcernKind
    state: ConcernState
    user_id: int | None
    page: str
    text: str
    device: str
    contact: str
    answer: str
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None

    def is_overdue(self, now: datetime) -> bool:
        return self.closed_at is None and self.due_at < now


class AnswerRefused(ToolError):
    """The concern cannot be answered so."""

    status = 409
    code = "answer_refused"


def list_concerns(session: Session, *, closed_too: bool = False) -> tuple[ConcernLine, ...]:
    """List what is open, the oldest first; `closed_too`: everything."""
    query = select(Concern).order_by(Concern.id)
    rows = session.scalars(query if closed_too else query.where(Concern.closed_at.is_(None)))
    return tuple(_line(row) for row in rows)


def read_concern(session: Session, concern_id: int) -> ConcernLine:
    """Return one concern.

    Raises:
        NotFound: there is none with this number.
    """
    return _line(_get(session, concern_id))


def answer_concern(session: Session, concern_id: int, answer: str, *, now: datetime) -> None:
    """Answer and close: the receipt shows the answer from now on, and where else it should go is forgotten.

    Raises:
        NotFound: there is none with this number.
        AnswerRefused: there is no answer, or the concern is closed already.
    """
    row = _get(session, concern_id)
    answer = clean_text(answer)
    if row.closed_at is not None:
        raise AnswerRefused(N_("Dieses Anliegen ist schon abgeschlossen."))
    if not answer:
        raise AnswerRefused(N_("Es fehlt die Antwort."), next_step=N_("Wer das Anliegen gesendet hat, liest sie mit dem Code."))
    row.answer, row.state, row.closed_at, row.contact = answer, ConcernState.ANSWERED.value, now, ""


def _get(session: Session, concern_id: int) -> Concern:
    row = session.get(Concern, concern_id, with_for_update=True)
    if row is None:
        raise NotFound(N_("Unter dieser Nummer gibt es kein Anliegen."))
    return row


def _line(row: Concern) -> ConcernLine:
    return ConcernLine(
        id=row.id,
        kind=ConcernKind(row.kind),
        state=ConcernState(row.state),
        user_id=row.user_id,
        page=row.page,
        text=row.text,
        device=row.device,
        contact=row.contact,
        answer=row.answer,
        opened_at=row.opened_at,
        due_at=row.due_at,
        closed_at=row.closed_at,
    )
