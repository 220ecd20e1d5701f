"""Sending a file of a snapshot."""

from typing import Final

from flask import Response, request

from citizenreport.publication.snapshots.errors import SnapshotNotFound
from citizenreport.publication.snapshots.folders import folder_of
from citizenreport.publication.snapshots.rules import MEDIA_TYPES, media_type_of
from citizenreport.web.snapshots.places import snapshots_dir

UNCHANGING_S: Final = 86_400


def send(number: int, name: str, *, sha256: str = "") -> Response:
    """Send a file whose name a row or the folder's listing has vouched for.

    Raises:
        SnapshotNotFound: it is not there.
    """
    path = folder_of(snapshots_dir(), number) / name
    is_plain = "/" not in name and name.rpartition(".")[2] in MEDIA_TYPES
    if not is_plain or path.name != name or not path.is_file():
        raise SnapshotNotFound
    response = Response(path.read_bytes(), mimetype=media_type_of(name))
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    if sha256:  # published: the same for good
        response.set_etag(sha256)
        response.cache_control.public = True
        response.cache_control.max_age = UNCHANGING_S
        response.make_conditional(request)
    return response
