"""answers that decided the routing of a confidential report are kept sealed only"""

from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.execute(
        "UPDATE assignment a SET inputs = inputs - 'answers' FROM ticket t"
        " WHERE t.report_id = a.report_id AND t.visibility = 'confidential'"
        " AND a.inputs ? 'answers' AND a.inputs -> 'answers' <> '{}'::jsonb"
    )


def downgrade() -> None:
    """Nothing comes back: the answers are in the report, sealed."""
