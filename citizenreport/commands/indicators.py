"""`citizenreport indicators`: the dictionary, computing anew, and what is published."""

import json
from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from citizenreport.core.clock import utcnow
from citizenreport.core.db import public_reading, transaction
from citizenreport.core.errors import CitizenReportError
from citizenreport.indicators.definitions import all_definitions, all_versions
from citizenreport.indicators.models import PublishedIndicatorValue
from citizenreport.indicators.queries import ValuesWanted, published_values
from citizenreport.indicators.rankings import rank
from citizenreport.indicators.rules.periods import PeriodKind
from citizenreport.indicators.rules.values import NOT_STATED
from citizenreport.indicators.rules.whole import WholeShare
from citizenreport.indicators.service import (
    fold_tickets,
    latest_cut_off,
    recompute,
    refold_all,
)
from citizenreport.indicators.whole import whole_shares
from citizenreport.web.context import current_city
from citizenreport.web.indicator_metadata import metadata
from citizenreport.web.indicators import definition_of, period_of

indicators = AppGroup("indicators", help="Indicators: definitions, computing, published values.")


@indicators.command("list")
def list_() -> None:
    """List all indicators: code, whether this service has values, name."""
    for definition in all_definitions().values():
        click.echo(f"{definition.code}  {definition.status:<9} {definition.names['id']}")


@indicators.command("compute")
@click.option(
    "--scratch", is_flag=True, help="Count the whole log again, and store its facts anew."
)
@click.option(
    "--cut-off",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Count what lies before this day's midnight. Default: today's.",
)
def compute(*, scratch: bool, cut_off: datetime | None) -> None:
    """Fold new events into facts and replace all published values."""
    city = current_city()
    zone = city.calendar.time_zone
    until = cut_off.replace(tzinfo=zone) if cut_off else latest_cut_off(city, utcnow())
    with transaction() as session:
        folded = refold_all(session) if scratch else fold_tickets(session)
    try:
        with transaction() as session:
            count = recompute(session, city, cut_off=until, from_log=scratch)
        with transaction() as session:
            rank(session, city, cut_off=until)
    except CitizenReportError as error:
        raise click.ClickException(error.detail) from error
    click.echo(f"{folded} tickets folded, {count} values published.")
    click.echo(f"Counted: everything before {until.astimezone(zone):%Y-%m-%d %H:%M %Z}.")


@indicators.command("show")
@click.argument("code")
@click.option("--area", "area_code", help="Code of an area. Default: the city.")
@click.option(
    "--period",
    "kind",
    type=click.Choice([kind.value for kind in PeriodKind]),
    default=PeriodKind.MONTH.value,
)
def show(code: str, *, area_code: str | None, kind: str) -> None:
    """Print the published values of an indicator, oldest first."""
    try:
        definition = definition_of(code)
    except CitizenReportError as error:
        raise click.ClickException(error.detail) from error
    city = current_city()
    if area_code not in {None, *city.areas, city.city_code, NOT_STATED}:
        raise click.BadParameter(f"no area {area_code!r} in this city", param_hint="--area")
    wanted = ValuesWanted(
        code=definition.code,
        period_kind=PeriodKind(kind),
        area_code=area_code or city.city_code,
    )
    click.echo(f"{definition.code} {definition.names['id']} ({definition.unit})")
    with public_reading() as session:
        for row in published_values(session, wanted):
            click.echo(line_of(row))


def line_of(row: PublishedIndicatorValue) -> str:
    """Return one value as a line: period, value, numerator over denominator, status, the rest."""
    said = " ".join(f"{key}={value}" for key, value in sorted(row.extra.items()))
    value = "-" if row.value is None else f"{row.value.normalize():f}"
    below = "-" if row.denominator is None else row.denominator
    return f"{period_of(row).code:<8}{value:>10}  {row.numerator}/{below}  {row.status}  {said}".rstrip()


@indicators.command("metadata")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A file to write.")
def metadata_(*, out: Path | None) -> None:
    """Give the dictionary as JSON in the forms of Satu Data: MS-Keg, MS-Ind, MS-Var."""
    found = metadata(current_city(), all_versions())
    text = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"cannot write {out}: {error.strerror}") from error
    click.echo(f"{len(found['ms_ind'])} indicators, {len(found['ms_var'])} variables: {out}")


@indicators.command("whole")
@click.option(
    "--cut-off",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Count what lies before this day's midnight. Default: today's.",
)
def whole(*, cut_off: datetime | None) -> None:
    """Print I12 and I19, which count confidential reports too, as a numbered release may tell them.

    Nothing is published by it, and what could tell of somebody is not printed either.
    """
    city = current_city()
    zone = city.calendar.time_zone
    until = cut_off.replace(tzinfo=zone) if cut_off else latest_cut_off(city, utcnow())
    with transaction() as session:
        shares = whole_shares(session, city, cut_off=until)
    if not shares:
        click.echo("Nothing to count yet.")
    for share in shares:
        click.echo(whole_line(share))


def whole_line(share: WholeShare) -> str:
    """Return a share as a line: code, years, value, numerator over denominator, or "withheld"."""
    if share.is_withheld:
        return f"{share.code}  {share.years}  withheld"
    return f"{share.code}  {share.years}  {share.value}  {share.numerator}/{share.denominator}"
