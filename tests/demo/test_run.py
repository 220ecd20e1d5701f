"""Where a demo may be made, and going on with one that was interrupted."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import click
import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from citizenreport.cities.rules import City
from citizenreport.commands import Deployment, command_line
from citizenreport.commands.demo import NotPrivate, check_private
from citizenreport.commands.demo_making import make_demo, period_of
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.intake.models import Report
from citizenreport.intake.rules import Channel, Draft
from citizenreport.pipeline.demo.run import NotEmpty, Order
from citizenreport.pipeline.submit import Send, submit_report
from citizenreport.web.context import current_city, current_keys, current_storage
from tests.demo.conftest import ORDER

SHORT = replace(ORDER, wanted=30)


def count_reports() -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(Report)) or 0


def test_it_goes_on_where_it_was_interrupted(empty: Flask) -> None:
    with empty.app_context():
        first = next(make_demo(SHORT))
        assert (first.done, count_reports()) == (20, 20)
        other = Order(seed=99, wanted=500, period=ORDER.period)
        assert [(one.done, one.wanted) for one in make_demo(other)] == [(30, 30)]
        assert count_reports() == 30


def test_a_database_with_reports_is_refused(empty: Flask) -> None:
    with empty.app_context():
        draft = Draft(category_code="Z99", description="Laporan sungguhan", channel=Channel.WEB)
        with transaction() as session:
            submit_report(
                session,
                current_city(),
                current_keys(),
                current_storage(),
                draft,
                send=Send(door="test", key="", body_hmac=b""),
                now=utcnow(),
            )
        with pytest.raises(NotEmpty):
            next(make_demo(SHORT))
        assert count_reports() == 1


def test_a_finished_demo_is_not_made_twice(empty: Flask) -> None:
    with empty.app_context():
        list(make_demo(SHORT))
        with pytest.raises(NotEmpty):
            next(make_demo(SHORT))
        assert count_reports() == 30


def test_a_service_of_others_is_refused() -> None:
    with pytest.raises(NotPrivate, match="CITIZENREPORT_DATABASE_URL"):
        check_private(is_private=False)
    check_private(is_private=True)


def test_the_command_refuses_a_database_that_was_given(tmp_path: Path) -> None:
    """Before it connects to anything."""

    def never(*_: object) -> NoReturn:
        raise AssertionError("nothing may be started")

    deployment = Deployment(
        root=tmp_path,
        env={"CITIZENREPORT_DATABASE_URL": "postgresql+psycopg://nowhere/none"},
        read_settings=never,
        create_app=never,
    )
    outcome = CliRunner().invoke(command_line(deployment), ["demo"])
    assert outcome.exit_code == 1
    assert "CITIZENREPORT_DATABASE_URL" in outcome.output


def test_the_past_twelve_months_end_now(city: City) -> None:
    now = datetime(2026, 11, 24, 3, tzinfo=UTC)
    period = period_of(city, None, now=now)
    assert (period.since, period.until) == (datetime(2025, 11, 24, 3, tzinfo=UTC), now)


def test_a_calendar_year_begins_and_ends_at_local_midnight(city: City) -> None:
    period = period_of(city, 2025, now=datetime(2026, 11, 24, 3, tzinfo=UTC))
    assert period.since == datetime(2024, 12, 31, 17, tzinfo=UTC)
    assert period.until == datetime(2025, 12, 31, 17, tzinfo=UTC)


def test_a_year_to_come_is_refused(city: City) -> None:
    with pytest.raises(click.BadParameter):
        period_of(city, 2027, now=datetime(2026, 11, 24, 3, tzinfo=UTC))


def test_pages_say_that_the_reports_are_made_up(empty: Flask) -> None:
    def page() -> str:
        client: FlaskClient = empty.test_client()
        return client.get("/petugas/masuk").text

    assert "Data contoh" not in page()
    with empty.app_context():
        steps = make_demo(SHORT)
        next(steps)
        assert "Sedang disiapkan: 20 dari 30" in page()
        list(steps)
    shown = page()
    assert "Data contoh" in shown
    assert "Sedang disiapkan" not in shown
