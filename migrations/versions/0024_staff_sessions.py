"""sessions that their owner can tell apart and end; when a factor was given last"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    # Whoever is signed in signs in again: old rows know neither browser nor proof.
    op.execute("DELETE FROM staff_session")
    op.add_column("staff_session", sa.Column("id", sa.Uuid(), nullable=False))
    op.add_column(
        "staff_session", sa.Column("proved_at", sa.DateTime(timezone=True), nullable=False)
    )
    op.add_column("staff_session", sa.Column("browser", sa.Text(), nullable=False))
    op.add_column("staff_session", sa.Column("awaits_factor", sa.Boolean(), nullable=False))
    op.create_unique_constraint(op.f("uq_staff_session_id"), "staff_session", ["id"])


def downgrade() -> None:
    op.drop_constraint(op.f("uq_staff_session_id"), "staff_session")
    for column in ("awaits_factor", "browser", "proved_at", "id"):
        op.drop_column("staff_session", column)
