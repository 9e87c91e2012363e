"""Outside its certificate's dates nothing is sealed, and somebody is told weeks ahead."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from pydantic import SecretStr

from lti_tool import bootstrap
from lti_tool.certificates.documents.document_maker import DocumentMaker
from lti_tool.certificates.documents.make_document import MakingOutcome, make_document, make_missing_documents
from lti_tool.certificates.documents.seal import DocumentSeal, open_seal
from lti_tool.cli import main
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import Issuer
from lti_tool.keyring import Keyring
from lti_tool.models import Certificate
from lti_tool.models.database import Database
from lti_tool.progress.certificate_due import issue_if_due
from lti_tool.settings import Settings
from tests.certificates.authority import Identity
from tests.certificates.screens import Person, words_of

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def seal_of(*identities: Identity) -> DocumentSeal:
    first, *others = identities
    return open_seal(
        level="B-B", key_pem=first.key_pem + first.certificate_pem + "".join(each.certificate_pem for each in others)
    )


def valid_for(since: timedelta, until: timedelta) -> Identity:
    return Identity("Siegel der Musterakademie", valid=(NOW + since, NOW + until))


@pytest.fixture(scope="module")
def ended() -> DocumentSeal:
    return seal_of(valid_for(-400 * DAY, -30 * DAY))


@pytest.fixture
def issued(
    database: Database, programme: Programme, issuer: Issuer, add_user: Callable[..., int], complete: Callable[..., None]
) -> list[int]:
    """Two certificates without a document."""
    with database.write.begin() as session:
        made = []
        for sub in ("ayse", "ole"):
            user_id = add_user(session, sub=sub)
            complete(session, user_id)
            made.append(issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=NOW))
    return [each for each in made if each is not None]


def test_an_expired_seal_seals_nothing_and_the_next_one_seals_what_waited(
    database: Database, issued: list[int], ended: DocumentSeal
) -> None:
    for certificate_id in issued:
        assert make_document(database, DocumentMaker(seal=ended), certificate_id, now=NOW) is MakingOutcome.PUT_OFF
    with database.read() as session:
        assert [session.get_one(Certificate, each).pdf for each in issued] == [None, None]
    renewed = DocumentMaker(seal=seal_of(valid_for(-DAY, 365 * DAY)))
    assert make_missing_documents(database, renewed, clock=lambda: NOW + timedelta(hours=1)) == 2


@pytest.mark.parametrize(
    ("identities", "may_seal"),
    [
        (lambda: [valid_for(DAY, 365 * DAY)], False),
        (lambda: [valid_for(-365 * DAY, timedelta(minutes=-1))], False),
        (lambda: [valid_for(-365 * DAY, timedelta(minutes=1))], True),
        (lambda: _under(-DAY), False),
        (lambda: _under(365 * DAY), True),
        (lambda: [valid_for(-DAY, 365 * DAY), Identity("Alte CA", valid=(NOW - 9 * DAY, NOW - DAY))], True),
    ],
    ids=[
        "not yet valid",
        "just ended",
        "still valid",
        "its authority ended",
        "its authority is valid",
        "another one in the file ended",
    ],
)
def test_it_seals_while_its_certificate_and_those_above_it_are_valid(
    database: Database, issued: list[int], identities: Callable[[], list[Identity]], may_seal: bool
) -> None:
    outcome = make_document(database, DocumentMaker(seal=seal_of(*identities())), issued[0], now=NOW)
    assert outcome is (MakingOutcome.MADE if may_seal else MakingOutcome.PUT_OFF)


def _under(authority_until: timedelta) -> list[Identity]:
    authority = Identity("Prüf-CA", valid=(NOW - 365 * DAY, NOW + authority_until))
    return [Identity("Siegel", by=authority, valid=(NOW - DAY, NOW + 365 * DAY)), authority]


@pytest.mark.parametrize(
    ("until", "words"),
    [(-DAY, "was valid until 2026-11-22"), (59 * DAY, "is valid until 2027-01-21"), (61 * DAY, "")],
    ids=["ended", "soon", "long"],
)
def test_somebody_is_warned_sixty_days_ahead(until: timedelta, words: str) -> None:
    warning = seal_of(valid_for(-400 * DAY, until)).period.warning(NOW)
    assert words in warning
    assert bool(warning) == bool(words)


def test_the_start_says_that_the_seal_ends(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    academy = Identity("Siegel", valid=(datetime.now(UTC) - 300 * DAY, datetime.now(UTC) + 5 * DAY))
    key = SecretStr(academy.key_pem + academy.certificate_pem)
    settings = Settings(data_dir=tmp_path, keys_dir=tmp_path, seal_level="B-B", seal_key=key, badges="off")
    bootstrap.document_maker(settings)
    (line,) = [record for record in caplog.records if record.message == "seal_ends"]
    assert "is valid until" in line.warning  # type: ignore[attr-defined]


def test_doctor_says_that_the_seal_has_ended(sqlite_url: str, tmp_path: Path) -> None:
    academy = Identity("Siegel", valid=(datetime.now(UTC) - 300 * DAY, datetime.now(UTC) - 5 * DAY))
    Keyring(tmp_path / "keys").new()
    environment = {
        "LTI_TOOL_DATABASE_URL": sqlite_url,
        "LTI_TOOL_DATA_DIR": str(tmp_path),
        "LTI_TOOL_KEYS_DIR": str(tmp_path / "keys"),
        "LTI_TOOL_SEAL_LEVEL": "B-B",
        "LTI_TOOL_SEAL_KEY": academy.key_pem + academy.certificate_pem,
        "LTI_TOOL_BADGES": "off",
    }
    result = CliRunner().invoke(main, ["doctor"], env=environment)
    assert "BAD  seal: the seal's certificate was valid until" in result.output
    assert result.exit_code == 1


def test_monitors_read_when_the_seal_ends(app: Flask, ended: DocumentSeal) -> None:
    parts = app.extensions["parts"]
    settings = parts.settings.model_copy(update={"metrics_token": type(parts.settings.metrics_token)("t")})
    app.extensions["parts"] = replace(parts, settings=settings, document_maker=replace(parts.document_maker, seal=ended))
    page = app.test_client().get("/metrics", headers={"Authorization": "Bearer t"})
    (value,) = re.findall(r"^lti_tool_seal_ends_timestamp_seconds (\S+)$", page.text, re.MULTILINE)
    assert float(value) == ended.period.ends_at.timestamp()


def test_the_person_reads_that_the_document_comes_later(
    app: Flask, person: Callable[..., Person], database: Database, programme: Programme, issuer: Issuer, ended: DocumentSeal
) -> None:
    maker = replace(app.extensions["parts"].document_maker, seal=ended)
    app.extensions["parts"] = replace(app.extensions["parts"], document_maker=maker)
    ayse = person()
    with database.write.begin() as session:
        issued = issue_if_due(session, programme, user_id=1, issuer=issuer, now=NOW)
    for minute in (0, 10):
        make_document(database, DocumentMaker(seal=ended), issued or 0, now=NOW + timedelta(minutes=minute))
    text = words_of(ayse.get("/certificates"))
    assert "Das Dokument lässt sich gerade nicht herstellen." in text
    assert "Ihr Nachweis gilt schon jetzt." in text
