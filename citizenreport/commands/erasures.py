"""`citizenreport erasures`: legal holds, and erasing again what a restore brought back."""

import click
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.ids import normalise_tracking_code
from citizenreport.intake import rights
from citizenreport.intake.models import Report
from citizenreport.intake.rules import ReportNotFound
from citizenreport.jobs.erasures import replay
from citizenreport.triage import queries as triage_queries
from citizenreport.triage import service as triage
from citizenreport.triage.rules import Act
from citizenreport.triage.states import Party
from citizenreport.web.context import current_keys

erasures = AppGroup("erasures", help="Erasing persons: holds, and doing it again after a restore.")


@erasures.command("hold")
@click.argument("tracking_code")
@click.option("--reason", required=True, help="One sentence. The reporter reads it.")
def hold(tracking_code: str, reason: str) -> None:
    """Keep a report from being erased, by order of a court or an investigation."""
    with transaction() as session:
        report = _report(session, tracking_code)
        rights.place_hold(session, current_keys(), report, reason=reason, now=utcnow())
        _record(session, report, "hold_placed")
    click.echo("On hold. The reporter sees the reason.")


@erasures.command("lift")
@click.argument("tracking_code")
def lift(tracking_code: str) -> None:
    """Let a report be erased again."""
    with transaction() as session:
        report = _report(session, tracking_code)
        if not rights.lift_hold(session, report, now=utcnow()):
            raise click.ClickException("It is not on hold.")
        _record(session, report, "hold_lifted")
    click.echo("No longer on hold.")


@erasures.command("replay")
def again() -> None:
    """Erase again what a restored backup brought back. Exit 1 when a hold stands in the way."""
    count, held = replay()
    click.echo(f"{count} erased again.")
    for report_id in held:
        click.echo(f"{report_id} is on hold")
    if held:
        raise click.exceptions.Exit(1)


def _report(session: Session, tracking_code: str) -> Report:
    code = normalise_tracking_code(tracking_code)
    report = session.scalar(select(Report).where(Report.tracking_code == code))
    if report is None:
        raise ReportNotFound
    return report


def _record(session: Session, report: Report, type_: str) -> None:
    for ticket in triage_queries.of_report(session, report.id):
        act = Act(parties=frozenset({Party.SYSTEM}), at=utcnow(), seen=ticket.version)
        triage.change(session, ticket, act=act)
        triage.record(session, ticket, type_, {}, act=act)
