"""Add the conditions of a course and its live part."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), nullable=False)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _word(name: str, length: int = 20) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _session_of(table: str, *columns: str) -> list[sa.schema.SchemaItem]:
    """Name a live session of the programme, unique together with the other columns."""
    together = [*columns, "module_slug", "session_code"]
    return [
        _word("module_slug", 100),
        _word("session_code"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        *([sa.UniqueConstraint(*together, name=op.f(f"uq_{table}_{'_'.join(together)}"))] if columns else []),
    ]


def _reference(table: str, column: str, target: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"), ondelete=ondelete)


def upgrade() -> None:
    op.add_column("course_settings", sa.Column("conditions", sa.String(length=60), nullable=True))
    op.add_column("course_settings", sa.Column("practice_rule", sa.String(length=20), nullable=True))
    op.create_table(
        "live_meeting",
        _id(),
        _number("context_id"),
        *_session_of("live_meeting", "context_id"),
        _moment("starts_at", nullable=True),
        _number("minutes", nullable=True),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        _number("revision"),
        _moment("changed_at"),
        _number("changed_by_id", nullable=True),
        _reference("live_meeting", "context_id", "context"),
        _reference("live_meeting", "changed_by_id", "lti_user", "SET NULL"),
    )
    op.create_table(
        "attendance",
        _id(),
        _number("user_id"),
        _number("context_id"),
        *_session_of("attendance", "user_id", "context_id"),
        _word("presence"),
        _moment("changed_at"),
        _reference("attendance", "user_id", "lti_user"),
        _reference("attendance", "context_id", "context"),
    )
    op.create_index("ix_attendance_context_id", "attendance", ["context_id"])
    op.create_table(
        "attendance_change",
        _id(),
        _number("user_id"),
        _number("context_id"),
        *_session_of("attendance_change"),
        _word("before"),
        _word("after"),
        _number("changed_by_id", nullable=True),
        _moment("changed_at"),
        _reference("attendance_change", "user_id", "lti_user"),
        _reference("attendance_change", "context_id", "context"),
        _reference("attendance_change", "changed_by_id", "lti_user", "SET NULL"),
    )
    op.create_index("ix_attendance_change_context_id_user_id", "attendance_change", ["context_id", "user_id"])
    op.create_table(
        "follow_up",
        _id(),
        _number("user_id"),
        *_session_of("follow_up", "user_id"),
        sa.Column("answers", sa.JSON(), nullable=False),
        _word("programme_version"),
        _moment("saved_at"),
        _moment("finished_at", nullable=True),
        _reference("follow_up", "user_id", "lti_user"),
    )


def downgrade() -> None:
    for table in ("follow_up", "attendance_change", "attendance", "live_meeting"):
        op.drop_table(table)
    op.drop_column("course_settings", "practice_rule")
    op.drop_column("course_settings", "conditions")
