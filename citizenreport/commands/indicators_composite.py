"""`citizenreport indicators composite`: one number per aspect, never without its parts."""

from collections.abc import Iterator
from decimal import Decimal

import click

from citizenreport.commands.indicators_imported import indicators
from citizenreport.core.db import public_reading
from citizenreport.indicators.composites import AspectComposite, aspect_composites
from citizenreport.indicators.definitions import all_definitions
from citizenreport.indicators.definitions.composites import all_composites
from citizenreport.indicators.rules.composites import Composite
from citizenreport.indicators.rules.sensitivity import Choice, Span
from citizenreport.web.context import current_city

__all__ = ["indicators"]


@indicators.command("composite")
@click.option("--aspect", type=click.Choice([*all_composites()]), help="Default: all aspects.")
def composite(*, aspect: str | None) -> None:
    """Print the composite of an aspect by year, with its parts; none where a part is missing.

    Of each year: the arithmetic and the geometric mean, and what other choices would give. Of each
    part: its share of the weight, its value as published, and that between 0 and 100.
    """
    with public_reading() as session:
        found = aspect_composites(session, current_city())
    for one in found:
        if aspect in (None, one.aspect):
            for line in lines_of(one):
                click.echo(line)


def lines_of(one: AspectComposite) -> Iterator[str]:
    """Yield the lines of an aspect: each year with its range and places, its parts below it."""
    yield one.aspect
    if not one.years:
        yield "  no data yet"
    for found in one.years:
        yield f"  {found.year}  {_told(found)}"
        yield from _choices(found)
        yield from _parts(one, found)


def _told(found: Composite) -> str:
    if found.value is None:
        return f"none: no {', '.join(found.missing)}"
    return f"{found.value}  geometric {found.geometric}  range {_span(found.spans[Choice.ALL])}"


def _choices(found: Composite) -> Iterator[str]:
    for choice, span in found.spans.items():
        if choice is not Choice.ALL:
            yield f"    {f'other {choice.value}':<19}  {_span(span)}"


def _span(span: Span) -> str:
    return f"{span.low} to {span.high}  place {span.first} to {span.last}"


def _parts(one: AspectComposite, found: Composite) -> Iterator[str]:
    total = sum(part.weight for part in one.parts)
    values = one.values[found.year]
    for part in one.parts:
        share = f"{float(part.weight / total):.0%}"
        value, normalised = _number(values.get(part.code)), found.parts.get(part.code, "-")
        name = all_definitions()[part.code].names["id"]
        yield f"    {part.code}  {share:>4}  {value:>10}  {normalised!s:>6}  {name}"


def _number(value: Decimal | None) -> str:
    return "-" if value is None else f"{value.normalize():f}"
