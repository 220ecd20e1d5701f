"""imports: what was uploaded, how it is read, what came of it, and what an undo takes back"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0071"
down_revision = "0070"

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "import_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("suffix", sa.Text(), nullable=False),
        sa.Column("file_keys", ARRAY(sa.Text()), nullable=False),
        sa.Column("rejects_key", sa.Text(), nullable=True),
        sa.Column("key_id", sa.Text(), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("sketch_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("mapping_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("files_expire_at", AT, nullable=True),
        sa.Column("harvest", JSONB(), nullable=True),
        sa.Column("total_count", sa.Integer(), nullable=False),
        sa.Column("done_count", sa.Integer(), nullable=False),
        sa.Column("counts", JSONB(), nullable=False),
        sa.Column("is_stopping", sa.Boolean(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("finished_at", AT, nullable=True),
        sa.Column("undone_by_id", sa.Uuid(), nullable=True),
        sa.Column("undone_at", AT, nullable=True),
        sa.Column("undo_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_import_run_by_id")),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["staff.id"], name=op.f("fk_import_run_undone_by_id")
        ),
    )
    op.create_table(
        "imported_ticket",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", "ticket_id", name=op.f("pk_imported_ticket")),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_run.id"], name=op.f("fk_imported_ticket_import_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_imported_ticket_ticket_id")
        ),
    )
    op.create_index("ix_imported_ticket_ticket", "imported_ticket", ["ticket_id"])


def downgrade() -> None:
    op.drop_table("imported_ticket")
    op.drop_table("import_run")
