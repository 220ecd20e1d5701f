"""each agency's part of a ticket may have a deadline of its own"""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"


def upgrade() -> None:
    op.create_table(
        "part_deadline",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
            name=op.f("fk_part_deadline_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("ticket_id", "agency_code", name=op.f("pk_part_deadline")),
    )
    op.create_index(op.f("ix_part_deadline_due_at"), "part_deadline", ["due_at"])
    op.add_column(
        "deadline_notice",
        sa.Column("part_agency_code", sa.Text(), server_default="", nullable=False),
    )
    op.drop_constraint(op.f("pk_deadline_notice"), "deadline_notice", type_="primary")
    op.create_primary_key(
        op.f("pk_deadline_notice"),
        "deadline_notice",
        ["ticket_id", "due_at", "step", "part_agency_code"],
    )


def downgrade() -> None:
    op.execute("DELETE FROM deadline_notice WHERE part_agency_code <> ''")
    op.drop_constraint(op.f("pk_deadline_notice"), "deadline_notice", type_="primary")
    op.create_primary_key(
        op.f("pk_deadline_notice"), "deadline_notice", ["ticket_id", "due_at", "step"]
    )
    op.drop_column("deadline_notice", "part_agency_code")
    op.drop_table("part_deadline")
