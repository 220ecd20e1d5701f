"""readers who see a published report's problem too"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column(
        "published_report",
        sa.Column("seen_by_at_least", sa.Integer(), server_default="0", nullable=False),
    )
    op.create_table(
        "report_join",
        sa.Column("tracking_code", sa.Text(), nullable=False),
        sa.Column("browser_hmac", sa.LargeBinary(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tracking_code"],
            ["published_report.tracking_code"],
            name=op.f("fk_report_join_tracking_code"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tracking_code", "browser_hmac", name=op.f("pk_report_join")),
    )


def downgrade() -> None:
    op.drop_table("report_join")
    op.drop_column("published_report", "seen_by_at_least")
