"""which indicators a published snapshot holds, so that their pages lead to it"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0067"
down_revision = "0066"


def upgrade() -> None:
    op.add_column(
        "published_snapshot",
        sa.Column("codes", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}"),
    )
    op.alter_column("published_snapshot", "codes", server_default=None)


def downgrade() -> None:
    op.drop_column("published_snapshot", "codes")
