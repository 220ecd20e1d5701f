"""Making a demo: batch by batch, at once or in a thread beside the web server."""

import logging
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

import click
from flask import Flask

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError
from citizenreport.indicators.service import latest_cut_off, recompute
from citizenreport.pipeline.demo.cast import present_cast
from citizenreport.pipeline.demo.drawings import Gallery
from citizenreport.pipeline.demo.innovations import invent
from citizenreport.pipeline.demo.opinions import say_how_safe
from citizenreport.pipeline.demo.plan import Period, make_lives
from citizenreport.pipeline.demo.play import Theatre, play
from citizenreport.pipeline.demo.run import Order, Progress, advance, begin, can_begin, lock
from citizenreport.web.context import current_city, current_keys, current_storage

REPORTS: Final = 2_000
SEED: Final = 1
BATCH: Final = 20  # lives in one transaction: about half a second of work
SAID_EVERY: Final = 10  # per cent, in the background
STOP_TIMEOUT_S: Final = 30.0

log = logging.getLogger(__name__)


def period_of(city: City, year: int | None, *, now: datetime) -> Period:
    """Return the past twelve months, or a calendar year as far as it has gone.

    Raises:
        BadParameter: the year has not begun.
    """
    if year is None:
        return Period(since=now - timedelta(days=365), until=now)
    zone = city.calendar.time_zone
    since = datetime(year, 1, 1, tzinfo=zone).astimezone(UTC)
    if since >= now - timedelta(days=1):
        raise click.BadParameter(f"{year} has not begun", param_hint="--year")
    return Period(
        since=since, until=min(now, datetime(year + 1, 1, 1, tzinfo=zone).astimezone(UTC))
    )


def make_demo(order: Order, *, stop: threading.Event | None = None) -> Iterator[Progress]:
    """Make the demo batch by batch, each committed whole; say how far it is after each.

    Raises:
        NotEmpty: the database has reports that no unfinished demo made.
    """
    with transaction() as session:
        order = begin(session, order, now=utcnow())
    city = current_city()
    lives = make_lives(city, order.period, seed=order.seed, wanted=order.wanted)
    gallery = Gallery()
    while not (stop and stop.is_set()):
        with transaction() as session:
            run = lock(session)
            theatre = Theatre(
                session=session,
                city=city,
                keys=current_keys(),
                storage=current_storage(),
                cast=present_cast(session, city, now=order.period.since),
                gallery=gallery,
            )
            batch = lives[run.done : run.done + BATCH]
            unused = [key for life in batch for key in play(theatre, life)]
            advance(run, done=run.done + len(batch), now=utcnow())
            progress = Progress(done=run.done, wanted=run.wanted)
        for key in unused:
            current_storage().delete(key)
        if progress.is_finished:
            with transaction() as session:
                say_how_safe(session, city, current_keys(), order.period)
                invent(
                    session,
                    city,
                    present_cast(session, city, now=order.period.since),
                    now=order.period.until - timedelta(seconds=1),
                )
            count_anew(city)
        yield progress
        if progress.is_finished:
            return


def count_anew(city: City) -> None:
    """Publish the indicators of the demo now: the job has done its work for today."""
    with transaction() as session:
        recompute(session, city, cut_off=latest_cut_off(city, utcnow()))


@contextmanager
def demo_in_background(app: Flask, *, is_wanted: bool) -> Generator[None, None, None]:
    """Make the demo in a thread while the block runs, where one may begin or go on."""
    stop = threading.Event()
    thread = threading.Thread(target=_make_quietly, args=(app, stop), name="demo")
    if is_wanted and app.config["IS_PRIVATE"]:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        if thread.ident is not None:
            thread.join(STOP_TIMEOUT_S)


def _make_quietly(app: Flask, stop: threading.Event) -> None:
    """Make the demo and say now and then how far it is; a fault is logged and ends only the demo."""
    with app.app_context():
        with transaction() as session:
            if not can_begin(session):
                return
        city = current_city()
        order = Order(seed=SEED, wanted=REPORTS, period=period_of(city, None, now=utcnow()))
        said = 0
        try:
            for progress in make_demo(order, stop=stop):
                percent = 100 * progress.done // progress.wanted
                if percent >= said + SAID_EVERY or progress.is_finished:
                    said = percent
                    click.echo(f"Data contoh: {progress.done} dari {progress.wanted} laporan")
        except CitizenReportError:
            log.exception("the demo was given up; the next start goes on with it")
