"""Thumbnails: a small picture beside each photo, sealed when the photo is."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.core.db import transaction
from citizenreport.core.keys import open_sealed, seal
from citizenreport.intake.models import Photo
from citizenreport.intake.photos import make_thumbnail as shrink
from citizenreport.intake.queries import data_key_of
from citizenreport.intake.service import photo_place, thumbnail_place
from citizenreport.publication.service import publish_thumbnail
from citizenreport.storage.rules import Storage
from citizenreport.web.context import current_keys, current_storage


def make_thumbnail(*, photo_id: str) -> None:
    """Make the thumbnail of a photo that has none."""
    id_ = UUID(photo_id)
    storage = current_storage()
    with transaction() as session:
        photo = session.get(Photo, id_)
        if photo is None or photo.thumbnail_key is not None:
            return
        source, is_sealed = photo.storage_key, photo.is_sealed
        data_key = data_key_of(session, current_keys(), photo.report_id) if is_sealed else None
    if is_sealed and data_key is None:  # erased meanwhile
        return
    content = _small(id_, storage.get(source), data_key)
    key = storage.put(content)
    with transaction() as session:
        was_kept = _keep(session, id_, source=source, key=key)
    if not was_kept:
        storage.delete(key)
    elif not is_sealed:
        _publish(id_, storage, content)


def _publish(photo_id: UUID, storage: Storage, content: bytes) -> None:
    """Put a copy beside the public copy of a photo that was released before its thumbnail came."""
    key = storage.put(content)
    with transaction() as session:
        was_wanted = publish_thumbnail(session, photo_id=photo_id, thumbnail_key=key)
    if not was_wanted:
        storage.delete(key)


def _small(photo_id: UUID, content: bytes, data_key: bytes | None) -> bytes:
    """Return the thumbnail; from a sealed photo comes a sealed one."""
    if data_key is None:
        return shrink(content)
    small = shrink(open_sealed(data_key, content, photo_place(photo_id)))
    return seal(data_key, small, thumbnail_place(photo_id))


def _keep(session: Session, photo_id: UUID, *, source: str, key: str) -> bool:
    """Note the thumbnail, unless the photo was sealed, erased or served meanwhile."""
    query = select(Photo).where(Photo.id == photo_id).with_for_update()
    photo = session.scalar(query.execution_options(populate_existing=True))
    if photo is None or photo.storage_key != source or photo.thumbnail_key is not None:
        return False
    photo.thumbnail_key = key
    return True
