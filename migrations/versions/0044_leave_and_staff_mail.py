"""who entered a delegation; which mail addresses of staff are confirmed

An address that is there already was entered by its owner, signed in, and is called today: it stays
in use, or nobody would be reached on the day of the upgrade.
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("delegation", sa.Column("made_by", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_delegation_made_by"), "delegation", "staff", ["made_by"], ["id"]
    )
    op.add_column("staff_address", sa.Column("confirmed_at", AT, nullable=True))
    op.execute("UPDATE staff_address SET confirmed_at = created_at")
    op.create_check_constraint(
        op.f("ck_staff_address_confirmed"),
        "staff_address",
        "channel = 'mail' OR confirmed_at IS NOT NULL",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_staff_address_confirmed"), "staff_address", type_="check")
    op.execute("DELETE FROM staff_address WHERE confirmed_at IS NULL")
    op.drop_column("staff_address", "confirmed_at")
    op.drop_constraint(op.f("fk_delegation_made_by"), "delegation", type_="foreignkey")
    op.drop_column("delegation", "made_by")
