"""words of reports in a table of their own, filed after the report was acknowledged"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"

TEXT = "((COALESCE(description, ''::text) || ' '::text) || COALESCE(landmark, ''::text))"
IS_PLAIN = "description_sealed IS NULL AND concat(description, landmark) ~ '\\S'"

FOLLOW = f"""
CREATE FUNCTION report_words_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM report_words WHERE report_id = NEW.id;
    INSERT INTO report_words (report_id, written)
    SELECT id, concat_ws(' ', description, landmark) FROM report WHERE id = NEW.id AND {IS_PLAIN};
    RETURN NULL;
END $$;

CREATE TRIGGER report_words_follow
AFTER UPDATE OF description, landmark, description_sealed ON report FOR EACH ROW
WHEN ((OLD.description, OLD.landmark, OLD.description_sealed)
    IS DISTINCT FROM (NEW.description, NEW.landmark, NEW.description_sealed))
EXECUTE FUNCTION report_words_follow();
"""


def upgrade() -> None:
    # Over a million reports the indexes of the texts take longer than a migration usually may.
    op.execute("SET LOCAL statement_timeout = 0")
    for name in ("ix_report_trigrams", "ix_report_words"):
        op.drop_index(name, table_name="report")
    op.create_table(
        "report_words",
        sa.Column(
            "report_id", sa.Uuid(), sa.ForeignKey("report.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("written", sa.Text(), nullable=False),
    )
    op.execute(
        "INSERT INTO report_words (report_id, written)"
        f" SELECT id, concat_ws(' ', description, landmark) FROM report WHERE {IS_PLAIN}"
    )
    op.create_index(
        "ix_report_words_stems",
        "report_words",
        [sa.text("to_tsvector('indonesian'::regconfig, written)")],
        postgresql_using="gin",
    )
    op.create_index(
        "ix_report_words_trigrams",
        "report_words",
        ["written"],
        postgresql_using="gin",
        postgresql_ops={"written": "gin_trgm_ops"},
    )
    op.execute(FOLLOW)


def downgrade() -> None:
    op.execute("SET LOCAL statement_timeout = 0")
    op.execute("DROP TRIGGER report_words_follow ON report")
    op.execute("DROP FUNCTION report_words_follow()")
    op.drop_table("report_words")
    op.create_index(
        "ix_report_words",
        "report",
        [sa.text(f"to_tsvector('indonesian'::regconfig, {TEXT})")],
        postgresql_using="gin",
    )
    op.create_index(
        "ix_report_trigrams",
        "report",
        [sa.literal_column(TEXT).label("written")],
        postgresql_using="gin",
        postgresql_ops={"written": "gin_trgm_ops"},
    )
