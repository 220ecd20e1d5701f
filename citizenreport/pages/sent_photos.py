"""Photos that come with a form of the pages."""

from flask import request

from citizenreport.intake.photos import (
    MAX_PHOTO_BYTES,
    MAX_PHOTOS,
    TooManyPhotos,
    prepare_photos,
)
from citizenreport.intake.rules import PreparedPhoto
from citizenreport.web.standing import count_photo_bytes


def sent_photos() -> tuple[PreparedPhoto, ...]:
    """Return the photos that were chosen, decoded; an empty file field sends one without a name.

    Raises:
        PhotoRefused, PhotosUnavailable.
        LimitReached: this network sends too many.
    """
    files = [file for file in request.files.getlist("photos") if file.filename]
    if len(files) > MAX_PHOTOS:
        raise TooManyPhotos(pointer="#/photos")
    contents = [file.stream.read(MAX_PHOTO_BYTES + 1) for file in files]
    if not contents:
        return ()
    count_photo_bytes(sum(map(len, contents)))
    return tuple(prepare_photos(contents))
