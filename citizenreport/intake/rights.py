"""What a reporter may ask of the data of a report: another contact, or none; to be erased.

Source: UU 27/2022 (pelindungan data pribadi), articles 5 to 8; protection.md, section 6.
"""

import json
from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, insert, null, update
from sqlalchemy.orm import Session

from citizenreport.core.ids import new_id
from citizenreport.core.keys import KeyRing, Place, new_data_key, seal
from citizenreport.i18n.languages import DEFAULT_LANGUAGE
from citizenreport.intake import queries
from citizenreport.intake.models import (
    Erasure,
    IdempotencyKey,
    LegalHold,
    Photo,
    Report,
    ReportKey,
)
from citizenreport.intake.rules import Contact, ErasedBy, HoldReasonMissing, OnHold

HOLD_REASON_CHARS: Final = range(10, 501)
PERSONAL: Final = (
    "secret_hmac",
    "position",
    "accuracy_m",
    "outside_m",
    "neighbour_code",
    "located_area_code",
    "neighbourhood",
    "description",
    "description_sealed",
    "landmark",
    "landmark_sealed",
    "answers",
    "answers_sealed",
    "contact_sealed",
    "subject_sealed",
    "occurred_at",
)
"""What of a report goes. Category, area, day and the body it is about stay."""


def change_contact(session: Session, keys: KeyRing, report: Report, contact: Contact) -> None:
    """Put another contact in the place of the one there is; an empty one leaves none."""
    if contact.is_empty:
        report.contact_sealed = None
        session.flush()
        return
    data_key = queries.data_key_of(session, keys, report.id) or _give_key(session, keys, report)
    text = json.dumps(asdict(contact), ensure_ascii=False)
    place = Place(table="report", column="contact_sealed", row=str(report.id))
    report.contact_sealed = seal(data_key, text.encode(), place)
    session.flush()


def forget_contacts(session: Session, report_ids: Collection[UUID]) -> None:
    """Erase how the reporters are reached, and nothing else."""
    kept = update(Report).where(Report.id.in_(report_ids))
    session.execute(kept.values(contact_sealed=None).execution_options(synchronize_session="fetch"))


def erase(
    session: Session, report_ids: Collection[UUID], *, how: ErasedBy, now: datetime
) -> list[str]:
    """Remove the persons from reports: words, place, contact, photos, and the keys to all of it.

    Why one was once on hold is free text about them, and goes too.

    Returns the storage keys of the photos, for the door to delete after the commit.

    Raises:
        OnHold: one must be kept for now; nothing was changed.
    """
    if queries.on_hold(session, report_ids):
        raise OnHold
    files = take_photos(session, report_ids)
    gone: dict[str, object] = dict.fromkeys(PERSONAL, null())
    gone |= {"locale": DEFAULT_LANGUAGE, "erased_at": now}
    erased = update(Report).where(Report.id.in_(report_ids)).values(**gone)
    session.execute(erased.execution_options(synchronize_session="fetch"))
    for table in (ReportKey, IdempotencyKey):
        session.execute(delete(table).where(table.report_id.in_(report_ids)))
    session.execute(
        update(LegalHold)
        .where(LegalHold.report_id.in_(report_ids))
        .values(reason=None, reason_sealed=None)
    )
    rows = [
        {"id": new_id(), "report_id": id_, "how": how.value, "erased_at": now} for id_ in report_ids
    ]
    session.execute(insert(Erasure), rows)
    return files


def place_hold(
    session: Session, keys: KeyRing, report: Report, *, reason: str, now: datetime
) -> None:
    """Keep a report from being erased. A hold that is there gets the new reason.

    Raises:
        HoldReasonMissing: the reporter could not understand why.
    """
    trimmed = reason.strip()
    if len(trimmed) not in HOLD_REASON_CHARS:
        raise HoldReasonMissing
    lift_hold(session, report, now=now)
    id_ = new_id()
    data_key = queries.data_key_of(session, keys, report.id) or _give_key(session, keys, report)
    sealed = seal(data_key, trimmed.encode(), queries.hold_place(id_))
    session.add(LegalHold(id=id_, report_id=report.id, reason_sealed=sealed, placed_at=now))
    session.flush()


def lift_hold(session: Session, report: Report, *, now: datetime) -> bool:
    """Let a report be erased again; tell whether it was on hold."""
    hold = queries.hold_on(session, report.id)
    if hold is not None:
        hold.lifted_at = now
        session.flush()
    return hold is not None


def take_photos(session: Session, report_ids: Collection[UUID]) -> list[str]:
    """Delete the photos of reports that are not, or no longer, public; return their storage keys."""
    gone = session.execute(
        delete(Photo)
        .where(Photo.report_id.in_(report_ids))
        .returning(Photo.storage_key, Photo.thumbnail_key)
    ).all()
    return [key for row in gone for key in row if key is not None]


def _give_key(session: Session, keys: KeyRing, report: Report) -> bytes:
    data_key = new_data_key()
    key_id, wrapped = keys.wrap(data_key, row=str(report.id))
    session.add(ReportKey(report_id=report.id, key_id=key_id, wrapped_key=wrapped))
    session.flush()
    return data_key
