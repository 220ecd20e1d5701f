"""`/lacak/foto/…`: the reporter's own photos, for the browser that has opened the report."""

from collections.abc import Sequence

from flask import Blueprint, Response

from citizenreport.core.db import transaction
from citizenreport.core.keys import Place, open_sealed
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.models import Photo
from citizenreport.intake.rules import ReportNotFound
from citizenreport.intake.service import photo_place, thumbnail_place
from citizenreport.pages.opened import opened_report
from citizenreport.web.context import current_keys, current_storage
from citizenreport.web.guards import public
from citizenreport.web.headers import keep_out_of_caches

bp = Blueprint("own_photos", __name__, url_prefix="/lacak/foto")


@bp.get("/<int:number>")
@public
def show(number: int) -> Response:
    """Send a photo as it is kept for the handlers."""
    return _picture(number, is_small=False)


@bp.get("/<int:number>/kecil")
@public
def show_small(number: int) -> Response:
    """Send its thumbnail; the photo itself until there is one."""
    return _picture(number, is_small=True)


def _picture(number: int, *, is_small: bool) -> Response:
    """Return a picture of the opened report. Raises ReportNotFound, SecretNeeded."""
    keep_out_of_caches()
    with transaction() as session:
        report = opened_report(session).report
        photo = _numbered(intake_queries.photos_of(session, report.id), number)
        data_key = intake_queries.data_key_of(session, current_keys(), report.id)
        key, place = photo.storage_key, photo_place(photo.id)
        if is_small and photo.thumbnail_key is not None:
            key, place = photo.thumbnail_key, thumbnail_place(photo.id)
        is_sealed, media_type = photo.is_sealed, photo.media_type
    content = current_storage().get(key)
    if is_sealed:
        content = _opened(content, data_key, place)
    return Response(content, mimetype=media_type, headers={"Content-Disposition": "inline"})


def _numbered(photos: Sequence[Photo], number: int) -> Photo:
    for photo in photos:
        if photo.position_in_report == number:
            return photo
    raise ReportNotFound


def _opened(content: bytes, data_key: bytes | None, place: Place) -> bytes:
    if data_key is None:
        raise ReportNotFound
    return open_sealed(data_key, content, place)
