"""Papers and photos of a record."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.ids import new_id
from citizenreport.identity.rules import Actor
from citizenreport.intake.photos import prepare_photo
from citizenreport.programme.faults import FileTitleMissing, TooManyFiles
from citizenreport.programme.models import Innovation, InnovationFile
from citizenreport.programme.notes import check_editable, note
from citizenreport.programme.queries import file_of
from citizenreport.programme.records import LINE_CHARS, MAX_FILES, check_document
from citizenreport.programme.rules import FileKind
from citizenreport.storage.rules import Storage


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """A paper or a photo as it was sent."""

    content: bytes
    kind: FileKind
    title: str
    is_public: bool


def attach(
    session: Session,
    city: City,
    storage: Storage,
    actor: Actor,
    innovation: Innovation,
    given: NewFile,
    *,
    now: datetime,
) -> None:
    """Keep a paper or a photo of a draft. A photo is decoded and written anew, without metadata.

    Raises:
        InnovationNotYours, InnovationNotEditable, FileTitleMissing, TooManyFiles, DocumentNotPdf,
        DocumentTooLarge, PhotoRefused, PhotosUnavailable.
    """
    check_editable(city, actor, innovation)
    title = " ".join(given.title.split())
    if not 0 < len(title) <= LINE_CHARS:
        raise FileTitleMissing(pointer="#/title")
    session.execute(select(Innovation.id).where(Innovation.id == innovation.id).with_for_update())
    count = select(func.count()).where(InnovationFile.innovation_id == innovation.id)
    if (session.scalar(count) or 0) >= MAX_FILES:
        raise TooManyFiles(pointer="#/file")
    content, width, height = _prepared(given)
    row = InnovationFile(
        id=new_id(),
        innovation_id=innovation.id,
        kind=given.kind.value,
        title=title,
        is_public=given.is_public,
        storage_key=storage.put(content),
        size_bytes=len(content),
        width=width,
        height=height,
        added_by=actor.staff_id,
        added_at=now,
    )
    session.add(row)
    payload = {"file_id": str(row.id), "kind": given.kind.value}
    note(session, innovation.id, "file_added", payload, actor=actor, now=now)


def _prepared(given: NewFile) -> tuple[bytes, int | None, int | None]:
    """Return what is stored of a file, with the size of a picture in pixels."""
    if given.kind is FileKind.DOCUMENT:
        check_document(given.content)
        return given.content, None, None
    photo = prepare_photo(given.content, pointer="#/file")
    return photo.content, photo.width, photo.height


def detach(
    session: Session, city: City, actor: Actor, innovation: Innovation, file_id: UUID, now: datetime
) -> None:
    """Take a file off a draft; the nightly sweep deletes its content.

    Raises:
        InnovationNotYours, InnovationNotEditable, InnovationNotFound.
    """
    check_editable(city, actor, innovation)
    row = file_of(session, innovation.id, file_id)
    session.delete(row)
    payload = {"file_id": str(file_id), "kind": row.kind}
    note(session, innovation.id, "file_removed", payload, actor=actor, now=now)
