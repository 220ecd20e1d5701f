"""the next deadline of a ticket, and the queue's indexes by it"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

NEXT_DUE = """
LEAST(
    settlement_due_at,
    CASE WHEN first_responded_at IS NULL THEN first_response_due_at
        ELSE NULL::timestamp with time zone END,
    CASE WHEN verified_at IS NULL AND paused_at IS NULL THEN verification_due_at
        ELSE NULL::timestamp with time zone END
)
"""
OPEN = sa.text(
    "state IN ('contested', 'in_progress', 'needs_info', 'new', 'reopened', 'returned',"
    " 'scheduled', 'verified')"
)


def upgrade() -> None:
    op.add_column(
        "ticket",
        sa.Column(
            "next_due_at",
            sa.DateTime(timezone=True),
            sa.Computed(NEXT_DUE, persisted=True),
            nullable=False,
        ),
    )
    _index_by("next_due_at")


def downgrade() -> None:
    _index_by("settlement_due_at")
    op.drop_column("ticket", "next_due_at")


def _index_by(deadline: str) -> None:
    for name in ("ix_ticket_queue", "ix_ticket_due", "ix_ticket_open", "ix_ticket_open_agency"):
        op.drop_index(name, table_name="ticket")
    op.create_index("ix_ticket_queue", "ticket", ["agency_code", "state", deadline, "id"])
    op.create_index("ix_ticket_due", "ticket", ["state", deadline, "id"])
    op.create_index("ix_ticket_open", "ticket", [deadline, "id"], postgresql_where=OPEN)
    op.create_index(
        "ix_ticket_open_agency", "ticket", ["agency_code", deadline, "id"], postgresql_where=OPEN
    )
