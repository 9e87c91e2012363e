"""Create all tables of release 1.0."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "certificate_logo",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("svg", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_certificate_logo")),
    )
    op.create_table(
        "chore",
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("done_for", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_chore")),
    )
    op.create_table(
        "content_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_slug", sa.String(length=100), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("archive", sa.LargeBinary(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("module_slugs", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_version")),
        sa.UniqueConstraint("programme_slug", "version", name=op.f("uq_content_version_programme_slug_version")),
    )
    op.create_table(
        "platform",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("institution", sa.String(length=300), server_default="", nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("product_family", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform")),
        sa.UniqueConstraint("issuer", "institution", name=op.f("uq_platform_issuer_institution")),
    )
    op.create_table(
        "platform_key_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("jwks_url", sa.String(length=1000), nullable=False),
        sa.Column("jwks_json", sa.Text(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_fetch_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_key_set")),
        sa.UniqueConstraint("jwks_url", name=op.f("uq_platform_key_set_jwks_url")),
    )
    op.create_table(
        "rate_bucket",
        sa.Column("source_hash", sa.String(length=64), nullable=False),
        sa.Column("full_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("source_hash", name=op.f("pk_rate_bucket")),
    )
    op.create_index(op.f("ix_rate_bucket_full_at"), "rate_bucket", ["full_at"], unique=False)
    op.create_table(
        "seal_certificate",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("pem", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_seal_certificate")),
    )
    op.create_table(
        "used_nonce",
        sa.Column("nonce_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("nonce_hash", name=op.f("pk_used_nonce")),
    )
    op.create_index(op.f("ix_used_nonce_expires_at"), "used_nonce", ["expires_at"], unique=False)
    op.create_table(
        "lti_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("sub", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("certificate_name", sa.Text(), nullable=True),
        sa.Column("locale", sa.String(length=20), nullable=False),
        sa.Column("is_blocked", sa.Boolean(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["platform_id"], ["platform.id"], name=op.f("fk_lti_user_platform_id_platform")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lti_user")),
        sa.UniqueConstraint("platform_id", "sub", name=op.f("uq_lti_user_platform_id_sub")),
    )
    op.create_table(
        "registration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("auth_login_url", sa.String(length=1000), nullable=False),
        sa.Column("token_url", sa.String(length=1000), nullable=False),
        sa.Column("token_audience", sa.String(length=1000), nullable=True),
        sa.Column("jwks_url", sa.String(length=1000), nullable=False),
        sa.Column("service_hosts", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("told_apart_by", sa.String(length=10), server_default="", nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["platform_id"], ["platform.id"], name=op.f("fk_registration_platform_id_platform")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("platform_id", "client_id", name=op.f("uq_registration_platform_id_client_id")),
    )
    op.create_table(
        "access_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("scopes", sa.String(length=1000), nullable=False),
        sa.Column("granted_scopes", sa.String(length=1000), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_access_token_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_token")),
        sa.UniqueConstraint("registration_id", "scopes", name=op.f("uq_access_token_registration_id_scopes")),
    )
    op.create_table(
        "certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("programme_slug", sa.String(length=100), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("check_code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("document_tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("document_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revocation_reason", sa.Text(), nullable=False),
        sa.Column("replaced_by_id", sa.Integer(), nullable=True),
        sa.Column("seal_level", sa.String(length=10), server_default="", nullable=False),
        sa.Column("seal_fingerprint", sa.String(length=64), server_default="", nullable=False),
        sa.Column("status_list", sa.Integer(), nullable=True),
        sa.Column("status_index", sa.Integer(), nullable=True),
        sa.Column("credential", sa.Text(), nullable=True),
        sa.Column("credential_jwt", sa.Text(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"], ["certificate.id"], name=op.f("fk_certificate_replaced_by_id_certificate"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["lti_user.id"], name=op.f("fk_certificate_user_id_lti_user"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("check_code", name=op.f("uq_certificate_check_code")),
        sa.UniqueConstraint(
            "user_id", "programme_slug", "subject", "serial", name=op.f("uq_certificate_user_id_programme_slug_subject_serial")
        ),
    )
    op.create_index(op.f("ix_certificate_pdf_sha256"), "certificate", ["pdf_sha256"], unique=False)
    op.create_index("uq_certificate_status_list_status_index", "certificate", ["status_list", "status_index"], unique=True)
    op.create_table(
        "certificate_letterhead",
        sa.Column("registration_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("letterhead", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["lti_user.id"], name=op.f("fk_certificate_letterhead_changed_by_id_lti_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_certificate_letterhead_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_certificate_letterhead")),
    )
    op.create_table(
        "completion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("module_slug", sa.String(length=100), nullable=False),
        sa.Column("programme_version", sa.String(length=20), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("had_exam", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["lti_user.id"], name=op.f("fk_completion_user_id_lti_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completion")),
        sa.UniqueConstraint("user_id", "module_slug", name=op.f("uq_completion_user_id_module_slug")),
    )
    op.create_table(
        "course",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("context_id", sa.String(length=500), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("memberships_url", sa.String(length=2000), nullable=True),
        sa.Column("claim_names", sa.Text(), server_default="", nullable=False),
        sa.Column("unusable_claims", sa.Text(), server_default="", nullable=False),
        sa.Column("told_begin", sa.String(length=40), nullable=True),
        sa.Column("told_end", sa.String(length=40), nullable=True),
        sa.Column("context_history", sa.Text(), nullable=True),
        sa.Column("programme_slug", sa.String(length=100), nullable=True),
        sa.Column("programme_version", sa.String(length=20), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["platform_id"], ["platform.id"], name=op.f("fk_course_platform_id_platform")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_course_registration_id_registration"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint("platform_id", "context_id", name=op.f("uq_course_platform_id_context_id")),
    )
    op.create_table(
        "deployment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("deployment_id", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_deployment_registration_id_registration"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
        sa.UniqueConstraint("registration_id", "deployment_id", name=op.f("uq_deployment_registration_id_deployment_id")),
    )
    op.create_table(
        "invite",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("platform_url", sa.String(length=500), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.Column("renews_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_invite_registration_id_registration"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["renews_id"], ["registration.id"], name=op.f("fk_invite_renews_id_registration"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invite")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_invite_secret_hash")),
    )
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("invite_id", sa.Integer(), nullable=True),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["invite_id"], ["invite.id"], name=op.f("fk_proposal_invite_id_invite"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_proposal_registration_id_registration"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_index(op.f("ix_proposal_issuer"), "proposal", ["issuer"], unique=False)
    op.create_table(
        "seen_institution",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.String(length=255), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_seen_institution_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seen_institution")),
        sa.UniqueConstraint("registration_id", "guid", name=op.f("uq_seen_institution_registration_id_guid")),
    )
    op.create_table(
        "lesson_progress",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("module_slug", sa.String(length=100), nullable=False),
        sa.Column("lesson_code", sa.String(length=10), nullable=False),
        sa.Column("programme_version", sa.String(length=20), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("position", sa.String(length=200), nullable=False),
        sa.Column("checks_right", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["lti_user.id"], name=op.f("fk_lesson_progress_user_id_lti_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_progress")),
        sa.UniqueConstraint(
            "user_id", "module_slug", "lesson_code", name=op.f("uq_lesson_progress_user_id_module_slug_lesson_code")
        ),
    )
    op.create_table(
        "marked_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("programme_slug", sa.String(length=100), nullable=False),
        sa.Column("case_id", sa.String(length=100), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["lti_user.id"], name=op.f("fk_marked_case_user_id_lti_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marked_case")),
        sa.UniqueConstraint("user_id", "programme_slug", "case_id", name=op.f("uq_marked_case_user_id_programme_slug_case_id")),
    )
    op.create_table(
        "transfer_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("module_slug", sa.String(length=100), nullable=False),
        sa.Column("lesson_code", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["lti_user.id"], name=op.f("fk_transfer_note_user_id_lti_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_note")),
        sa.UniqueConstraint(
            "user_id", "module_slug", "lesson_code", name=op.f("uq_transfer_note_user_id_module_slug_lesson_code")
        ),
    )
    op.create_table(
        "reifegrad_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("programme_slug", sa.String(length=100), nullable=False),
        sa.Column("moment", sa.String(length=20), nullable=False),
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
        "workbook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("programme_slug", sa.String(length=100), nullable=False),
        sa.Column("hides_questions", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["lti_user.id"], name=op.f("fk_workbook_user_id_lti_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workbook")),
        sa.UniqueConstraint("user_id", "programme_slug", name=op.f("uq_workbook_user_id_programme_slug")),
    )
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("module_slug", sa.String(length=100), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("programme_version", sa.String(length=20), nullable=False),
        sa.Column("pass_mark_pct", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("time_limit_min", sa.Integer(), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_ended_by_time", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("points", sa.Double(), nullable=True),
        sa.Column("points_possible", sa.Integer(), nullable=False),
        sa.Column("is_passed", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_attempt_course_id_course"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["user_id"], ["lti_user.id"], name=op.f("fk_attempt_user_id_lti_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("user_id", "module_slug", "number", name=op.f("uq_attempt_user_id_module_slug_number")),
    )
    op.create_index(
        "ix_attempt_ends_at",
        "attempt",
        ["ends_at"],
        unique=False,
        postgresql_where=sa.text("submitted_at IS NULL"),
        sqlite_where=sa.text("submitted_at IS NULL"),
    )
    op.create_table(
        "attendance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("module_slug", sa.String(length=100), nullable=False),
        sa.Column("session_code", sa.String(length=20), nullable=False),
        sa.Column("presence", sa.String(length=20), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_attendance_course_id_course"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["lti_user.id"], name=op.f("fk_attendance_user_id_lti_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
        sa.UniqueConstraint(
            "user_id",
            "course_id",
            "module_slug",
            "session_code",
            name=op.f("uq_attendance_user_id_course_id_module_slug_session_code"),
        ),
    )
    op.create_index("ix_attendance_course_id", "attendance", ["course_id"], unique=False)
    op.create_table(
        "attendance_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("module_slug", sa.String(length=100), nullable=False),
        sa.Column("session_code", sa.String(length=20), nullable=False),
        sa.Column("before", sa.String(length=20), nullable=False),
        sa.Column("after", sa.String(length=20), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["lti_user.id"], name=op.f("fk_attendance_change_changed_by_id_lti_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_attendance_change_course_id_course"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["lti_user.id"], name=op.f("fk_attendance_change_user_id_lti_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_change")),
    )
    op.create_index("ix_attendance_change_course_id_user_id", "attendance_change", ["course_id", "user_id"], unique=False)
    op.create_table(
        "course_settings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("pass_mark_pct", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=True),
        sa.Column("time_limit_min", sa.Integer(), nullable=True),
        sa.Column("begins_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("conditions", sa.String(length=60), nullable=True),
        sa.Column("practice_rule", sa.String(length=20), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["lti_user.id"], name=op.f("fk_course_settings_changed_by_id_lti_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_course_settings_course_id_course"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_settings")),
        sa.UniqueConstraint("course_id", name=op.f("uq_course_settings_course_id")),
    )
    op.create_table(
        "deep_linking_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_key", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("deployment_id", sa.String(length=255), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_deep_linking_request_course_id_course"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_deep_linking_request_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["lti_user.id"], name=op.f("fk_deep_linking_request_user_id_lti_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deep_linking_request")),
        sa.UniqueConstraint("visit_key", name=op.f("uq_deep_linking_request_visit_key")),
    )
    op.create_index(op.f("ix_deep_linking_request_created_at"), "deep_linking_request", ["created_at"], unique=False)
    op.create_table(
        "extended_time",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("extra_pct", sa.Integer(), nullable=False),
        sa.Column("granted_by_id", sa.Integer(), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_extended_time_course_id_course"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["granted_by_id"], ["lti_user.id"], name=op.f("fk_extended_time_granted_by_id_lti_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["lti_user.id"], name=op.f("fk_extended_time_user_id_lti_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extended_time")),
        sa.UniqueConstraint("user_id", "course_id", name=op.f("uq_extended_time_user_id_course_id")),
    )
    op.create_table(
        "extra_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("module_slug", sa.String(length=100), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_by_id", sa.Integer(), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_extra_attempt_course_id_course"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["granted_by_id"], ["lti_user.id"], name=op.f("fk_extra_attempt_granted_by_id_lti_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["lti_user.id"], name=op.f("fk_extra_attempt_user_id_lti_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extra_attempt")),
    )
    op.create_index("ix_extra_attempt_user_id_module_slug", "extra_attempt", ["user_id", "module_slug"], unique=False)
    op.create_table(
        "follow_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("module_slug", sa.String(length=100), nullable=False),
        sa.Column("session_code", sa.String(length=20), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("programme_version", sa.String(length=20), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_by_id", sa.Integer(), nullable=True),
        sa.Column("return_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_follow_up_course_id_course"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["returned_by_id"], ["lti_user.id"], name=op.f("fk_follow_up_returned_by_id_lti_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["lti_user.id"], name=op.f("fk_follow_up_user_id_lti_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
        sa.UniqueConstraint("user_id", "module_slug", "session_code", name=op.f("uq_follow_up_user_id_module_slug_session_code")),
    )
    op.create_table(
        "survey_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_slug", sa.String(length=100), nullable=False),
        sa.Column("programme_version", sa.String(length=20), nullable=False),
        sa.Column("instrument", sa.String(length=50), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("module_slug", sa.String(length=100), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("is_research", sa.Boolean(), nullable=False),
        sa.Column("address", sa.String(length=40), nullable=True),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("key_name", sa.String(length=40), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=True),
        sa.Column("is_published", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_survey_round_course_id_course"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_round")),
        sa.UniqueConstraint("address", name=op.f("uq_survey_round_address")),
        sa.UniqueConstraint(
            "course_id",
            "instrument",
            "module_slug",
            "opens_on",
            name=op.f("uq_survey_round_course_id_instrument_module_slug_opens_on"),
        ),
        sa.UniqueConstraint("key_name", name=op.f("uq_survey_round_key_name")),
    )
    op.create_table(
        "participation",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("survey_round_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["lti_user.id"], name=op.f("fk_participation_user_id_lti_user"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["survey_round_id"],
            ["survey_round.id"],
            name=op.f("fk_participation_survey_round_id_survey_round"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "survey_round_id", name=op.f("pk_participation")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "envelope",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("survey_round_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_round_id"], ["survey_round.id"], name=op.f("fk_envelope_survey_round_id_survey_round"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_envelope")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_envelope_survey_round_id"), "envelope", ["survey_round_id"], unique=False)
    op.create_table(
        "answer_count",
        sa.Column("survey_round_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=60), nullable=False),
        sa.Column("question", sa.String(length=60), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_round_id"],
            ["survey_round.id"],
            name=op.f("fk_answer_count_survey_round_id_survey_round"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("survey_round_id", "part", "question", "value", name=op.f("pk_answer_count")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sheet",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("pool", sa.String(length=200), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "free_text",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("survey_round_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_released", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["survey_round_id"], ["survey_round.id"], name=op.f("fk_free_text_survey_round_id_survey_round"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_free_text")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_free_text_survey_round_id"), "free_text", ["survey_round_id"], unique=False)
    op.create_table(
        "survey_ticket",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("survey_round_id", sa.Integer(), nullable=False),
        sa.Column("is_used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_round_id"],
            ["survey_round.id"],
            name=op.f("fk_survey_ticket_survey_round_id_survey_round"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_survey_ticket")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "survey_reader",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=40), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("pass_hash", sa.String(length=64), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rounds", sa.JSON(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("is_revoked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_reader")),
        sa.UniqueConstraint("address", name=op.f("uq_survey_reader_address")),
    )
    op.create_table(
        "concern",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("page", sa.String(length=300), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("device", sa.String(length=300), server_default="", nullable=False),
        sa.Column("contact", sa.String(length=300), server_default="", nullable=False),
        sa.Column("state", sa.String(length=20), server_default="open", nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["lti_user.id"], name=op.f("fk_concern_user_id_lti_user"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_concern_code_hash")),
    )
    op.create_index(op.f("ix_concern_closed_at"), "concern", ["closed_at"], unique=False)
    op.create_index(op.f("ix_concern_user_id"), "concern", ["user_id"], unique=False)
    op.create_table(
        "lesson_hint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_key", sa.String(length=40), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("module_slug", sa.String(length=100), nullable=False),
        sa.Column("lesson_code", sa.String(length=10), nullable=False),
        sa.Column("lesson_version", sa.String(length=20), nullable=False),
        sa.Column("case_id", sa.String(length=100), server_default="", nullable=False),
        sa.Column("programme_version", sa.String(length=20), nullable=False),
        sa.Column("heading", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_lesson_hint_course_id_course"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_hint")),
        sa.UniqueConstraint("form_key", name=op.f("uq_lesson_hint_form_key")),
    )
    op.create_index(op.f("ix_lesson_hint_course_id"), "lesson_hint", ["course_id"], unique=False)
    op.create_index(op.f("ix_lesson_hint_given_at"), "lesson_hint", ["given_at"], unique=False)
    op.create_table(
        "live_meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("module_slug", sa.String(length=100), nullable=False),
        sa.Column("session_code", sa.String(length=20), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["lti_user.id"], name=op.f("fk_live_meeting_changed_by_id_lti_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_live_meeting_course_id_course"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_meeting")),
        sa.UniqueConstraint(
            "course_id", "module_slug", "session_code", name=op.f("uq_live_meeting_course_id_module_slug_session_code")
        ),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("roles", sa.String(length=200), nullable=False),
        sa.Column("launch_roles", sa.String(length=200), nullable=True),
        sa.Column("launched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("roster_roles", sa.String(length=200), nullable=True),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_membership_course_id_course"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["lti_user.id"], name=op.f("fk_membership_user_id_lti_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("user_id", "course_id", name=op.f("uq_membership_user_id_course_id")),
    )
    op.create_index("ix_membership_course_id", "membership", ["course_id"], unique=False)
    op.create_table(
        "mentoring",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("subs", sa.JSON(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_mentoring_course_id_course"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["lti_user.id"], name=op.f("fk_mentoring_user_id_lti_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentoring")),
        sa.UniqueConstraint("user_id", "course_id", name=op.f("uq_mentoring_user_id_course_id")),
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
        "offered_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=100), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_offered_item_course_id_course"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offered_item")),
        sa.UniqueConstraint("course_id", "item", name=op.f("uq_offered_item_course_id_item")),
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
    op.create_table(
        "resource_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deployment_id", sa.Integer(), nullable=False),
        sa.Column("resource_link_id", sa.String(length=500), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("module_slug", sa.String(length=100), nullable=True),
        sa.Column("page", sa.String(length=100), server_default="", nullable=False),
        sa.Column("line_item_url", sa.String(length=2000), nullable=True),
        sa.Column("line_items_url", sa.String(length=2000), nullable=True),
        sa.Column("ags_scopes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_resource_link_course_id_course"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_resource_link_deployment_id_deployment"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource_link")),
        sa.UniqueConstraint("deployment_id", "resource_link_id", name=op.f("uq_resource_link_deployment_id_resource_link_id")),
    )
    op.create_index("ix_resource_link_course_id", "resource_link", ["course_id"], unique=False)
    op.create_table(
        "roster_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_roster_reading_course_id_course"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_reading")),
        sa.UniqueConstraint("course_id", name=op.f("uq_roster_reading_course_id")),
    )
    op.create_table(
        "workbook_chapter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workbook_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workbook_id"], ["workbook.id"], name=op.f("fk_workbook_chapter_workbook_id_workbook"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workbook_chapter")),
        sa.UniqueConstraint("workbook_id", "number", name=op.f("uq_workbook_chapter_workbook_id_number")),
    )
    op.create_table(
        "workbook_edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workbook_id", sa.Integer(), nullable=False),
        sa.Column("chapter_number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("programme_version", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_workbook_edition_course_id_course"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workbook_id"], ["workbook.id"], name=op.f("fk_workbook_edition_workbook_id_workbook"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workbook_edition")),
        sa.UniqueConstraint(
            "workbook_id",
            "chapter_number",
            "kind",
            "number",
            name=op.f("uq_workbook_edition_workbook_id_chapter_number_kind_number"),
        ),
    )
    op.create_index("ix_workbook_edition_course_id", "workbook_edition", ["course_id"], unique=False)
    op.create_table(
        "workbook_field",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workbook_id", sa.Integer(), nullable=False),
        sa.Column("field_id", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workbook_id"], ["workbook.id"], name=op.f("fk_workbook_field_workbook_id_workbook"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workbook_field")),
        sa.UniqueConstraint("workbook_id", "field_id", name=op.f("uq_workbook_field_workbook_id_field_id")),
    )
    op.create_table(
        "attempt_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(length=20), nullable=False),
        sa.Column("shown_order", sa.JSON(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("points", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_attempt_item_attempt_id_attempt"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt_item")),
        sa.UniqueConstraint("attempt_id", "position", name=op.f("uq_attempt_item_attempt_id_position")),
    )
    op.create_table(
        "inquiry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("resource_link_id", sa.Integer(), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_inquiry_course_id_course"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_inquiry_registration_id_registration"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["resource_link_id"], ["resource_link.id"], name=op.f("fk_inquiry_resource_link_id_resource_link"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry")),
        sa.UniqueConstraint("kind", "place", name=op.f("uq_inquiry_kind_place")),
    )
    op.create_index("ix_inquiry_is_open", "inquiry", ["is_open", "asked_at"], unique=False)
    op.create_table(
        "launched_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("resource_link_id", sa.Integer(), nullable=False),
        sa.Column("first_launched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_launched_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["resource_link_id"],
            ["resource_link.id"],
            name=op.f("fk_launched_link_resource_link_id_resource_link"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["lti_user.id"], name=op.f("fk_launched_link_user_id_lti_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_launched_link")),
        sa.UniqueConstraint("user_id", "resource_link_id", name=op.f("uq_launched_link_user_id_resource_link_id")),
    )
    op.create_index("ix_launched_link_resource_link_id", "launched_link", ["resource_link_id"], unique=False)
    op.create_table(
        "line_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_link_id", sa.Integer(), nullable=True),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("deployment_id", sa.Integer(), nullable=True),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("module_slug", sa.String(length=100), nullable=True),
        sa.Column("platform_link_id", sa.String(length=500), nullable=True),
        sa.Column("line_items_url", sa.String(length=2000), nullable=True),
        sa.Column("scopes", sa.Text(), nullable=True),
        sa.Column("url", sa.String(length=2000), nullable=True),
        sa.Column("url_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("score_maximum", sa.Double(), nullable=True),
        sa.Column("is_made_by_us", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unlisted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_line_item_course_id_course"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_line_item_deployment_id_deployment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_line_item_registration_id_registration"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["resource_link_id"],
            ["resource_link.id"],
            name=op.f("fk_line_item_resource_link_id_resource_link"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_item")),
        sa.UniqueConstraint("resource_link_id", name=op.f("uq_line_item_resource_link_id")),
    )
    op.create_index(op.f("ix_line_item_registration_id"), "line_item", ["registration_id"], unique=False)
    op.create_index(
        "uq_line_item_course_id_url",
        "line_item",
        ["course_id", "url"],
        unique=True,
        postgresql_where=sa.text("resource_link_id IS NULL"),
        sqlite_where=sa.text("resource_link_id IS NULL"),
    )
    op.create_table(
        "restoration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("how", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restoration")),
    )
    op.create_table(
        "database_identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("identity", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_database_identity")),
    )
    op.create_table(
        "due_score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("resource_link_id", sa.Integer(), nullable=True),
        sa.Column("module_slug", sa.String(length=100), nullable=False),
        sa.Column("score_given", sa.Double(), nullable=False),
        sa.Column("comment", sa.String(length=100), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_due_score_course_id_course"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["resource_link_id"],
            ["resource_link.id"],
            name=op.f("fk_due_score_resource_link_id_resource_link"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["lti_user.id"], name=op.f("fk_due_score_user_id_lti_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_score")),
        sa.UniqueConstraint("user_id", "course_id", "module_slug", name=op.f("uq_due_score_user_id_course_id_module_slug")),
        sa.UniqueConstraint(
            "user_id", "resource_link_id", "module_slug", name=op.f("uq_due_score_user_id_resource_link_id_module_slug")
        ),
    )
    op.create_index("ix_due_score_course_id_module_slug", "due_score", ["course_id", "module_slug"], unique=False)
    op.create_index("ix_due_score_resource_link_id", "due_score", ["resource_link_id"], unique=False)
    op.create_table(
        "column_look",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_column_look_course_id_course"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("course_id", name=op.f("pk_column_look")),
    )
    op.create_index(op.f("ix_column_look_wanted_at"), "column_look", ["wanted_at"], unique=False)
    op.create_table(
        "workbook_feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workbook_edition_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("ratings", sa.JSON(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["lti_user.id"], name=op.f("fk_workbook_feedback_author_id_lti_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workbook_edition_id"],
            ["workbook_edition.id"],
            name=op.f("fk_workbook_feedback_workbook_edition_id_workbook_edition"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workbook_feedback")),
        sa.UniqueConstraint(
            "workbook_edition_id", "author_id", "number", name=op.f("uq_workbook_feedback_workbook_edition_id_author_id_number")
        ),
    )
    op.create_index("ix_workbook_feedback_author_id", "workbook_feedback", ["author_id"], unique=False)
    op.create_table(
        "workbook_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workbook_field_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workbook_field_id"],
            ["workbook_field.id"],
            name=op.f("fk_workbook_version_workbook_field_id_workbook_field"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workbook_version")),
    )
    op.create_index("ix_workbook_version_workbook_field_id", "workbook_version", ["workbook_field_id"], unique=False)
    op.create_table(
        "score_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("line_item_id", sa.Integer(), nullable=False),
        sa.Column("module_slug", sa.String(length=100), nullable=False),
        sa.Column("score_given", sa.Double(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scheduled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(length=100), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("last_timestamp", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_version", sa.Integer(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_of", sa.Double(), nullable=True),
        sa.Column("standing", sa.Double(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_item_id"], ["line_item.id"], name=op.f("fk_score_delivery_line_item_id_line_item"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["lti_user.id"], name=op.f("fk_score_delivery_user_id_lti_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_delivery")),
        sa.UniqueConstraint("user_id", "line_item_id", name=op.f("uq_score_delivery_user_id_line_item_id")),
    )
    op.create_index(op.f("ix_score_delivery_line_item_id"), "score_delivery", ["line_item_id"], unique=False)
    op.create_index("ix_score_delivery_state_next_try_at", "score_delivery", ["state", "next_try_at"], unique=False)
    op.create_table(
        "delivery_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("score_delivery_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["score_delivery_id"],
            ["score_delivery.id"],
            name=op.f("fk_delivery_event_score_delivery_id_score_delivery"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_event")),
    )
    op.create_index(op.f("ix_delivery_event_at"), "delivery_event", ["at"], unique=False)
    op.create_index(op.f("ix_delivery_event_score_delivery_id"), "delivery_event", ["score_delivery_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        _add_jobs()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP SCHEMA procrastinate CASCADE")
    op.drop_index(op.f("ix_delivery_event_score_delivery_id"), table_name="delivery_event")
    op.drop_index(op.f("ix_delivery_event_at"), table_name="delivery_event")
    op.drop_table("delivery_event")
    op.drop_index("ix_score_delivery_state_next_try_at", table_name="score_delivery")
    op.drop_index(op.f("ix_score_delivery_line_item_id"), table_name="score_delivery")
    op.drop_table("score_delivery")
    op.drop_index("ix_workbook_version_workbook_field_id", table_name="workbook_version")
    op.drop_table("workbook_version")
    op.drop_index("ix_workbook_feedback_author_id", table_name="workbook_feedback")
    op.drop_table("workbook_feedback")
    op.drop_index(op.f("ix_column_look_wanted_at"), table_name="column_look")
    op.drop_table("column_look")
    op.drop_table("database_identity")
    op.drop_table("restoration")
    op.drop_index("ix_due_score_resource_link_id", table_name="due_score")
    op.drop_index("ix_due_score_course_id_module_slug", table_name="due_score")
    op.drop_table("due_score")
    op.drop_index("uq_line_item_course_id_url", table_name="line_item")
    op.drop_index(op.f("ix_line_item_registration_id"), table_name="line_item")
    op.drop_table("line_item")
    op.drop_index("ix_launched_link_resource_link_id", table_name="launched_link")
    op.drop_table("launched_link")
    op.drop_index("ix_inquiry_is_open", table_name="inquiry")
    op.drop_table("inquiry")
    op.drop_table("attempt_item")
    op.drop_table("workbook_field")
    op.drop_index("ix_workbook_edition_course_id", table_name="workbook_edition")
    op.drop_table("workbook_edition")
    op.drop_table("workbook_chapter")
    op.drop_table("roster_reading")
    op.drop_index("ix_resource_link_course_id", table_name="resource_link")
    op.drop_table("resource_link")
    op.drop_table("reifegrad_rating")
    op.drop_table("offered_item")
    op.drop_table("name_request")
    op.drop_table("mentoring")
    op.drop_index("ix_membership_course_id", table_name="membership")
    op.drop_table("membership")
    op.drop_table("live_meeting")
    op.drop_table("survey_reader")
    op.drop_table("survey_ticket")
    op.drop_index(op.f("ix_free_text_survey_round_id"), table_name="free_text")
    op.drop_table("free_text")
    op.drop_table("sheet")
    op.drop_table("answer_count")
    op.drop_index(op.f("ix_envelope_survey_round_id"), table_name="envelope")
    op.drop_table("envelope")
    op.drop_table("participation")
    op.drop_table("survey_round")
    op.drop_index(op.f("ix_concern_user_id"), table_name="concern")
    op.drop_index(op.f("ix_concern_closed_at"), table_name="concern")
    op.drop_table("concern")
    op.drop_index(op.f("ix_lesson_hint_given_at"), table_name="lesson_hint")
    op.drop_index(op.f("ix_lesson_hint_course_id"), table_name="lesson_hint")
    op.drop_table("lesson_hint")
    op.drop_table("follow_up")
    op.drop_index("ix_extra_attempt_user_id_module_slug", table_name="extra_attempt")
    op.drop_table("extra_attempt")
    op.drop_table("extended_time")
    op.drop_index(op.f("ix_deep_linking_request_created_at"), table_name="deep_linking_request")
    op.drop_table("deep_linking_request")
    op.drop_table("course_settings")
    op.drop_index("ix_attendance_change_course_id_user_id", table_name="attendance_change")
    op.drop_table("attendance_change")
    op.drop_index("ix_attendance_course_id", table_name="attendance")
    op.drop_table("attendance")
    op.drop_index(
        "ix_attempt_ends_at",
        table_name="attempt",
        postgresql_where=sa.text("submitted_at IS NULL"),
        sqlite_where=sa.text("submitted_at IS NULL"),
    )
    op.drop_table("attempt")
    op.drop_table("workbook")
    op.drop_table("reifegrad_round")
    op.drop_table("transfer_note")
    op.drop_table("marked_case")
    op.drop_table("lesson_progress")
    op.drop_table("seen_institution")
    op.drop_index(op.f("ix_proposal_issuer"), table_name="proposal")
    op.drop_table("proposal")
    op.drop_table("invite")
    op.drop_table("deployment")
    op.drop_table("course")
    op.drop_table("completion")
    op.drop_table("certificate_letterhead")
    op.drop_index("uq_certificate_status_list_status_index", table_name="certificate")
    op.drop_index(op.f("ix_certificate_pdf_sha256"), table_name="certificate")
    op.drop_table("certificate")
    op.drop_table("access_token")
    op.drop_table("registration")
    op.drop_table("lti_user")
    op.drop_index(op.f("ix_used_nonce_expires_at"), table_name="used_nonce")
    op.drop_table("used_nonce")
    op.drop_table("seal_certificate")
    op.drop_index(op.f("ix_rate_bucket_full_at"), table_name="rate_bucket")
    op.drop_table("rate_bucket")
    op.drop_table("platform_key_set")
    op.drop_table("platform")
    op.drop_table("content_version")
    op.drop_table("chore")
    op.drop_table("certificate_logo")


def _add_jobs() -> None:
    """Lay procrastinate's tables into a schema of their own: they are not ours, and come and go with its releases."""
    schema = (Path(__file__).parent / "0001_procrastinate.sql").read_text(encoding="utf-8")
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
