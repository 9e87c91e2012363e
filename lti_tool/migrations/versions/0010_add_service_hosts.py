"""Add where else a platform's services lie: in the cloud of Canvas at the institution's host, not at the issuer's."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("registration", sa.Column("service_hosts", sa.String(length=1000), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("registration", "service_hosts")
