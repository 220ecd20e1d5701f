"""who asked for a snapshot, and which periods people were reminded of"""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"


def upgrade() -> None:
    op.create_table(
        "snapshot_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("period_kind", sa.Text(), nullable=False),
        sa.Column("period_start_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["staff.id"], name=op.f("fk_snapshot_order_asked_by")
        ),
        sa.ForeignKeyConstraint(
            ["number"], ["snapshot.number"], name=op.f("fk_snapshot_order_number")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot_order")),
    )
    op.create_table(
        "snapshot_reminder",
        sa.Column("period_kind", sa.Text(), nullable=False),
        sa.Column("period_start_on", sa.Date(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "period_kind", "period_start_on", name=op.f("pk_snapshot_reminder")
        ),
    )


def downgrade() -> None:
    op.drop_table("snapshot_reminder")
    op.drop_table("snapshot_order")
