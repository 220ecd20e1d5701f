"""chats that are going on: sealed, found by keyed hashes, forgotten after a day"""

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"

AT = sa.DateTime(timezone=True)
TABLES = ("chat_photo", "open_chat", "chat_message", "chat_answer", "carrier_state")


def upgrade() -> None:
    op.create_table(
        "open_chat",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("sender_hmac", sa.LargeBinary(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("heard_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_chat")),
        sa.UniqueConstraint("carrier", "sender_hmac", name=op.f("uq_open_chat_carrier_sender_hmac")),
    )
    op.create_index(op.f("ix_open_chat_heard_at"), "open_chat", ["heard_at"])
    op.create_table(
        "chat_photo",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("chat_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_photo")),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["open_chat.id"], name=op.f("fk_chat_photo_chat_id"), ondelete="CASCADE"
        ),
    )
    op.create_index(op.f("ix_chat_photo_chat_id"), "chat_photo", ["chat_id"])
    _messages()
    for table in TABLES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO citizenreport_app")


def _messages() -> None:
    op.create_table(
        "chat_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("message_hmac", sa.LargeBinary(), nullable=False),
        sa.Column("sender_hmac", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", AT, nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.Text(), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("became_report", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_message")),
        sa.UniqueConstraint("carrier", "message_hmac", name=op.f("uq_chat_message_carrier_message_hmac")),
    )
    op.create_index(
        "ix_chat_message_sender", "chat_message", ["carrier", "sender_hmac", "received_at"]
    )
    op.create_index("ix_chat_message_received", "chat_message", ["received_at"])
    op.create_table(
        "chat_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("heard_at", AT, nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_answer")),
    )
    op.create_index(op.f("ix_chat_answer_heard_at"), "chat_answer", ["heard_at"])
    op.create_table(
        "carrier_state",
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("heard_at", AT, nullable=True),
        sa.Column("failed_at", AT, nullable=True),
        sa.Column("fault", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("carrier", name=op.f("pk_carrier_state")),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
