"""a name of its own for each time an address is asked: a link to an earlier one confirms nothing"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column(
        "contact_check",
        sa.Column(
            "id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False
        ),
    )
    op.alter_column("contact_check", "id", server_default=None)
    op.create_unique_constraint(op.f("uq_contact_check_id"), "contact_check", ["id"])


def downgrade() -> None:
    op.drop_column("contact_check", "id")
