"""rules edited as drafts, tried on the past, activated and undone"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0046"
down_revision = "0045"

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("pack_version", sa.Column("base_digest", sa.Text(), nullable=True))
    op.create_table(
        "rule_draft",
        sa.Column("city_code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rows", JSONB(), nullable=False),
        sa.Column("edited_at", AT, nullable=False),
        sa.Column("edited_by", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("city_code", name=op.f("pk_rule_draft")),
        sa.ForeignKeyConstraint(["edited_by"], ["staff.id"], name=op.f("fk_rule_draft_edited_by")),
    )
    op.create_table(
        "rule_replay",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("draft_version", sa.Integer(), nullable=False),
        sa.Column("pack_version", sa.Integer(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("rows", JSONB(), nullable=False),
        sa.Column("previous_rows", JSONB(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", AT, nullable=False),
        sa.Column("done_count", sa.Integer(), nullable=False),
        sa.Column("total_count", sa.Integer(), nullable=True),
        sa.Column("result", JSONB(), nullable=True),
        sa.Column("finished_at", AT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("activated_by", sa.Uuid(), nullable=True),
        sa.Column("activated_at", AT, nullable=True),
        sa.Column("new_pack_version", sa.Integer(), nullable=True),
        sa.Column("applied_at", AT, nullable=True),
        sa.Column("undo_reason", sa.Text(), nullable=True),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.Column("undone_at", AT, nullable=True),
        sa.Column("restored_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_replay")),
        *(
            sa.ForeignKeyConstraint([name], ["staff.id"], name=op.f(f"fk_rule_replay_{name}"))
            for name in ("asked_by", "activated_by", "undone_by")
        ),
    )
    op.create_table(
        "rule_move",
        sa.Column("replay_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("seen_version", sa.Integer(), nullable=False),
        sa.Column("from_agency_code", sa.Text(), nullable=False),
        sa.Column("to_agency_code", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("inputs", JSONB(), nullable=False),
        sa.Column("from_assignment_id", sa.Uuid(), nullable=False),
        sa.Column("from_assignee_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("moved_version", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("replay_id", "ticket_id", name=op.f("pk_rule_move")),
        sa.ForeignKeyConstraint(
            ["replay_id"],
            ["rule_replay.id"],
            name=op.f("fk_rule_move_replay_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_rule_move_ticket_id")),
        sa.ForeignKeyConstraint(
            ["from_assignment_id"], ["assignment.id"], name=op.f("fk_rule_move_from_assignment_id")
        ),
        sa.ForeignKeyConstraint(
            ["from_assignee_id"], ["staff.id"], name=op.f("fk_rule_move_from_assignee_id")
        ),
    )
    op.create_index("ix_rule_move_ticket", "rule_move", ["ticket_id"])


def downgrade() -> None:
    for table in ("rule_move", "rule_replay", "rule_draft"):
        op.drop_table(table)
    op.drop_column("pack_version", "base_digest")
