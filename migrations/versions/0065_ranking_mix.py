"""by which mix a ranking compares"""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"


def upgrade() -> None:
    op.execute("DELETE FROM published_ranking")  # the next computation brings it back
    op.add_column("published_ranking", sa.Column("mix", sa.Text(), nullable=False))


def downgrade() -> None:
    op.drop_column("published_ranking", "mix")
