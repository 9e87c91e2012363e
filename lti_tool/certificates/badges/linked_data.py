"""Signs linked data with eddsa-rdfc-2022 (W3C Data Integrity EdDSA Cryptosuites 1.0), from contexts kept in this package."""

import hashlib
import json
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_FOLDER = Path(__file__).parent / "contexts"
CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OPEN_BADGES_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
_CONTEXTS = {
    CREDENTIALS: "credentials-v2.json",
    OPEN_BADGES: "ob-v3p0-3.0.3.json",
    OPEN_BADGES_EXTENSIONS: "ob-v3p0-extensions.json",
    "https://w3id.org/security/data-integrity/v2": "security-data-integrity-v2.json",
}
_ANY_MOMENT = "0001-01-01T00:00:00Z"
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def add_proof(document: dict[str, Any], key: Ed25519PrivateKey, *, method: str, created: str) -> dict[str, Any]:
    """Give the document with its proof.

    Args:
        method: address of the public key (`did:web:…#…`).
        created: xsd:dateTime with zone.
    Source: section 3.2.1 (create proof) of the cryptosuites; the bytes signed are SHA-256 of the proof's options, then of the
    document, each in canonical RDF (RDFC-1.0, which PyLD calls URDNA2015).
    """
    proof = _proof(method, created)
    options = _options(tuple(document["@context"]), method).replace(_ANY_MOMENT, created)
    signed = hashlib.sha256(options.encode()).digest() + hashlib.sha256(canonical(document).encode()).digest()
    return {**document, "proof": [{**proof, "proofValue": multibase(key.sign(signed))}]}


def multibase(content: bytes) -> str:
    """Write bytes in base58btc with the multibase prefix `z`."""
    number = int.from_bytes(content, "big")
    text = ""
    while number:
        number, digit = divmod(number, 58)
        text = _BASE58[digit] + text
    return "z" + "1" * (len(content) - len(content.lstrip(b"\0"))) + text


def canonical(document: dict[str, Any]) -> str:
    """Give a document in canonical RDF, as N-Quads."""
    from pyld import jsonld  # noqa: PLC0415 - with the first badge: it brings lxml, 5 MB of every web process

    quads: str = jsonld.normalize(
        document, {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": _load, "safe": True}
    )
    return quads


@lru_cache(maxsize=64)
def _options(contexts: tuple[str, ...], method: str) -> str:
    # Only the moment differs from one proof to the next. It is a literal that no other line is sorted by: the options have one
    # node, and each of its properties stands there once. So it is put in afterwards, which saves half of the RDF.
    return canonical({"@context": list(contexts), **_proof(method, _ANY_MOMENT)})


def _proof(method: str, created: str) -> dict[str, str]:
    return {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": created,
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }


def _load(url: str, _: object = None) -> dict[str, Any]:
    # `static` lets PyLD keep the context as it processed it, from one document to the next.
    answer = {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": _context(url)}
    return answer | {"tag": "static"}


@cache
def _context(url: str) -> Any:
    if url not in _CONTEXTS:
        raise ValueError(f"a context that is not kept here, and none is fetched: {url}")
    return json.loads((_FOLDER / _CONTEXTS[url]).read_text(encoding="utf-8"))
