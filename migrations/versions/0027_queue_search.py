"""searching the staff's queue by words and similar words, and its orders, by index"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

OPEN = (
    "state IN ('contested', 'in_progress', 'needs_info', 'new', 'reopened', 'returned',"
    " 'scheduled', 'verified')"
)
TEXT = "((COALESCE(description, ''::text) || ' '::text) || COALESCE(landmark, ''::text))"
RANK = sa.text(
    "array_position(ARRAY['kritis'::text, 'tinggi'::text, 'sedang'::text, 'rendah'::text], priority)"
)
ORDERS = {
    "ix_ticket_open_category": ["category_code", "next_due_at", "id"],
    "ix_ticket_open_area": ["area_code", "next_due_at", "id"],
    "ix_ticket_open_submitted": ["submitted_at", "id"],
    "ix_ticket_open_agency_submitted": ["agency_code", "submitted_at", "id"],
    "ix_ticket_open_priority": [RANK, "next_due_at", "id"],
    "ix_ticket_open_agency_priority": ["agency_code", RANK, "next_due_at", "id"],
}


def upgrade() -> None:
    # Over a million reports the indexes of the texts take longer than a migration usually may.
    op.execute("SET LOCAL statement_timeout = 0")
    for name, columns in ORDERS.items():
        op.create_index(name, "ticket", columns, postgresql_where=sa.text(OPEN))
    op.create_index(
        "ix_report_words",
        "report",
        [sa.text(f"to_tsvector('indonesian'::regconfig, {TEXT})")],
        postgresql_using="gin",
    )
    op.create_index(
        "ix_report_trigrams",
        "report",
        [sa.literal_column(TEXT).label("written")],
        postgresql_using="gin",
        postgresql_ops={"written": "gin_trgm_ops"},
    )


def downgrade() -> None:
    for name in ("ix_report_trigrams", "ix_report_words"):
        op.drop_index(name, table_name="report")
    for name in ORDERS:
        op.drop_index(name, table_name="ticket")
