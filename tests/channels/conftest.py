"""Residents write; the world's city answers through fakes that keep the carriers' rules."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.channels.fake_telegram import FakeTelegram, Resident, open_telegram
from tests.channels.fake_whatsapp import FakeWhatsApp, Phone, open_whatsapp
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


@pytest.fixture
def whatsapp(
    world: World,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[FakeWhatsApp]:
    with open_whatsapp(tmp_path) as fake:
        for name, value in fake.settings.items():
            monkeypatch.setitem(world.app.config, name, value)
        yield fake


@pytest.fixture
def phone(world: World, whatsapp: FakeWhatsApp) -> Phone:  # noqa: F811
    return Phone(world=world, fake=whatsapp)
