"""Reads the seals inside a file from outside, in a process of its own whose memory and time are limited.

A reader of PDF follows whatever a file tells it to: compressed tables, endless chains, hundreds of signatures. The web process
never runs one on a stranger's file (`check_seal.py` starts this).

    python -m lti_tool.certificates.verify.read_seals < order
"""

import hashlib
import io
import json
import resource
import sys
from collections.abc import Collection

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator import ValidationContext

from lti_tool.certificates.verify.verify_document import SealVerdict

MEMORY_MAX_BYTES = 384 << 20
CPU_MAX_S = 10
_SIGNATURES_MAX = 8
# What may have come after the seal: nothing, or the timestamps and proofs of PAdES B-LTA.
_HARMLESS = (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES)


def read_seals(content: bytes, fingerprints: Collection[str]) -> SealVerdict:
    """Tell whether a seal of these certificates (SHA-256) is in the file, and whether what it sealed still stands there."""
    signatures = PdfFileReader(io.BytesIO(content)).embedded_regular_signatures[:_SIGNATURES_MAX]
    verdicts = [_is_intact(each) for each in signatures if _fingerprint(each) in fingerprints]
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


def main() -> None:
    """Read an order (a line of fingerprints as JSON, then the file) and write the verdict."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX_BYTES, MEMORY_MAX_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_MAX_S, CPU_MAX_S + 1))
    fingerprints = json.loads(sys.stdin.buffer.readline())
    sys.stdout.write(read_seals(sys.stdin.buffer.read(), fingerprints))


if __name__ == "__main__":
    main()
