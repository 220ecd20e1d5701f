"""the packs a database has run on"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "pack_version",
        sa.Column("pack_version", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("city_code", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("pack_version", name=op.f("pk_pack_version")),
        sa.UniqueConstraint("digest", name=op.f("uq_pack_version_digest")),
    )
    op.create_index(
        "uq_pack_version_current",
        "pack_version",
        ["is_current"],
        unique=True,
        postgresql_where=sa.text("is_current"),
    )
    # What a pack said stays as it was: only which one is current may change.
    op.execute("REVOKE UPDATE, DELETE ON pack_version FROM citizenreport_app")
    op.execute("GRANT UPDATE (is_current) ON pack_version TO citizenreport_app")


def downgrade() -> None:
    op.drop_table("pack_version")
