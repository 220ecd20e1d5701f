"""reports, tickets, events, published rows; who may do what with them"""

from alembic import op
import sqlalchemy as sa
from geoalchemy2 import Geography
from sqlalchemy.dialects import postgresql

revision = '0002'
down_revision = '0001'


def upgrade() -> None:
    op.create_table('checkpoint',
    sa.Column('number', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('stream_count', sa.BigInteger(), nullable=False),
    sa.Column('root', sa.LargeBinary(), nullable=False),
    sa.Column('previous_hash', sa.LargeBinary(), nullable=False),
    sa.Column('hash', sa.LargeBinary(), nullable=False),
    sa.Column('signature', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_checkpoint'))
    )
    op.create_table('checkpoint_head',
    sa.Column('stream_kind', sa.Text(), nullable=False),
    sa.Column('stream_id', sa.Uuid(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('hash', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('stream_kind', 'stream_id', name=op.f('pk_checkpoint_head'))
    )
    op.create_table('event',
    sa.Column('stream_kind', sa.Text(), nullable=False),
    sa.Column('stream_id', sa.Uuid(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_id', sa.Uuid(), nullable=True),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('schema_version', sa.Integer(), nullable=False),
    sa.Column('payload', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('nonce', sa.LargeBinary(), nullable=False),
    sa.Column('previous_hash', sa.LargeBinary(), nullable=False),
    sa.Column('hash', sa.LargeBinary(), nullable=False),
    sa.Column('dispatched_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('stream_kind', 'stream_id', 'seq', name=op.f('pk_event'))
    )
    op.create_index('ix_event_recorded_at', 'event', ['recorded_at'], unique=False)
    op.create_index('ix_event_undispatched', 'event', ['recorded_at'], unique=False, postgresql_where=sa.text('dispatched_at IS NULL'))
    op.create_geospatial_table('published_report',
    sa.Column('tracking_code', sa.Text(), nullable=False),
    sa.Column('category_code', sa.Text(), nullable=False),
    sa.Column('aspect', sa.Text(), nullable=False),
    sa.Column('complaint_class', sa.Text(), nullable=False),
    sa.Column('area_code', sa.Text(), nullable=True),
    sa.Column('position', Geography(geometry_type='POINT', srid=4326, dimension=2, spatial_index=False, from_text='ST_GeogFromText', name='geography'), nullable=True),
    sa.Column('agency_code', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('landmark', sa.Text(), nullable=True),
    sa.Column('submitted_on', sa.Date(), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settlement_due_on', sa.Date(), nullable=False),
    sa.Column('settled_on', sa.Date(), nullable=True),
    sa.Column('changed_on', sa.Date(), nullable=False),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('tracking_code', name=op.f('pk_published_report'))
    )
    op.create_index('ix_published_report_category', 'published_report', ['category_code', 'submitted_on', 'tracking_code'], unique=False)
    op.create_geospatial_index(op.f('ix_published_report_position'), 'published_report', ['position'], unique=False, postgresql_using='gist', postgresql_ops={})
    op.create_index('ix_published_report_submitted', 'published_report', ['submitted_on', 'tracking_code'], unique=False)
    op.create_geospatial_table('report',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('tracking_code', sa.Text(), nullable=False),
    sa.Column('secret_hmac', sa.LargeBinary(), nullable=True),
    sa.Column('category_code', sa.Text(), nullable=False),
    sa.Column('area_code', sa.Text(), nullable=True),
    sa.Column('located_area_code', sa.Text(), nullable=True),
    sa.Column('position', Geography(geometry_type='POINT', srid=4326, dimension=2, spatial_index=False, from_text='ST_GeogFromText', name='geography'), nullable=True),
    sa.Column('accuracy_m', sa.Float(), nullable=True),
    sa.Column('outside_m', sa.Float(), nullable=True),
    sa.Column('neighbour_code', sa.Text(), nullable=True),
    sa.Column('neighbourhood', sa.Text(), nullable=True),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('description_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('landmark', sa.Text(), nullable=True),
    sa.Column('landmark_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('answers', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('answers_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('contact_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('subject_agency_code', sa.Text(), nullable=True),
    sa.Column('subject_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('wish', sa.Text(), nullable=True),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('taken_by', sa.Uuid(), nullable=True),
    sa.Column('locale', sa.Text(), nullable=False),
    sa.Column('pack_version', sa.Integer(), nullable=False),
    sa.Column('external_source', sa.Text(), nullable=True),
    sa.Column('external_id', sa.Text(), nullable=True),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.CheckConstraint('char_length(description) <= 4000', name=op.f('ck_report_description')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report')),
    sa.UniqueConstraint('external_source', 'external_id', name=op.f('uq_report_external_source_external_id')),
    sa.UniqueConstraint('tracking_code', name=op.f('uq_report_tracking_code'))
    )
    op.create_geospatial_index(op.f('ix_report_position'), 'report', ['position'], unique=False, postgresql_using='gist', postgresql_ops={})
    op.create_index(op.f('ix_report_submitted_at'), 'report', ['submitted_at'], unique=False)
    op.create_table('assignment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('report_id', sa.Uuid(), nullable=False),
    sa.Column('agency_code', sa.Text(), nullable=False),
    sa.Column('decided_by', sa.Text(), nullable=False),
    sa.Column('rule_id', sa.Text(), nullable=True),
    sa.Column('pack_version', sa.Integer(), nullable=False),
    sa.Column('inputs', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], name=op.f('fk_assignment_report_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assignment'))
    )
    op.create_index(op.f('ix_assignment_report_id'), 'assignment', ['report_id'], unique=False)
    op.create_table('idempotency_key',
    sa.Column('door', sa.Text(), nullable=False),
    sa.Column('key_hmac', sa.LargeBinary(), nullable=False),
    sa.Column('body_hmac', sa.LargeBinary(), nullable=False),
    sa.Column('report_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], name=op.f('fk_idempotency_key_report_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('door', 'key_hmac', name=op.f('pk_idempotency_key'))
    )
    op.create_index(op.f('ix_idempotency_key_created_at'), 'idempotency_key', ['created_at'], unique=False)
    op.create_table('photo',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('report_id', sa.Uuid(), nullable=False),
    sa.Column('position_in_report', sa.Integer(), nullable=False),
    sa.Column('storage_key', sa.Text(), nullable=False),
    sa.Column('thumbnail_key', sa.Text(), nullable=True),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('byte_count', sa.Integer(), nullable=False),
    sa.Column('is_sealed', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], name=op.f('fk_photo_report_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_photo')),
    sa.UniqueConstraint('storage_key', name=op.f('uq_photo_storage_key')),
    sa.UniqueConstraint('thumbnail_key', name=op.f('uq_photo_thumbnail_key'))
    )
    op.create_index(op.f('ix_photo_report_id'), 'photo', ['report_id'], unique=False)
    op.create_table('published_photo',
    sa.Column('photo_code', sa.Text(), nullable=False),
    sa.Column('tracking_code', sa.Text(), nullable=False),
    sa.Column('storage_key', sa.Text(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('position_in_report', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['tracking_code'], ['published_report.tracking_code'], name=op.f('fk_published_photo_tracking_code'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('photo_code', name=op.f('pk_published_photo'))
    )
    op.create_index(op.f('ix_published_photo_tracking_code'), 'published_photo', ['tracking_code'], unique=False)
    op.create_table('published_reply',
    sa.Column('reply_code', sa.Text(), nullable=False),
    sa.Column('tracking_code', sa.Text(), nullable=False),
    sa.Column('agency_code', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('replied_on', sa.Date(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['tracking_code'], ['published_report.tracking_code'], name=op.f('fk_published_reply_tracking_code'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('reply_code', name=op.f('pk_published_reply'))
    )
    op.create_index(op.f('ix_published_reply_tracking_code'), 'published_reply', ['tracking_code'], unique=False)
    op.create_table('report_key',
    sa.Column('report_id', sa.Uuid(), nullable=False),
    sa.Column('key_id', sa.Text(), nullable=False),
    sa.Column('wrapped_key', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], name=op.f('fk_report_key_report_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('report_id', name=op.f('pk_report_key'))
    )
    op.create_table('ticket',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('report_id', sa.Uuid(), nullable=False),
    sa.Column('parent_ticket_id', sa.Uuid(), nullable=True),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('category_code', sa.Text(), nullable=False),
    sa.Column('aspect', sa.Text(), nullable=False),
    sa.Column('area_code', sa.Text(), nullable=True),
    sa.Column('agency_code', sa.Text(), nullable=False),
    sa.Column('subject_agency_code', sa.Text(), nullable=True),
    sa.Column('visibility', sa.Text(), nullable=False),
    sa.Column('protection_class', sa.Text(), nullable=False),
    sa.Column('priority', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('resume_state', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('first_response_due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('first_responded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('verification_due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settlement_due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_how', sa.Text(), nullable=True),
    sa.Column('paused_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('paused_days_before_verification', sa.Integer(), nullable=False),
    sa.Column('paused_days_after_verification', sa.Integer(), nullable=False),
    sa.Column('return_count', sa.Integer(), nullable=False),
    sa.Column('has_fixed_deadlines', sa.Boolean(), nullable=False),
    sa.Column('is_demo', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('fk_ticket_assignment_id')),
    sa.ForeignKeyConstraint(['parent_ticket_id'], ['ticket.id'], name=op.f('fk_ticket_parent_ticket_id')),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], name=op.f('fk_ticket_report_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ticket'))
    )
    op.create_index('ix_ticket_agency_submitted', 'ticket', ['agency_code', 'submitted_at', 'id'], unique=False)
    op.create_index('ix_ticket_due', 'ticket', ['state', 'settlement_due_at', 'id'], unique=False)
    op.create_index(op.f('ix_ticket_parent_ticket_id'), 'ticket', ['parent_ticket_id'], unique=False)
    op.create_index('ix_ticket_queue', 'ticket', ['agency_code', 'state', 'settlement_due_at', 'id'], unique=False)
    op.create_index(op.f('ix_ticket_report_id'), 'ticket', ['report_id'], unique=False)
    op.create_index('ix_ticket_submitted', 'ticket', ['submitted_at', 'id'], unique=False)
    op.create_table('message',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('ticket_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=True),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('text_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('state', sa.Text(), nullable=True),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_message_ticket_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message'))
    )
    op.create_index(op.f('ix_message_ticket_id'), 'message', ['ticket_id'], unique=False)
    op.create_table('photo_release',
    sa.Column('photo_id', sa.Uuid(), nullable=False),
    sa.Column('ticket_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('photo_code', sa.Text(), nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['photo_id'], ['photo.id'], name=op.f('fk_photo_release_photo_id')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_photo_release_ticket_id')),
    sa.PrimaryKeyConstraint('photo_id', name=op.f('pk_photo_release'))
    )
    op.create_index(op.f('ix_photo_release_ticket_id'), 'photo_release', ['ticket_id'], unique=False)
    op.create_table('release',
    sa.Column('ticket_id', sa.Uuid(), nullable=False),
    sa.Column('tracking_code', sa.Text(), nullable=False),
    sa.Column('text_state', sa.Text(), nullable=False),
    sa.Column('released_by', sa.Uuid(), nullable=True),
    sa.Column('released_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_release_ticket_id')),
    sa.PrimaryKeyConstraint('ticket_id', name=op.f('pk_release')),
    sa.UniqueConstraint('tracking_code', name=op.f('uq_release_tracking_code'))
    )
    # The ledger is append-only for the service; the outbox mark is the one thing it may set.
    op.execute("REVOKE UPDATE, DELETE ON event, checkpoint FROM citizenreport_app")
    op.execute("GRANT UPDATE (dispatched_at) ON event TO citizenreport_app")
    # Public reading sees published rows and nothing else.
    op.execute(
        "GRANT SELECT ON published_report, published_photo, published_reply TO citizenreport_public"
    )


def downgrade() -> None:
    op.drop_table('release')
    op.drop_index(op.f('ix_photo_release_ticket_id'), table_name='photo_release')
    op.drop_table('photo_release')
    op.drop_index(op.f('ix_message_ticket_id'), table_name='message')
    op.drop_table('message')
    op.drop_index('ix_ticket_submitted', table_name='ticket')
    op.drop_index(op.f('ix_ticket_report_id'), table_name='ticket')
    op.drop_index('ix_ticket_queue', table_name='ticket')
    op.drop_index(op.f('ix_ticket_parent_ticket_id'), table_name='ticket')
    op.drop_index('ix_ticket_due', table_name='ticket')
    op.drop_index('ix_ticket_agency_submitted', table_name='ticket')
    op.drop_table('ticket')
    op.drop_table('report_key')
    op.drop_index(op.f('ix_published_reply_tracking_code'), table_name='published_reply')
    op.drop_table('published_reply')
    op.drop_index(op.f('ix_published_photo_tracking_code'), table_name='published_photo')
    op.drop_table('published_photo')
    op.drop_index(op.f('ix_photo_report_id'), table_name='photo')
    op.drop_table('photo')
    op.drop_index(op.f('ix_idempotency_key_created_at'), table_name='idempotency_key')
    op.drop_table('idempotency_key')
    op.drop_index(op.f('ix_assignment_report_id'), table_name='assignment')
    op.drop_table('assignment')
    op.drop_index(op.f('ix_report_submitted_at'), table_name='report')
    op.drop_geospatial_index(op.f('ix_report_position'), table_name='report', postgresql_using='gist', column_name='position')
    op.drop_geospatial_table('report')
    op.drop_index('ix_published_report_submitted', table_name='published_report')
    op.drop_geospatial_index(op.f('ix_published_report_position'), table_name='published_report', postgresql_using='gist', column_name='position')
    op.drop_index('ix_published_report_category', table_name='published_report')
    op.drop_geospatial_table('published_report')
    op.drop_index('ix_event_undispatched', table_name='event', postgresql_where=sa.text('dispatched_at IS NULL'))
    op.drop_index('ix_event_recorded_at', table_name='event')
    op.drop_table('event')
    op.drop_table('checkpoint_head')
    op.drop_table('checkpoint')
