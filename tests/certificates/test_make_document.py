import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import update

from lti_tool.certificates.documents.document_maker import DocumentMaker
from lti_tool.certificates.documents.make_document import MakingOutcome, make_document, make_missing_documents
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import Issuer
from lti_tool.models import Certificate
from lti_tool.models.database import Database
from lti_tool.progress.certificate_due import issue_if_due


@pytest.fixture
def certificate_id(
    database: Database,
    programme: Programme,
    issuer: Issuer,
    add_user: Callable[..., int],
    complete: Callable[..., None],
    now: datetime,
) -> int:
    """A certificate that was just issued."""
    with database.write.begin() as session:
        user_id = add_user(session)
        complete(session, user_id)
        issued = issue_if_due(session, programme, user_id=user_id, issuer=issuer, now=now)
    assert issued is not None
    return issued


def stored(database: Database, certificate_id: int) -> tuple[bytes | None, str | None, str]:
    with database.read() as session:
        row = session.get_one(Certificate, certificate_id)
        return row.pdf, row.pdf_sha256, row.problem


def change_name_in_facts(database: Database, certificate_id: int, name: str) -> None:
    with database.write.begin() as session:
        row = session.get_one(Certificate, certificate_id)
        row.facts = {**row.facts, "name": name}


def test_the_bytes_are_kept_with_their_hash(database: Database, certificate_id: int, now: datetime) -> None:
    assert make_document(database, DocumentMaker(), certificate_id, now=now) is MakingOutcome.MADE
    pdf, sha256, problem = stored(database, certificate_id)
    assert pdf is not None
    assert pdf.startswith(b"%PDF-1.7")
    assert sha256 == hashlib.sha256(pdf).hexdigest()
    assert problem == ""


def test_stored_bytes_never_change(database: Database, certificate_id: int, now: datetime) -> None:
    make_document(database, DocumentMaker(), certificate_id, now=now)
    before = stored(database, certificate_id)
    change_name_in_facts(database, certificate_id, "Otto Klein")
    assert make_document(database, DocumentMaker(), certificate_id, now=now) is MakingOutcome.MADE
    assert stored(database, certificate_id) == before


def test_several_makers_at_once_make_one_document(
    database: Database, certificate_id: int, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(lambda _: make_document(database, DocumentMaker(), certificate_id, now=now), range(12)))
    assert set(results) <= {MakingOutcome.MADE, MakingOutcome.NOT_DUE}
    assert caplog.messages.count("certificate_document_made") == 1
    with database.read() as session:
        assert session.get_one(Certificate, certificate_id).document_tries == 1
    pdf, sha256, _ = stored(database, certificate_id)
    assert hashlib.sha256(pdf or b"").hexdigest() == sha256


def test_a_name_that_cannot_be_set_waits_for_a_person(database: Database, certificate_id: int, now: datetime) -> None:
    change_name_in_facts(database, certificate_id, "王小明")
    assert make_document(database, DocumentMaker(), certificate_id, now=now) is MakingOutcome.NEEDS_HELP
    assert stored(database, certificate_id) == (None, None, "Die Druckschrift hat das Zeichen „王“ nicht.")


def test_a_problem_is_not_tried_again(database: Database, certificate_id: int, now: datetime) -> None:
    change_name_in_facts(database, certificate_id, "王小明")
    make_document(database, DocumentMaker(), certificate_id, now=now)
    change_name_in_facts(database, certificate_id, "Xiaoming Wang")
    assert make_document(database, DocumentMaker(), certificate_id, now=now) is MakingOutcome.NEEDS_HELP


def test_a_certificate_that_does_not_exist_has_no_document(database: Database, now: datetime) -> None:
    assert make_document(database, DocumentMaker(), 4711, now=now) is MakingOutcome.NOT_DUE


def test_what_a_crash_left_out_is_made_later(database: Database, certificate_id: int, now: datetime) -> None:
    assert make_missing_documents(database, DocumentMaker(), clock=lambda: now) == 1
    assert stored(database, certificate_id)[1] is not None
    assert make_missing_documents(database, DocumentMaker(), clock=lambda: now) == 0


def test_a_document_made_again_from_the_same_facts_would_be_the_same(
    database: Database, certificate_id: int, now: datetime
) -> None:
    make_document(database, DocumentMaker(), certificate_id, now=now)
    first = stored(database, certificate_id)
    with database.write.begin() as session:
        session.execute(update(Certificate).values(pdf=None, pdf_sha256=None, document_due_at=None))
    make_document(database, DocumentMaker(), certificate_id, now=now)
    assert stored(database, certificate_id) == first
