"""Keep when, by whom and why a follow-up was sent back."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    with op.batch_alter_table("follow_up") as table:
        table.add_column(sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("returned_by_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("return_reason", sa.Text(), nullable=True))
        table.create_foreign_key(
            op.f("fk_follow_up_returned_by_id_lti_user"), "lti_user", ["returned_by_id"], ["id"], ondelete="SET NULL"
        )


def downgrade() -> None:
    with op.batch_alter_table("follow_up") as table:
        table.drop_constraint(op.f("fk_follow_up_returned_by_id_lti_user"), type_="foreignkey")
        table.drop_column("return_reason")
        table.drop_column("returned_by_id")
        table.drop_column("returned_at")
