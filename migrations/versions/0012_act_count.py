"""counters of what is done per network or address"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "act_count",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_act_count")),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("ix_act_count_expires_at"), "act_count", ["expires_at"])


def downgrade() -> None:
    op.drop_table("act_count")
