"""access logs of erased reports may go when the pack's time is over and the ledger says so"""

from alembic import op

revision = "0066"
down_revision = "0065"

EXPIRE = """
CREATE FUNCTION expire_access_log(ids uuid[]) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH gone AS (
        DELETE FROM event AS read
        WHERE read.stream_kind = 'access' AND read.stream_id = ANY (ids)
            AND EXISTS (
                SELECT FROM event AS said
                JOIN ticket ON ticket.id = said.stream_id
                JOIN report ON report.id = ticket.report_id
                WHERE said.stream_kind = 'ticket' AND said.stream_id = read.stream_id
                    AND said.type = 'access_log_expired'
                    AND (said.payload->>'last_seq')::int >= read.seq
                    AND report.erased_at IS NOT NULL
            )
        RETURNING 1
    )
    SELECT count(*) FROM gone
$$
"""


def upgrade() -> None:
    op.execute(EXPIRE)
    op.execute("REVOKE ALL ON FUNCTION expire_access_log(uuid[]) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION expire_access_log(uuid[]) TO citizenreport_app")


def downgrade() -> None:
    op.execute("DROP FUNCTION expire_access_log(uuid[])")
