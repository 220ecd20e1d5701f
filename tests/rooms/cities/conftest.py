from pathlib import Path

import pytest

from tests.packs import build_example_pack
from tests.rooms.cities.faults import Pack


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    """The smallest pack of the handbook, good until a test breaks it."""
    return Pack(folder=build_example_pack(tmp_path / "pack"))
