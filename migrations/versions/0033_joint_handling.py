"""agencies that work on a part of another agency's ticket"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.add_column(
        "ticket",
        sa.Column(
            "joint_agency_codes",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )
    op.execute("SET LOCAL statement_timeout = 0")  # it reads every ticket once, and keeps few
    op.create_index(
        "ix_ticket_joint",
        "ticket",
        ["joint_agency_codes"],
        postgresql_using="gin",
        postgresql_where=sa.text("joint_agency_codes <> '{}'::text[]"),
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_joint", table_name="ticket")
    op.drop_column("ticket", "joint_agency_codes")
