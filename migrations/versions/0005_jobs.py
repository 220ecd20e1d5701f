"""the queue of the worker, and why a job failed"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

SCHEMA = Path(__file__).parents[1] / "third_party" / "procrastinate_3_10_0.sql"

DROP_FUNCTIONS = """
DO $$
DECLARE name regprocedure;
BEGIN
  FOR name IN
    SELECT oid::regprocedure FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'procrastinate\\_%'
  LOOP
    EXECUTE 'DROP FUNCTION ' || name || ' CASCADE';
  END LOOP;
END $$
"""


def upgrade() -> None:
    # Many statements at once, with percent signs in them: neither SQLAlchemy nor parameters.
    op.get_bind().connection.driver_connection.execute(SCHEMA.read_text())
    op.create_table('job_failure',
    sa.Column('job_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('failed_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('job_id', name=op.f('pk_job_failure'))
    )


def downgrade() -> None:
    op.drop_table('job_failure')
    op.execute(DROP_FUNCTIONS)
    for table in ("events", "periodic_defers", "jobs", "workers"):
        op.execute(f"DROP TABLE procrastinate_{table}")
    for type_ in ("job_to_defer_v1", "job_event_type", "job_status"):
        op.execute(f"DROP TYPE procrastinate_{type_}")
