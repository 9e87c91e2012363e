"""Alembic's entry point; the connection comes from lti_tool.migrations, never from a file."""

from alembic import context

from lti_tool.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
