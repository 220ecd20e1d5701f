"""`citizenreport indicators enter` and `imported`: figures of other bodies, with their evidence."""

from pathlib import Path

import click

from citizenreport.commands.indicators import indicators
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.indicators.imported import ImportedValue, enter, imported_values
from citizenreport.indicators.rules.imported import MAX_EVIDENCE_BYTES, Given
from citizenreport.web.context import current_city, current_storage

__all__ = ["indicators"]


@indicators.command("enter")
@click.argument("code")
@click.option("--year", required=True, help="The year the figure is of.")
@click.option("--value", required=True, help="The figure, within the scale of the indicator.")
@click.option("--source", required=True, help="The body and its document; shown to the public.")
@click.option(
    "--evidence",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The document, a PDF of at most 10 MB.",
)
@click.option("--correction", default="", help="Why, where the year has a figure already.")
def enter_(
    code: str, *, year: str, value: str, source: str, evidence: Path, correction: str
) -> None:
    """Keep a figure of another body; a year's earlier figure stays as an earlier revision."""
    with evidence.open("rb") as file:
        content = file.read(MAX_EVIDENCE_BYTES + 1)
    given = Given(
        code=code,
        year=year,
        value=value,
        source=source,
        correction=correction,
        evidence=content,
    )
    with transaction() as session:
        kept = enter(session, current_city(), current_storage(), given, actor_id=None, now=utcnow())
    click.echo(line_of(kept))


@indicators.command("imported")
def imported() -> None:
    """List the figures of other bodies: code, year, revision, value, evidence, source."""
    with transaction() as session:
        for value in imported_values(session):
            click.echo(line_of(value))


def line_of(value: ImportedValue) -> str:
    """Return a figure as a line."""
    number = f"{value.value.normalize():f}"
    digest = value.evidence_sha256[:12]
    return f"{value.code} {value.year} r{value.revision} {number:>9} {digest} {value.source}"
