"""published places on the plane, for boxes of lists and tiles"""

from alembic import op

revision = "0068"
down_revision = "0067"


def upgrade() -> None:
    op.execute(
        "CREATE INDEX ix_published_report_place ON published_report"
        " USING gist ((position::geometry(POINT, 4326)))"
    )


def downgrade() -> None:
    op.drop_index("ix_published_report_place", table_name="published_report")
