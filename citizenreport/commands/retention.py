"""`citizenreport retention`: erase what has had its time, as the worker does every night."""

import click
from flask.cli import with_appcontext

from citizenreport.jobs.retention import Tally, apply, preview
from citizenreport.pipeline.retention import Part


@click.command("retention")
@click.option("--dry-run", "is_dry", is_flag=True, help="Count only; change nothing.")
@with_appcontext
def retention(*, is_dry: bool) -> None:
    """Erase what the pack's retention periods are over for, and say how much by kind of report."""
    tally = preview() if is_dry else apply(progress=_say)
    for line in lines_of(tally):
        click.echo(line)
    number = sum(tally.erased.values())
    click.echo(f"{number} {'would be erased' if is_dry else 'erased'}.")


def _say(part: Part, done: int) -> None:
    """Show on the terminal how far it is; what is told at the end goes to the output."""
    click.echo(f"{part.value}: {done}", err=True)


def lines_of(tally: Tally) -> list[str]:
    """Return the counts, a line each."""
    found = [
        f"{part.value:<8} {kind:<16} {number:>7}"
        for (part, kind), number in sorted(tally.erased.items())
    ]
    if tally.held:
        found.append(f"{'on hold':<25} {tally.held:>7}")
    if tally.busy:
        found.append(f"{'busy, taken next time':<25} {tally.busy:>7}")
    if tally.access_logs:
        found.append(f"{'access logs':<25} {tally.access_logs:>7}")
    return found
