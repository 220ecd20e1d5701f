"""snapshots of the numbers: while they are prepared, and as the public reads them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0053"
down_revision = "0052"

PUBLISHED = ("published_snapshot", "published_snapshot_file", "published_snapshot_key")


def instant(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "published_snapshot_key",
        text("key_id"),
        text("holder"),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        instant("valid_from"),
        instant("valid_to", nullable=True),
        instant("revoked_at", nullable=True),
        text("revocation_reason"),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_published_snapshot_key")),
        sa.UniqueConstraint("public_key", name=op.f("uq_published_snapshot_key_public_key")),
    )
    op.create_table(
        "snapshot",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stream_id", sa.Uuid(), nullable=False),
        text("period_kind"),
        sa.Column("period_start_on", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("replaces", sa.Integer(), nullable=True),
        text("reason"),
        text("state"),
        instant("made_at"),
        instant("cut_off_at"),
        instant("publish_from", nullable=True),
        text("manifest_sha256"),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("suppression_log", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("audit_s", sa.Float(), nullable=False),
        sa.CheckConstraint(
            "state IN ('prepared', 'published', 'given_up')", name=op.f("ck_snapshot_state")
        ),
        sa.ForeignKeyConstraint(
            ["replaces"], ["snapshot.number"], name=op.f("fk_snapshot_replaces")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_snapshot")),
        sa.UniqueConstraint("stream_id", name=op.f("uq_snapshot_stream_id")),
    )
    op.create_index(
        "uq_snapshot_waiting",
        "snapshot",
        ["period_kind", "period_start_on"],
        unique=True,
        postgresql_where=sa.text("state = 'prepared'"),
    )
    op.create_table(
        "snapshot_signature",
        sa.Column("number", sa.Integer(), nullable=False),
        text("key_id"),
        instant("signed_at"),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["number"], ["snapshot.number"], name=op.f("fk_snapshot_signature_number")
        ),
        sa.ForeignKeyConstraint(
            ["key_id"],
            ["published_snapshot_key.key_id"],
            name=op.f("fk_snapshot_signature_key_id"),
        ),
        sa.PrimaryKeyConstraint("number", "key_id", name=op.f("pk_snapshot_signature")),
    )
    op.create_table(
        "snapshot_sign_off",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        instant("signed_off_at"),
        sa.ForeignKeyConstraint(
            ["number"], ["snapshot.number"], name=op.f("fk_snapshot_sign_off_number")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_snapshot_sign_off_staff_id")
        ),
        sa.PrimaryKeyConstraint("number", "staff_id", name=op.f("pk_snapshot_sign_off")),
    )
    op.create_table(
        "published_snapshot",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        text("period_kind"),
        sa.Column("period_start_on", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("replaces", sa.Integer(), nullable=True),
        text("reason"),
        instant("cut_off_at"),
        instant("published_at"),
        text("manifest_sha256"),
        sa.Column("signers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_published_snapshot")),
        sa.UniqueConstraint(
            "period_kind",
            "period_start_on",
            "revision",
            name=op.f("uq_published_snapshot_period_kind_period_start_on_revision"),
        ),
    )
    op.create_table(
        "published_snapshot_file",
        sa.Column("number", sa.Integer(), nullable=False),
        text("name"),
        text("media_type"),
        sa.Column("size", sa.Integer(), nullable=False),
        text("sha256"),
        sa.ForeignKeyConstraint(
            ["number"],
            ["published_snapshot.number"],
            name=op.f("fk_published_snapshot_file_number"),
        ),
        sa.PrimaryKeyConstraint("number", "name", name=op.f("pk_published_snapshot_file")),
    )
    op.execute(f"GRANT SELECT ON {', '.join(PUBLISHED)} TO citizenreport_public")
    # What was published stays as it is; of a key only its revocation is written later.
    op.execute(
        "REVOKE UPDATE, DELETE ON published_snapshot, published_snapshot_file, snapshot_signature"
        " FROM citizenreport_app"
    )
    op.execute("REVOKE DELETE ON snapshot, published_snapshot_key FROM citizenreport_app")


def downgrade() -> None:
    op.drop_table("published_snapshot_file")
    op.drop_table("published_snapshot")
    op.drop_table("snapshot_sign_off")
    op.drop_table("snapshot_signature")
    op.drop_table("snapshot")
    op.drop_table("published_snapshot_key")
