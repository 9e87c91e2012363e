"""Let several processes make documents without doing the same one twice, and rest after a failure."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    # A default in the database: the previous release goes on inserting without these columns.
    op.add_column("certificate", sa.Column("document_tries", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("certificate", sa.Column("document_due_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("certificate") as batch:
        batch.drop_column("document_due_at")
        batch.drop_column("document_tries")
