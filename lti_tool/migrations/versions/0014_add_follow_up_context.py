"""Keep in which course a follow-up was written: who teaches there reads it. What was written before is not shown to others."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    with op.batch_alter_table("follow_up") as table:
        table.add_column(sa.Column("context_id", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_follow_up_context_id_context", "context", ["context_id"], ["id"], ondelete="SET NULL")


def downgrade() -> None:
    with op.batch_alter_table("follow_up") as table:
        table.drop_constraint("fk_follow_up_context_id_context", type_="foreignkey")
        table.drop_column("context_id")
