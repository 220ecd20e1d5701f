"""that reports came in a flood: counts by the hour, of nobody"""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "flood_note",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("hour_at", AT, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("last_at", AT, nullable=False),
        sa.Column("told_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("kind", "hour_at", name=op.f("pk_flood_note")),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON flood_note TO citizenreport_app")


def downgrade() -> None:
    op.drop_table("flood_note")
