"""`citizenreport suggest`: learn suggestions, and how good they are on later reports."""

from dataclasses import asdict
from datetime import date, datetime

import click
from flask.cli import AppGroup

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.pipeline import suggest
from citizenreport.publication.released_texts import released_texts
from citizenreport.web.context import current_city

suggest_cli = AppGroup("suggest", help="Suggestions of category and agency, from released texts.")
DAY = click.DateTime(["%Y-%m-%d"])
TOO_FEW = "Too few released texts to learn from: the pack's examples and keywords suggest."


@suggest_cli.command("train")
@click.option("--until", type=DAY, help="Learn from reports up to this day. Default: today.")
def train(until: datetime | None) -> None:
    """Learn now, and keep it as the version that suggests."""
    city, now = current_city(), utcnow()
    day = _day(until)
    with transaction() as session:
        examples = released_texts(session, city, until=day)
    found = suggest.lesson(city, examples, until=day)
    if found is None:
        raise click.ClickException(TOO_FEW)
    with transaction() as session:
        version = suggest.keep(session, city, found, now=now)
    if version is None:
        raise click.ClickException("A text was taken back meanwhile. Try again.")
    click.echo(f"Version {version}: {len(examples)} texts until {day}.")
    _print({name: asdict(one) for name, one in found.figures.items()})


@suggest_cli.command("evaluate")
@click.option("--until", type=DAY, required=True, help="Learn until this day, measure after it.")
def evaluate(until: datetime) -> None:
    """Print accuracy, macro-F1, top-3 and calibration on reports after a day; keep nothing."""
    city, today = current_city(), _day(None)
    with transaction() as session:
        examples = released_texts(session, city, until=today)
    found = suggest.evaluate(city, examples, until=until.date())
    if not found:
        raise click.ClickException("No released text came after that day.")
    if "category" not in found:
        click.echo(TOO_FEW, err=True)
    _print({name: asdict(one) for name, one in found.items()})


def _print(figures: dict[str, dict[str, float]]) -> None:
    for line in suggest.in_words(figures):
        click.echo(line)


def _day(until: datetime | None) -> date:
    return until.date() if until else current_city().local_date(utcnow())
