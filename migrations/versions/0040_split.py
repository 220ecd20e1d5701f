"""which ticket a ticket was split from: one report may hold two problems"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    op.add_column("ticket", sa.Column("split_from_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_ticket_split_from_id_ticket", "ticket", "ticket", ["split_from_id"], ["id"]
    )


def downgrade() -> None:
    op.drop_constraint("fk_ticket_split_from_id_ticket", "ticket", type_="foreignkey")
    op.drop_column("ticket", "split_from_id")
