"""Add when an attempt with a time limit ends; attempts begun before, or by the release before, have no limit."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("attempt", sa.Column("time_limit_min", sa.Integer(), nullable=True))
    op.add_column("attempt", sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("attempt", sa.Column("is_ended_by_time", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        "ix_attempt_ends_at",
        "attempt",
        ["ends_at"],
        postgresql_where=sa.text("submitted_at IS NULL"),
        sqlite_where=sa.text("submitted_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_attempt_ends_at", "attempt")
    with op.batch_alter_table("attempt") as table:
        table.drop_column("is_ended_by_time")
        table.drop_column("ends_at")
        table.drop_column("time_limit_min")
