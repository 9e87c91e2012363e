"""Anonymous surveys: a sheet lies sealed in its round's urn until all are opened together, mixed.

Nothing here has a time, and no two tables of what was opened share a key or an order: what stands together was written together.
"""

from datetime import date

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.models.base import Base

# A rowid would tell in which order people sent.
_NO_ROWID = {"sqlite_with_rowid": False}


class SurveyRound(Base):
    """One survey of one course, or a public one, from a day to a day."""

    __tablename__ = "survey_round"
    __table_args__ = (UniqueConstraint("course_id", "instrument", "module_slug", "opens_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_slug: Mapped[str] = mapped_column(String(100))
    programme_version: Mapped[str] = mapped_column(String(20))
    """In which content version the questions stand."""
    instrument: Mapped[str] = mapped_column(String(50))
    revision: Mapped[int]
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id", ondelete="SET NULL"))
    """None: a public survey, or small rounds of several courses that were opened together."""
    module_slug: Mapped[str] = mapped_column(String(100), default="")
    """Empty: the survey is about no module."""
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    """The last day on which somebody can answer; never moved forward to an earlier one."""
    state: Mapped[str] = mapped_column(String(10))
    """open; closed: sealed still, for it has too few; opened; destroyed: unread."""
    is_research: Mapped[bool]
    """Whether rows are kept; fixed from the beginning."""
    address: Mapped[str | None] = mapped_column(String(40), unique=True)
    """Of a public survey: what its address ends with."""
    public_key: Mapped[str] = mapped_column(Text)
    """JWK; the private half lies in a file that is named by `key_name`."""
    key_name: Mapped[str] = mapped_column(String(40), unique=True)
    sheets: Mapped[int | None]
    """How many were opened; None: nobody has looked."""
    is_published: Mapped[bool] = mapped_column(default=False)
    """Of a public survey: anybody may read the figures."""


class SurveyParticipation(Base):
    """Somebody has answered; gone once the round is over."""

    __tablename__ = "participation"
    __table_args__ = _NO_ROWID

    user_id: Mapped[int] = mapped_column(ForeignKey("lti_user.id", ondelete="CASCADE"), primary_key=True)
    survey_round_id: Mapped[int] = mapped_column(ForeignKey("survey_round.id", ondelete="CASCADE"), primary_key=True)


class Envelope(Base):
    """One sealed sheet."""

    __tablename__ = "envelope"
    __table_args__ = (Index("ix_envelope_survey_round_id", "survey_round_id"), _NO_ROWID)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    """Random."""
    survey_round_id: Mapped[int] = mapped_column(ForeignKey("survey_round.id", ondelete="CASCADE"))
    sealed: Mapped[str] = mapped_column(Text)


class AnswerCount(Base):
    """How many gave a value; written once, when the round is opened."""

    __tablename__ = "answer_count"
    __table_args__ = _NO_ROWID

    survey_round_id: Mapped[int] = mapped_column(ForeignKey("survey_round.id", ondelete="CASCADE"), primary_key=True)
    part: Mapped[str] = mapped_column(String(60), primary_key=True)
    """Empty: all; `role=2`: those who said that."""
    question: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(String(40), primary_key=True)
    n: Mapped[int]


class AnswerSheet(Base):
    """One person's answers to questions of choice, without texts; only of instruments for research, and of no course."""

    __tablename__ = "sheet"
    __table_args__ = _NO_ROWID

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    """Random, and not that of the envelope."""
    pool: Mapped[str] = mapped_column(String(200))
    """Programme, instrument, revision, and the half of the year."""
    values: Mapped[dict[str, object]] = mapped_column(JSON)


class FreeText(Base):
    """What somebody wrote; shown to nobody before a person has read and released it."""

    __tablename__ = "free_text"
    __table_args__ = (Index("ix_free_text_survey_round_id", "survey_round_id"), _NO_ROWID)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    survey_round_id: Mapped[int] = mapped_column(ForeignKey("survey_round.id", ondelete="CASCADE"))
    question: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text)
    is_released: Mapped[bool | None]
    """None: nobody has read it yet."""


class SurveyTicket(Base):
    """A single-use address of a public survey; who got which is known only to whoever sent it."""

    __tablename__ = "survey_ticket"
    __table_args__ = _NO_ROWID

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    survey_round_id: Mapped[int] = mapped_column(ForeignKey("survey_round.id", ondelete="CASCADE"))
    is_used: Mapped[bool] = mapped_column(default=False)


class SurveyReader(Base):
    """Somebody outside who may read results of some rounds: they sign in once with a code, at an address."""

    __tablename__ = "survey_reader"

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(40), unique=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    pass_hash: Mapped[str | None] = mapped_column(String(64))
    """Of the cookie that the code was changed for; None: the code has not been used yet."""
    name: Mapped[str] = mapped_column(Text)
    """Whom it is for, in the operator's words."""
    rounds: Mapped[list[int]] = mapped_column(JSON)
    expires_on: Mapped[date]
    is_revoked: Mapped[bool] = mapped_column(default=False)
