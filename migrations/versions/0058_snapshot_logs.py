"""the sealed log of a snapshot lies with its release tables"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0058"
down_revision = "0057"


def upgrade() -> None:
    op.drop_column("snapshot", "suppression_log")


def downgrade() -> None:
    log = sa.Column(
        "suppression_log",
        postgresql.JSONB(astext_type=sa.Text()),
        nullable=False,
        server_default="{}",
    )
    op.add_column("snapshot", log)
    op.alter_column("snapshot", "suppression_log", server_default=None)
