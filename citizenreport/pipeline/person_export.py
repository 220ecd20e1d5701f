"""Everything that is held about the person behind a report, as they may take it along.

A ZIP of `data.json` and the photos, written while it is sent: nothing of it lies on a disk.
Source: UU 27/2022, articles 7 and 13 (access and a copy, in a format that machines read).
"""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.keys import KeyRing, open_sealed
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.models import Photo, Report
from citizenreport.intake.service import photo_place
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import StreamKind
from citizenreport.messaging import queries as messaging_queries
from citizenreport.pipeline.passed_on import copies_of, letters_of
from citizenreport.publication import queries as publication_queries
from citizenreport.publication.rules import PublishedReportNotFound
from citizenreport.routing.rules import agency_name
from citizenreport.storage.rules import Storage
from citizenreport.surveys.models import SurveyAnswer
from citizenreport.surveys.queries import answer_of
from citizenreport.triage import queries as triage_queries
from citizenreport.triage.models import Ticket

EVENTS_SHOWN: Final = frozenset(
    [
        "opened",
        "state_changed",
        "assigned",
        "replied",
        "breach_told",
        "deadlines_moved",
        "extended",
        "added",
        "contact_changed",
        "contact_revealed",
        "contact_expired",
        "photos_expired",
        "visibility_raised",
        "released",
        "photo_decided",
        "merged",
        "split",
        "split_off",
        "joint_closed",
        "joint_taken_back",
        "escalated",
        "hold_placed",
        "hold_lifted",
        "referral_made",
        "referral_sent",
        "referral_answered",
        "referral_closed",
    ]
)
"""What concerns the reporter. How an agency shares out its work, and its notes, do not."""
PAYLOAD_SHOWN: Final = frozenset(
    {"from", "to", "agency_code", "decided_by", "state", "text", "by", "joint_agency_code"}
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class HeldPhoto:
    """A photo of the export: where it lies, and how it opens."""

    name: str
    id: UUID
    storage_key: str
    is_sealed: bool


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PersonExport:
    """What is held. No repr: it is all personal."""

    data: Mapping[str, Any]
    photos: tuple[HeldPhoto, ...]
    data_key: bytes | None


def _hold(session: Session, report: Report, data_key: bytes | None) -> dict[str, Any] | None:
    hold = intake_queries.hold_on(session, report.id)
    if hold is None:
        return None
    reason = intake_queries.hold_reason(hold, data_key)
    return {"reason": reason, "since": _text(hold.placed_at)}


def _photo_name(photo: Photo) -> str:
    """Return the name of a file; a photo that staff took of their work says so."""
    of_work = "-after" if photo.added_by is not None else ""
    return f"photos/{photo.position_in_report}{of_work}.jpg"


def person_export(session: Session, city: City, keys: KeyRing, report: Report) -> PersonExport:
    """Gather what is held about the reporter of a report. Names of staff are not part of it."""
    data_key = intake_queries.data_key_of(session, keys, report.id)
    photos = tuple(
        HeldPhoto(
            name=_photo_name(photo),
            id=photo.id,
            storage_key=photo.storage_key,
            is_sealed=photo.is_sealed,
        )
        for photo in intake_queries.photos_of(session, report.id)
    )
    tickets = triage_queries.of_report(session, report.id)
    data = {
        "report": _report(report, data_key),
        "contact": asdict(intake_queries.contact_of(report, data_key)),
        "sealed": _sealed(report, is_any_photo=any(photo.is_sealed for photo in photos)),
        "photos": [photo.name for photo in photos],
        "tickets": [_ticket(session, city, ticket, data_key) for ticket in tickets],
        "survey": [_survey(row) for t in tickets if (row := answer_of(session, t.id))],
        "notices": _notices(session, report),
        "public": _public(session, report),
        "legal_hold": _hold(session, report, data_key),
    }
    return PersonExport(data=data, photos=photos, data_key=data_key)


def _notices(session: Session, report: Report) -> dict[str, Any]:
    """Return whether the mail address was confirmed, and how many browsers are told."""
    check = messaging_queries.check_of(session, report.id)
    return {
        "email_asked_at": _text(check.asked_at) if check else None,
        "email_confirmed_at": _text(check.confirmed_at) if check else None,
        "email_stopped_at": _text(check.stopped_at) if check else None,
        "browsers": len(messaging_queries.watches_of(session, report.id)),
    }


def _survey(row: SurveyAnswer) -> dict[str, Any]:
    return {
        "answered_on": row.answered_on.isoformat(),
        "scores": row.scores,
        "is_settled": row.is_settled,
    }


def zip_of(export: PersonExport, storage: Storage) -> Iterator[bytes]:
    """Yield the ZIP piece by piece; a photo is read when its turn comes."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as archive:
        text = json.dumps(export.data, ensure_ascii=False, indent=2)
        archive.writestr("data.json", text, zipfile.ZIP_DEFLATED)
        yield sink.taken()
        for photo in export.photos:
            archive.writestr(photo.name, photo_bytes(photo, storage, export.data_key))
            yield sink.taken()
    yield sink.taken()


def photo_bytes(photo: HeldPhoto, storage: Storage, data_key: bytes | None) -> bytes:
    """Return a photo of the reporter's own as it was stored before it was sealed."""
    content = storage.get(photo.storage_key)
    if not photo.is_sealed:
        return content
    assert data_key is not None, "what is sealed has a data key"
    return open_sealed(data_key, content, photo_place(photo.id))


def acts_of_reading(session: Session, ticket: Ticket) -> list[tuple[datetime, str]]:
    """Return when protected content was opened, and how: codes of acts, never who."""
    events = history(session, StreamKind.ACCESS, ticket.id)
    return [(event.recorded_at, event.type) for event in events]


class _Sink(io.RawIOBase):
    """Where the archive is written to: a pipe that cannot go back."""

    def __init__(self) -> None:
        super().__init__()
        self._written: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        piece = bytes(content)
        self._written.append(piece)
        return len(piece)

    def taken(self) -> bytes:
        """Return what was written since it was asked last."""
        pieces, self._written = self._written, []
        return b"".join(pieces)


def _report(report: Report, data_key: bytes | None) -> dict[str, Any]:
    position = report.position
    return {
        "tracking_code": report.tracking_code,
        "category_code": report.category_code,
        "description": intake_queries.description_of(report, data_key),
        "landmark": intake_queries.landmark_of(report, data_key),
        "answers": intake_queries.answers_of(report, data_key),
        "position": {"lon": position.lon, "lat": position.lat} if position else None,
        "accuracy_m": report.accuracy_m,
        "area_code": report.area_code,
        "neighbourhood": report.neighbourhood,
        "subject_agency_code": report.subject_agency_code,
        "subject_person": intake_queries.subject_person_of(report, data_key),
        "visibility_wish": report.wish,
        "occurred_at": _text(report.occurred_at),
        "submitted_at": _text(report.submitted_at),
        "channel": report.channel,
        "language": report.locale,
    }


def _sealed(report: Report, *, is_any_photo: bool) -> list[str]:
    """Return what lies encrypted, by name."""
    columns = ("contact_sealed", "subject_sealed", "description_sealed", "landmark_sealed")
    names = [c.removesuffix("_sealed") for c in (*columns, "answers_sealed") if getattr(report, c)]
    return names + (["photos"] if is_any_photo else [])


def _ticket(session: Session, city: City, ticket: Ticket, data_key: bytes | None) -> dict[str, Any]:
    events = [
        event
        for event in history(session, StreamKind.TICKET, ticket.id)
        if event.type in EVENTS_SHOWN
    ]
    told = {event.payload.get("message_id") for event in events}
    return {
        "state": ticket.state,
        "visibility": ticket.visibility,
        "agency": agency_name(city, ticket.agency_code),
        "first_response_due_at": _text(ticket.first_response_due_at),
        "verification_due_at": _text(ticket.verification_due_at),
        "settlement_due_at": _text(ticket.settlement_due_at),
        "messages": [
            {
                "kind": message.kind,
                "by": "staff" if message.author_id else "reporter",
                "written_at": _text(message.written_at),
                "text": triage_queries.text_of(message, data_key),
            }
            for message in triage_queries.messages_of(session, ticket.id)
            if str(message.id) in told
        ],
        "events": [
            {"type": event.type, "at": _text(event.recorded_at)}
            | {name: value for name, value in event.payload.items() if name in PAYLOAD_SHOWN}
            for event in events
        ],
        "letters": letters_of(session, city, ticket, data_key),
        "copies": copies_of(session, city, ticket),
        "readings": [
            {"type": type_, "at": _text(at)} for at, type_ in acts_of_reading(session, ticket)
        ],
    }


def _public(session: Session, report: Report) -> dict[str, Any] | None:
    """Return what the public reads of it now; None while nothing is public."""
    try:
        public = publication_queries.by_code(session, report.tracking_code)
    except PublishedReportNotFound:
        return None
    return {
        "text": public.text,
        "landmark": public.landmark,
        "area_code": public.area_code,
        "position": (
            {"lon": public.position.lon, "lat": public.position.lat} if public.position else None
        ),
        "photos": len(publication_queries.photos_of(session, report.tracking_code)),
    }


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
