"""numbers for messages to staff are used once their owner has entered the code sent there"""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"

NAME = op.f("ck_staff_address_confirmed")


def upgrade() -> None:
    op.drop_constraint(NAME, "staff_address", type_="check")
    op.create_check_constraint(
        NAME, "staff_address", "channel IN ('mail', 'messenger') OR confirmed_at IS NOT NULL"
    )
    op.add_column(
        "staff_address", sa.Column("tries", sa.Integer(), nullable=False, server_default="0")
    )
    # Nobody has shown yet that these are theirs: their owners enter them again.
    op.execute("DELETE FROM staff_address WHERE channel = 'messenger'")


def downgrade() -> None:
    op.execute("DELETE FROM staff_address WHERE channel = 'messenger' AND confirmed_at IS NULL")
    op.drop_column("staff_address", "tries")
    op.drop_constraint(NAME, "staff_address", type_="check")
    op.create_check_constraint(
        NAME, "staff_address", "channel = 'mail' OR confirmed_at IS NOT NULL"
    )
