from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.web.context import EXTENSION
from tests.jobs.world import DUTY, World, serve_world, with_duty
from tests.messaging.post_office import PostOffice


@pytest.fixture
def office(app: Flask, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> PostOffice:
    """A mail server, and the application set up to use it."""
    monkeypatch.setitem(app.config, "SMTP_URL", post_office.url)
    monkeypatch.setitem(app.config, "MAIL_FROM", "lapor@magelang.example")
    return post_office


@pytest.fixture
def world(
    app: Flask, session: Session, city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> World:
    """Kota Magelang with two on-call addresses, over the test's session."""
    monkeypatch.setitem(app.config, "CHECKPOINT_DIR", tmp_path / "checkpoints")
    return serve_world(
        app,
        session,
        with_duty(city, DUTY),
        tmp_path,
        lambda services: monkeypatch.setitem(app.extensions, EXTENSION, services),
    )
