"""The way of a report through the rooms, in order: intake, routing, triage, one statement."""

import os
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from citizenreport.cities.queries import EDITION_IN_FORCE
from citizenreport.cities.rules import City, Visibility
from citizenreport.core.db import Row, Writer, insert_rows
from citizenreport.core.errors import Unavailable
from citizenreport.core.ids import new_id
from citizenreport.core.keys import KeyRing, seal
from citizenreport.core.text import _n
from citizenreport.disclosure.rules import initial_visibility
from citizenreport.intake import queries as intake_queries
from citizenreport.intake import rules as intake_rules
from citizenreport.intake.rules import (
    USUAL_STANDING,
    AlreadySent,
    Draft,
    KeyReused,
    PlacedDraft,
    ProofUsed,
    Standing,
)
from citizenreport.intake.service import NewReport, make_report, photo_place
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import (
    FIRST_PREVIOUS_HASH,
    NONCE_BYTES,
    StreamKind,
    seal_event,
)
from citizenreport.routing.rules import RoutingInput, decide
from citizenreport.routing.service import make_assignment
from citizenreport.storage.rules import Storage
from citizenreport.triage import queries as triage_queries
from citizenreport.triage.service import NewTicket, Opening, make_ticket

IS_CURRENT = f"{EDITION_IN_FORCE} HAVING max(pack_version) = $1"


class StaleCity(Unavailable):
    """The city pack was changed since it was read; the door reads it again and repeats."""

    code = "stale-city"
    title = _n("Data kota baru saja diperbarui. Coba kirim sekali lagi.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Which send this is: its door, its key and a fingerprint of its body, to answer repeats."""

    door: str
    key: str
    body_hmac: bytes

    @property
    def has_key(self) -> bool:
        return bool(self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """The acknowledgement, the same again for a repeated send."""

    report_id: UUID
    tracking_code: str
    secret: str
    category_code: str
    area_code: str | None
    agency_code: str
    visibility: Visibility
    submitted_at: datetime
    first_response_due_at: datetime
    verification_due_at: datetime
    settlement_due_at: datetime
    outside_m: float


def submit_report(
    writer: Writer,
    city: City,
    keys: KeyRing,
    storage: Storage,
    draft: Draft,
    *,
    send: Send,
    now: datetime,
    standing: Standing = USUAL_STANDING,
) -> Submitted:
    """Take in a report, make an agency responsible, open a ticket: all or nothing.

    Raises:
        InvalidInput: the draft does not fit the city (see `intake.rules.check`).
        AlreadySent: this key was acknowledged before; answer with `repeat`.
        ProofUsed: the proof of `standing` came with another report; nothing was stored.
        StaleCity: the pack changed; nothing was stored.
    """
    placed = intake_rules.check(city, draft, now=now)
    visibility = initial_visibility(placed.category, draft.wish)
    new = make_report(
        city,
        keys,
        placed,
        is_sealed=visibility is Visibility.CONFIDENTIAL,
        idempotency_key=send.key,
        now=now,
    )
    rows, ticket = _route(city, placed, new, visibility, standing, now=now)
    if send.has_key:
        rows.append(("idempotency_key", _send_row(keys, send, new.id, now=now)))
    if standing.proof is not None:
        rows.append(("used_proof", asdict(standing.proof)))
    with all_or_none(storage) as put:
        is_sealed = visibility is Visibility.CONFIDENTIAL
        rows += _photo_rows(put, placed.draft, new, is_sealed=is_sealed)
        _insert(writer, city, rows)
    return Submitted(
        report_id=new.id,
        tracking_code=new.tracking_code,
        secret=new.secret,
        category_code=placed.category.category_code,
        area_code=placed.area_code,
        agency_code=ticket.row["agency_code"],
        visibility=visibility,
        submitted_at=now,
        first_response_due_at=ticket.deadlines.first_response_due_at,
        verification_due_at=ticket.deadlines.verification_due_at,
        settlement_due_at=ticket.deadlines.settlement_due_at,
        outside_m=new.report["outside_m"] or 0.0,
    )


def _insert(writer: Writer, city: City, rows: list[Row]) -> None:
    """Insert everything in one statement. Raises AlreadySent, ProofUsed, StaleCity."""
    try:
        is_stored = insert_rows(writer, rows, condition=IS_CURRENT, value=city.pack_version)
    except UniqueViolation as error:
        if error.diag.constraint_name == "pk_idempotency_key":
            raise AlreadySent from error
        if error.diag.constraint_name == "pk_used_proof":
            raise ProofUsed from error
        raise
    if not is_stored:
        raise StaleCity


@contextmanager
def all_or_none(storage: Storage) -> Generator[Callable[[bytes], str], None, None]:
    """Give a `put` whose files are deleted again when the block raises.

    What a crash or a failing commit leaves, the nightly sweep of the storage removes.
    """
    stored: list[str] = []

    def put(content: bytes) -> str:
        stored.append(storage.put(content))
        return stored[-1]

    try:
        yield put
    except BaseException:
        for key in stored:
            with suppress(OSError):  # the report was refused for another reason, said below
                storage.delete(key)
        raise


def _route(
    city: City,
    placed: PlacedDraft,
    new: NewReport,
    visibility: Visibility,
    standing: Standing,
    *,
    now: datetime,
) -> tuple[list[Row], NewTicket]:
    """Return the rows of report, assignment, ticket and first event."""
    draft, category = placed.draft, placed.category
    subject = draft.subject.agency_code if draft.subject else None
    is_confidential = visibility is Visibility.CONFIDENTIAL
    given = RoutingInput(
        category_code=category.category_code,
        area_code=placed.area_code,
        answers=draft.answers,
        at=now,
        subject_agency_code=subject,
        handlers_for=category.protection_class if is_confidential else None,
    )
    decision = decide(city, given)
    assignment = make_assignment(city, given, decision, report_id=new.id, now=now)
    opening = Opening(
        report_id=new.id,
        assignment_id=assignment["id"],
        agency_code=decision.agency_code,
        area_code=placed.area_code,
        subject_agency_code=subject,
        visibility=visibility,
        channel=draft.channel.value,
        is_demo=draft.is_demo,
        occurred_at=draft.occurred_at or now,
        decided_by=decision.decided_by.value,
        rule_id=decision.rule_id,
        is_outside=placed.area_code is None and placed.located is not None,
        needs_check=standing.needs_check,
        taken_by=draft.taken_by,
    )
    ticket = make_ticket(city, category, opening, now=now)
    rows: list[Row] = [("report", new.report)]
    if new.report_key is not None:
        rows.append(("report_key", new.report_key))
    rows += [("assignment", assignment), ("ticket", ticket.row), ("event", _event_row(ticket))]
    return rows, ticket


def _event_row(ticket: NewTicket) -> dict[str, Any]:
    sealed = seal_event(
        ticket.opened,
        kind=StreamKind.TICKET,
        stream_id=ticket.id,
        seq=1,
        previous=FIRST_PREVIOUS_HASH,
        nonce=os.urandom(NONCE_BYTES),
    )
    return {
        "stream_kind": sealed.stream_kind,
        "stream_id": sealed.stream_id,
        "seq": sealed.seq,
        "recorded_at": sealed.recorded_at,
        "occurred_at": sealed.occurred_at,
        "actor_id": sealed.actor_id,
        "type": sealed.type,
        "schema_version": sealed.schema_version,
        "payload": Jsonb(sealed.payload),
        "nonce": sealed.nonce,
        "previous_hash": sealed.previous_hash,
        "hash": sealed.hash,
    }


def _photo_rows(
    put: Callable[[bytes], str], draft: Draft, new: NewReport, *, is_sealed: bool
) -> list[Row]:
    """Put the photos into storage and return their rows.

    Files come first: the other order could acknowledge a photo that is nowhere.
    """
    rows: list[Row] = []
    for number, photo in enumerate(draft.photos, start=1):
        photo_id = new_id()
        content = photo.content
        if is_sealed:
            assert new.data_key is not None, "a sealed report has a data key"
            content = seal(new.data_key, content, photo_place(photo_id))
        row = {
            "id": photo_id,
            "report_id": new.id,
            "position_in_report": number,
            "storage_key": put(content),
            "media_type": photo.media_type,
            "width": photo.width,
            "height": photo.height,
            "byte_count": len(photo.content),
            "is_sealed": is_sealed,
        }
        rows.append(("photo", row))
    return rows


def _send_row(keys: KeyRing, send: Send, report_id: UUID, *, now: datetime) -> dict[str, Any]:
    return {
        "door": send.door,
        "key_hmac": key_hmac(keys, send),
        "body_hmac": send.body_hmac,
        "report_id": report_id,
        "created_at": now,
    }


def key_hmac(keys: KeyRing, send: Send) -> bytes:
    """Return the form in which an idempotency key is stored."""
    return keys.fingerprint("idempotency-key", send.key)


def was_sent(session: Session, keys: KeyRing, *, door: str, key: str) -> bool:
    """Tell whether a send of this key is known: it came within the last day."""
    mark = keys.fingerprint("idempotency-key", key)
    return intake_queries.first_send(session, door=door, key_hmac=mark) is not None


def repeat(session: Session, keys: KeyRing, *, send: Send, secrets: Sequence[str]) -> Submitted:
    """Return the first answer to a send that was acknowledged before.

    No stored answer holds its secret: it is the one of `secrets`, or the one derived from the key,
    that opens the report.

    Raises:
        KeyReused: the same key came with another body, or with another secret.
    """
    first = intake_queries.first_send(session, door=send.door, key_hmac=key_hmac(keys, send))
    if first is None or bytes(first.body_hmac) != send.body_hmac:
        raise KeyReused(pointer="#/idempotency_key")
    report = intake_queries.by_id(session, first.report_id)
    tried = (*secrets, keys.tracking_secret(str(report.id), send.key))
    secret = next((one for one in tried if intake_queries.is_opened_by(keys, report, one)), None)
    if secret is None:
        raise KeyReused(pointer="#/idempotency_key")
    ticket = triage_queries.of_report(session, report.id)[0]
    opened = history(session, StreamKind.TICKET, ticket.id)[0].payload
    return Submitted(
        report_id=report.id,
        tracking_code=report.tracking_code,
        secret=secret,
        category_code=report.category_code,
        area_code=report.area_code,
        agency_code=opened["agency_code"],
        visibility=Visibility(opened["visibility"]),
        submitted_at=report.submitted_at,
        first_response_due_at=datetime.fromisoformat(opened["first_response_due_at"]),
        verification_due_at=datetime.fromisoformat(opened["verification_due_at"]),
        settlement_due_at=datetime.fromisoformat(opened["settlement_due_at"]),
        outside_m=report.outside_m or 0.0,
    )
