"""Rows a second of an import into Magelang: parsed, placed, routed, stored with their history."""

import csv
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from citizenreport.cities.rules import City, Visibility
from citizenreport.core.db import db
from citizenreport.core.keys import read_key_files
from tests.benchmarks.intake import bench_database
from tests.databases import load_magelang
from tests.imports import import_file

ROWS = 50_000
CONFIDENTIAL_SHARE = 0.02
MAPPING = """
source = "bench"
[external_id]
column = "id"
[category]
column = "category"
[position]
lon = "lon"
lat = "lat"
[times]
submitted = "submitted"
verified = "verified"
closed = "closed"
[description]
column = "text"
"""


def figures() -> Iterator[dict[str, object]]:
    """Yield the rate of a first import and of the same file again."""
    with (
        tempfile.TemporaryDirectory(prefix="cr-bench-") as name,
        bench_database(Path(name)) as own,
        own.app.app_context(),
    ):
        city = load_magelang(db.session())
        keys = read_key_files(Path(name) / "keys")
        path = made_up(Path(name) / "reports.csv", city)
        for figure, goal in (("first", {"goal": ">= 5000"}), ("again", {})):
            started = time.perf_counter()
            run, rejected = import_file(path, MAPPING, city, keys)
            seconds = time.perf_counter() - started
            assert not rejected
            assert run.tally.accepted == ROWS
            yield {"figure": f"{figure}_rows_per_s", "value": round(ROWS / seconds)} | goal
        db.session.remove()


def made_up(path: Path, city: City) -> Path:
    """Write reports over three years, all over the city; most are verified and closed."""
    dice = random.Random(20261124)
    by_kind: dict[bool, list[str]] = {True: [], False: []}
    for category in city.categories.values():
        by_kind[category.visibility is Visibility.CONFIDENTIAL].append(category.category_code)
    outlines = [city.area_index.outline(code) for code in city.area_index.codes]
    centres = [outline.representative_point() for outline in outlines]
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["id", "category", "lon", "lat", "submitted", "verified", "closed", "text"])
        for number in range(ROWS):
            centre = dice.choice(centres)
            at = datetime(2023, 1, 1) + timedelta(seconds=dice.randrange(3 * 31_536_000))  # noqa: DTZ001
            verified, closed = at + timedelta(hours=30), at + timedelta(days=dice.randrange(2, 40))
            lines.writerow(
                [
                    number,
                    dice.choice(by_kind[dice.random() < CONFIDENTIAL_SHARE]),
                    centre.x + dice.uniform(-2e-4, 2e-4),
                    centre.y + dice.uniform(-2e-4, 2e-4),
                    at,
                    verified if number % 10 else "",
                    closed if number % 3 else "",
                    "Lampu jalan mati sejak kemarin, jalan menjadi gelap dan rawan.",
                ]
            )
    return path
