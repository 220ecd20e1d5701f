"""indexes for the filters of the public list, newest day first"""

from alembic import op

revision = "0015"
down_revision = "0014"

INDEXES = {
    "ix_published_report_state_day": "state",
    "ix_published_report_aspect_day": "aspect",
    "ix_published_report_area_day": "area_code",
}


def upgrade() -> None:
    for name, column in INDEXES.items():
        op.create_index(name, "published_report", [column, "submitted_on", "tracking_code"])


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, table_name="published_report")
