"""whom we may write to: confirmed contacts, subscriptions, browsers"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

AT = sa.DateTime(timezone=True)


def _address() -> list[sa.Column]:
    return [
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("address_hmac", sa.LargeBinary(), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "contact_check",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", AT, nullable=False),
        sa.Column("confirmed_at", AT, nullable=True),
        sa.Column("stopped_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_contact_check")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_contact_check_report_id"), ondelete="CASCADE"
        ),
    )
    op.create_table(
        "subscription",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=True),
        sa.Column("aspect", sa.Text(), nullable=True),
        sa.Column("frequency", sa.Text(), nullable=False),
        *_address(),
        sa.Column("confirmed_at", AT, nullable=True),
        sa.Column("ended_at", AT, nullable=True),
        sa.Column("told_through", sa.Date(), nullable=True),
        sa.CheckConstraint("channel IN ('mail', 'push')", name=op.f("ck_subscription_channel")),
        sa.CheckConstraint(
            "frequency IN ('daily', 'weekly')", name=op.f("ck_subscription_frequency")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
    )
    op.create_index(op.f("ix_subscription_address_hmac"), "subscription", ["address_hmac"])
    op.create_index("ix_subscription_due", "subscription", ["frequency", "told_through"])
    op.create_table(
        "push_watch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        *_address(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_watch")),
        sa.UniqueConstraint(
            "report_id", "address_hmac", name=op.f("uq_push_watch_report_id_address_hmac")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_push_watch_report_id"), ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    for table in ("push_watch", "subscription", "contact_check"):
        op.drop_table(table)
