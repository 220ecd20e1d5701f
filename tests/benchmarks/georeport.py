"""How long a list of 1,000 published reports takes beside one of 50, over GeoReport."""

import statistics
import time
from collections.abc import Iterator

from flask.testing import FlaskClient
from sqlalchemy import text

from citizenreport.core.db import db
from tests.benchmarks.places import databases

ROWS = 100_000
SHORT, LONG = 50, 1_000
ROUNDS = 15
GOAL = 5.0
PUBLISHED = text(
    """
    INSERT INTO published_report (
        tracking_code, category_code, aspect, complaint_class, area_code, position, agency_code,
        state, text, submitted_on, settlement_due_on, changed_on, is_demo
    )
    SELECT 'B' || lpad(n::text, 9, '0'), 'A08', 'aman', 'pengaduan_tidak_berkadar_pengawasan',
        '33.71.03.1005', ST_SetSRID(ST_MakePoint(110.22 + (n % 100) * 1e-5, -7.48), 4326)::geography,
        'DPUPR', 'new', 'Jalan berlubang nomor ' || n, current_date - n % 80,
        current_date + 30, current_date - n % 80, true
    FROM generate_series(1, :rows) AS n
    """
)


def figures() -> Iterator[dict[str, object]]:
    """Yield the ratio of the two lists in both forms, taken in turn, and their milliseconds."""
    with databases("georeport") as [(database, _)], database.app.app_context():
        db.session.execute(PUBLISHED, {"rows": ROWS})
        db.session.commit()
        db.session.execute(text("ANALYZE published_report"))
        db.session.commit()
        client = database.app.test_client()
        for form in ("json", "xml"):
            yield compared(client, form)


def compared(client: FlaskClient, form: str) -> dict[str, object]:
    """Return how many times longer the long list takes, median of ROUNDS."""
    short, long = [], []
    for _ in range(ROUNDS):
        short.append(taken_s(client, form, SHORT))
        long.append(taken_s(client, form, LONG))
    ratio = statistics.median(long) / statistics.median(short)
    return {
        "figure": f"georeport_{form}",
        "rows": ROWS,
        "ratio": round(ratio, 2),
        "goal": GOAL,
        "short_ms": round(statistics.median(short) * 1000, 1),
        "long_ms": round(statistics.median(long) * 1000, 1),
    }


def taken_s(client: FlaskClient, form: str, size: int) -> float:
    begun = time.perf_counter()
    answer = client.get(f"/open311/v2/requests.{form}?page_size={size}")
    took = time.perf_counter() - begun
    assert answer.status_code == 200
    return took
