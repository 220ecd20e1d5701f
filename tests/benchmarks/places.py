"""Databases of a benchmark's own."""

import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from citizenreport.cities.rules import City
from citizenreport.core.cluster import private_cluster
from citizenreport.core.db import db
from citizenreport.core.keys import make_key_files
from citizenreport.core.postgres import reachable_data_dir
from tests.databases import FreshDatabase, ensure_template, fresh_database_in, load_magelang

Place = tuple[FreshDatabase, City]


@contextmanager
def databases(*names: str) -> Generator[list[Place], None, None]:
    """Give databases with the city and nothing else in them, in a cluster that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="cr-bench-") as folder, ExitStack() as stack:
        make_key_files(Path(folder) / "keys", demo=True)
        settings: dict[str, object] = {
            "SECRET_KEY": "only for benchmarks",
            "PUBLIC_URL": "http://localhost",
            "IS_PRIVATE": True,
            "MAY_USE_DEMO_KEYS": True,
            "CITY": "magelang",
            "KEYS_DIR": Path(folder) / "keys",
            "STORAGE_DIR": Path(folder) / "storage",
            "CHECKPOINT_DIR": Path(folder) / "checkpoints",
            "SMTP_URL": "",
            "MAIL_FROM": "",
        }
        data_dir = reachable_data_dir(Path(tempfile.mkdtemp(prefix="cr-bench-db-")))
        cluster = stack.enter_context(private_cluster(data_dir, fast_and_unsafe=True))
        ensure_template(cluster, settings)
        places = []
        for name in names:
            database = stack.enter_context(fresh_database_in(cluster, name, settings))
            with database.app.app_context():
                city = load_magelang(db.session())
                db.session.commit()
                db.session.remove()
            places.append((database, city))
        yield places
