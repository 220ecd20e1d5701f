"""words of staff searches, sealed, so that no address holds them"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"


def upgrade() -> None:
    op.create_table(
        "staff_search",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("view_id", sa.Uuid(), nullable=True),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("searched_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(session_id, view_id) = 1", name=op.f("ck_staff_search_keeper")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_search_staff_id"),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["staff_session.id"],
            name="fk_staff_search_session_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["view_id"], ["saved_view.id"], name="fk_staff_search_view_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_search")),
    )
    for column in ("staff_id", "session_id", "view_id", "searched_at"):
        op.create_index(op.f(f"ix_staff_search_{column}"), "staff_search", [column])


def downgrade() -> None:
    op.execute("UPDATE saved_view SET filters = filters - 'kata'")
    op.drop_table("staff_search")
