"""Photos that came with a form which was not sent yet, kept until it is.

A browser never gives a chosen file back when a page is shown again. So each photo is prepared at
once, stored under a key of its own, and the form carries a sealed ticket to it. The key is only in
the ticket: nobody, the service included, can open the file without the page. What is never sent
goes with the nightly sweep of files that no row names.
"""

import hashlib
import json
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from base64 import b64encode as to_base64
from binascii import Error as BadBase64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from flask import current_app

from citizenreport.core.errors import CitizenReportError, InvalidInput
from citizenreport.core.keys import Place, SealBroken, new_data_key, open_sealed, seal
from citizenreport.core.text import _n
from citizenreport.intake.photos import MAX_PHOTOS, TooManyPhotos, prepare_photos
from citizenreport.intake.rules import PreparedPhoto
from citizenreport.storage.rules import Storage, StoredFileNotFound
from citizenreport.web.sending import Sendable
from citizenreport.web.standing import count_photo_bytes

FIELD: Final = "held_photo"
TICKET_PLACE: Final = Place(table="form", column="held_photo", row="")
FILE_PLACE: Final = Place(table="held_photo", column="content", row="")


class HeldPhotoGone(InvalidInput):
    code = "held-photo-gone"
    title = _n("Foto yang tadi disimpan sudah terhapus. Pilih lagi fotonya, atau kirim tanpa foto.")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPhoto:
    """One photo that waits. `ticket` is what the form carries; `kilobytes` for the reader."""

    ticket: str = field(repr=False)
    kilobytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of the photos of a form: those that wait, and what was wrong with others."""

    photos: tuple[HeldPhoto, ...] = ()
    faults: tuple[CitizenReportError, ...] = ()


NO_PHOTOS: Final = Kept()


def keep(storage: Storage, *, tickets: Sequence[str], files: Sequence[bytes]) -> Kept:
    """Keep new photos beside those that wait already; a bad one is left out and told."""
    photos: list[HeldPhoto] = []
    faults: list[CitizenReportError] = []
    for ticket in tickets[:MAX_PHOTOS]:
        try:
            size = len(_opened(storage, ticket).photo.content)
            photos.append(HeldPhoto(ticket=ticket, kilobytes=_kilobytes(size)))
        except HeldPhotoGone as gone:
            faults.append(gone)
    if len(photos) + len(files) > MAX_PHOTOS:
        return Kept(photos=tuple(photos), faults=(*faults, TooManyPhotos(pointer="#/photos")))
    for content in files:
        try:
            photos.append(_kept(storage, content))
        except CitizenReportError as fault:
            faults.append(fault)
    return Kept(photos=tuple(photos), faults=tuple(faults))


def take(storage: Storage, tickets: Iterable[str]) -> list[Sendable]:
    """Return the photos that wait under these tickets, ready to be sent.

    Raises:
        HeldPhotoGone: a forged ticket, or one whose photo was swept away.
        TooManyPhotos.
    """
    given = list(tickets)
    if len(given) > MAX_PHOTOS:
        raise TooManyPhotos(pointer="#/photos")
    return [_opened(storage, ticket) for ticket in given]


def _kept(storage: Storage, content: bytes) -> HeldPhoto:
    count_photo_bytes(len(content))
    [photo] = prepare_photos([content])
    key = new_data_key()
    told = {
        "file": storage.put(seal(key, photo.content, FILE_PLACE)),
        "key": to_base64(key).decode(),
        "type": photo.media_type,
        "size": [photo.width, photo.height],
        "digest": hashlib.sha256(content).hexdigest(),
    }
    sealed = seal(_ticket_key(), json.dumps(told).encode(), TICKET_PLACE)
    return HeldPhoto(
        ticket=urlsafe_b64encode(sealed).decode(), kilobytes=_kilobytes(len(photo.content))
    )


def _opened(storage: Storage, ticket: str) -> Sendable:
    try:
        told = json.loads(
            open_sealed(_ticket_key(), urlsafe_b64decode(ticket.encode()), TICKET_PLACE)
        )
        content = open_sealed(b64decode(told["key"]), storage.get(told["file"]), FILE_PLACE)
    except (BadBase64, ValueError, SealBroken, StoredFileNotFound) as error:
        raise HeldPhotoGone(pointer="#/photos") from error
    width, height = told["size"]
    photo = PreparedPhoto(content=content, media_type=told["type"], width=width, height=height)
    return Sendable(photo=photo, digest=bytes.fromhex(told["digest"]))


def _kilobytes(size: int) -> int:
    return max(1, round(size / 1000))


def _ticket_key() -> bytes:
    key = f"held photo {current_app.config['SECRET_KEY']}".encode()
    return hashlib.sha256(key).digest()
