"""Writes down how tries ended: together if that works, else one by one, so that one that cannot be written stops no other."""

import logging
import random
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from lti_tool.models.database import Database
from lti_tool.passback.delivering.record_outcomes import Ended, bring_forward, record_outcomes

log = logging.getLogger(__name__)


def write_outcomes(database: Database, ended: Sequence[Ended], *, chance: random.Random, now: datetime) -> None:
    """Write outcomes in transactions of their own.

    One that can never be written is given up with an error in the log: when its lease ends, its score is sent again, which does
    no harm.

    Raises:
        Exception: the database cannot be had now; nothing may be given up then.
    """
    try:
        _write(database, ended, chance, now)
    except Exception:
        _check_is_there(database)
        for one in ended:
            try:
                _write(database, [one], chance, now)
            except Exception:
                _check_is_there(database)
                log.exception("score_outcome_unwritable", extra={"delivery": one.claimed.id})


def _write(database: Database, ended: Sequence[Ended], chance: random.Random, now: datetime) -> None:
    with database.write.begin() as session:
        record_outcomes(session, ended, chance=chance, now=now)
        for registration_id in {one.claimed.registration_id for one in ended if one.is_recovery}:
            bring_forward(session, registration_id=registration_id, now=now)


def _check_is_there(database: Database) -> None:
    with database.write.begin() as session:
        session.execute(select(1))
