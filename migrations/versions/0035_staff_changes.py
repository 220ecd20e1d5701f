"""a first password that expires; work taken over during leave"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.add_column(
        "staff", sa.Column("password_expires_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_table(
        "delegation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_staff_id", sa.Uuid(), nullable=False),
        sa.Column("to_staff_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("from_staff_id <> to_staff_id", name=op.f("ck_delegation_another")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_delegation_order")),
        sa.ForeignKeyConstraint(
            ["from_staff_id"], ["staff.id"], name=op.f("fk_delegation_from_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_staff_id"], ["staff.id"], name=op.f("fk_delegation_to_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index(op.f("ix_delegation_from_staff_id"), "delegation", ["from_staff_id"])
    op.create_index(op.f("ix_delegation_to_staff_id"), "delegation", ["to_staff_id"])


def downgrade() -> None:
    op.drop_table("delegation")
    op.drop_column("staff", "password_expires_at")
