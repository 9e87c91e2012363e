"""Anybody tells about a barrier: what they could not read or use. Who they are is asked only for an answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from lti_tool.concerns.concern import ConcernKind, ConcernReceipt, store_concern
from lti_tool.domain.words.typed_text import clean_line, clean_text
from lti_tool.errors import ToolError
from lti_tool.messages import N_

MOST_CHARACTERS: Final = 4000
LINE_MOST_CHARACTERS: Final = 300


@dataclass(frozen=True)
class BarrierReport:
    """What was typed."""

    text: str
    page: str = ""
    device: str = ""
    contact: str = ""


class BarrierReportIncomplete(ToolError):
    """There is nothing in it, or too much."""

    status = 400
    code = "barrier_report_incomplete"


def report_barrier(session: Session, report: BarrierReport, *, form_key: str, now: datetime) -> ConcernReceipt:
    """Store a report; the same form sent again gets the same receipt.

    Raises:
        BarrierReportIncomplete: no text, or more than fits.
    """
    text = clean_text(report.text)
    lines = {name: clean_line(getattr(report, name)) for name in ("page", "device", "contact")}
    if not text:
        raise BarrierReportIncomplete(
            N_("Es fehlt noch, was nicht geht."),
            next_step=N_("Schreiben Sie bitte, was Sie nicht lesen oder nicht bedienen können."),
        )
    if len(text) > MOST_CHARACTERS or any(len(line) > LINE_MOST_CHARACTERS for line in lines.values()):
        raise BarrierReportIncomplete(
            N_("Das ist mehr, als hier Platz hat."),
            next_step=N_("Kürzen Sie bitte: die Beschreibung auf %(text)s Zeichen, die anderen Angaben auf %(line)s."),
            text=MOST_CHARACTERS,
            line=LINE_MOST_CHARACTERS,
        )
    return store_concern(session, ConcernKind.BARRIER, form_key, text=text, now=now, **lines)
