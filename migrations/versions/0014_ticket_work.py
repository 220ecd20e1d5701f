"""who works on a ticket, until when it is scheduled, an extension, and who was mentioned"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("ticket", sa.Column("assignee_id", sa.Uuid(), nullable=True))
    op.add_column("ticket", sa.Column("scheduled_until", sa.Date(), nullable=True))
    op.add_column("ticket", sa.Column("extension_asked_days", sa.Integer(), nullable=True))
    op.add_column(
        "ticket", sa.Column("extended_days", sa.Integer(), nullable=False, server_default="0")
    )
    op.create_foreign_key(
        "fk_ticket_assignee_id", "ticket", "staff", ["assignee_id"], ["id"]
    )
    op.create_index(
        "ix_ticket_assignee",
        "ticket",
        ["assignee_id", "next_due_at", "id"],
        postgresql_where=sa.text("assignee_id IS NOT NULL"),
    )
    op.create_index(
        "ix_ticket_scheduled",
        "ticket",
        ["scheduled_until"],
        postgresql_where=sa.text("scheduled_until IS NOT NULL"),
    )
    op.create_table(
        "mention",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("mentioned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_mention_staff_id"),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name="fk_mention_message_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_mention_ticket_id"),
        sa.PrimaryKeyConstraint("staff_id", "message_id", name="pk_mention"),
    )
    op.create_index("ix_mention_message_id", "mention", ["message_id"])
    op.create_index(
        "ix_mention_unseen",
        "mention",
        ["staff_id", "mentioned_at"],
        postgresql_where=sa.text("seen_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("mention")
    op.drop_index("ix_ticket_scheduled", table_name="ticket")
    op.drop_index("ix_ticket_assignee", table_name="ticket")
    op.drop_constraint("fk_ticket_assignee_id", "ticket", type_="foreignkey")
    for column in ("extended_days", "extension_asked_days", "scheduled_until", "assignee_id"):
        op.drop_column("ticket", column)
