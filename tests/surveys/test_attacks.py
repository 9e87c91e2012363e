"""What somebody tries who has the database, its files, its archives or the log, and wants to know whose sheet is whose.

What is published is attacked in `tests/domain/surveys/test_published_results.py`, pages in `test_pages.py`.
"""

import json
import logging
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from joserfc.errors import DecodeError
from joserfc.jwk import ECKey
from sqlalchemy import inspect, select, text

from lti_tool.logs import LineFormatter
from lti_tool.models import AnswerSheet, Envelope, FreeText, SurveyParticipation, SurveyRound
from lti_tool.models.database import open_database
from lti_tool.surveys.round_keys import RoundKeys
from lti_tool.surveys.sealed_sheets import opened_sheet
from tests.surveys.conftest import Survey

PLANTED = "Der Satz, den nur eine Person schreibt"
TABLES = ("survey_round", "participation", "envelope", "answer_count", "sheet", "free_text")


def written(survey: Survey, count: int = 8, *, name: str = "end") -> int:
    """Let people answer one after the other; each says who they are in their own way."""
    number = survey.begin(name)
    for place, visitor in enumerate(survey.learners(count)):
        survey.send(visitor, number, name, hours_actual=str(place), keep=f"{PLANTED} {place}")
    return number


def file_of(survey: Survey) -> Path:
    return Path(str(survey.database.engine.url.database))


def test_xmin_does_not_join(survey: Survey) -> None:
    """PostgreSQL's number of the transaction that wrote a row joins mark and envelope while the round is open: to a seal."""
    written(survey)
    is_postgresql = survey.database.is_postgresql
    if is_postgresql:
        join = text("SELECT e.sealed FROM participation p JOIN envelope e ON e.xmin = p.xmin")
        with survey.database.read() as session:
            joined = session.scalars(join).all()
        assert len(joined) == 8
        assert not any(PLANTED in sealed for sealed in joined)
    survey.open()
    with survey.database.read() as session:
        assert session.scalars(select(SurveyParticipation.user_id)).all() == []
        if is_postgresql:
            # All rows of one opening are of one transaction, so it joins each to each.
            assert len(session.execute(text("SELECT DISTINCT xmin::text FROM sheet")).all()) == 1
            assert session.scalar(text("SELECT count(*) FROM sheet s JOIN free_text f ON f.xmin = s.xmin")) == 64


def test_ctid_and_rowid_are_shuffled(survey: Survey) -> None:
    written(survey, 40)
    survey.open()
    # As the rows lie in the file.
    order = " ORDER BY ctid" if survey.database.is_postgresql else ""
    with survey.database.read() as session:
        values = session.scalars(text(f'SELECT "values" FROM sheet{order}')).all()
        texts = session.scalars(text(f"SELECT text FROM free_text{order}")).all()
    sheets = [int(float((json.loads(each) if isinstance(each, str) else each)["hours_actual"])) for each in values]
    said = [int(each.rsplit(" ", 1)[1]) for each in texts]
    # By chance once in 40! openings.
    assert sorted(sheets) == sorted(said) == list(range(40))
    assert len({tuple(sheets), tuple(said), tuple(range(40))}) == 3


def test_no_table_has_a_rowid_a_time_or_a_language(survey: Survey) -> None:
    inspector = inspect(survey.database.engine)
    for table in TABLES:
        columns = {column["name"]: str(column["type"]).upper() for column in inspector.get_columns(table)}
        assert not any(kind.startswith(("TIMESTAMP", "DATETIME", "TIME")) for kind in columns.values()), table
        assert not columns.keys() & {"language", "locale", "address_hash", "ip", "user_agent"}, table
        # Only the round itself has days; and of a person only the mark knows.
        assert ("user_id" in columns) == (table == "participation")
    if not survey.database.is_postgresql:
        with survey.database.read() as session:
            for table in TABLES[1:]:
                (made,) = session.scalars(text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": table})
                assert "WITHOUT ROWID" in made, table


def test_the_only_english_sheet(survey: Survey) -> None:
    """Who answers in another language than all the others: nothing of the language is in the sheet."""
    number = written(survey, 5)
    with survey.database.read() as session:
        row = session.get_one(SurveyRound, number)
        key = survey.keys.private_key(row.key_name)
        assert key is not None
        sheets = [opened_sheet(sealed, key) for sealed in session.scalars(select(Envelope.sealed))]
    fields = {name for question in survey.instrument("end").questions for name in question.fields}
    assert all(sheet.keys() == fields for sheet in sheets)


def test_the_length_does_not_tell_who_wrote(survey: Survey) -> None:
    number = survey.begin()
    silent, brief = survey.learners(2)
    survey.send(silent, number, useful="4")
    survey.send(brief, number, useful="4", change="Mehr Zeit für die Praxisaufgabe, und weniger Folien.")
    with survey.database.read() as session:
        assert len({len(sealed) for sealed in session.scalars(select(Envelope.sealed))}) == 1


def test_database_file_and_wal_hold_no_answer(survey: Survey) -> None:
    """Before the opening nothing is readable anywhere; afterwards nothing of envelopes and marks is left in the file."""
    if survey.database.is_postgresql:
        pytest.skip("the server's files are not ours to read; its archives hold what `backup` below holds")
    written(survey)
    file = file_of(survey)
    held = b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
    assert PLANTED.encode() not in held
    assert b"hours_actual" not in held
    with survey.database.read() as session:
        sealed = session.scalars(select(Envelope.sealed)).all()
    survey.open()
    wal = file.with_name(f"{file.name}-wal")
    assert not wal.exists() or wal.stat().st_size == 0
    left = file.read_bytes()
    assert not any(envelope[200:260].encode() in left for envelope in sealed)
    # What the sheets say stands there by itself, once.
    assert left.count(f"{PLANTED} 3".encode()) == 1


def test_backup_before_opening_plus_database_after_names_nobody(survey: Survey, keys: RoundKeys, tmp_path: Path) -> None:
    """Whoever has both, and no key: the backup has people beside seals, the database has sheets beside nobody."""
    number = written(survey)
    with survey.database.read() as session:
        people = session.scalars(select(SurveyParticipation.user_id)).all()
        backup = dict(session.execute(select(Envelope.id, Envelope.sealed)).all())
        row = session.get_one(SurveyRound, number)
        key_name, public = row.key_name, row.public_key
    if not survey.database.is_postgresql:
        copied = tmp_path / "backup.sqlite3"
        with sqlite3.connect(file_of(survey)) as source, sqlite3.connect(copied) as target:
            source.backup(target)
        assert PLANTED.encode() not in copied.read_bytes()
    survey.open()
    assert (len(people), len(backup)) == (8, 8)
    assert keys.private_key(key_name) is None
    with pytest.raises(DecodeError):
        opened_sheet(next(iter(backup.values())), ECKey.import_key(public))
    with survey.database.read() as session:
        ids = {*session.scalars(select(AnswerSheet.id)), *session.scalars(select(FreeText.id))}
    # Nothing of the one stands in the other.
    assert not ids & backup.keys()


def test_a_restored_backup_of_an_open_round_cannot_be_opened_again(survey: Survey, tmp_path: Path) -> None:
    if survey.database.is_postgresql:
        pytest.skip("the same rows and the same missing key")
    written(survey)
    copied = tmp_path / "backup.sqlite3"
    with sqlite3.connect(file_of(survey)) as source, sqlite3.connect(copied) as target:
        source.backup(target)
    survey.open()
    restored = open_database(f"sqlite:///{copied}")
    again = Survey(restored, survey.keys, survey.programme, survey.someone)
    assert again.open() == 0
    with restored.read() as session:
        assert session.scalars(select(FreeText.text)).all() == []
    restored.close()


def test_the_keys_folder_is_for_its_owner_alone(survey: Survey, tmp_path: Path) -> None:
    survey.begin()
    (file,) = (tmp_path / "keys" / "surveys").iterdir()
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_log_and_errors_hold_neither_answer_nor_sender(survey: Survey, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    number = written(survey)
    with survey.database.write.begin() as session:
        session.execute(text("UPDATE envelope SET sealed = 'x' WHERE id = (SELECT min(id) FROM envelope)"))
    # One envelope was tampered with: the opening fails, rolls back, and the report quotes nothing.
    assert survey.open() == 0
    lines = "\n".join(LineFormatter().format(record) for record in caplog.records if record.name.startswith("lti_tool"))
    assert "survey_sheet_dropped" in lines
    assert "survey_not_opened" in lines
    assert PLANTED not in lines
    assert "user=" not in lines
    assert f"survey_round={number}" in lines


def test_mode_cannot_be_switched(survey: Survey) -> None:
    """Whether rows are kept was fixed when the round began; raising it in the file afterwards changes nothing."""
    number = survey.begin("module")
    for visitor in survey.learners(6):
        survey.send(visitor, number, useful="4")
    with survey.database.read() as session:
        assert session.get_one(SurveyRound, number).is_research is False
    research = replace(survey.programme, surveys=tuple(replace(each, is_research=True) for each in survey.programme.surveys))
    survey.open(programme_in=lambda _: research)
    with survey.database.read() as session:
        assert session.scalars(select(AnswerSheet.id)).all() == []
