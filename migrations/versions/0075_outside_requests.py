"""referrals that go to an outside body's own system, and what became of them there"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0075"
down_revision = "0074"

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "outside_request",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("body_code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("external_status", sa.Text(), nullable=False),
        sa.Column("tried_at", AT, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("told", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("made_at", AT, nullable=False),
        sa.Column("next_at", AT, nullable=False),
        sa.Column("sent_at", AT, nullable=True),
        sa.Column("heard_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("referral_id", name=op.f("pk_outside_request")),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referral.id"], name=op.f("fk_outside_request_referral_id_referral")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_outside_request_ticket_id_ticket")
        ),
    )
    op.create_index(
        "ix_outside_request_due",
        "outside_request",
        ["next_at"],
        postgresql_where=sa.text("state IN ('waiting', 'sent')"),
    )
    op.create_index("ix_outside_request_ticket", "outside_request", ["ticket_id"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON outside_request TO citizenreport_app")


def downgrade() -> None:
    op.drop_table("outside_request")
