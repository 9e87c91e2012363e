"""Extend certificates: seals, credentials, letterheads, corrected names; the buckets that limit rates."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    # Defaults in the database: the previous release goes on inserting without these columns.
    op.add_column("certificate", sa.Column("seal_level", sa.String(length=10), nullable=False, server_default=""))
    op.add_column("certificate", sa.Column("seal_fingerprint", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("certificate", sa.Column("status_list", sa.Integer(), nullable=True))
    op.add_column("certificate", sa.Column("status_index", sa.Integer(), nullable=True))
    op.add_column("certificate", sa.Column("credential", sa.Text(), nullable=True))
    op.add_column("certificate", sa.Column("credential_jwt", sa.Text(), nullable=True))
    op.add_column("certificate", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("uq_certificate_status_list_status_index", "certificate", ["status_list", "status_index"], unique=True)
    op.create_table(
        "certificate_letterhead",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("letterhead", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_certificate_letterhead_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["lti_user.id"], name=op.f("fk_certificate_letterhead_changed_by_id_lti_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_certificate_letterhead")),
    )
    op.create_table(
        "certificate_logo",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("svg", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_certificate_logo")),
    )
    op.create_table(
        "seal_certificate",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("pem", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_seal_certificate")),
    )
    op.create_table(
        "name_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_name_request_certificate_id_certificate"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["lti_user.id"], name=op.f("fk_name_request_decided_by_id_lti_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_name_request")),
        sa.UniqueConstraint("certificate_id", name=op.f("uq_name_request_certificate_id")),
    )
    op.create_table(
        "rate_bucket",
        sa.Column("source_hash", sa.String(length=64), nullable=False),
        sa.Column("full_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("source_hash", name=op.f("pk_rate_bucket")),
    )
    op.create_index("ix_rate_bucket_full_at", "rate_bucket", ["full_at"])


def downgrade() -> None:
    for table in ("rate_bucket", "name_request", "seal_certificate", "certificate_logo", "certificate_letterhead"):
        op.drop_table(table)
    op.drop_index("uq_certificate_status_list_status_index", "certificate")
    with op.batch_alter_table("certificate") as batch:
        for column in (
            "erased_at",
            "credential_jwt",
            "credential",
            "status_index",
            "status_list",
            "seal_fingerprint",
            "seal_level",
        ):
            batch.drop_column(column)
