"""GDAL, which wrote none of this, opens the features of a running server."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from citizenreport.core.db import transaction
from citizenreport.web.context import current_city, current_keys, current_storage
from tests.scenes import Scene
from tests.servers import LiveServer

COUNT = 7


@pytest.fixture
def features(live_server: LiveServer) -> str:
    """The address of a service with seven released reports and one that is not."""
    with live_server.database.app.test_request_context(), transaction() as session:
        scene = Scene(
            session=session, city=current_city(), keys=current_keys(), storage=current_storage()
        )
        for _ in range(COUNT):
            scene.released("A08")
        scene.submit("A08")
    return f"{live_server.base_url}/api/v1/features"


def gdal(*words: str) -> str:
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=120, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr, done.stderr
    return done.stdout


def test_gdal_lists_the_collections_and_pages_through_the_reports(features: str) -> None:
    said = gdal("ogrinfo", "-ro", f"OAPIF:{features}")
    for layer in ("reports", "kelurahan", "agency-areas"):
        assert layer in said
    counted = gdal("ogrinfo", "-ro", "-so", "-oo", "PAGE_SIZE=2", f"OAPIF:{features}", "reports")
    assert "Geometry: Point" in counted
    assert f"Feature Count: {COUNT}" in counted
    assert "tracking_code: String" in counted


def test_gdal_asks_for_a_box_and_gets_what_lies_in_it(features: str, tmp_path: Path) -> None:
    inside, outside = ("110.2", "-7.5", "110.3", "-7.4"), ("110.0", "-7.6", "110.1", "-7.5")
    for box, wanted in ((inside, COUNT), (outside, 0)):
        out = tmp_path / f"{wanted}.geojson"
        gdal("ogr2ogr", "-f", "GeoJSON", "-spat", *box, str(out), f"OAPIF:{features}", "reports")
        found = json.loads(out.read_text())["features"]
        assert len(found) == wanted
        for feature in found:
            assert feature["geometry"]["coordinates"] == pytest.approx([110.22199, -7.478474])


def test_gdal_reads_the_areas_as_polygons(features: str) -> None:
    said = gdal("ogrinfo", "-ro", "-so", f"OAPIF:{features}", "kelurahan")
    assert "Feature Count: 17" in said
    assert "Polygon" in said
