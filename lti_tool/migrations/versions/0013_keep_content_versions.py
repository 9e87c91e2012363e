"""Keep the programme's versions and which a course uses; `db upgrade` then keeps the present one and pins all courses."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "content_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("programme_slug", sa.String(length=100), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("archive", sa.LargeBinary(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("module_slugs", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_version")),
        sa.UniqueConstraint("version", name=op.f("uq_content_version_version")),
    )
    op.add_column("context", sa.Column("programme_version", sa.String(length=20), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("context") as table:
        table.drop_column("programme_version")
    op.drop_table("content_version")
