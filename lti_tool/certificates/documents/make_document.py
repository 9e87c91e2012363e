"""Makes the document of an issued certificate, once and for ever."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CursorResult, Update, update
from sqlalchemy.dialects import postgresql, sqlite

from lti_tool.certificates.badges.status_list import StatusPlace, reserve_status
from lti_tool.certificates.documents.document_maker import DocumentMaker
from lti_tool.certificates.documents.letterheads import find_logo, with_present_logo
from lti_tool.certificates.documents.queue import claim_document, find_due_documents, put_document_off
from lti_tool.certificates.documents.seal_maker import SealMaker, SealUnavailable
from lti_tool.certificates.documents.typeset import LogoCannotBeDrawn, NameCannotBeSet, typeset
from lti_tool.domain.documents.certificate import Facts
from lti_tool.models import Certificate, SealCertificate
from lti_tool.models.database import Database

log = logging.getLogger(__name__)


class MakingOutcome(StrEnum):
    """What became of one try to make a document."""

    MADE = "made"
    """It is there, whoever made it."""
    NOT_DUE = "not_due"
    """Somebody else makes it, it rests after a failure, or there is nothing to make."""
    NEEDS_HELP = "needs_help"
    """The certificate's `problem` says what a person has to decide."""
    PUT_OFF = "put_off"
    """Nothing can be sealed now, so the others need not be tried; it is tried again later."""
    FAILED = "failed"
    """The template or the logo fails; it is tried again later, and the others are made meanwhile."""


@dataclass(frozen=True)
class _Order:
    """What a claim brings along."""

    facts: Facts
    issued_at: datetime
    logo_svg: str
    place: StatusPlace | None
    """In a status list, where badges are on."""


def make_document(database: Database, maker: DocumentMaker, certificate_id: int, *, now: datetime) -> MakingOutcome:
    """Make a document from its stored facts and keep the bytes with their SHA-256; call it after the issue's commit.

    Claim, sign the badge, typeset, attach, seal, store. Safe to call again, by anyone, at any time: one at a time makes it, and
    stored bytes are never replaced. Unlike other use cases it opens its own short transactions, because no transaction (on
    SQLite: no other writer) should wait while it typesets or asks a timestamp authority.
    """
    with database.read() as session:
        row = session.get(Certificate, certificate_id)
        if row is None or row.pdf_sha256 or row.problem or row.erased_at is not None:
            return _outcome_so_far(row)
    order = _claim(database, maker, certificate_id, now)
    if order is None:
        return MakingOutcome.NOT_DUE
    try:
        if maker.seal is not None and (refusal := maker.seal.period.refusal(now)):
            raise SealUnavailable(refusal)
        values = _make(maker, order)
    except LogoCannotBeDrawn:
        log.error("certificate_logo_cannot_be_drawn", extra={"certificate": certificate_id})
        return _put_off(database, certificate_id, now, MakingOutcome.FAILED)
    except NameCannotBeSet as err:
        _store(database, _still_open(certificate_id).values(problem=str(err)))
        log.error("certificate_cannot_be_set", extra={"certificate": certificate_id})
        return MakingOutcome.NEEDS_HELP
    except SealUnavailable as err:
        log.warning("certificate_seal_delayed", extra={"certificate": certificate_id, "error": str(err)})
        return _put_off(database, certificate_id, now, MakingOutcome.PUT_OFF)
    except Exception:
        # The template or a key fails, which is our fault or the operator's. The certificate stands, and neither its person's page
        # nor the documents behind it shall fail with it.
        log.exception("certificate_document_failed", extra={"certificate": certificate_id})
        return _put_off(database, certificate_id, now, MakingOutcome.FAILED)
    if maker.seal is not None:
        remember_seal(database, maker.seal, order.issued_at)
    if _store(database, _still_open(certificate_id).values(values)):
        log.info("certificate_document_made", extra={"certificate": certificate_id, "bytes": len(values["pdf"])})
    return MakingOutcome.MADE


def make_missing_documents(database: Database, maker: DocumentMaker, *, clock: Callable[[], datetime]) -> int:
    """Make all documents that are due, and tell how many; the job of the worker, and of a sweep after a crash."""
    made = 0
    while True:
        with database.read() as session:
            due = find_due_documents(session, now=clock())
        if not due:
            return made
        for certificate_id in due:
            try:
                outcome = make_document(database, maker, certificate_id, now=clock())
            except Exception:
                # Its row cannot be read (a newer release wrote it). It must not stand before the others for ever.
                log.exception("certificate_document_failed", extra={"certificate": certificate_id})
                outcome = _put_off(database, certificate_id, clock(), MakingOutcome.FAILED)
            made += outcome is MakingOutcome.MADE
            if outcome is MakingOutcome.PUT_OFF:
                # Without a seal none is made: the others are left to the next call, in half a minute.
                return made


def make_at_once(database: Database, maker: DocumentMaker, certificate_id: int, *, now: datetime) -> None:
    """Make a document while its person waits for the page, where no worker came and nobody outside has to be asked for it."""
    if not maker.asks_outside:
        make_document(database, maker, certificate_id, now=now)


def remember_seal(database: Database, seal: SealMaker, now: datetime) -> None:
    """Keep the seal's certificate for ever: files sealed with it are checked against it after a change of keys, too."""
    with database.write.begin() as session:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        session.execute(
            insert(SealCertificate)
            .values(fingerprint=seal.fingerprint, pem=seal.chain_pem, subject=seal.subject, first_used_at=now)
            .on_conflict_do_nothing(index_elements=["fingerprint"])
        )


def _outcome_so_far(row: Certificate | None) -> MakingOutcome:
    if row is not None and row.pdf_sha256:
        return MakingOutcome.MADE
    return MakingOutcome.NEEDS_HELP if row is not None and row.problem else MakingOutcome.NOT_DUE


def _claim(database: Database, maker: DocumentMaker, certificate_id: int, now: datetime) -> _Order | None:
    with database.write.begin() as session:
        if not claim_document(session, certificate_id, now=now):
            return None
        row = session.get_one(Certificate, certificate_id)
        facts = with_present_logo(session, row)
        return _Order(
            facts=facts,
            issued_at=row.issued_at,
            logo_svg=find_logo(session, facts.logo_sha256),
            place=reserve_status(session, certificate_id) if maker.badges is not None else None,
        )


def _make(maker: DocumentMaker, order: _Order) -> dict[str, Any]:
    """Make what the columns of a finished document hold."""
    facts, credential = order.facts, None
    if maker.badges is not None and order.place is not None:
        credential = maker.badges.make(
            facts, status_list=order.place.status_list, status_index=order.place.index, issued_at=order.issued_at
        )
    pdf = typeset(
        facts,
        issued_at=order.issued_at,
        logo_svg=order.logo_svg,
        credential=credential.json if credential else "",
        template=maker.template,
    )
    if maker.seal is not None:
        pdf = maker.seal.apply(pdf, issuer=facts.issuer_name, language=facts.language)
    return {
        "pdf": pdf,
        "pdf_sha256": hashlib.sha256(pdf).hexdigest(),
        "seal_level": maker.seal.level if maker.seal else "",
        "seal_fingerprint": maker.seal.fingerprint if maker.seal else "",
        "credential": credential.json if credential else None,
        "credential_jwt": credential.jwt if credential else None,
    }


def _put_off(database: Database, certificate_id: int, now: datetime, outcome: MakingOutcome) -> MakingOutcome:
    with database.write.begin() as session:
        put_document_off(session, certificate_id, now=now)
    return outcome


def _still_open(certificate_id: int) -> Update:
    return update(Certificate).where(
        Certificate.id == certificate_id, Certificate.pdf_sha256.is_(None), Certificate.erased_at.is_(None)
    )


def _store(database: Database, statement: Update) -> bool:
    with database.write.begin() as session:
        result = session.execute(statement.execution_options(synchronize_session=False))
        assert isinstance(result, CursorResult)
        return result.rowcount == 1
