"""numbers of the programme beside those of reports; reminders of the movement's deadlines"""

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0073"

TABLE = "published_indicator_value"
NAME = "ck_published_indicator_value_universe"


def upgrade() -> None:
    op.drop_constraint(op.f(NAME), TABLE)
    op.create_check_constraint(op.f(NAME), TABLE, "universe IN ('public', 'survey', 'programme')")
    op.create_table(
        "innovation_reminder",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("deadline", sa.Text(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "year", "deadline", "agency_code", name=op.f("pk_innovation_reminder")
        ),
    )


def downgrade() -> None:
    op.drop_table("innovation_reminder")
    op.execute(f"DELETE FROM {TABLE} WHERE universe = 'programme'")
    op.drop_constraint(op.f(NAME), TABLE)
    op.create_check_constraint(op.f(NAME), TABLE, "universe IN ('public', 'survey')")
