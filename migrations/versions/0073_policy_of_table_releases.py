"""the policy that each release of tables was proven under; which indicators older snapshots hold"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0073"
down_revision = "0072"


def upgrade() -> None:
    op.add_column(
        "table_release", sa.Column("policy", postgresql.JSONB(astext_type=sa.Text()), nullable=True)
    )
    # Snapshots from before the column `codes` get theirs from their files, by command.
    op.execute("GRANT UPDATE (codes) ON published_snapshot TO citizenreport_app")


def downgrade() -> None:
    op.execute("REVOKE UPDATE (codes) ON published_snapshot FROM citizenreport_app")
    op.drop_column("table_release", "policy")
