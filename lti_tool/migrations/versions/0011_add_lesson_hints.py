"""Add hints to the authors."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "lesson_hint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_key", sa.String(length=40), nullable=False),
        sa.Column("context_id", sa.Integer(), nullable=True),
        sa.Column("module_slug", sa.String(length=100), nullable=False),
        sa.Column("lesson_code", sa.String(length=10), nullable=False),
        sa.Column("lesson_version", sa.String(length=20), nullable=False),
        sa.Column("programme_version", sa.String(length=20), nullable=False),
        sa.Column("heading", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["context_id"], ["context.id"], name=op.f("fk_lesson_hint_context_id_context"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_hint")),
        sa.UniqueConstraint("form_key", name=op.f("uq_lesson_hint_form_key")),
    )
    op.create_index("ix_lesson_hint_context_id", "lesson_hint", ["context_id"])
    op.create_index("ix_lesson_hint_given_at", "lesson_hint", ["given_at"])


def downgrade() -> None:
    op.drop_index("ix_lesson_hint_given_at", "lesson_hint")
    op.drop_index("ix_lesson_hint_context_id", "lesson_hint")
    op.drop_table("lesson_hint")
