"""suggestions: what was learned of released texts, version by version"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0076"
down_revision = "0075"


def upgrade() -> None:
    op.create_table(
        "suggestion_model",
        sa.Column("version", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("example_count", sa.Integer(), nullable=False),
        sa.Column("category_count", sa.Integer(), nullable=False),
        sa.Column("agency_count", sa.Integer(), nullable=False),
        sa.Column("measured_from", sa.Date(), nullable=True),
        sa.Column("figures", JSONB(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_suggestion_model")),
    )
    op.create_index(
        "uq_suggestion_model_current",
        "suggestion_model",
        [sa.text("(true)")],
        unique=True,
        postgresql_where=sa.text("content IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("suggestion_model")
