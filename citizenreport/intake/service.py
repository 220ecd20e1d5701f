"""Taking in a report: from a placed draft to the rows that are stored."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.ids import new_id, new_tracking_code
from citizenreport.core.keys import KeyRing, Place, new_data_key, seal
from citizenreport.intake.models import IdempotencyKey, Photo, Report, ReportKey, UsedProof
from citizenreport.intake.rules import (
    IDEMPOTENCY_KEPT,
    MAX_PHOTOS_OF_A_REPORT,
    PlacedDraft,
    PreparedPhoto,
    TooManyPhotosInAll,
)
from citizenreport.storage.rules import Storage


def photo_place(photo_id: UUID) -> Place:
    """Return what a sealed photo is bound to."""
    return Place(table="photo", column="storage_key", row=str(photo_id))


def thumbnail_place(photo_id: UUID) -> Place:
    """Return what the thumbnail of a sealed photo is bound to."""
    return Place(table="photo", column="thumbnail_key", row=str(photo_id))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NewReport:
    """Rows for one report, ready to be inserted; `secret` leaves once, in the answer."""

    id: UUID
    tracking_code: str
    secret: str
    report: dict[str, Any]
    report_key: dict[str, Any] | None
    data_key: bytes | None


def make_report(
    city: City,
    keys: KeyRing,
    placed: PlacedDraft,
    *,
    is_sealed: bool,
    idempotency_key: str,
    now: datetime,
) -> NewReport:
    """Make the rows of a report. `is_sealed`: text is for named handlers only."""
    draft = placed.draft
    report_id = new_id()
    has_contact = draft.contact is not None and not draft.contact.is_empty
    has_person = draft.subject is not None and bool(draft.subject.person)
    data_key = new_data_key() if is_sealed or has_contact or has_person else None
    secret = draft.client_secret or keys.tracking_secret(str(report_id), idempotency_key)
    row: dict[str, Any] = {
        "id": report_id,
        "tracking_code": new_tracking_code(),
        "secret_hmac": keys.fingerprint("tracking-secret", secret),
        "category_code": placed.category.category_code,
        "area_code": placed.area_code,
        "located_area_code": placed.located.area_code if placed.located else None,
        "position": _ewkt(placed),
        "accuracy_m": draft.accuracy_m,
        "outside_m": placed.located.outside_m if placed.located else None,
        "neighbour_code": placed.located.neighbour_code if placed.located else None,
        "neighbourhood": draft.neighbourhood,
        "subject_agency_code": draft.subject.agency_code if draft.subject else None,
        "wish": draft.wish.value if draft.wish else None,
        "occurred_at": draft.occurred_at,
        "submitted_at": now,
        "channel": draft.channel.value,
        "locale": draft.locale,
        "pack_version": city.pack_version,
        "is_demo": draft.is_demo,
    }
    row |= _texts(placed, report_id, data_key, is_sealed=is_sealed)
    return NewReport(
        id=report_id,
        tracking_code=row["tracking_code"],
        secret=secret,
        report=row,
        report_key=_key_row(keys, report_id, data_key),
        data_key=data_key,
    )


def _ewkt(placed: PlacedDraft) -> str | None:
    position = placed.draft.position
    return f"SRID=4326;POINT({position.lon!r} {position.lat!r})" if position else None


def _key_row(keys: KeyRing, report_id: UUID, data_key: bytes | None) -> dict[str, Any] | None:
    if data_key is None:
        return None
    key_id, wrapped = keys.wrap(data_key, row=str(report_id))
    return {"report_id": report_id, "key_id": key_id, "wrapped_key": wrapped}


def _texts(
    placed: PlacedDraft, report_id: UUID, data_key: bytes | None, *, is_sealed: bool
) -> dict[str, Any]:
    """Return the text columns, sealed or plain."""
    draft = placed.draft
    answers = json.dumps(dict(draft.answers), ensure_ascii=False) if draft.answers else None
    person = draft.subject.person if draft.subject else None
    contact = draft.contact if draft.contact and not draft.contact.is_empty else None

    def sealed(column: str, text: str | None) -> bytes | None:
        if text is None or data_key is None:
            return None
        return seal(
            data_key, text.encode(), Place(table="report", column=column, row=str(report_id))
        )

    always = {
        "contact_sealed": sealed(
            "contact_sealed", json.dumps(asdict(contact), ensure_ascii=False) if contact else None
        ),
        "subject_sealed": sealed("subject_sealed", person or None),
    }
    if is_sealed:
        return always | {
            "description": None,
            "description_sealed": sealed("description_sealed", draft.description),
            "landmark": None,
            "landmark_sealed": sealed("landmark_sealed", draft.landmark),
            "answers": None,
            "answers_sealed": sealed("answers_sealed", answers),
        }
    return always | {
        "description": draft.description,
        "description_sealed": None,
        "landmark": draft.landmark,
        "landmark_sealed": None,
        "answers": Jsonb(dict(draft.answers)) if draft.answers else None,
        "answers_sealed": None,
    }


def data_key_for(session: Session, keys: KeyRing, report: Report) -> bytes | None:
    """Return a report's data key, made now where nothing of it was sealed yet; None once erased."""
    if report.erased_at is not None:
        return None
    row = session.get(ReportKey, report.id)
    if row is not None:
        return keys.unwrap(row.key_id, bytes(row.wrapped_key), row=str(report.id))
    return _new_key(session, keys, report)


def _new_key(session: Session, keys: KeyRing, report: Report) -> bytes:
    data_key = new_data_key()
    key_id, wrapped = keys.wrap(data_key, row=str(report.id))
    session.add(ReportKey(report_id=report.id, key_id=key_id, wrapped_key=wrapped))
    session.flush()
    return data_key


def seal_report(session: Session, keys: KeyRing, report: Report, data_key: bytes | None) -> bytes:
    """Seal the text of a report that has become confidential; return its data key."""
    if data_key is None:
        data_key = _new_key(session, keys, report)
    texts = {
        "description": report.description,
        "landmark": report.landmark,
        "answers": json.dumps(report.answers, ensure_ascii=False) if report.answers else None,
    }
    for name, text in texts.items():
        if text is not None:
            column = f"{name}_sealed"
            place = Place(table="report", column=column, row=str(report.id))
            setattr(report, column, seal(data_key, text.encode(), place))
            setattr(report, name, None)
    session.flush()
    return data_key


def add_photos(
    session: Session,
    put: Callable[[bytes], str],
    report: Report,
    photos: Sequence[PreparedPhoto],
    data_key: bytes | None,
    *,
    added_by: UUID | None = None,
) -> tuple[UUID, ...]:
    """Put more photos to a report; sealed when a data key is given. Returns their ids.

    `added_by`: the member of staff who shows what was done; None for its reporter.

    Raises:
        TooManyPhotosInAll: it would have more than fifteen.
    """
    last = session.scalar(
        select(func.max(Photo.position_in_report)).where(Photo.report_id == report.id)
    )
    first = (last or 0) + 1
    if photos and first + len(photos) - 1 > MAX_PHOTOS_OF_A_REPORT:
        raise TooManyPhotosInAll(pointer="#/photos")
    added = []
    for number, photo in enumerate(photos, start=first):
        photo_id = new_id()
        content = photo.content
        if data_key is not None:
            content = seal(data_key, content, photo_place(photo_id))
        session.add(
            Photo(
                id=photo_id,
                report_id=report.id,
                position_in_report=number,
                storage_key=put(content),
                media_type=photo.media_type,
                width=photo.width,
                height=photo.height,
                byte_count=len(photo.content),
                is_sealed=data_key is not None,
                added_by=added_by,
            )
        )
        added.append(photo_id)
    session.flush()
    return tuple(added)


def forget_sends(session: Session, *, now: datetime) -> None:
    """Delete idempotency keys and used proofs past their time; the reports stay."""
    old = IdempotencyKey.created_at <= now - IDEMPOTENCY_KEPT
    session.execute(delete(IdempotencyKey).where(old))
    session.execute(delete(UsedProof).where(UsedProof.expires_at <= now))


def seal_photos(session: Session, storage: Storage, report_id: UUID, data_key: bytes) -> list[str]:
    """Seal the photos of a report; return the storage keys of the plain ones, for deletion."""
    unused: list[str] = []
    for photo in session.scalars(select(Photo).where(Photo.report_id == report_id)):
        if photo.is_sealed:
            continue
        content = storage.get(photo.storage_key)
        unused += [key for key in (photo.storage_key, photo.thumbnail_key) if key is not None]
        photo.storage_key = storage.put(seal(data_key, content, photo_place(photo.id)))
        photo.thumbnail_key = None
        photo.is_sealed = True
    session.flush()
    return unused
