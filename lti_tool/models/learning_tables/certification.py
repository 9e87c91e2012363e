"""Certificates: the fact, its public handle, and the document as it was made."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column

from lti_tool.models.base import Base


class Certificate(Base):
    """One certificate of one person.

    `subject` is `programme` for the whole programme or a module's slug; `serial` counts reissues of the same, from 1. The
    person may be erased later: then `user_id` is None and what stays answers whether the paper is genuine.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("user_id", "programme_slug", "subject", "serial"),
        Index("uq_certificate_status_list_status_index", "status_list", "status_index", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("lti_user.id", ondelete="SET NULL"))
    programme_slug: Mapped[str] = mapped_column(String(100))
    subject: Mapped[str] = mapped_column(String(100))
    serial: Mapped[int] = mapped_column(default=1)
    check_code: Mapped[str] = mapped_column(String(40), unique=True)
    """Normalised: upper case, without separators."""
    name: Mapped[str] = mapped_column(Text)
    """As printed."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Everything that is printed, as it was at issue."""
    issued_at: Mapped[datetime]
    pdf: Mapped[bytes | None] = deferred(mapped_column(LargeBinary, nullable=True))
    """Typeset once from `facts`, right after the issue; never made again."""
    pdf_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    problem: Mapped[str] = mapped_column(Text, default="")
    """Why the document could not be set (a letter no font has); then a human must look."""
    document_tries: Mapped[int] = mapped_column(default=0, server_default="0")
    document_due_at: Mapped[datetime | None]
    """Until then nobody else makes the document: somebody does, or it failed and rests. None: at once."""
    revoked_at: Mapped[datetime | None]
    revocation_reason: Mapped[str] = mapped_column(Text, default="")
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id", ondelete="SET NULL"))
    seal_level: Mapped[str] = mapped_column(String(10), default="", server_default="")
    """PAdES level of the stored document: `B-B`, `B-T`, `B-LTA`; empty: not sealed."""
    seal_fingerprint: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """SHA-256 of the certificate whose key sealed the document."""
    status_list: Mapped[int | None]
    status_index: Mapped[int | None]
    """Where the credential's bit stands in the published status lists; drawn at random."""
    credential: Mapped[str | None] = deferred(mapped_column(Text, nullable=True))
    """The Open Badge with its Data Integrity proof, as it is attached to the document."""
    credential_jwt: Mapped[str | None] = deferred(mapped_column(Text, nullable=True))
    """The same badge as a signed token (VC-JWT)."""
    erased_at: Mapped[datetime | None]
    """When the person's data were erased; since then the name, the document and the credential are gone."""


class CertificateLetterhead(Base):
    """What an administrator of one registration wants printed on its documents, instead of the installation's settings."""

    __tablename__ = "certificate_letterhead"

    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    letterhead: Mapped[dict[str, Any]] = mapped_column(JSON)
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("lti_user.id", ondelete="SET NULL"))


class CertificateLogo(Base):
    """A logo that some document was or will be printed with; kept, because facts name it by its hash."""

    __tablename__ = "certificate_logo"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    svg: Mapped[str] = mapped_column(Text)


class SealCertificate(Base):
    """A certificate that sealed documents of ours, now or in earlier years; seals are checked against these alone."""

    __tablename__ = "seal_certificate"

    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    pem: Mapped[str] = mapped_column(Text)
    """The certificate and the chain that came with it."""
    subject: Mapped[str] = mapped_column(Text)
    first_used_at: Mapped[datetime]


class NameRequest(Base):
    """A participant asks for another name on a certificate; an instructor decides. One per certificate."""

    __tablename__ = "name_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id", ondelete="CASCADE"), unique=True)
    name: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    requested_at: Mapped[datetime]
    decision: Mapped[str] = mapped_column(String(10), default="")
    """`approved` or `refused`; empty: open."""
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("lti_user.id", ondelete="SET NULL"))
    answer: Mapped[str] = mapped_column(Text, default="")
