"""Checks the seals inside a file from outside, against the certificates that ever sealed documents here."""

import hashlib
import json
import logging
import subprocess
import sys
from base64 import b64decode
from collections.abc import Sequence

from lti_tool.certificates.verify.verify_document import SealVerdict

log = logging.getLogger(__name__)
# Starting takes a second, the reader may take ten of computing (`read_seals.py`), and the machine may be busy.
_TIMEOUT_S = 30


def check_seal(content: bytes, seal_certificates: Sequence[str]) -> SealVerdict:
    """Tell whether one of our seals is in the file, and whether what it sealed still stands there.

    Args:
        seal_certificates: PEM of each, its own certificate first, then the chain.
    """
    ours = [each for each in map(_certificate, seal_certificates) if _is_inside(content, each)]
    if not ours:
        return SealVerdict.NONE_OF_OURS
    order = json.dumps([hashlib.sha256(each).hexdigest() for each in ours]).encode() + b"\n" + content
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "lti_tool.certificates.verify.read_seals"],
            input=order,
            capture_output=True,
            timeout=_TIMEOUT_S,
        )
        return SealVerdict(done.stdout.decode())
    except (subprocess.TimeoutExpired, ValueError) as err:
        # Broken, or made to break readers. What we issued was found by its hash before, whatever was appended to it.
        log.info("document_unreadable", extra={"error": type(err).__name__})
        return SealVerdict.NONE_OF_OURS


def _certificate(pem: str) -> bytes:
    _, _, rest = pem.partition("-----BEGIN CERTIFICATE-----")
    return b64decode(rest.partition("-----END CERTIFICATE-----")[0])


def _is_inside(content: bytes, certificate: bytes) -> bool:
    # A signature stands in the file as hexadecimal digits, never compressed, and the signer's certificate inside it: so a file
    # that holds none of ours needs no reader at all.
    return certificate.hex().encode() in content or certificate.hex().upper().encode() in content
