"""Opens the urns of rounds that are over: once, all sheets together, mixed; then envelopes, marks and key are gone."""

import logging
import secrets
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, timedelta
from random import SystemRandom
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from lti_tool.domain.content.pin import Pin
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.surveys.instrument import SurveyInstrument
from lti_tool.domain.surveys.periods import SMALL_ROUND_WAITS_DAYS, half_year_of
from lti_tool.domain.surveys.publication import least_people
from lti_tool.domain.surveys.sheet_counts import OpenedSheet, counted_sheets, kept_values, written_texts
from lti_tool.models import AnswerCount, AnswerSheet, Base, Envelope, FreeText, SurveyParticipation, SurveyRound
from lti_tool.surveys.round_keys import RoundKeys
from lti_tool.surveys.rounds import RoundState, instrument_of, round_from
from lti_tool.surveys.sealed_sheets import opened_sheet

if TYPE_CHECKING:
    from lti_tool.models.database import Database

log = logging.getLogger(__name__)
_MIX = SystemRandom()
Programmes = Callable[[Pin], Programme]


class KeyMissing(Exception):
    """Envelopes are there and the key is not: nobody will ever read them."""


def open_urns(database: "Database", keys: RoundKeys, programme_in: Programmes, *, least: int, today: date, now: datetime) -> int:
    """Open what is over, small rounds together where they bring enough; tell how many rounds are over now."""
    with database.read() as session:
        due = session.scalars(
            select(SurveyRound.id).where(SurveyRound.state == RoundState.OPEN, SurveyRound.closes_on < today)
        ).all()
    done = sum(_tried(database, [number], keys, programme_in, least=least, today=today) for number in due)
    for group in _small_rounds(database):
        done += _tried(database, group, keys, programme_in, least=least, today=today)
    done += _destroy_old(database, today)
    _sweep_keys(database, keys, now=now)
    if done:
        wipe_deleted(database)
    return done


def _tried(
    database: "Database", numbers: Sequence[int], keys: RoundKeys, programme_in: Programmes, *, least: int, today: date
) -> int:
    """Open one urn, or small ones together; whatever goes wrong rolls back, and the others are opened all the same."""
    try:
        with database.write.begin() as session:
            return open_urn(session, numbers, keys, programme_in, least=least, today=today)
    except KeyMissing:
        log.error("survey_key_missing", extra={"survey_rounds": list(numbers)})
    except Exception as error:
        # Its text could quote a sheet.
        log.error("survey_not_opened", extra={"survey_rounds": list(numbers), "error": type(error).__name__})
    return 0


def open_urn(
    session: Session, numbers: Sequence[int], keys: RoundKeys, programme_in: Programmes, *, least: int, today: date
) -> int:
    """Open the urns of rounds that are over, in the caller's transaction; several are read as one, and told as one.

    A single one with too few sheets is closed and stays sealed.

    Raises:
        KeyMissing: a key is gone.
    """
    # Whoever comes second waits for the first, and then finds nothing to be done.
    query = select(SurveyRound).where(SurveyRound.id.in_(numbers), SurveyRound.closes_on < today).order_by(SurveyRound.id)
    wanted = RoundState.OPEN if len(numbers) == 1 else RoundState.CLOSED
    rows = session.scalars(query.where(SurveyRound.state == wanted).with_for_update()).all()
    if len(rows) != len(numbers):
        return 0
    envelopes = session.execute(
        select(Envelope.survey_round_id, Envelope.sealed).where(Envelope.survey_round_id.in_(numbers))
    ).all()
    session.execute(delete(SurveyParticipation).where(SurveyParticipation.survey_round_id.in_(numbers)))
    if not envelopes:
        return _end(session, rows, RoundState.DESTROYED)
    if len(envelopes) < least_people(least):
        return 0 if len(rows) > 1 else _end(session, rows, RoundState.CLOSED)
    private = {row.id: keys.private_key(row.key_name) for row in rows}
    sheets = []
    for number, sealed in envelopes:
        key = private[number]
        if key is None:
            raise KeyMissing
        sheets.append(opened_sheet(sealed, key))
    told = rows[0] if len(rows) == 1 else _as_one(session, rows)
    _write(session, told, instrument_of(round_from(rows[0]), programme_in(round_from(rows[0]).pin)), sheets)
    gone = session.execute(delete(Envelope).where(Envelope.survey_round_id.in_(numbers))).rowcount  # type: ignore[attr-defined]
    if gone != len(sheets):
        raise RuntimeError("an urn changed while it was opened")
    told.sheets = len(sheets)
    return _end(session, rows, RoundState.OPENED)


def _end(session: Session, rows: Sequence[SurveyRound], state: RoundState) -> int:
    for row in rows:
        row.state = state
        log.info("survey_round_over", extra={"survey_round": row.id, "state": state.value})
    session.flush()
    return len(rows)


def _as_one(session: Session, rows: Sequence[SurveyRound]) -> SurveyRound:
    """Make the round under which small ones are told together; of each by itself nothing is told."""
    first = rows[0]
    one = SurveyRound(
        programme_slug=first.programme_slug,
        programme_version=first.programme_version,
        instrument=first.instrument,
        revision=first.revision,
        module_slug=first.module_slug,
        opens_on=min(row.opens_on for row in rows),
        closes_on=max(row.closes_on for row in rows),
        state=RoundState.OPENED,
        is_research=all(row.is_research for row in rows),
        public_key="",
        key_name=secrets.token_hex(16),
    )
    session.add(one)
    session.flush()
    return one


def _write(session: Session, told: SurveyRound, instrument: SurveyInstrument, sheets: list[OpenedSheet]) -> None:
    """Write what is kept; each table in an order of its own, so that no row can be laid beside a row of another."""
    _MIX.shuffle(sheets)
    counts = [
        {"survey_round_id": told.id, "part": part, "question": question, "value": value, "n": n}
        for (part, question, value), n in counted_sheets(instrument, sheets).items()
    ]
    _insert(session, AnswerCount, counts)
    if told.is_research:
        pool = f"{told.programme_slug} {instrument.id} {instrument.revision} {half_year_of(told.closes_on)}"
        _insert(session, AnswerSheet, [{**_new_id(), "pool": pool, "values": kept_values(instrument, sheet)} for sheet in sheets])
    texts = [
        {**_new_id(), "survey_round_id": told.id, "question": question, "text": text, "is_released": None}
        for question, text in written_texts(instrument, sheets)
    ]
    _insert(session, FreeText, texts)


def _insert(session: Session, table: type[Base], rows: list[dict[str, object]]) -> None:
    _MIX.shuffle(rows)
    if rows:
        session.execute(insert(table), rows)


def _new_id() -> dict[str, object]:
    return {"id": secrets.token_hex(16)}


def _small_rounds(database: "Database") -> Collection[list[int]]:
    """Group closed rounds with too few sheets by what they ask: only the same questions can be told together."""
    groups: dict[tuple[object, ...], list[int]] = {}
    with database.read() as session:
        for row in session.scalars(select(SurveyRound).where(SurveyRound.state == RoundState.CLOSED).order_by(SurveyRound.id)):
            alike = (row.programme_slug, row.instrument, row.revision, row.module_slug, row.is_research)
            groups.setdefault(alike, []).append(row.id)
    return [numbers for numbers in groups.values() if len(numbers) > 1]


def _destroy_old(database: "Database", today: date) -> int:
    """Destroy unread what has waited for a year without company."""
    old = today - timedelta(days=SMALL_ROUND_WAITS_DAYS)
    with database.write.begin() as session:
        query = select(SurveyRound).where(SurveyRound.state == RoundState.CLOSED, SurveyRound.closes_on < old)
        rows = session.scalars(query.with_for_update()).all()
        session.execute(delete(Envelope).where(Envelope.survey_round_id.in_([row.id for row in rows])))
        return _end(session, rows, RoundState.DESTROYED)


def _sweep_keys(database: "Database", keys: RoundKeys, *, now: datetime) -> None:
    """Delete the keys of what is over; after the commit, so that an opening that ended midway can be begun anew."""
    with database.read() as session:
        states = session.execute(select(SurveyRound.key_name, SurveyRound.state)).all()
    sealed = {name for name, state in states if state in (RoundState.OPEN, RoundState.CLOSED)}
    if gone := keys.sweep(sealed, {name for name, _ in states}, now=now):
        log.info("survey_keys_deleted", extra={"keys": gone})


def wipe_deleted(database: "Database") -> None:
    """Let nothing of deleted rows stay in a SQLite file or beside it; PostgreSQL does so by itself, its archives hold seals."""
    if database.is_postgresql:
        return
    try:
        with database.raw_connection() as connection:
            cursor = connection.cursor()
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.close()
    except Exception as error:
        # What is left is a seal without key, and the mark of who answered; it goes with the next opening.
        log.warning("survey_wipe_put_off", extra={"error": type(error).__name__})
