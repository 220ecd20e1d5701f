"""Put the application together. The only module that knows every door and every table."""

from collections.abc import Mapping
from pathlib import Path

from flask import Blueprint, Flask
from flask_migrate import Migrate

import citizenreport.cities.models
import citizenreport.identity.models
import citizenreport.intake.models
import citizenreport.ledger.models
import citizenreport.publication.models
import citizenreport.routing.models
import citizenreport.triage.models  # noqa: F401
from citizenreport.console import home, login
from citizenreport.core.db import db
from citizenreport.core.engines import engine_settings
from citizenreport.web import setup
from citizenreport.web.context import Services

# Each door adds its blueprint; each room with tables adds `import citizenreport.<room>.models` above.
DOORS: tuple[Blueprint, ...] = (login.bp, home.bp)

MIGRATIONS = Path(__file__).parents[1] / "migrations"
SAFE_DEFAULTS = {
    "MAX_CONTENT_LENGTH": 80 * 1024 * 1024,  # five photos of 15 MB and the form around them
    "SQLALCHEMY_RECORD_QUERIES": False,
}


def create_app(settings: Mapping[str, object]) -> Flask:
    """Build the application from settings already read and checked (see config.py)."""
    app = Flask(__name__, static_folder=None)
    app.config.from_mapping(SAFE_DEFAULTS)
    app.config.from_mapping(settings)
    app.config.from_mapping(engine_settings(str(settings["SQLALCHEMY_DATABASE_URI"])))
    db.init_app(app)
    Migrate(app, db, directory=str(MIGRATIONS), render_as_batch=False)
    setup.init_app(app, Services())
    for door in DOORS:
        app.register_blueprint(door)
    return app
