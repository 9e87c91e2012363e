"""Makes the document of an issued certificate, once and for ever."""

import hashlib
import logging
from datetime import datetime

import typst
from sqlalchemy import CursorResult, Update, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lti_tool.certificates.letterheads import find_logo
from lti_tool.certificates.press import Credential, Press, SealMaker, SealUnavailable
from lti_tool.certificates.status_list import reserve_status
from lti_tool.certificates.stored_facts import facts_from_json
from lti_tool.certificates.typeset import NameCannotBeSet, typeset
from lti_tool.domain.certificate import Facts
from lti_tool.models import Certificate, SealCertificate
from lti_tool.models.database import Database

log = logging.getLogger(__name__)


def make_document(database: Database, press: Press, certificate_id: int) -> bool:
    """Make a document from its stored facts and keep the bytes with their SHA-256; call it after the issue's commit.

    Sign the badge, typeset, attach, seal. Safe to call again, by anyone, at any time: stored bytes are never replaced. Unlike
    other use cases it opens its own short transactions, because no transaction (on SQLite: no other writer) should wait while
    it typesets or asks a timestamp authority.

    Returns:
        Whether the document is there now. If not, it waits: the certificate's `problem` says why, or an outside service is down.
    """
    with database.read() as session:
        row = session.get(Certificate, certificate_id)
        if row is None or row.pdf_sha256 or row.problem or row.erased_at is not None:
            return row is not None and bool(row.pdf_sha256)
        facts, issued_at = facts_from_json(row.facts), row.issued_at
        logo_svg = find_logo(session, facts.logo_sha256)
    credential = _sign_credential(database, press, certificate_id, facts, issued_at)
    still_open = update(Certificate).where(Certificate.id == certificate_id, Certificate.pdf_sha256.is_(None))
    try:
        pdf = typeset(
            facts,
            issued_at=issued_at,
            logo_svg=logo_svg,
            credential=credential.json if credential else "",
            template=press.template,
        )
        if press.seal is not None:
            pdf = press.seal.apply(pdf, issuer=facts.issuer_name, language=facts.language)
    except NameCannotBeSet as err:
        _store(database, still_open.values(problem=str(err)))
        log.error("certificate_cannot_be_set", extra={"certificate": certificate_id})
        return False
    except SealUnavailable as err:
        # Whoever opens the page, or the next start, tries again.
        log.warning("certificate_seal_delayed", extra={"certificate": certificate_id, "error": str(err)})
        return False
    except typst.TypstError:
        # The template itself fails: our fault. The certificate stands, and its document is tried again with the next call.
        log.exception("certificate_template_failed", extra={"certificate": certificate_id})
        return False
    values = {
        "pdf": pdf,
        "pdf_sha256": hashlib.sha256(pdf).hexdigest(),
        "seal_level": press.seal.level if press.seal else "",
        "seal_fingerprint": press.seal.fingerprint if press.seal else "",
        "credential": credential.json if credential else None,
        "credential_jwt": credential.jwt if credential else None,
    }
    if press.seal is not None:
        remember_seal(database, press.seal, issued_at)
    if _store(database, still_open.values(values)):
        log.info("certificate_document_made", extra={"certificate": certificate_id, "bytes": len(pdf)})
    return True


def make_missing_documents(database: Database, press: Press) -> int:
    """Make the documents that a crash between issue and typesetting left out; give how many there are now."""
    with database.read() as session:
        waiting = session.scalars(
            select(Certificate.id)
            .where(Certificate.pdf_sha256.is_(None), Certificate.problem == "", Certificate.erased_at.is_(None))
            .order_by(Certificate.id)
        ).all()
    return sum(make_document(database, press, certificate_id) for certificate_id in waiting)


def remember_seal(database: Database, seal: SealMaker, now: datetime) -> None:
    """Keep the seal's certificate for ever: files sealed with it are checked against it after a change of keys, too."""
    with database.write.begin() as session:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        session.execute(
            insert(SealCertificate)
            .values(fingerprint=seal.fingerprint, pem=seal.chain_pem, subject=seal.subject, first_used_at=now)
            .on_conflict_do_nothing(index_elements=["fingerprint"])
        )


def _sign_credential(
    database: Database, press: Press, certificate_id: int, facts: Facts, issued_at: datetime
) -> Credential | None:
    if press.badges is None:
        return None
    with database.write.begin() as session:
        place = reserve_status(session, certificate_id)
    return press.badges.make(facts, status_list=place.status_list, status_index=place.index, issued_at=issued_at)


def _store(database: Database, statement: Update) -> bool:
    with database.write.begin() as session:
        result = session.execute(statement.execution_options(synchronize_session=False))
        assert isinstance(result, CursorResult)
        return result.rowcount == 1
