"""Tells anyone whether a PDF file is one of ours, byte for byte; the file is read, never kept."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.certificates.verify_certificate import Verification, verification_of
from lti_tool.models import Certificate

DOCUMENT_BYTES_MAX = 5 * 1024 * 1024
# PDF 32000-1, 7.5.6: changes are appended, each revision ends with this marker. More revisions than these are not searched.
_END_OF_REVISION = re.compile(rb"%%EOF(?:\r\n|\r|\n)?")
_REVISIONS_MAX = 16


class Found(StrEnum):
    """What a file turned out to be."""

    AS_ISSUED = "as_issued"
    EXTENDED = "extended"
    """Begins with a document of ours; something was appended to it later (a comment, another signature)."""
    CHANGED = "changed"
    """Carries our seal, but what was sealed is no longer what stands there."""
    SEALED_BY_US = "sealed_by_us"
    """Our seal is whole, but the register does not know the file."""
    FOREIGN = "foreign"
    NOT_A_PDF = "not_a_pdf"
    TOO_LARGE = "too_large"


class SealVerdict(StrEnum):
    """What a check of the seals in a file found."""

    NONE_OF_OURS = "none_of_ours"
    INTACT = "intact"
    BROKEN = "broken"


SealCheck = Callable[[Session, bytes], SealVerdict]
"""Checks a file's seals against the certificates that ever sealed documents here."""


@dataclass(frozen=True)
class DocumentVerification:
    found: Found
    sha256: str = ""
    certificate: Verification | None = None


def verify_document(session: Session, content: bytes, *, check_seal: SealCheck | None, now: datetime) -> DocumentVerification:
    """Compare a file with the documents that were issued: first its hash, then the hashes of its revisions, then its seal."""
    if len(content) > DOCUMENT_BYTES_MAX:
        return DocumentVerification(Found.TOO_LARGE)
    # The header may stand anywhere in the first 1024 bytes for most readers; our documents begin with it.
    if b"%PDF-" not in content[:1024]:
        return DocumentVerification(Found.NOT_A_PDF)
    sha256 = hashlib.sha256(content).hexdigest()
    certificate = _find(session, sha256)
    if certificate is not None:
        return DocumentVerification(Found.AS_ISSUED, sha256, verification_of(certificate, now=now))
    for earlier in _earlier_revisions(content):
        certificate = _find(session, hashlib.sha256(earlier).hexdigest())
        if certificate is not None:
            return DocumentVerification(Found.EXTENDED, sha256, verification_of(certificate, now=now))
    verdict = check_seal(session, content) if check_seal is not None else SealVerdict.NONE_OF_OURS
    found = {
        SealVerdict.NONE_OF_OURS: Found.FOREIGN,
        SealVerdict.INTACT: Found.SEALED_BY_US,
        SealVerdict.BROKEN: Found.CHANGED,
    }[verdict]
    return DocumentVerification(found, sha256)


def _find(session: Session, sha256: str) -> Certificate | None:
    return session.scalars(select(Certificate).where(Certificate.pdf_sha256 == sha256)).first()


def _earlier_revisions(content: bytes) -> list[memoryview]:
    # A writer may or may not end its file with a line break, so both ends are tried.
    ends = {end for mark in _END_OF_REVISION.finditer(content) for end in (mark.start() + len(b"%%EOF"), mark.end())}
    view = memoryview(content)
    return [view[:end] for end in sorted(ends, reverse=True) if end < len(content)][: 2 * _REVISIONS_MAX]
