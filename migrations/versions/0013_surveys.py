"""answers of the satisfaction survey and of the feeling-of-safety pulse, and the pulse's results"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "survey_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.Column("scores", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("is_settled", sa.Boolean(), nullable=True),
        sa.Column("was_public", sa.Boolean(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.id"],
            name=op.f("fk_survey_answer_ticket_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_answer")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_survey_answer_ticket_id")),
    )
    op.create_index(op.f("ix_survey_answer_answered_on"), "survey_answer", ["answered_on"])
    op.create_table(
        "pulse_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("by_day", sa.Text(), nullable=True),
        sa.Column("after_dark", sa.Text(), nullable=True),
        sa.Column("area_code", sa.Text(), nullable=True),
        sa.Column("age_band", sa.Text(), nullable=True),
        sa.Column("sex", sa.Text(), nullable=True),
        sa.Column("browser_hmac", sa.LargeBinary(), nullable=True),
        sa.Column("network_hmac", sa.LargeBinary(), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held", sa.Text(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pulse_answer")),
    )
    op.create_index(
        "uq_pulse_answer_browser", "pulse_answer", ["month_on", "browser_hmac"], unique=True
    )
    op.create_index(
        "ix_pulse_answer_arrived",
        "pulse_answer",
        ["arrived_at"],
        postgresql_where=sa.text("arrived_at IS NOT NULL"),
    )
    op.create_table(
        "published_pulse_value",
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("division", sa.Text(), nullable=False),
        sa.Column("cell", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("share", sa.Numeric(precision=4, scale=1), nullable=False),
        sa.Column("standard_error", sa.Numeric(precision=4, scale=1), nullable=False),
        sa.Column("effective_n", sa.Numeric(precision=10, scale=1), nullable=False),
        sa.Column("is_weighted", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint(
            "month_on", "question", "division", "cell", name=op.f("pk_published_pulse_value")
        ),
    )
    op.execute("GRANT SELECT ON published_pulse_value TO citizenreport_public")


def downgrade() -> None:
    op.drop_table("published_pulse_value")
    op.drop_table("pulse_answer")
    op.drop_table("survey_answer")
