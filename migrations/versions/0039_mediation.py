"""the record of a mediation, sealed"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "mediation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", AT, nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("follow_up_on", sa.Date(), nullable=True),
        sa.Column("reminded_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_mediation_ticket_id")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_mediation_ticket_id")),
    )
    op.create_index(
        "ix_mediation_follow_up",
        "mediation",
        ["follow_up_on"],
        postgresql_where=sa.text("follow_up_on IS NOT NULL AND reminded_at IS NULL"),
    )
    op.create_table(
        "mediation_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mediation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("written_at", AT, nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation_entry")),
        sa.ForeignKeyConstraint(
            ["mediation_id"], ["mediation.id"], name=op.f("fk_mediation_entry_mediation_id")
        ),
    )
    op.create_index(op.f("ix_mediation_entry_mediation_id"), "mediation_entry", ["mediation_id"])


def downgrade() -> None:
    op.drop_table("mediation_entry")
    op.drop_table("mediation")
