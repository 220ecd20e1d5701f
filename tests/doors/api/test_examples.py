"""The examples of docs/api.md are run as they stand, against a running server."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from citizenreport.core.db import transaction
from citizenreport.web.context import current_city, current_keys, current_storage
from tests.scenes import Scene
from tests.servers import LiveServer

DOCUMENT = Path(__file__).parents[3] / "docs" / "api.md"
WRITTEN = "http://127.0.0.1:8000"
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROGRAMS = {"sh": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"]}


def examples() -> Iterator[tuple[str, str]]:
    for found in BLOCK.finditer(DOCUMENT.read_text()):
        yield found[1], found[2]


@pytest.fixture
def city_of_reports(live_server: LiveServer) -> LiveServer:
    with live_server.database.app.test_request_context(), transaction() as session:
        scene = Scene(
            session=session, city=current_city(), keys=current_keys(), storage=current_storage()
        )
        for category in ("A08", "A04", "A08"):
            scene.released(category)
    return live_server


def test_every_example_runs_and_says_something(city_of_reports: LiveServer, tmp_path: Path) -> None:
    found = list(examples())
    assert len(found) >= 3
    for language, text in found:
        done = subprocess.run(
            [*PROGRAMS[language], text.replace(WRITTEN, city_of_reports.base_url)],
            capture_output=True,
            text=True,
            timeout=120,
            cwd=tmp_path,
            check=False,
        )
        assert done.returncode == 0, (text, done.stderr)
        assert done.stdout.strip(), text


def test_the_python_example_reads_all_pages(city_of_reports: LiveServer) -> None:
    [text] = [text for language, text in examples() if 'page["next"]' in text]
    done = subprocess.run(
        [*PROGRAMS["python"], text.replace(WRITTEN, city_of_reports.base_url).replace("500", "2")],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout == "3 published reports\n"
