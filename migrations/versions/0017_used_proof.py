"""proofs of work that were used, and tickets that moderators should look at twice"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "used_proof",
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_used_proof")),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("ix_used_proof_expires_at"), "used_proof", ["expires_at"])
    op.add_column(
        "ticket",
        sa.Column("needs_check", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("ticket", "needs_check")
    op.drop_table("used_proof")
