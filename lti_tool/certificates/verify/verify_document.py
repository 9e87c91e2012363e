"""Tells anyone whether a PDF file is one of ours, byte for byte; the file is read, never kept."""

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from lti_tool.certificates.verify.verify_certificate import Verification, verification_of
from lti_tool.errors import ToolError
from lti_tool.messages import N_
from lti_tool.models import Certificate, SealCertificate
from lti_tool.models.database import Database

DOCUMENT_BYTES_MAX = 5 * 1024 * 1024
# PDF 32000-1, 7.5.6: changes are appended, each revision ends with this marker. More revisions than these are not searched.
_END_OF_REVISION = b"%%EOF"
_REVISIONS_MAX = 16
_HEADER_WITHIN = 1024 + len(b"%PDF-")
# One file and what its check takes are a tenth of what a web container has; each that waits holds a thread.
_WAITING_MAX = 3
_WAIT_S = 10
_turn = threading.Lock()
_queue = threading.BoundedSemaphore(1 + _WAITING_MAX)


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


SealCheck = Callable[[bytes, Sequence[str]], SealVerdict]
"""Checks a file's seals against the certificates (PEM) that ever sealed documents here."""


@dataclass(frozen=True)
class DocumentVerification:
    found: Found
    sha256: str = ""
    certificate: Verification | None = None


class CheckingBusy(ToolError):
    """Other files are being checked."""

    status = 503
    code = "checking_busy"

    def __init__(self) -> None:
        super().__init__(
            N_("Gerade werden viele Dateien geprüft."),
            next_step=N_("Versuchen Sie es in einer Minute noch einmal, oder prüfen Sie den Prüfcode auf dem Dokument."),
        )


@contextmanager
def one_file_at_a_time() -> Iterator[None]:
    """Let one file be read and checked at a time in this process, and a few wait: so memory has a limit, whoever comes.

    Raises:
        CheckingBusy: too many wait, or they wait too long.
    """
    if not _queue.acquire(blocking=False):
        raise CheckingBusy
    try:
        if not _turn.acquire(timeout=_WAIT_S):
            raise CheckingBusy
        try:
            yield
        finally:
            _turn.release()
    finally:
        _queue.release()


def verify_document(database: Database, content: bytes, *, check_seal: SealCheck | None, now: datetime) -> DocumentVerification:
    """Compare a file with the documents that were issued: first its hash, then the hashes of its beginnings, then its seal.

    Unlike other use cases it opens its own short transactions, because none should stay open while a file is read.
    """
    if len(content) > DOCUMENT_BYTES_MAX:
        return DocumentVerification(Found.TOO_LARGE)
    # Most readers let the header stand anywhere in the first 1024 bytes. Our documents begin with it; what mail programs and
    # servers put before it (an empty line, a byte order mark) is passed over.
    start = content.find(b"%PDF-", 0, _HEADER_WITHIN)
    if start < 0:
        return DocumentVerification(Found.NOT_A_PDF)
    sha256 = hashlib.sha256(content).hexdigest()
    hashes = [sha256, *_hashes_of_beginnings(content, start)]
    with database.read() as session:
        rows = {row.pdf_sha256: row for row in session.scalars(select(Certificate).where(Certificate.pdf_sha256.in_(hashes)))}
        # The file itself, else the longest beginning.
        known = next((each for each in (sha256, *reversed(hashes)) if each in rows), None)
        if known is not None:
            found = Found.AS_ISSUED if known == sha256 else Found.EXTENDED
            return DocumentVerification(found, sha256, verification_of(rows[known], now=now))
        seal_certificates = session.scalars(select(SealCertificate.pem)).all()
    verdict = check_seal(content[start:], seal_certificates) if check_seal is not None else SealVerdict.NONE_OF_OURS
    found = {
        SealVerdict.NONE_OF_OURS: Found.FOREIGN,
        SealVerdict.INTACT: Found.SEALED_BY_US,
        SealVerdict.BROKEN: Found.CHANGED,
    }[verdict]
    return DocumentVerification(found, sha256)


def _hashes_of_beginnings(content: bytes, start: int) -> list[str]:
    """Hash what the file was before something was appended, the shortest first, in one run over it.

    Whatever was appended, a document of ours stands at the front, with at most three revisions of its own (the seal, proofs, the
    archive timestamp): so a few marks from the front suffice, however many follow.
    """
    view, hashed, found, at = memoryview(content), hashlib.sha256(), [], start
    for end in _ends(content, start):
        hashed.update(view[at:end])
        found.append(hashed.hexdigest())
        at = end
    if found and at == len(content):
        # Some mail servers take the last line break away.
        hashed.update(b"\n")
        found.append(hashed.hexdigest())
    return found


def _ends(content: bytes, start: int) -> Iterator[int]:
    at = start
    for _ in range(_REVISIONS_MAX):
        at = content.find(_END_OF_REVISION, at)
        if at < 0:
            return
        at += len(_END_OF_REVISION)
        # A writer may or may not end its file with a line break, so each end is tried.
        line_break = next((each for each in (b"\r\n", b"\r", b"\n") if content.startswith(each, at)), b"")
        yield from {at: None, at + len(line_break): None}
