"""`citizenreport jobs`: what the worker could not do, and trying it again."""

import click
from flask.cli import AppGroup

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError
from citizenreport.duty.queries import unanswered
from citizenreport.jobs.stuck import StuckJob, retry, stuck_jobs, waiting_events

jobs = AppGroup("jobs", help="The work of the background worker.")


@jobs.command("stuck")
def stuck() -> None:
    """List jobs that failed, with the reason in a word. Exit 1 when something needs a person."""
    with transaction() as session:
        found = stuck_jobs(session)
        waiting = waiting_events(session, now=utcnow())
        calls = unanswered(session)
    for job in found:
        click.echo(line_of(job))
    for call in calls:
        since = f"{call.called_at:%Y-%m-%d %H:%M:%S}Z"
        click.echo(f"nobody answers: ticket_id={call.ticket_id} {call.agency_code} since {since}")
    if waiting:
        click.echo(f"{waiting} events wait for a worker. Does one run? citizenreport worker")
    failed = sum(not job.is_waiting for job in found)
    click.echo(f"{failed} failed, {len(found) - failed} waiting for another try.")
    if failed or waiting or calls:
        raise click.exceptions.Exit(1)


@jobs.command("retry")
@click.argument("job_id", type=int, nargs=-1)
@click.option("--all", "is_all", is_flag=True, help="Every job that failed.")
def try_again(job_id: tuple[int, ...], *, is_all: bool) -> None:
    """Have failed jobs run once more, after their reason is gone."""
    with transaction() as session:
        failed = [job.id for job in stuck_jobs(session) if not job.is_waiting]
        chosen = failed if is_all else job_id
        try:
            for number in chosen:
                retry(session, number)
        except CitizenReportError as error:
            raise click.ClickException(f"{error.public['job_id']}: {error.detail}") from error
    click.echo(f"{len(chosen)} jobs will run again.")


def line_of(job: StuckJob) -> str:
    """Return one job as a line: number, name, attempts, reason, ids."""
    ids = " ".join(f"{key}={value}" for key, value in job.ids.items())
    when = f" again at {job.next_at:%Y-%m-%d %H:%M:%S}Z" if job.is_waiting and job.next_at else ""
    return f"{job.id}  {job.name}  attempts={job.attempts}  {job.reason}  {ids}{when}"
