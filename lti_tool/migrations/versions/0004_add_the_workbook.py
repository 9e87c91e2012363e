"""Add the workbook."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "workbook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("programme_slug", sa.String(length=100), nullable=False),
        sa.Column("hides_questions", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["lti_user.id"], name=op.f("fk_workbook_user_id_lti_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workbook")),
        sa.UniqueConstraint("user_id", "programme_slug", name=op.f("uq_workbook_user_id_programme_slug")),
    )
    op.create_table(
        "workbook_chapter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workbook_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workbook_id"], ["workbook.id"], name=op.f("fk_workbook_chapter_workbook_id_workbook"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workbook_chapter")),
        sa.UniqueConstraint("workbook_id", "number", name=op.f("uq_workbook_chapter_workbook_id_number")),
    )
    op.create_table(
        "workbook_edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workbook_id", sa.Integer(), nullable=False),
        sa.Column("chapter_number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("context_id", sa.Integer(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("programme_version", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["context_id"], ["context.id"], name=op.f("fk_workbook_edition_context_id_context"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workbook_id"], ["workbook.id"], name=op.f("fk_workbook_edition_workbook_id_workbook"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workbook_edition")),
        sa.UniqueConstraint(
            "workbook_id",
            "chapter_number",
            "kind",
            "number",
            name=op.f("uq_workbook_edition_workbook_id_chapter_number_kind_number"),
        ),
    )
    with op.batch_alter_table("workbook_edition", schema=None) as batch_op:
        batch_op.create_index("ix_workbook_edition_context_id", ["context_id"], unique=False)

    op.create_table(
        "workbook_field",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workbook_id", sa.Integer(), nullable=False),
        sa.Column("field_id", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workbook_id"], ["workbook.id"], name=op.f("fk_workbook_field_workbook_id_workbook"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workbook_field")),
        sa.UniqueConstraint("workbook_id", "field_id", name=op.f("uq_workbook_field_workbook_id_field_id")),
    )
    op.create_table(
        "workbook_feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workbook_edition_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("ratings", sa.JSON(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["lti_user.id"], name=op.f("fk_workbook_feedback_author_id_lti_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workbook_edition_id"],
            ["workbook_edition.id"],
            name=op.f("fk_workbook_feedback_workbook_edition_id_workbook_edition"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workbook_feedback")),
        sa.UniqueConstraint(
            "workbook_edition_id", "author_id", "number", name=op.f("uq_workbook_feedback_workbook_edition_id_author_id_number")
        ),
    )
    with op.batch_alter_table("workbook_feedback", schema=None) as batch_op:
        batch_op.create_index("ix_workbook_feedback_author_id", ["author_id"], unique=False)

    op.create_table(
        "workbook_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workbook_field_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workbook_field_id"],
            ["workbook_field.id"],
            name=op.f("fk_workbook_version_workbook_field_id_workbook_field"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workbook_version")),
    )
    with op.batch_alter_table("workbook_version", schema=None) as batch_op:
        batch_op.create_index("ix_workbook_version_workbook_field_id", ["workbook_field_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("workbook_version", schema=None) as batch_op:
        batch_op.drop_index("ix_workbook_version_workbook_field_id")

    op.drop_table("workbook_version")
    with op.batch_alter_table("workbook_feedback", schema=None) as batch_op:
        batch_op.drop_index("ix_workbook_feedback_author_id")

    op.drop_table("workbook_feedback")
    op.drop_table("workbook_field")
    with op.batch_alter_table("workbook_edition", schema=None) as batch_op:
        batch_op.drop_index("ix_workbook_edition_context_id")

    op.drop_table("workbook_edition")
    op.drop_table("workbook_chapter")
    op.drop_table("workbook")
