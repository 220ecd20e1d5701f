"""letters to bodies outside, and the numbers of copies in other channels"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "referral",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("body_code", sa.Text(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("letter_year", sa.Integer(), nullable=False),
        sa.Column("letter_number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", AT, nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_referral_ticket_id")),
        sa.UniqueConstraint(
            "agency_code", "letter_year", "letter_number", name=op.f("uq_referral_agency_code_letter_year_letter_number")
        ),
    )
    op.create_index(op.f("ix_referral_ticket_id"), "referral", ["ticket_id"])
    op.create_table(
        "outside_copy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("external_number", sa.Text(), nullable=False),
        sa.Column("kept_at", AT, nullable=False),
        sa.Column("kept_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_copy")),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_outside_copy_ticket_id")
        ),
        sa.UniqueConstraint(
            "ticket_id", "channel", "external_number", name=op.f("uq_outside_copy_ticket_id_channel_external_number")
        ),
    )
    op.create_index(
        op.f("ix_outside_copy_external_number"), "outside_copy", ["external_number"]
    )


def downgrade() -> None:
    op.drop_table("outside_copy")
    op.drop_table("referral")
