"""what was published of reports that retention has erased since"""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"

KEY = ("code", "period_kind", "period_start_on", "area_code")


def upgrade() -> None:
    op.create_table(
        "kept_indicator_value",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("period_kind", sa.Text(), nullable=False),
        sa.Column("period_start_on", sa.Date(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("area_level", sa.Text(), nullable=False),
        sa.Column("definition_version", sa.Integer(), nullable=False),
        sa.Column("universe", sa.Text(), nullable=False),
        sa.Column("numerator", sa.Integer(), nullable=False),
        sa.Column("denominator", sa.Integer(), nullable=True),
        sa.Column("value", sa.Numeric(14, 4), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("cut_off_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("extra", sa.dialects.postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint(*KEY, name=op.f("pk_kept_indicator_value")),
    )
    op.execute("GRANT SELECT, INSERT, DELETE ON kept_indicator_value TO citizenreport_app")


def downgrade() -> None:
    op.drop_table("kept_indicator_value")
