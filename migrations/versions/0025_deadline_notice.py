"""which deadlines were warned of, and who was told of missed ones"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "deadline_notice",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", AT, nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("told_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("ticket_id", "due_at", "step", name=op.f("pk_deadline_notice")),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
            name=op.f("fk_deadline_notice_ticket_id"),
            ondelete="CASCADE",
        ),
    )


def downgrade() -> None:
    op.drop_table("deadline_notice")
