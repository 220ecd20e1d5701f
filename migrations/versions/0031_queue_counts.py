"""counts of the queue from indexes alone"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

OPEN = (
    "state IN ('contested', 'in_progress', 'needs_info', 'new', 'reopened', 'returned',"
    " 'scheduled', 'verified')"
)
READABLE_BY = (
    *("visibility", "protection_class", "subject_agency_code", "paused_at"),
    *("agency_code", "state"),
)
COUNTED_BY = {
    "ix_ticket_queue": (["agency_code", "state", "next_due_at", "id"], None),
    "ix_ticket_due": (["state", "next_due_at", "id"], None),
    "ix_ticket_open": (["next_due_at", "id"], OPEN),
    "ix_ticket_open_agency": (["agency_code", "next_due_at", "id"], OPEN),
}


def make_indexes(included: Sequence[str]) -> None:
    op.execute("SET LOCAL statement_timeout = 0")
    for name, (columns, where) in COUNTED_BY.items():
        op.drop_index(name, table_name="ticket")
        op.create_index(
            name,
            "ticket",
            columns,
            postgresql_include=[column for column in included if column not in columns],
            postgresql_where=sa.text(where) if where else None,
        )


def upgrade() -> None:
    make_indexes(READABLE_BY)


def downgrade() -> None:
    make_indexes(())
