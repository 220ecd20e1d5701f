"""the on-call roster of each agency"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "duty_shift",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("starts_at", AT, nullable=False),
        sa.Column("ends_at", AT, nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("entered_at", AT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_duty_shift_times")),
        sa.CheckConstraint("rank BETWEEN 0 AND 5", name=op.f("ck_duty_shift_rank")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_shift")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_duty_shift_staff_id")
        ),
    )
    op.create_index("ix_duty_shift_agency", "duty_shift", ["agency_code", "ends_at"])


def downgrade() -> None:
    op.drop_table("duty_shift")
