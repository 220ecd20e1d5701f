"""rankings of agencies and areas, with the places each may have"""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"

TABLE = "published_ranking"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("subject_code", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("coverage", sa.Numeric(5, 2), nullable=False),
        sa.Column("value", sa.Numeric(12, 2), nullable=True),
        sa.Column("low", sa.Numeric(12, 2), nullable=True),
        sa.Column("high", sa.Numeric(12, 2), nullable=True),
        sa.Column("first", sa.Integer(), nullable=True),
        sa.Column("last", sa.Integer(), nullable=True),
        sa.Column("why_not", sa.Text(), nullable=True),
        sa.Column("cut_off_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("measure", "kind", "year", "subject_code", name=op.f(f"pk_{TABLE}")),
    )
    op.execute(f"GRANT SELECT ON {TABLE} TO citizenreport_public")


def downgrade() -> None:
    op.drop_table(TABLE)
