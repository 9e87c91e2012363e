"""Add settings and roster facts of a context."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _reference(table: str, column: str, target: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"), ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "course_settings",
        _id(),
        sa.Column("context_id", sa.Integer(), nullable=False),
        sa.Column("pass_mark_pct", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=True),
        sa.Column("time_limit_min", sa.Integer(), nullable=True),
        sa.Column("begins_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        _moment("changed_at"),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        _reference("course_settings", "context_id", "context"),
        _reference("course_settings", "changed_by_id", "lti_user", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_settings")),
        sa.UniqueConstraint("context_id", name=op.f("uq_course_settings_context_id")),
    )
    op.create_table(
        "extra_attempt",
        _id(),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("module_slug", sa.String(length=100), nullable=False),
        sa.Column("context_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_by_id", sa.Integer(), nullable=True),
        _moment("granted_at"),
        _reference("extra_attempt", "user_id", "lti_user"),
        _reference("extra_attempt", "context_id", "context", "SET NULL"),
        _reference("extra_attempt", "granted_by_id", "lti_user", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extra_attempt")),
    )
    op.create_index("ix_extra_attempt_user_id_module_slug", "extra_attempt", ["user_id", "module_slug"])
    op.create_table(
        "extended_time",
        _id(),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("context_id", sa.Integer(), nullable=False),
        sa.Column("extra_pct", sa.Integer(), nullable=False),
        sa.Column("granted_by_id", sa.Integer(), nullable=True),
        _moment("granted_at"),
        _reference("extended_time", "user_id", "lti_user"),
        _reference("extended_time", "context_id", "context"),
        _reference("extended_time", "granted_by_id", "lti_user", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extended_time")),
        sa.UniqueConstraint("user_id", "context_id", name=op.f("uq_extended_time_user_id_context_id")),
    )
    op.create_table(
        "roster_reading",
        _id(),
        sa.Column("context_id", sa.Integer(), nullable=False),
        _moment("tried_at"),
        _moment("read_at", nullable=True),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=100), nullable=False),
        _reference("roster_reading", "context_id", "context"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_reading")),
        sa.UniqueConstraint("context_id", name=op.f("uq_roster_reading_context_id")),
    )
    op.create_table(
        "mentoring",
        _id(),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("context_id", sa.Integer(), nullable=False),
        sa.Column("subs", sa.JSON(), nullable=False),
        _moment("told_at"),
        _reference("mentoring", "user_id", "lti_user"),
        _reference("mentoring", "context_id", "context"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentoring")),
        sa.UniqueConstraint("user_id", "context_id", name=op.f("uq_mentoring_user_id_context_id")),
    )
    op.create_table(
        "deep_linking_request",
        _id(),
        sa.Column("visit_key", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("deployment_id", sa.String(length=255), nullable=False),
        sa.Column("context_id", sa.Integer(), nullable=True),
        sa.Column("settings", sa.JSON(), nullable=False),
        _moment("created_at"),
        _reference("deep_linking_request", "user_id", "lti_user"),
        _reference("deep_linking_request", "registration_id", "registration"),
        _reference("deep_linking_request", "context_id", "context"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deep_linking_request")),
        sa.UniqueConstraint("visit_key", name=op.f("uq_deep_linking_request_visit_key")),
    )
    op.create_index(op.f("ix_deep_linking_request_created_at"), "deep_linking_request", ["created_at"])
    op.create_table(
        "offered_item",
        _id(),
        sa.Column("context_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=100), nullable=False),
        _moment("offered_at"),
        _reference("offered_item", "context_id", "context"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offered_item")),
        sa.UniqueConstraint("context_id", "item", name=op.f("uq_offered_item_context_id_item")),
    )
    # A default in the database: the previous release goes on inserting without this column.
    op.add_column("resource_link", sa.Column("page", sa.String(length=20), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("resource_link", "page")
    for table in (
        "offered_item",
        "deep_linking_request",
        "mentoring",
        "roster_reading",
        "extended_time",
        "extra_attempt",
        "course_settings",
    ):
        op.drop_table(table)
