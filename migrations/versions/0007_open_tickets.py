"""indexes over open tickets, for the staff queue"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

OPEN = sa.text(
    "state IN ('contested', 'in_progress', 'needs_info', 'new', 'reopened', 'returned',"
    " 'scheduled', 'verified')"
)


def upgrade() -> None:
    op.create_index(
        "ix_ticket_open", "ticket", ["settlement_due_at", "id"], postgresql_where=OPEN
    )
    op.create_index(
        "ix_ticket_open_agency",
        "ticket",
        ["agency_code", "settlement_due_at", "id"],
        postgresql_where=OPEN,
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_open_agency", table_name="ticket")
    op.drop_index("ix_ticket_open", table_name="ticket")
