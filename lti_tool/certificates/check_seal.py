"""Checks the seals inside a file from outside, against the certificates that ever sealed documents here."""

import hashlib
import io
import logging

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator import ValidationContext
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.certificates.verify_document import SealVerdict
from lti_tool.models import SealCertificate

log = logging.getLogger(__name__)
_SIGNATURES_MAX = 8
# What may have come after the seal: nothing, or the timestamps and proofs of PAdES B-LTA.
_HARMLESS = (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES)


def check_seal(session: Session, content: bytes) -> SealVerdict:
    """Tell whether one of our seals is in the file, and whether what it sealed still stands there."""
    ours = set(session.scalars(select(SealCertificate.fingerprint)))
    if not ours:
        return SealVerdict.NONE_OF_OURS
    try:
        signatures = PdfFileReader(io.BytesIO(content)).embedded_regular_signatures[:_SIGNATURES_MAX]
        verdicts = [_is_intact(each) for each in signatures if _fingerprint(each) in ours]
    except Exception as err:
        # A file from anybody: the reader meets broken files in more ways than it has names for. None of them is of ours.
        log.info("document_unreadable", extra={"error": type(err).__name__})
        return SealVerdict.NONE_OF_OURS
    if not verdicts:
        return SealVerdict.NONE_OF_OURS
    return SealVerdict.INTACT if all(verdicts) else SealVerdict.BROKEN


def _fingerprint(signature: EmbeddedPdfSignature) -> str:
    certificate = signature.signer_cert
    return hashlib.sha256(certificate.dump()).hexdigest() if certificate is not None else ""


def _is_intact(signature: EmbeddedPdfSignature) -> bool:
    # Trust is decided by the fingerprint: no root, no expiry and no outside service is asked.
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=[signature.signer_cert], allow_fetching=False))
    return bool(status.intact and status.valid and status.modification_level in _HARMLESS)
