"""Reading HTML forms."""

import re
from typing import Final

from flask import request

from citizenreport.intake.photos import MAX_PHOTO_BYTES, MAX_PHOTOS

PHOTOS: Final = "photos"
CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def form_text(name: str) -> str:
    """Return a field as people meant it: line ends as one character, control characters gone.

    A database text cannot hold NUL, and nobody types one.
    """
    text = request.form.get(name, "").replace("\r\n", "\n").replace("\r", "\n")
    return CONTROL.sub("", text)


def chosen_files() -> list[bytes]:
    """Return the files that were chosen; an empty file field sends one without a name.

    One more than may be sent is read, so that the reader is told; the rest is not.
    """
    files = [file for file in request.files.getlist(PHOTOS) if file.filename]
    contents = []
    for file in files[: MAX_PHOTOS + 1]:
        file.stream.seek(0)
        contents.append(file.stream.read(MAX_PHOTO_BYTES + 1))
    return contents
