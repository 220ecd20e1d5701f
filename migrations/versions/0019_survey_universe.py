"""published indicator values of surveys beside those of public reports"""

from alembic import op

revision = "0019"
down_revision = "0018"

NAME = "ck_published_indicator_value_universe"


def upgrade() -> None:
    op.drop_constraint(op.f(NAME), "published_indicator_value")
    op.create_check_constraint(
        op.f(NAME), "published_indicator_value", "universe IN ('public', 'survey')"
    )


def downgrade() -> None:
    op.execute("DELETE FROM published_indicator_value WHERE universe = 'survey'")
    op.drop_constraint(op.f(NAME), "published_indicator_value")
    op.create_check_constraint(op.f(NAME), "published_indicator_value", "universe = 'public'")
