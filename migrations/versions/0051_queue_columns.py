"""which columns of the queue a person wants to see"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    op.create_table(
        "queue_columns",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("shown", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_queue_columns")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_queue_columns_staff_id")),
    )


def downgrade() -> None:
    op.drop_table("queue_columns")
