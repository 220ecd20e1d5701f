"""Where the real data lie that some tests need, and skipping with a reason where they do not."""

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

ROOT = Path(__file__).resolve().parents[1]


def shared_data(*parts: str) -> Path:
    """Return a path below the real data; skip the test where it is absent."""
    base = Path(os.environ.get("CITIZENREPORT_TEST_DATA") or ROOT.parent / "shared" / "data")
    path = base.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"real data absent: {'/'.join(parts)} (set CITIZENREPORT_TEST_DATA)")
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file as it stands."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def features_of(path: Path) -> list[tuple[dict[str, Any], BaseGeometry]]:
    """Return properties and geometry of each feature."""
    collection = json.loads(path.read_text(encoding="utf-8"))
    return [(f["properties"], shape(f["geometry"])) for f in collection["features"]]
