"""Documents are made right after the last step, by whoever runs the deliveries: called, claimed, tried again."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text, update

from lti_tool.background.embedded import EmbeddedEngine
from lti_tool.background.on_procrastinate import ProcrastinateEngine
from lti_tool.certificates.documents import make_document as making
from lti_tool.certificates.documents.document_maker import DocumentMaker
from lti_tool.certificates.documents.make_document import MakingOutcome, make_document, make_missing_documents
from lti_tool.certificates.documents.queue import JOB, claim_document, document_backlog, find_due_documents
from lti_tool.certificates.documents.seal_maker import SealPeriod, SealUnavailable
from lti_tool.certificates.office.erase_from_certificates import erase_from_certificates
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import Issuer
from lti_tool.jobs.job import Job
from lti_tool.models import Certificate
from lti_tool.models.database import Database
from lti_tool.passback.delivering.worker import Worker
from lti_tool.progress.certificate_due import issue_if_due
from tests.certificates.screens import Person

Issue = Callable[..., int]


@pytest.fixture
def issue(
    database: Database,
    programme: Programme,
    issuer: Issuer,
    add_user: Callable[..., int],
    complete: Callable[..., None],
    now: datetime,
) -> Issue:
    """Give a function that issues a person's certificate, as the last quiz does, and says its id."""

    def issue_for(sub: str = "ayse", *, is_kept: bool = True) -> int:
        with database.write() as session:
            user_id = add_user(session, sub=sub)
            complete(session, user_id)
            certificate_id = issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=now)
            session.commit() if is_kept else session.rollback()
        assert certificate_id is not None
        return certificate_id

    return issue_for


class SilentAuthority:
    """A seal whose timestamp authority is away for a while."""

    level, fingerprint, subject, chain_pem = "B-T", "f" * 64, "CN=Siegel", "pem"
    period = SealPeriod(datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC))

    def __init__(self, failures: int) -> None:
        self.failures = failures

    def apply(self, pdf: bytes, *, issuer: str, language: str) -> bytes:
        self.failures -= 1
        if self.failures >= 0:
            raise SealUnavailable("no answer")
        return pdf


def has_document(database: Database, certificate_id: int) -> bool:
    with database.read() as session:
        return session.get_one(Certificate, certificate_id).pdf_sha256 is not None


def waiting_jobs(database: Database) -> list[str]:
    with database.read() as session:
        query = text("SELECT queueing_lock FROM procrastinate.procrastinate_jobs WHERE status = 'todo' AND queue_name = :queue")
        return sorted(session.scalars(query, {"queue": JOB}))


@contextmanager
def running(database: Database, maker: DocumentMaker, now: datetime) -> Iterator[Job]:
    """The engine that an installation on this database would have, with the job that makes documents."""
    job = Job(JOB, lambda: make_missing_documents(database, maker, clock=lambda: now))
    worker = Worker(database, object(), label_for=str.title)  # type: ignore[arg-type]
    kind = ProcrastinateEngine if database.is_postgresql else EmbeddedEngine
    engine = kind(worker, database, (), (job,))
    thread = threading.Thread(target=engine.run, daemon=True)
    thread.start()
    try:
        yield job
    finally:
        engine.ask_to_stop()
        thread.join(15)
        assert not thread.is_alive()


def test_the_running_engine_makes_the_document_soon_after_the_commit(database: Database, issue: Issue, now: datetime) -> None:
    with running(database, DocumentMaker(), now) as job:
        certificate_id = issue()
        job.call()  # what a web process does after its commit; on PostgreSQL the job row has called already
        until = time.monotonic() + 10
        while not has_document(database, certificate_id):
            assert time.monotonic() < until, "no document after ten seconds"
            time.sleep(0.02)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_call_comes_and_goes_with_the_issue_and_whoever_claims_takes_it_along(
    database: Database, issue: Issue, now: datetime
) -> None:
    with database.write.begin() as session:
        session.execute(text("TRUNCATE procrastinate.procrastinate_jobs CASCADE"))
    issue("otto", is_kept=False)
    assert waiting_jobs(database) == []
    certificate_id = issue()
    assert waiting_jobs(database) == [f"document:{certificate_id}"]
    make_document(database, DocumentMaker(), certificate_id, now=now)
    assert waiting_jobs(database) == []


def test_while_somebody_makes_it_nobody_else_does(database: Database, issue: Issue, now: datetime) -> None:
    certificate_id = issue()
    with database.write.begin() as session:
        assert claim_document(session, certificate_id, now=now)
    assert make_document(database, DocumentMaker(), certificate_id, now=now) is MakingOutcome.NOT_DUE
    assert make_missing_documents(database, DocumentMaker(), clock=lambda: now) == 0


def test_what_a_crash_left_claimed_is_made_when_the_claim_has_run_out(database: Database, issue: Issue, now: datetime) -> None:
    certificate_id = issue()
    with database.write.begin() as session:
        claim_document(session, certificate_id, now=now)
    later = now + timedelta(minutes=3)
    assert make_missing_documents(database, DocumentMaker(), clock=lambda: later) == 1
    assert has_document(database, certificate_id)


def test_after_a_failure_it_rests_longer_each_time_and_is_made_in_the_end(
    database: Database, issue: Issue, now: datetime
) -> None:
    certificate_id = issue()
    maker = DocumentMaker(seal=SilentAuthority(failures=2))
    assert make_document(database, maker, certificate_id, now=now) is MakingOutcome.PUT_OFF
    moments = [now + timedelta(seconds=29), now + timedelta(seconds=31), now + timedelta(seconds=89), now + timedelta(seconds=92)]
    outcomes = [make_document(database, maker, certificate_id, now=moment) for moment in moments]
    assert outcomes == [MakingOutcome.NOT_DUE, MakingOutcome.PUT_OFF, MakingOutcome.NOT_DUE, MakingOutcome.MADE]


def test_one_document_that_fails_does_not_stand_before_the_others_for_ever(
    database: Database, issue: Issue, now: datetime
) -> None:
    first, second = issue("ayse"), issue("ole")
    maker = DocumentMaker(seal=SilentAuthority(failures=1))
    assert make_missing_documents(database, maker, clock=lambda: now) == 0
    assert make_missing_documents(database, maker, clock=lambda: now) == 1
    assert (has_document(database, first), has_document(database, second)) == (False, True)


def test_a_row_that_nobody_can_read_does_not_stand_before_the_others(
    database: Database, issue: Issue, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = issue("ayse"), issue("ole")
    with database.write.begin() as session:
        session.execute(update(Certificate).where(Certificate.id == first).values(facts={"format": 99}))
    assert make_missing_documents(database, DocumentMaker(), clock=lambda: now) == 1
    assert has_document(database, second)
    assert "certificate_document_failed" in caplog.messages
    with database.read() as session:
        assert first not in find_due_documents(session, now=now), "it rests, too"


def test_a_fault_of_ours_is_logged_and_tried_again(
    database: Database, issue: Issue, now: datetime, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    certificate_id = issue()
    broken = tmp_path / "broken.typ"
    broken.write_text("#no-such-thing()", encoding="utf-8")
    assert make_document(database, DocumentMaker(template=broken), certificate_id, now=now) is MakingOutcome.FAILED
    assert "certificate_document_failed" in caplog.messages
    assert make_document(database, DocumentMaker(), certificate_id, now=now + timedelta(minutes=1)) is MakingOutcome.MADE


def test_nothing_is_stored_of_somebody_who_was_erased_while_their_document_was_made(
    database: Database, issue: Issue, now: datetime
) -> None:
    certificate_id = issue()

    class Erasing(SilentAuthority):
        def apply(self, pdf: bytes, *, issuer: str, language: str) -> bytes:
            with database.write.begin() as session:
                erase_from_certificates(session, user_id=1, now=now)
            return pdf

    make_document(database, DocumentMaker(seal=Erasing(failures=0)), certificate_id, now=now)
    with database.read() as session:
        row = session.get_one(Certificate, certificate_id)
        assert (row.pdf, row.pdf_sha256, row.name) == (None, None, "")


def test_monitors_see_what_waits_and_what_needs_a_person(database: Database, issue: Issue, now: datetime) -> None:
    issue("waits")
    stuck = issue("stuck")
    with database.write.begin() as session:
        session.execute(update(Certificate).where(Certificate.id == stuck).values(problem="Die Druckschrift …"))
    with database.read() as session:
        backlog = document_backlog(session, now=now + timedelta(seconds=90))
        assert (backlog.waiting, backlog.oldest_waiting_s, backlog.for_a_person) == (1, 90, 1)
        assert stuck not in find_due_documents(session, now=now)


def test_a_page_does_not_ask_outside_and_says_that_the_document_is_being_made(
    app: Flask, person: Callable[..., Person], database: Database, programme: Programme, issuer: Issuer, now: datetime,
) -> None:  # fmt: skip
    maker = replace(app.extensions["parts"].document_maker, seal=SilentAuthority(failures=99))
    app.extensions["parts"] = replace(app.extensions["parts"], document_maker=maker)
    ayse = person()
    with database.write.begin() as session:
        issue_if_due(session, programme, user_id=1, issuer=issuer, now=now)
    page = ayse.get("/certificates").text
    assert "Das Dokument wird gerade erstellt." in page
    assert "die Seite zeigt es dann von selbst" in page
    # It comes by itself: with a script in place, without one by a reload.
    assert all(word in page for word in ('id="document-1"', "data-waiting", "data-fresh", "waiting.js"))
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    with database.write.begin() as session:
        assert session.query(Certificate).one().document_tries == 0
        session.execute(update(Certificate).values(document_tries=2))
    # It could not be made and is tried again later: nobody waits before the page.
    page = ayse.get("/certificates").text
    assert "lässt sich gerade nicht herstellen" in page
    assert "data-waiting" not in page
    assert 'http-equiv="refresh"' not in page


def test_a_page_waits_a_moment_for_a_document_that_the_worker_is_just_making(
    app: Flask, person: Callable[..., Person], database: Database, programme: Programme, issuer: Issuer, now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    ayse = person()
    with database.write.begin() as session:
        certificate_id = issue_if_due(session, programme, user_id=1, issuer=issuer, now=now) or 0
        claim_document(session, certificate_id, now=now)

    def finish(_: float) -> None:
        with database.write.begin() as session:
            session.execute(update(Certificate).values(document_due_at=None))
        making.make_document(database, DocumentMaker(), certificate_id, now=now)

    monkeypatch.setattr("lti_tool.web.pages.certificates._PATIENCE_S", 5.0)
    monkeypatch.setattr("lti_tool.web.pages.certificates.time.sleep", finish)
    assert "Herunterladen (PDF" in ayse.get("/certificates").text
