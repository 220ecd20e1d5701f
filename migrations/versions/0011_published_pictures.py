"""small pictures of released photos; indexes for the feed and the city's numbers"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

INDEXES = {
    "ix_published_report_changed": ["changed_on", "tracking_code"],
    "ix_published_report_settled": ["settled_on"],
    "ix_published_report_state": ["state"],
}


def upgrade() -> None:
    op.add_column("published_photo", sa.Column("thumbnail_key", sa.Text(), nullable=True))
    for name, columns in INDEXES.items():
        op.create_index(name, "published_report", columns)


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, table_name="published_report")
    op.drop_column("published_photo", "thumbnail_key")
