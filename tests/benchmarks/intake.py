"""Full intake over HTTP against one bare INSERT + COMMIT per request, under the same server."""

import json
import statistics
import subprocess
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from citizenreport.commands.granian import answers, free_port, server_command
from citizenreport.core.cluster import private_cluster
from citizenreport.core.db import db, transaction
from citizenreport.core.keys import make_key_files
from citizenreport.core.postgres import reachable_data_dir
from tests.benchmarks.load import rate, request
from tests.databases import FreshDatabase, ensure_template, fresh_database_in, load_magelang
from tests.servers import HOST, ROOT, environment_of

ROUNDS = 5
REQUESTS = 2_400
REPORT = {
    "category_code": "A04",
    "position": {"lon": 110.22199, "lat": -7.478474},
    "description": "Lampu jalan di depan sekolah mati sejak kemarin, jalan jadi gelap.",
}
CONFIDENTIAL = {
    "category_code": "A12",
    "description": "Suara pukulan dan tangis dari rumah sebelah, hampir tiap malam.",
    "contact": {"email": "warga@example.org"},
    "subject": {"person": "tetangga"},
}


def figures() -> Iterator[dict[str, object]]:
    """Yield the rates of each round and the ratios of their medians."""
    body = json.dumps(REPORT).encode()
    messages = {
        "no_framework": request("/no-framework", body),
        "bare": request("/bare", body),
        "session": request("/session", body),
        "intake": request("/api/v1/reports", body),
        "confidential": request("/api/v1/reports", json.dumps(CONFIDENTIAL).encode()),
    }
    rates: dict[str, list[float]] = {name: [] for name in messages}
    with bench_server() as port:
        for message in messages.values():
            rate(port, message, 400)  # warm up
        for _ in range(ROUNDS):
            for name, message in messages.items():
                rates[name].append(rate(port, message, REQUESTS))
    medians = {name: statistics.median(found) for name, found in rates.items()}
    for name in ("no_framework", "bare", "session", "intake"):
        found = rates[name]
        yield {
            "figure": f"{name}_per_s",
            "value": round(medians[name]),
            "rounds": [round(x) for x in found],
        }
    ratios = [full / bare for full, bare in zip(rates["intake"], rates["bare"], strict=True)]
    yield {
        "figure": "intake_to_bare",
        "value": round(statistics.median(ratios), 3),
        "rounds": [round(x, 3) for x in ratios],
        "goal": ">= 0.333",
    }
    for other in ("no_framework", "session"):
        ratio = medians["intake"] / medians[other]
        yield {"figure": f"intake_to_{other}", "value": round(ratio, 3)}
    yield {
        "figure": "intake_confidential_per_s",
        "value": round(medians["confidential"]),
        "what": "contact, text and person sealed",
    }


@contextmanager
def bench_server() -> Generator[int, None, None]:
    """Give the port of a server (2 workers x 4 threads) on a durable database of its own."""
    with tempfile.TemporaryDirectory(prefix="cr-bench-") as name, bench_database(Path(name)) as own:
        port = free_port()
        command = [
            "tests.benchmarks.server:app" if part == "wsgi:app" else part
            for part in server_command(host=HOST, port=port)
        ]
        process = subprocess.Popen(command, cwd=ROOT, env=environment_of(own.settings, own.url))
        try:
            assert answers(HOST, port, within_s=60), "the server did not start"
            yield port
        finally:
            process.terminate()
            process.wait()


@contextmanager
def bench_database(folder: Path) -> Generator[FreshDatabase, None, None]:
    """Give a database with fsync on and Magelang loaded."""
    make_key_files(folder / "keys", demo=True)
    settings: dict[str, object] = {
        "SECRET_KEY": "only for benchmarks",
        "PUBLIC_URL": "http://localhost",
        "IS_PRIVATE": True,
        "MAY_USE_DEMO_KEYS": True,
        "CITY": "magelang",
        "KEYS_DIR": folder / "keys",
        "STORAGE_DIR": folder / "storage",
        "CHECKPOINT_DIR": folder / "checkpoints",
        "SMTP_URL": "",
        "MAIL_FROM": "",
        "LIMITS": "times=1000000",  # counted all the same; one address sends everything
        "PASSWORD_MEMORY_KIB": 8,
        "PASSWORD_TIME_COST": 1,
    }
    data_dir = reachable_data_dir(Path(tempfile.mkdtemp(prefix="cr-bench-db-")))
    with private_cluster(data_dir) as cluster:
        ensure_template(cluster, settings)
        with fresh_database_in(cluster, "bench", settings) as database:
            with database.owner() as connection:
                connection.execute("CREATE TABLE bench_row (id bigserial PRIMARY KEY, body text)")
                connection.execute("GRANT ALL ON bench_row, bench_row_id_seq TO citizenreport_app")
            with database.app.app_context(), transaction() as session:
                load_magelang(session)
                db.session.remove()
            yield database
