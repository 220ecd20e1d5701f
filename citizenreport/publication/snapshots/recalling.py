"""Snapshots from before it was kept which indicators they hold: it is read from their files."""

from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from citizenreport.publication.snapshots.folders import read_folder
from citizenreport.publication.snapshots.models import PublishedSnapshot
from citizenreport.publication.snapshots.publishing import codes_in
from citizenreport.publication.snapshots.rules import MANIFEST, digest


def recall_codes(session: Session, root: Path) -> dict[int, list[str]]:
    """Write which indicators older snapshots hold; return them by number.

    A snapshot whose files are not there, or are not those that were signed, is left alone.
    """
    row = PublishedSnapshot
    older = session.execute(select(row.number, row.manifest_sha256).where(row.codes == []))
    found: dict[int, list[str]] = {}
    for number, manifest_sha256 in older.tuples().all():
        files = read_folder(root, number)
        if digest(files.get(MANIFEST, b"")) == manifest_sha256 and (codes := codes_in(files)):
            session.execute(update(row).where(row.number == number).values(codes=codes))
            found[number] = codes
    return found
