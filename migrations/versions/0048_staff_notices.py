"""how staff want to be told, what waits until they are, and a messenger"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    op.create_table(
        "staff_notice_choice",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("is_digest", sa.Boolean(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_to", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff_notice_choice")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_notice_choice_staff_id")
        ),
    )
    op.create_table(
        "held_notice",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", "ticket_id", "seq", name=op.f("pk_held_notice")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_held_notice_staff_id")),
    )
    op.create_index("ix_held_notice_due", "held_notice", ["due_at"])
    _channels("'mail', 'push', 'messenger'")


def downgrade() -> None:
    op.execute("DELETE FROM staff_address WHERE channel = 'messenger'")
    _channels("'mail', 'push'")
    op.drop_table("held_notice")
    op.drop_table("staff_notice_choice")


def _channels(words: str) -> None:
    name = op.f("ck_staff_address_channel")
    op.drop_constraint(name, "staff_address", type_="check")
    op.create_check_constraint(name, "staff_address", f"channel IN ({words})")
