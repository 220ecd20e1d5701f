"""figures of other bodies, with their evidence; nothing of them is ever overwritten"""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"

TABLE = "imported_indicator_value"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("definition_version", sa.Integer(), nullable=False),
        sa.Column("value", sa.Numeric(14, 4), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("evidence_sha256", sa.Text(), nullable=False),
        sa.Column("evidence_key", sa.Text(), nullable=False),
        sa.Column("correction", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", "year", "revision", name=op.f(f"pk_{TABLE}")),
        sa.ForeignKeyConstraint(["entered_by"], ["staff.id"], name=op.f(f"fk_{TABLE}_entered_by")),
    )
    op.create_index(op.f(f"ix_{TABLE}_evidence_key"), TABLE, ["evidence_key"])
    op.execute(f"REVOKE UPDATE, DELETE ON {TABLE} FROM citizenreport_app")
    op.execute(
        "GRANT SELECT (code, year, revision, definition_version, value, source, evidence_sha256)"
        f" ON {TABLE} TO citizenreport_public"
    )


def downgrade() -> None:
    op.drop_table(TABLE)
