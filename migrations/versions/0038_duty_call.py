"""urgent calls, and where staff are called"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "staff_address",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address_hmac", sa.LargeBinary(), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.CheckConstraint("channel IN ('mail', 'push')", name=op.f("ck_staff_address_channel")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_address")),
        sa.UniqueConstraint(
            "staff_id", "address_hmac", name=op.f("uq_staff_address_staff_id_address_hmac")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_address_staff_id")
        ),
    )
    op.create_index(op.f("ix_staff_address_address_hmac"), "staff_address", ["address_hmac"])
    op.create_table(
        "duty_call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("round_seq", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("called_at", AT, nullable=False),
        sa.Column("next_at", AT, nullable=True),
        sa.Column("ended_at", AT, nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_call")),
        sa.UniqueConstraint(
            "ticket_id", "round_seq", "step", name=op.f("uq_duty_call_ticket_id_round_seq_step")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_duty_call_ticket_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_duty_call_staff_id")),
        sa.ForeignKeyConstraint(
            ["acknowledged_by"], ["staff.id"], name=op.f("fk_duty_call_acknowledged_by")
        ),
    )
    op.create_index(
        "uq_duty_call_waiting",
        "duty_call",
        ["ticket_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("duty_call")
    op.drop_table("staff_address")
