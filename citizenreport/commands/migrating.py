"""The migrations, for commands and tests; the web server does without them."""

from pathlib import Path

from flask import Flask
from sqlalchemy import inspect, text

from citizenreport.core.db import db
from citizenreport.core.engines import login_engine

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def attach_migrations(app: Flask) -> None:
    """Let Flask-Migrate's functions and commands work on the application."""
    from flask_migrate import Migrate  # noqa: PLC0415 - Alembic takes half a second to load

    Migrate(app, db, directory=str(MIGRATIONS), render_as_batch=False)


def migrate(app: Flask) -> None:
    """Bring the database to the newest migration, unless it is there."""
    if is_newest(str(app.config["SQLALCHEMY_DATABASE_URI"])):
        return
    from flask_migrate import upgrade  # noqa: PLC0415 - see above

    attach_migrations(app)
    with app.app_context():
        upgrade()


def is_newest(database_url: str) -> bool:
    """Tell whether the database has seen the migration with the highest number."""
    newest = max(path.name for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))[:4]
    with login_engine(database_url).connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return newest in connection.scalars(text("SELECT version_num FROM alembic_version"))
