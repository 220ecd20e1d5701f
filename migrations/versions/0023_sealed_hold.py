"""the reason of a legal hold is sealed like everything written about a person"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.add_column("legal_hold", sa.Column("reason_sealed", sa.LargeBinary(), nullable=True))
    op.alter_column("legal_hold", "reason", nullable=True)


def downgrade() -> None:
    # What is sealed cannot be read here; the hold itself stays.
    op.execute("UPDATE legal_hold SET reason = '' WHERE reason IS NULL")
    op.alter_column("legal_hold", "reason", nullable=False)
    op.drop_column("legal_hold", "reason_sealed")
