"""Who launches us: platforms, their registrations, deployments and keys."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.models.base import Base


class Platform(Base):
    """One LMS installation, known by its issuer, and by the institution where one issuer serves several.

    People and courses belong to it: `sub` and context ids are unique within one.
    """

    __tablename__ = "platform"
    __table_args__ = (UniqueConstraint("issuer", "institution"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer: Mapped[str] = mapped_column(String(500))
    institution: Mapped[str] = mapped_column(String(300), default="", server_default="")
    """Empty where the issuer serves one (the rule); else `client …`, `guid …` or `deployment …`."""
    name: Mapped[str] = mapped_column(String(200), default="")
    product_family: Mapped[str] = mapped_column(String(100), default="")
    """`product_family_code` of the tool_platform claim, e.g. `moodle`; empty where the platform names none."""
    created_at: Mapped[datetime]


class RegistrationRow(Base):
    """(issuer, client_id) with its addresses. Open edX has many client ids under one issuer."""

    __tablename__ = "registration"
    __table_args__ = (UniqueConstraint("platform_id", "client_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"))
    client_id: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(200), default="")
    auth_login_url: Mapped[str] = mapped_column(String(1000))
    token_url: Mapped[str] = mapped_column(String(1000))
    token_audience: Mapped[str | None] = mapped_column(String(1000))
    """`aud` of the client assertion where it is not the token address (Canvas, D2L, Blackboard)."""
    jwks_url: Mapped[str] = mapped_column(String(1000))
    service_hosts: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    """Origins where else its services may lie, separated by spaces; `https://*.…` stands for all below."""
    told_apart_by: Mapped[str] = mapped_column(String(10), default="", server_default="")
    """What tells the issuer's institutions apart: `client` or `guid`; empty: it serves one."""
    is_enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class SeenInstitution(Base):
    """An institution that has launched through a registration, by the guid of its `tool_platform` claim."""

    __tablename__ = "seen_institution"
    __table_args__ = (UniqueConstraint("registration_id", "guid"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    guid: Mapped[str] = mapped_column(String(255))
    first_seen_at: Mapped[datetime]


class Deployment(Base):
    """One placing of the tool under a registration; `status` is approved, held or blocked."""

    __tablename__ = "deployment"
    __table_args__ = (UniqueConstraint("registration_id", "deployment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id", ondelete="CASCADE"))
    deployment_id: Mapped[str] = mapped_column(String(255))
    status: Mapped[str] = mapped_column(String(10))
    first_seen_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


class PlatformKeySet(Base):
    """The last good JWKS of an address, so that a launch needs no request and a platform may be down."""

    __tablename__ = "platform_key_set"

    id: Mapped[int] = mapped_column(primary_key=True)
    jwks_url: Mapped[str] = mapped_column(String(1000), unique=True)
    jwks_json: Mapped[str] = mapped_column(Text, default="")
    fetched_at: Mapped[datetime | None]
    next_fetch_at: Mapped[datetime | None]
    """Before this moment nobody asks the platform again (cooldown, across processes)."""


class UsedNonce(Base):
    """A nonce that got somebody in; the primary key lets one of many replays win."""

    __tablename__ = "used_nonce"

    nonce_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
