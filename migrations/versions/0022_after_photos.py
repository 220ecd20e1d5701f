"""photos that staff add, to show what was done"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("photo", sa.Column("added_by", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("photo", "added_by")
