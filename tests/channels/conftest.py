"""Residents write; the world's city answers through fakes that keep the carriers' rules."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.channels.fake_telegram import FakeTelegram, Resident, open_telegram
from tests.jobs.conftest import office, world  # noqa: F401
from tests.jobs.world import World


@pytest.fixture
def bot(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeTelegram]:  # noqa: F811
    with open_telegram(tmp_path) as bot:
        for name, value in bot.settings.items():
            monkeypatch.setitem(world.app.config, name, value)
        yield bot


@pytest.fixture
def resident(world: World, bot: FakeTelegram) -> Resident:  # noqa: F811
    return Resident(world=world, bot=bot)
