"""holidays, replies, texts, categories and agencies edited as drafts, put into force and taken back"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0057"
down_revision = "0056"

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "pack_draft",
        sa.Column("city_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("patch", JSONB(), nullable=False),
        sa.Column("edited_at", AT, nullable=False),
        sa.Column("edited_by", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("city_code", "kind", name=op.f("pk_pack_draft")),
        sa.ForeignKeyConstraint(["edited_by"], ["staff.id"], name=op.f("fk_pack_draft_edited_by")),
    )
    op.create_table(
        "pack_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("city_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("before", JSONB(), nullable=False),
        sa.Column("after", JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", AT, nullable=False),
        sa.Column("put_at", AT, nullable=True),
        sa.Column("pack_version", sa.Integer(), nullable=True),
        sa.Column("failed_at", AT, nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("undo_reason", sa.Text(), nullable=True),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.Column("undone_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_change")),
        *(
            sa.ForeignKeyConstraint([name], ["staff.id"], name=op.f(f"fk_pack_change_{name}"))
            for name in ("decided_by", "undone_by")
        ),
    )
    op.create_index(
        "uq_pack_change_waiting",
        "pack_change",
        ["city_code", "kind"],
        unique=True,
        postgresql_where=sa.text("put_at IS NULL AND undone_at IS NULL AND failed_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("pack_change")
    op.drop_table("pack_draft")
