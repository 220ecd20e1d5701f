"""what agencies did with one another, in the facts; they are folded anew from the ledger"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0052"
down_revision = "0051"

FOLD_ANEW = (
    "DELETE FROM ticket_fact",
    "UPDATE indicator_generation SET published_cut_off_at = NULL",
)


def upgrade() -> None:
    op.execute("SET LOCAL statement_timeout = 0")
    for statement in FOLD_ANEW:
        op.execute(statement)
    op.add_column(
        "ticket_fact", sa.Column("turns", postgresql.JSONB(astext_type=sa.Text()), nullable=False)
    )


def downgrade() -> None:
    op.execute("SET LOCAL statement_timeout = 0")
    for statement in FOLD_ANEW:
        op.execute(statement)
    op.drop_column("ticket_fact", "turns")
