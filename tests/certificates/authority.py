"""A certificate authority, a seal and a timestamp authority, made for the tests alone."""

from datetime import UTC, datetime, timedelta

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

# The tests' own clock stands in November 2026, pyHanko's does not.
_SINCE = min(datetime.now(UTC) - timedelta(days=30), datetime(2026, 10, 1, tzinfo=UTC))
_UNTIL = datetime.now(UTC) + timedelta(days=3650)


class Identity:
    """A key with its certificate, signed by an authority or by itself."""

    def __init__(
        self,
        name: str,
        *,
        by: "Identity | None" = None,
        is_tsa: bool = False,
        bits: int = 2048,
        valid: tuple[datetime, datetime] = (_SINCE, _UNTIL),
    ) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        is_authority = by is None
        usage = x509.KeyUsage(
            digital_signature=True,
            content_commitment=not is_authority and not is_tsa,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=is_authority,
            crl_sign=is_authority,
            encipher_only=False,
            decipher_only=False,
        )
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(by.certificate.subject if by else subject)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(valid[0])
            .not_valid_after(valid[1])
            .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
            .add_extension(usage, critical=True)
        )
        if is_tsa:
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        self.certificate: x509.Certificate = builder.sign(by.key if by else self.key, hashes.SHA256())

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    @property
    def certificate_pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def as_pkcs12(self, passphrase: str, chain: "list[Identity]") -> bytes:
        return pkcs12.serialize_key_and_certificates(
            b"seal",
            self.key,
            self.certificate,
            [each.certificate for each in chain],
            serialization.BestAvailableEncryption(passphrase.encode()),
        )

    def as_time_stamper(self, chain: "list[Identity]") -> DummyTimeStamper:
        """Play a timestamp authority without a network."""
        key = self.key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        from pyhanko_certvalidator.registry import SimpleCertificateStore

        store = SimpleCertificateStore()
        for each in chain:
            store.register(_asn1(each.certificate))
        return DummyTimeStamper(_asn1(self.certificate), asn1_keys.PrivateKeyInfo.load(key), certs_to_embed=store)


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
