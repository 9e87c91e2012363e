"""Readers from outside: an address and a code, which a POST changes once for a pass that stays in one browser."""

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hmac import compare_digest

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.errors import Forbidden, NotFound
from lti_tool.messages import N_
from lti_tool.models import SurveyReader, SurveyRound
from lti_tool.surveys.public_surveys import SurveyRefused
from lti_tool.surveys.round_keys import code_hash, new_code

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reader:
    id: int
    address: str
    name: str
    rounds: tuple[int, ...]
    expires_on: date
    is_revoked: bool
    has_signed_in: bool


class ReaderRefused(Forbidden):
    """A code that is wrong, used, expired or revoked: which of these is not told."""

    code = "survey_reader_refused"

    def __init__(self) -> None:
        super().__init__(
            N_("Mit diesem Code geht es nicht."),
            next_step=N_("Er gilt einmal und bis zu seinem letzten Tag. Bitten Sie, wer ihn ausgegeben hat, um einen neuen."),
        )


def invite_reader(session: Session, name: str, rounds: Sequence[int], *, expires_on: date) -> tuple[Reader, str]:
    """Let somebody read the results of some rounds; give the reader and the code, which is not stored.

    Raises:
        SurveyRefused: one of the rounds does not exist, or none is named.
    """
    found = session.execute(select(SurveyRound.id, SurveyRound.programme_slug).where(SurveyRound.id.in_(rounds))).all()
    known = {number for number, _ in found}
    if not rounds or set(rounds) != known:
        raise SurveyRefused(
            N_("Eine der Befragungen gibt es nicht."), next_step=N_("`surveys list` nennt alle mit ihrer Nummer.")
        )
    if len({programme for _, programme in found}) > 1:
        raise SurveyRefused(
            N_("Die Befragungen gehören zu verschiedenen Programmen."), next_step=N_("Laden Sie für jedes Programm einzeln ein.")
        )
    code = new_code()
    row = SurveyReader(
        address=secrets.token_hex(10), code_hash=code_hash(code), name=name, rounds=sorted(known), expires_on=expires_on
    )
    session.add(row)
    session.flush()
    return _reader(row), code


def list_readers(session: Session) -> list[Reader]:
    return [_reader(row) for row in session.scalars(select(SurveyReader).order_by(SurveyReader.id))]


def revoke_reader(session: Session, reader_id: int) -> None:
    """End what a reader may see, at once.

    Raises:
        NotFound: there is none of that number.
    """
    change = update(SurveyReader).where(SurveyReader.id == reader_id).values(is_revoked=True)
    if session.scalar(change.returning(SurveyReader.id)) is None:
        raise NotFound(N_("Diese Einladung gibt es nicht."))


def sign_reader_in(session: Session, address: str, code: str, *, today: date) -> str:
    """Change a code for a pass; the code is used up.

    Raises:
        ReaderRefused: it does not fit, was used, or is over.
    """
    given = secrets.token_hex(32)
    taken = (
        update(SurveyReader)
        .where(
            SurveyReader.address == address,
            SurveyReader.code_hash == code_hash(code),
            SurveyReader.pass_hash.is_(None),
            SurveyReader.is_revoked.is_(False),
            SurveyReader.expires_on >= today,
        )
        .values(pass_hash=code_hash(given))
    )
    reader_id = session.scalar(taken.returning(SurveyReader.id))
    if reader_id is None:
        raise ReaderRefused
    log.info("survey_reader_signed_in", extra={"reader": reader_id})
    return given


def reader_with(session: Session, address: str, given: str, *, today: date) -> Reader | None:
    """Find the reader whose pass somebody has; None: nobody, or not any more."""
    row = session.scalar(select(SurveyReader).where(SurveyReader.address == address))
    if row is None or row.pass_hash is None or row.is_revoked or row.expires_on < today or not given:
        return None
    return _reader(row) if compare_digest(row.pass_hash, code_hash(given)) else None


def note_download(reader: Reader) -> None:
    log.info("survey_downloaded", extra={"reader": reader.id})


def _reader(row: SurveyReader) -> Reader:
    return Reader(
        row.id, row.address, row.name, tuple(row.rounds), row.expires_on, bool(row.is_revoked), row.pass_hash is not None
    )
