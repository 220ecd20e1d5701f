"""what a person did, newest first"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"


def upgrade() -> None:
    op.create_index(
        "ix_event_actor",
        "event",
        ["actor_id", "recorded_at"],
        postgresql_where=sa.text("actor_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_event_actor", table_name="event")
