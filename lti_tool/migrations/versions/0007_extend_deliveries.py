"""Extend the outbox for several machines: jobs in PostgreSQL, who did which chore, looking at the ledger by time."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "chore",
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("done_for", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_chore")),
    )
    op.create_index("ix_delivery_event_at", "delivery_event", ["at"])
    if op.get_bind().dialect.name == "postgresql":
        _add_jobs()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP SCHEMA procrastinate CASCADE")
    op.drop_index("ix_delivery_event_at", "delivery_event")
    op.drop_table("chore")


def _add_jobs() -> None:
    """Lay procrastinate's tables into a schema of their own: they are not ours, and come and go with its releases."""
    schema = (Path(__file__).parent / "0007_procrastinate.sql").read_text(encoding="utf-8")
    # Past SQLAlchemy, for it would send the many statements as one prepared one. Python's driver begins no transaction here.
    cursor = op.get_bind().connection.cursor()
    path = cursor.execute("SHOW search_path").fetchone()[0]
    cursor.execute("CREATE SCHEMA procrastinate")
    cursor.execute("SET LOCAL search_path = procrastinate")
    cursor.execute(schema)
    functions = cursor.execute(
        "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE n.nspname = 'procrastinate'"
    ).fetchall()
    for (function,) in functions:
        # Its triggers run in our transactions, too, where the path is another.
        cursor.execute(f"ALTER FUNCTION {function} SET search_path = procrastinate")
    cursor.execute(f"SET LOCAL search_path = {path}")
