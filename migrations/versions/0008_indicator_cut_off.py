"""the cut-off of what is published"""

from alembic import op
import sqlalchemy as sa

revision = '0008'
down_revision = '0007'


def upgrade() -> None:
    op.add_column('indicator_generation', sa.Column('published_cut_off_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('indicator_generation', 'published_cut_off_at')
