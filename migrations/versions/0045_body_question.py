"""questions put to the body a report is about, and its answers, sealed"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "body_question",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("body_code", sa.Text(), nullable=False),
        sa.Column("asked_at", AT, nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("question_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("answered_at", AT, nullable=True),
        sa.Column("key_id", sa.Text(), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body_question")),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_body_question_ticket_id")
        ),
    )
    op.create_index(op.f("ix_body_question_ticket_id"), "body_question", ["ticket_id"])
    op.create_index(
        "ix_body_question_body",
        "body_question",
        ["body_code"],
        postgresql_where=sa.text("question_sealed IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("body_question")
