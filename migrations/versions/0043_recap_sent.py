"""which weekly recaps were given to the mailer, so that each goes out once"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    op.create_table(
        "recap_sent",
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("monday", "edition", name=op.f("pk_recap_sent")),
    )


def downgrade() -> None:
    op.drop_table("recap_sent")
