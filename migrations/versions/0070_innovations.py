"""the register of innovations, its files and notes, and the published copies"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0070"
down_revision = "0069"

TEXTS = (
    *("main_affair", "other_affairs", "place", "legal_basis", "problem", "strategic_issue"),
    *("novelty", "advantage", "aim", "benefit", "result", "video_url", "novelty_reason"),
)


def upgrade() -> None:
    op.create_table(
        "innovation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("agency_name", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("initiator", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("is_digital", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
        sa.Column("trial_on", sa.Date(), nullable=True),
        sa.Column("applied_on", sa.Date(), nullable=True),
        sa.Column("category_codes", postgresql.JSONB(), nullable=False),
        sa.Column("area_codes", postgresql.JSONB(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("novelty_decision", sa.Text(), nullable=True),
        sa.Column("slug", sa.Text(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_innovation")),
        sa.UniqueConstraint("slug", name=op.f("uq_innovation_slug")),
    )
    op.create_index("ix_innovation_year", "innovation", ["year", "agency_code"])
    op.create_table(
        "innovation_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("innovation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_innovation_file")),
        sa.ForeignKeyConstraint(
            ["innovation_id"], ["innovation.id"], name=op.f("fk_innovation_file_innovation_id")
        ),
    )
    for column in ("innovation_id", "storage_key"):
        op.create_index(op.f(f"ix_innovation_file_{column}"), "innovation_file", [column])
    op.create_table(
        "innovation_note",
        sa.Column("innovation_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("innovation_id", "seq", name=op.f("pk_innovation_note")),
        sa.ForeignKeyConstraint(
            ["innovation_id"], ["innovation.id"], name=op.f("fk_innovation_note_innovation_id")
        ),
    )
    op.create_table(
        "published_innovation",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("agency_name", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_published_innovation")),
    )
    op.create_index("ix_published_innovation_year", "published_innovation", ["year", "slug"])
    op.create_table(
        "published_innovation_file",
        sa.Column("file_code", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("file_code", name=op.f("pk_published_innovation_file")),
        sa.ForeignKeyConstraint(
            ["slug"],
            ["published_innovation.slug"],
            name=op.f("fk_published_innovation_file_slug"),
            ondelete="CASCADE",
        ),
    )
    for column in ("slug", "storage_key"):
        op.create_index(
            op.f(f"ix_published_innovation_file_{column}"), "published_innovation_file", [column]
        )
    op.execute("REVOKE UPDATE, DELETE ON innovation_note FROM citizenreport_app")
    op.execute(
        "GRANT SELECT ON published_innovation, published_innovation_file TO citizenreport_public"
    )


def downgrade() -> None:
    for table in (
        *("published_innovation_file", "published_innovation"),
        *("innovation_note", "innovation_file", "innovation"),
    ):
        op.drop_table(table)
