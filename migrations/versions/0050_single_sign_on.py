"""single sign-on: whose account at the provider is whose here"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column("staff_session", sa.Column("recheck_at", moment, nullable=True))
    op.create_table(
        "sso_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("mail_mark", sa.LargeBinary(), nullable=True),
        sa.Column("linked_at", moment, nullable=False),
        sa.Column("left_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_sso_link_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sso_link")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_sso_link_issuer_subject")),
        sa.UniqueConstraint("mail_mark", name=op.f("uq_sso_link_mail_mark")),
        sa.UniqueConstraint("staff_id", name=op.f("uq_sso_link_staff_id")),
    )
    op.create_table(
        "sso_mail",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("mail_mark", sa.LargeBinary(), nullable=False),
        sa.Column("set_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_sso_mail_staff_id_staff")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_sso_mail")),
        sa.UniqueConstraint("mail_mark", name=op.f("uq_sso_mail_mail_mark")),
    )
    op.create_table(
        "sso_session",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("sid_mark", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.Text(), nullable=True),
        sa.Column("refresh_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("confirmed_at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["staff_session.id"],
            name=op.f("fk_sso_session_session_id_staff_session"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["sso_link.id"], name=op.f("fk_sso_session_link_id_sso_link")
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_sso_session")),
    )
    op.create_index(op.f("ix_sso_session_link_id"), "sso_session", ["link_id"])
    op.create_index(op.f("ix_sso_session_sid_mark"), "sso_session", ["sid_mark"])
    op.create_table(
        "sso_attempt",
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("onward", sa.Text(), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("proving", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_sso_attempt")),
    )
    op.create_index(op.f("ix_sso_attempt_made_at"), "sso_attempt", ["made_at"])
    op.create_table(
        "sso_logout_token",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("until", moment, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sso_logout_token")),
    )
    op.create_index(op.f("ix_sso_logout_token_until"), "sso_logout_token", ["until"])


def downgrade() -> None:
    for table in ("sso_logout_token", "sso_attempt", "sso_session", "sso_mail", "sso_link"):
        op.drop_table(table)
    op.drop_column("staff_session", "recheck_at")
