"""keys act for one agency or the city desk; what they did is counted by day"""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"


def upgrade() -> None:
    op.add_column("api_key", sa.Column("agency_code", sa.Text(), nullable=True))
    op.add_column("api_key", sa.Column("made_by", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_api_key_made_by"), "api_key", "staff", ["made_by"], ["id"])
    op.create_table(
        "api_key_use",
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["api_key.id"], name=op.f("fk_api_key_use_key_id")),
        sa.PrimaryKeyConstraint(
            "key_id", "used_on", "act", "status", name=op.f("pk_api_key_use")
        ),
    )
    op.create_index(op.f("ix_api_key_use_used_on"), "api_key_use", ["used_on"])


def downgrade() -> None:
    op.drop_table("api_key_use")
    op.drop_constraint(op.f("fk_api_key_made_by"), "api_key", type_="foreignkey")
    op.drop_column("api_key", "made_by")
    op.drop_column("api_key", "agency_code")
