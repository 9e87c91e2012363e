"""Makes the document of an issued certificate, once and for ever."""

import hashlib
import logging

import typst
from sqlalchemy import CursorResult, Update, select, update

from lti_tool.certificates.stored_facts import facts_from_json
from lti_tool.certificates.typeset import NameCannotBeSet, typeset
from lti_tool.models import Certificate
from lti_tool.models.database import Database

log = logging.getLogger(__name__)


def make_document(database: Database, certificate_id: int) -> bool:
    """Typeset a certificate from its stored facts and keep the bytes with their SHA-256; call it after the issue's commit.

    Safe to call again, by anyone, at any time: stored bytes are never replaced. Unlike other use cases it opens its own two short
    transactions, because no transaction (on SQLite: no other writer) should wait while it typesets.

    Returns:
        Whether the document is there now. If not, it waits for a person: the certificate's `problem` says why.
    """
    with database.read() as session:
        row = session.execute(
            select(Certificate.facts, Certificate.issued_at, Certificate.problem, Certificate.pdf_sha256).where(
                Certificate.id == certificate_id
            )
        ).one_or_none()
    if row is None or row.pdf_sha256 or row.problem:
        return row is not None and bool(row.pdf_sha256)
    still_open = update(Certificate).where(Certificate.id == certificate_id, Certificate.pdf.is_(None))
    try:
        pdf = typeset(facts_from_json(row.facts), issued_at=row.issued_at)
    except NameCannotBeSet as err:
        _store(database, still_open.values(problem=str(err)))
        log.error("certificate_cannot_be_set", extra={"certificate": certificate_id})
        return False
    except typst.TypstError:
        # The template itself fails: our fault. The certificate stands, and its document is tried again with the next call.
        log.exception("certificate_template_failed", extra={"certificate": certificate_id})
        return False
    sha256 = hashlib.sha256(pdf).hexdigest()
    if _store(database, still_open.values(pdf=pdf, pdf_sha256=sha256)):
        log.info("certificate_document_made", extra={"certificate": certificate_id, "bytes": len(pdf)})
    return True


def make_missing_documents(database: Database) -> int:
    """Make the documents that a crash between issue and typesetting left out; give how many there are now."""
    with database.read() as session:
        waiting = session.scalars(
            select(Certificate.id).where(Certificate.pdf_sha256.is_(None), Certificate.problem == "").order_by(Certificate.id)
        ).all()
    return sum(make_document(database, certificate_id) for certificate_id in waiting)


def _store(database: Database, statement: Update) -> bool:
    with database.write.begin() as session:
        result = session.execute(statement.execution_options(synchronize_session=False))
        assert isinstance(result, CursorResult)
        return result.rowcount == 1
