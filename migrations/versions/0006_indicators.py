"""facts of tickets, and indicator values before the public"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = '0006'
down_revision = '0005'


def upgrade() -> None:
    op.create_table('ticket_fact',
    sa.Column('ticket_id', sa.Uuid(), nullable=False),
    sa.Column('last_seq', sa.Integer(), nullable=False),
    sa.Column('category_code', sa.Text(), nullable=False),
    sa.Column('aspect', sa.Text(), nullable=False),
    sa.Column('complaint_class', sa.Text(), nullable=False),
    sa.Column('area_code', sa.Text(), nullable=True),
    sa.Column('visibility', sa.Text(), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('assigned_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settlement_due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('first_responded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settlements', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('paused_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('exit_state', sa.Text(), nullable=True),
    sa.Column('exit_reason', sa.Text(), nullable=True),
    sa.Column('exited_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('released_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_outside', sa.Boolean(), nullable=False),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_ticket_fact_ticket_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('ticket_id', name=op.f('pk_ticket_fact'))
    )
    op.create_index('ix_ticket_fact_public', 'ticket_fact', ['ticket_id'], unique=False, postgresql_where=sa.text('released_at IS NOT NULL'))
    op.create_table('indicator_generation',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_indicator_generation'))
    )
    op.execute("INSERT INTO indicator_generation (id, generation) VALUES (1, 0)")
    op.execute("REVOKE INSERT, DELETE ON indicator_generation FROM citizenreport_app")
    op.create_table('published_indicator_value',
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('period_kind', sa.Text(), nullable=False),
    sa.Column('period_start_on', sa.Date(), nullable=False),
    sa.Column('area_code', sa.Text(), nullable=False),
    sa.Column('area_level', sa.Text(), nullable=False),
    sa.Column('definition_version', sa.Integer(), nullable=False),
    sa.Column('universe', sa.Text(), nullable=False),
    sa.Column('numerator', sa.Integer(), nullable=False),
    sa.Column('denominator', sa.Integer(), nullable=True),
    sa.Column('value', sa.Numeric(precision=14, scale=4), nullable=True),
    sa.Column('unit', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('cut_off_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('extra', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.CheckConstraint("universe = 'public'", name=op.f('ck_published_indicator_value_universe')),
    sa.PrimaryKeyConstraint('code', 'period_kind', 'period_start_on', 'area_code', name=op.f('pk_published_indicator_value'))
    )
    op.execute("GRANT SELECT ON published_indicator_value TO citizenreport_public")


def downgrade() -> None:
    op.drop_table('published_indicator_value')
    op.drop_table('indicator_generation')
    op.drop_index('ix_ticket_fact_public', table_name='ticket_fact', postgresql_where=sa.text('released_at IS NOT NULL'))
    op.drop_table('ticket_fact')
