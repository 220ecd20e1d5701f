"""numbered releases of tables: public cells, and the sealed log beside them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0054"
down_revision = "0053"

AT = sa.DateTime(timezone=True)
TABLES = "published_release_cell, published_table_release, table_release"


def upgrade() -> None:
    op.create_table(
        "table_release",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("period_code", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("cut_off_at", AT, nullable=False),
        sa.Column("recorded_at", AT, nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("pack_version", sa.Integer(), nullable=False),
        sa.Column("whole_step", sa.Integer(), nullable=False),
        sa.Column("sealed", JSONB(), nullable=False),
        sa.Column("proof", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_table_release")),
        sa.UniqueConstraint(
            "period_code", "revision", name=op.f("uq_table_release_period_code_revision")
        ),
    )
    op.create_index(op.f("ix_table_release_year"), "table_release", ["year"])
    op.create_table(
        "published_table_release",
        sa.Column("period_code", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("cut_off_at", AT, nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("log", JSONB(), nullable=False),
        sa.Column("proof", JSONB(), nullable=False),
        sa.Column("whole", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("period_code", "revision", name=op.f("pk_published_table_release")),
    )
    op.create_table(
        "published_release_cell",
        sa.Column("period_code", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("table_code", sa.Text(), nullable=False),
        sa.Column("row_code", sa.Text(), nullable=False),
        sa.Column("column_code", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint(
            "period_code",
            "revision",
            "table_code",
            "row_code",
            "column_code",
            name=op.f("pk_published_release_cell"),
        ),
        sa.ForeignKeyConstraint(
            ["period_code", "revision"],
            ["published_table_release.period_code", "published_table_release.revision"],
            name=op.f("fk_published_release_cell_period_code_revision"),
        ),
    )
    op.execute(f"REVOKE UPDATE, DELETE ON {TABLES} FROM citizenreport_app")
    op.execute(
        "GRANT SELECT ON published_release_cell, published_table_release TO citizenreport_public"
    )


def downgrade() -> None:
    for table in ("published_release_cell", "published_table_release", "table_release"):
        op.drop_table(table)
