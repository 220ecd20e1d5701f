"""views that a person keeps, exports of the queue, acts on many tickets at once"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0032"
down_revision = "0031"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("filters", JSONB(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_saved_view_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_view"),
        sa.UniqueConstraint("staff_id", "name", name="uq_saved_view_staff_id_name"),
    )
    op.create_index(
        "uq_saved_view_default",
        "saved_view",
        ["staff_id"],
        unique=True,
        postgresql_where=sa.text("is_default"),
    )
    op.create_table(
        "queue_export",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("exported_at", MOMENT, nullable=False),
        sa.Column("file_kind", sa.Text(), nullable=False),
        sa.Column("filters", JSONB(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_queue_export_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_queue_export"),
    )
    op.create_index("ix_queue_export_staff_id", "queue_export", ["staff_id"])
    op.execute("REVOKE UPDATE, DELETE ON queue_export FROM citizenreport_app")
    op.create_table(
        "bulk_act",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("done_at", MOMENT, nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_bulk_act_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_bulk_act"),
    )
    op.create_index("ix_bulk_act_staff_id", "bulk_act", ["staff_id"])
    op.create_table(
        "bulk_outcome",
        sa.Column("bulk_act_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("version_after", sa.Integer(), nullable=True),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("undo_refusal", sa.Text(), nullable=True),
        sa.Column("is_undone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bulk_act_id"],
            ["bulk_act.id"],
            name="fk_bulk_outcome_bulk_act_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_bulk_outcome_ticket_id"),
        sa.PrimaryKeyConstraint("bulk_act_id", "ticket_id", name="pk_bulk_outcome"),
    )
    op.create_index("ix_bulk_outcome_ticket_id", "bulk_outcome", ["ticket_id"])


def downgrade() -> None:
    for name in ("bulk_outcome", "bulk_act", "queue_export", "saved_view"):
        op.drop_table(name)
