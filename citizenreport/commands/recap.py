"""`citizenreport recap`: the weekly recap of an agency or of the city, as one A4."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.pipeline.recaps.figures import read_recap
from citizenreport.pipeline.recaps.rules import read_week
from citizenreport.web.context import current_city
from citizenreport.web.recaps import recap_paper


@click.command("recap")
@click.option("--week", default="", help="Such as 2026-W47. Default: the latest that is over.")
@click.option("--agency", "agency_code", help="Code of an agency. Default: the whole city.")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="The PDF to write.",
)
@with_appcontext
def recap(*, week: str, agency_code: str | None, out: Path) -> None:
    """Write the weekly recap of an agency or of the city."""
    city = current_city()
    if agency_code is not None and agency_code not in city.agencies:
        raise click.BadParameter(f"no agency {agency_code!r} in this city", param_hint="--agency")
    wanted = read_week(week, today=city.local_date(utcnow()))
    with transaction() as session:
        found = read_recap(session, city, wanted, agency_code=agency_code)
    out.write_bytes(recap_paper(city, found, made_at=wanted.span(city.calendar.time_zone)[1]))
    click.echo(f"{out}: {wanted.code}, {agency_code or city.name}")
