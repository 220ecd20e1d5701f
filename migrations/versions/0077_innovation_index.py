"""self-assessment for the innovation index: levels of innovations, points of the region"""

import sqlalchemy as sa
from alembic import op

revision = "0077"
down_revision = "0076"


def upgrade() -> None:
    op.create_table(
        "innovation_level",
        sa.Column("innovation_id", sa.Uuid(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "innovation_id", "edition", "number", name=op.f("pk_innovation_level")
        ),
        sa.ForeignKeyConstraint(
            ["innovation_id"], ["innovation.id"], name=op.f("fk_innovation_level_innovation_id")
        ),
    )
    op.create_table(
        "regional_points",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("points", sa.Numeric(8, 2), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("year", "number", name=op.f("pk_regional_points")),
    )


def downgrade() -> None:
    op.drop_table("regional_points")
    op.drop_table("innovation_level")
