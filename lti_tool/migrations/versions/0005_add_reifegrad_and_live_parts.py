"""Add the Reifegrad."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "reifegrad_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("programme_slug", sa.String(length=100), nullable=False),
        sa.Column("moment", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("programme_version", sa.String(length=20), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["lti_user.id"], name=op.f("fk_reifegrad_round_user_id_lti_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reifegrad_round")),
        sa.UniqueConstraint("user_id", "programme_slug", "moment", name=op.f("uq_reifegrad_round_user_id_programme_slug_moment")),
    )
    op.create_table(
        "reifegrad_rating",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reifegrad_round_id", sa.Integer(), nullable=False),
        sa.Column("dimension", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reifegrad_round_id"],
            ["reifegrad_round.id"],
            name=op.f("fk_reifegrad_rating_reifegrad_round_id_reifegrad_round"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reifegrad_rating")),
        sa.UniqueConstraint("reifegrad_round_id", "dimension", name=op.f("uq_reifegrad_rating_reifegrad_round_id_dimension")),
    )


def downgrade() -> None:
    op.drop_table("reifegrad_rating")
    op.drop_table("reifegrad_round")
