"""`citizenreport snapshot evidence`: what the smart-city evaluation asks for, as one ZIP."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from citizenreport.core.db import public_reading
from citizenreport.publication.snapshots.folders import read_folder
from citizenreport.publication.snapshots.queries import published_snapshot
from citizenreport.web.context import current_city
from citizenreport.web.snapshots.evidence import EvidenceWrong, evidence_pack, read_evidence
from citizenreport.web.snapshots.places import snapshots_dir


@click.command("evidence")
@click.argument("number", type=int)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def evidence(number: int, folder: Path, *, out: Path) -> None:
    """Gather figures of a release and the documents of FOLDER, as its bukti.toml says, into one ZIP."""
    city, root = current_city(), snapshots_dir()
    try:
        claims = read_evidence(city, folder, release=number)
        wanted = sorted({number, *(one.release for one in claims)})
        with public_reading() as session:
            for one in wanted:
                published_snapshot(session, one)
        pack = evidence_pack(city, claims, folder, {one: read_folder(root, one) for one in wanted})
    except EvidenceWrong as error:
        raise click.ClickException(f"{error.title} {error.public['what']}") from error
    out.write_bytes(pack)
    click.echo(f"{out}: {len(claims)} claims, {len(pack)} bytes.")
