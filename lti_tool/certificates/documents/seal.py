"""Seals documents: PAdES signatures of the issuing body, made by pyHanko with a key that is parsed once.

Levels (ETSI EN 319 142-1): B-B is the signature, B-T adds a timestamp of an outside authority (RFC 3161), B-LTA also the proofs
that let it be checked for decades. Importing this module costs 20 MB and most of a second: it happens only where a seal is on.
"""

import hashlib
import io
from dataclasses import dataclass
from typing import Any

from asn1crypto import parser, x509
from asn1crypto import pem as pem_format
from asn1crypto.algos import SignedDigestAlgorithm
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.requests_client import HTTPTimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from lti_tool.certificates.documents.seal_maker import SealPeriod, SealUnavailable
from lti_tool.certificates.documents.tagged_fields import add_tagged_field
from lti_tool.errors import ConfigurationError

FIELD = "Siegel"
TIMESTAMP_FIELD = "Archivzeitstempel"
_TITLES = {
    "de": ("Elektronisches Siegel von %s", "Archivzeitstempel"),
    "en": ("Electronic seal of %s", "Archive timestamp"),
}
# Room for the signature in the file, in hexadecimal digits.
_ROOM = 32 * 1024


class LoadedKey(Signer):
    """Signs with a key that stays parsed: pyHanko's SimpleSigner parses it anew for each signature, 200 ms for RSA-3072."""

    def __init__(self, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, chain: list[x509.Certificate]) -> None:
        registry = SimpleCertificateStore()
        registry.register_multiple(chain)
        self.is_rsa = isinstance(key, rsa.RSAPrivateKey)
        kind = "rsa" if self.is_rsa else "ecdsa"
        super().__init__(
            signing_cert=chain[0],
            cert_registry=registry,
            signature_mechanism=SignedDigestAlgorithm({"algorithm": f"sha256_{kind}"}),
        )
        self._key = key
        self.room: int | None = None
        """Exact room for a signature of this key, once one was made; None where it varies."""

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if digest_algorithm != "sha256":
            raise ValueError(f"the seal signs SHA-256 only, not {digest_algorithm}")
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


@dataclass(frozen=True)
class DocumentSeal:
    """What seals documents now."""

    level: str
    signer: LoadedKey
    chain_pem: str
    """The certificate and what came with it."""
    time_stamper: TimeStamper | None = None
    trust: tuple[x509.Certificate, ...] = ()
    """For B-LTA: roots under which the chain and the timestamp are validated while the proofs are collected."""
    may_fetch: bool = True

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, as people compare it."""
        return hashlib.sha256(self.certificate.dump()).hexdigest()

    @property
    def subject(self) -> str:
        return str(self.certificate.subject.human_friendly)

    @property
    def certificate(self) -> x509.Certificate:
        assert self.signer.signing_cert is not None
        return self.signer.signing_cert

    @property
    def period(self) -> SealPeriod:
        """When the certificate and those above it are all valid; a reader of the document asks for each of them."""
        path = _path_of(self.certificate, list(self.signer.cert_registry))
        return SealPeriod(max(each.not_valid_before for each in path), min(each.not_valid_after for each in path))

    def apply(self, pdf: bytes, *, issuer: str, language: str) -> bytes:
        """Seal a document; the given bytes stay as they are, the seal is appended.

        Raises:
            SealUnavailable: the timestamp authority or a proof of validity could not be had.
        """
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        seal_title, timestamp_title = _TITLES[language]
        is_long_term = self.level == "B-LTA"
        if is_long_term:
            # Made and tagged now: the archive timestamp comes in a later revision, which may not touch the structure any more.
            add_tagged_field(writer, TIMESTAMP_FIELD, title=timestamp_title)
        add_tagged_field(writer, FIELD, title=seal_title % issuer)
        sealed = _sign(self, writer)
        return self.apply(pdf, issuer=issuer, language=language) if _learn_room(self, sealed) else sealed


def _sign(seal: DocumentSeal, writer: IncrementalPdfFileWriter) -> bytes:
    long_term: dict[str, Any] = {}
    if seal.level == "B-LTA":
        long_term = {
            "embed_validation_info": True,
            "use_pades_lta": True,
            "timestamp_field_name": TIMESTAMP_FIELD,
            "validation_context": ValidationContext(
                trust_roots=list(seal.trust), other_certs=list(seal.signer.cert_registry), allow_fetching=seal.may_fetch
            ),
        }
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        name=seal.subject,
        # Certifying (DocMDP, level 1): whatever anyone appends later shows as a change, except timestamps and proofs.
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        **long_term,
    )
    room = (seal.signer.room if seal.level == "B-B" else None) or _ROOM
    signer = signers.PdfSigner(metadata, seal.signer, timestamper=seal.time_stamper)
    try:
        sealed = signer.sign_pdf(writer, existing_fields_only=True, bytes_reserved=room)
    except (OSError, ValidationError, PathError) as err:
        raise SealUnavailable(str(err)) from err
    return bytes(sealed.getvalue())


def _learn_room(seal: DocumentSeal, sealed: bytes) -> bool:
    # Digits that are reserved and not used are covered by no signature: a byte changed there would show to nobody but us. An RSA
    # signature without timestamp is always equally long, so the second try leaves no such room.
    if seal.level != "B-B" or not seal.signer.is_rsa or seal.signer.room is not None:
        return False
    contents = PdfFileReader(io.BytesIO(sealed)).embedded_signatures[0].pkcs7_content
    seal.signer.room = 2 * parser.peek(contents)
    return True


def open_seal(
    *, level: str, key_pem: str = "", pkcs12_file: bytes = b"", passphrase: str = "", tsa_url: str = "", trust_pem: str = ""
) -> DocumentSeal:
    """Read the seal's key and certificates, once.

    Raises:
        ConfigurationError: they cannot be read, do not belong together, or the level needs what is not set.
    """
    if level in ("B-T", "B-LTA") and not tsa_url:
        raise ConfigurationError(f"LTI_TOOL_SEAL_TSA_URL is needed for the seal level {level}")
    secret = passphrase.encode() or None
    try:
        key, chain = _from_pkcs12(pkcs12_file, secret) if pkcs12_file else _from_pem(key_pem.encode(), secret)
    except (ValueError, TypeError, UnsupportedAlgorithm) as err:
        raise ConfigurationError(f"The seal's key cannot be read: {err}") from err
    if not isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        raise ConfigurationError("The seal's key must be RSA or ECDSA")
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    chain.sort(key=lambda certificate: certificate.public_key.dump() != public)
    if not chain or chain[0].public_key.dump() != public:
        raise ConfigurationError("The seal's certificate does not belong to its key")
    return DocumentSeal(
        level=level,
        signer=LoadedKey(key, chain),
        chain_pem="".join(pem_format.armor("CERTIFICATE", each.dump()).decode() for each in chain),
        time_stamper=HTTPTimeStamper(tsa_url, timeout=20) if level in ("B-T", "B-LTA") else None,
        trust=tuple(_certificates(trust_pem.encode())) or tuple(each for each in chain if each.self_issued),
    )


def _path_of(certificate: x509.Certificate, others: list[x509.Certificate]) -> list[x509.Certificate]:
    """Go from a certificate to those that vouch for it, as far as they came along; others in the file do not count."""
    path = [certificate]
    while path[-1].issuer != path[-1].subject:
        above = [each for each in others if each.subject == path[-1].issuer and each not in path]
        if not above:
            break
        # An authority that was renewed under its name: the one that lasts longest.
        path.append(max(above, key=lambda each: each.not_valid_after))
    return path


def _from_pkcs12(content: bytes, secret: bytes | None) -> tuple[Any, list[x509.Certificate]]:
    key, certificate, others = pkcs12.load_key_and_certificates(content, secret)
    found = [each for each in (certificate, *others) if each is not None]
    return key, [x509.Certificate.load(each.public_bytes(serialization.Encoding.DER)) for each in found]


def _from_pem(content: bytes, secret: bytes | None) -> tuple[Any, list[x509.Certificate]]:
    key_block = b"".join(
        pem_format.armor(kind, body, headers)
        for kind, headers, body in pem_format.unarmor(content, multiple=True)
        if kind.endswith("PRIVATE KEY")
    )
    return serialization.load_pem_private_key(key_block, secret), _certificates(content)


def _certificates(content: bytes) -> list[x509.Certificate]:
    if b"-----BEGIN" not in content:
        return []
    return [x509.Certificate.load(body) for kind, _, body in pem_format.unarmor(content, multiple=True) if kind == "CERTIFICATE"]
