"""`citizenreport snapshot push`: tell a data portal of a release."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from citizenreport.core.db import public_reading
from citizenreport.core.outgoing import Outgoing
from citizenreport.partners.ckan import Portal, push_dataset
from citizenreport.publication.snapshots.queries import published_files, published_snapshot
from citizenreport.web.context import current_city
from citizenreport.web.snapshots.portal import dataset_of


@click.command("push")
@click.argument("number", type=int)
@click.option("--portal", required=True, help="Address of a CKAN portal, as https://data.example.")
@click.option("--organisation", required=True, help="Name of the organisation there.")
@click.option(
    "--token-file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with an API token that may write for the organisation.",
)
@with_appcontext
def push(number: int, *, portal: str, organisation: str, token_file: Path) -> None:
    """Create or replace the period's dataset on a CKAN portal; its files link to the release here."""
    token = token_file.read_text(encoding="utf-8").strip()
    with public_reading() as session:
        row = published_snapshot(session, number)
        dataset = dataset_of(
            current_city(),
            row,
            published_files(session, number),
            public_url=str(current_app.config["PUBLIC_URL"]),
        )
    outgoing = Outgoing(test_ca=current_app.config["OUTGOING_TEST_CA"])
    where = Portal(url=portal, token=token, organisation=organisation)
    id_ = push_dataset(outgoing, where, dataset)
    click.echo(f"{dataset['name']}: {len(dataset['resources'])} files at {portal} ({id_}).")
