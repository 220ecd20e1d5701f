"""Run by Alembic. Migrations never import citizenreport's columns: they must outlive them."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from geoalchemy2 import alembic_helpers
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.types import TypeDecorator

LOCK_TIMEOUT = "4s"
STATEMENT_TIMEOUT = "60s"


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write our own column types as the plain type below them."""
    if kind == "type" and isinstance(item, TypeDecorator):
        item = item.impl_instance
    return alembic_helpers.render_item(kind, item, autogen)


def include_object(item: Any, name: str | None, kind: str, *compared: Any) -> bool:
    """Leave alone what is not ours: PostGIS's own table, and the queue's (migration 0005)."""
    is_queue = kind == "table" and (name or "").startswith("procrastinate_")
    return not is_queue and bool(alembic_helpers.include_object(item, name, kind, *compared))


def run() -> None:
    """Migrate one database, one migration per transaction, alone, as the login role itself."""
    engine = create_engine(current_app.config["SQLALCHEMY_DATABASE_URI"], poolclass=NullPool)
    with engine.connect() as connection:
        # Whoever comes second waits here for the first, however long that takes.
        connection.execute(text("SELECT pg_advisory_lock(hashtext('citizenreport.migrations'))"))
        connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.execute(text(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=current_app.extensions["migrate"].db.metadata,
            transaction_per_migration=True,
            compare_type=True,
            compare_server_default=True,
            include_object=include_object,
            process_revision_directives=alembic_helpers.writer,
            render_item=render_item,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
