"""Every row of one life, and its files: sealed values are really sealed, events really chained."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from citizenreport.cities.rules import Visibility
from citizenreport.core.ids import new_id, new_tracking_code
from citizenreport.core.keys import new_data_key, seal
from citizenreport.ledger.rules import FIRST_PREVIOUS_HASH, NewEvent, StreamKind, seal_event
from tests.lives.kinds import Life, Maker, place
from tests.lives.shown_rows import Row, photos_of, published_of

STEPS = ("new", "verified", "in_progress", "resolved", "closed")


def rows_of(maker: Maker, one: Life) -> Iterator[Row]:
    """Yield every row of a life; its files are written on the way."""
    yield from _report(maker, one)
    yield from _ticket(maker, one)
    yield from _events(maker, one)
    yield from _written(maker, one)
    yield from _told(maker, one)
    yield from _asked(maker, one)
    photos = list(photos_of(maker, one)) if one.number % 4 == 0 else []
    yield from photos
    if one.visibility is Visibility.PUBLIC:
        yield from published_of(maker, one, photos)


def _report(maker: Maker, one: Life) -> Iterator[Row]:
    id_ = one.report_id
    contact = json.dumps({"name": one.said("nama"), "email": one.said("surel"), "phone": None})
    answers = {"nomor_tiang": one.said("isian")}
    sealed = one.both("report", "answers", id_, json.dumps(answers))
    yield (
        "report",
        {
            "id": id_,
            "tracking_code": new_tracking_code(),
            "secret_hmac": os.urandom(32),
            "category_code": one.category.category_code,
            "area_code": "33.71.03.1005",
            "position": f"SRID=4326;POINT({110.2 + one.number * 1e-7:.7f} -7.478474)",
            "accuracy_m": 12.5,
            "neighbourhood": one.said("rt"),
            **one.both("report", "description", id_, f"Laporan {one.said('teks')}"),
            **one.both("report", "landmark", id_, one.said("patokan")),
            "answers": None if one.is_sealed else Jsonb(answers),
            "answers_sealed": sealed["answers_sealed"],
            "contact_sealed": _seal(one, "report", "contact_sealed", id_, contact),
            "subject_sealed": _seal(one, "report", "subject_sealed", id_, one.said("orang")),
            "occurred_at": one.ended_at - timedelta(days=21),
            "submitted_at": one.ended_at - timedelta(days=20),
            "channel": "web",
            "locale": "jv",
            "pack_version": maker.city.pack_version,
            "is_demo": False,
        },
    )
    key_id, wrapped = maker.keys.wrap(one.data_key, row=str(id_))
    yield "report_key", {"report_id": id_, "key_id": key_id, "wrapped_key": wrapped}
    yield (
        "idempotency_key",
        {
            "door": "test",
            "key_hmac": os.urandom(32),
            "body_hmac": os.urandom(32),
            "report_id": id_,
            "created_at": one.ended_at,
        },
    )
    hold = new_id()
    if one.fate == "held" or one.number % 20 == 0:
        yield (
            "legal_hold",
            {
                "id": hold,
                "report_id": id_,
                "reason": one.said("alasan"),
                "reason_sealed": _seal(
                    one, "legal_hold", "reason_sealed", hold, one.said("alasan")
                ),
                "placed_at": one.ended_at,
                "lifted_at": None if one.fate == "held" else one.ended_at,
            },
        )


def _ticket(maker: Maker, one: Life) -> Iterator[Row]:
    assignment, is_open = new_id(), one.fate == "open"
    at = one.ended_at - timedelta(days=20)
    yield (
        "assignment",
        {
            "id": assignment,
            "report_id": one.report_id,
            "agency_code": one.category.lead,
            "decided_by": "rule",
            "pack_version": maker.city.pack_version,
            "inputs": Jsonb({"area_code": "33.71.03.1005", "answers": {"x": one.said("masukan")}}),
            "decided_at": at,
        },
    )
    yield (
        "ticket",
        {
            "id": one.ticket_id,
            "report_id": one.report_id,
            "assignment_id": assignment,
            "category_code": one.category.category_code,
            "aspect": one.category.aspect.value,
            "area_code": "33.71.03.1005",
            "agency_code": one.category.lead,
            "visibility": one.visibility.value,
            "protection_class": one.category.protection_class.value,
            "priority": one.category.priority.value,
            "state": "in_progress" if is_open else "closed",
            "version": 5,
            "submitted_at": at,
            "first_response_due_at": at,
            "first_responded_at": at,
            "verification_due_at": at,
            "verified_at": at,
            "settlement_due_at": one.ended_at,
            "settled_at": None if is_open else one.ended_at,
            "closed_at": None if is_open else one.ended_at,
            "paused_days_before_verification": 0,
            "paused_days_after_verification": 0,
            "return_count": 0,
            "has_fixed_deadlines": False,
            "is_demo": False,
        },
    )


def _events(maker: Maker, one: Life) -> Iterator[Row]:
    previous, at = FIRST_PREVIOUS_HASH, one.ended_at - timedelta(days=20)
    steps = STEPS[:3] if one.fate == "open" else STEPS
    for seq, state in enumerate(steps, start=1):
        opened = _opening(maker, one, at)
        payload = opened if seq == 1 else {"from": steps[seq - 2], "to": state}
        kind = "opened" if seq == 1 else "state_changed"
        new = NewEvent(type=kind, payload=payload, recorded_at=at, occurred_at=at)
        sealed = seal_event(
            replace(new, actor_id=maker.staff_id),
            kind=StreamKind.TICKET,
            stream_id=one.ticket_id,
            seq=seq,
            previous=previous,
            nonce=os.urandom(16),
        )
        previous = sealed.hash
        row = {name: getattr(sealed, name) for name in sealed.__dataclass_fields__}
        yield "event", row | {"payload": Jsonb(payload), "dispatched_at": at}


def _opening(maker: Maker, one: Life, at: datetime) -> dict[str, Any]:
    due = one.ended_at.isoformat()
    return {
        "report_id": str(one.report_id),
        "category_code": one.category.category_code,
        "aspect": one.category.aspect.value,
        "complaint_class": one.category.complaint_class.value,
        "area_code": "33.71.03.1005",
        "agency_code": one.category.lead,
        "decided_by": "rule",
        "rule_id": None,
        "pack_version": maker.city.pack_version,
        "visibility": one.visibility.value,
        "protection_class": one.category.protection_class.value,
        "priority": one.category.priority.value,
        "channel": "web",
        "is_outside": False,
        "submitted_at": at.isoformat(),
        "first_response_due_at": due,
        "verification_due_at": due,
        "settlement_due_at": due,
        "has_fixed_deadlines": False,
        "is_demo": False,
    }


def _written(maker: Maker, one: Life) -> Iterator[Row]:
    for kind in ("reply", "reason", "addition", "note"):
        id_ = new_id()
        yield (
            "message",
            {
                "id": id_,
                "ticket_id": one.ticket_id,
                "kind": kind,
                "author_id": None if kind == "addition" else maker.staff_id,
                **one.both("message", "text", id_, one.said(kind)),
                "written_at": one.ended_at,
            },
        )
    if one.number % 3 == 0:
        yield (
            "field_visit",
            {
                "id": uuid4(),
                "ticket_id": one.ticket_id,
                "staff_id": maker.staff_id,
                "is_done": True,
                "acted_at": one.ended_at,
                "received_at": one.ended_at,
                "position": "SRID=4326;POINT(110.2219 -7.4785)",
                "accuracy_m": 4.0,
            },
        )


def _told(maker: Maker, one: Life) -> Iterator[Row]:
    yield (
        "contact_check",
        {
            "report_id": one.report_id,
            "id": uuid4(),
            "asked_at": one.ended_at,
            "confirmed_at": one.ended_at,
        },
    )
    yield (
        "survey_answer",
        {
            "id": uuid4(),
            "ticket_id": one.ticket_id,
            "answered_on": one.ended_at.date(),
            "scores": Jsonb({"U1": 4}),
            "is_settled": True,
            "is_demo": False,
        },
    )
    if one.number % 5 == 0:
        id_, data_key = uuid4(), new_data_key()
        key_id, wrapped = maker.keys.wrap(data_key, row=str(id_), table="push_watch")
        sealed = seal(data_key, b"https://push", place("push_watch", "address_sealed", id_))
        yield (
            "push_watch",
            {
                "id": id_,
                "report_id": one.report_id,
                "language": "id",
                "address_hmac": os.urandom(32),
                "address_sealed": sealed,
                "key_id": key_id,
                "wrapped_key": wrapped,
                "created_at": one.ended_at,
            },
        )


def _asked(maker: Maker, one: Life) -> Iterator[Row]:
    """Letters, copies outside, mediation and questions: what only some tickets have."""
    if one.number % 6 == 0:
        id_ = new_id()
        yield (
            "referral",
            {
                "id": id_,
                "ticket_id": one.ticket_id,
                "body_code": "X_PLN",
                "agency_code": one.category.lead,
                "letter_year": 2024,
                "letter_number": one.number + 1,
                "state": "made",
                **one.both("referral", "words", id_, json.dumps({"reason": one.said("surat")})),
                "made_at": one.ended_at,
                "made_by": maker.staff_id,
            },
        )
    if not one.is_sealed and one.number % 3 == 0:
        yield (
            "outside_copy",
            {
                "id": new_id(),
                "ticket_id": one.ticket_id,
                "channel": "sp4n",
                "external_number": one.said("sp4n"),
                "kept_at": one.ended_at,
                "kept_by": maker.staff_id,
            },
        )
    if one.is_sealed:
        yield from _of_confidential(maker, one)


def _of_confidential(maker: Maker, one: Life) -> Iterator[Row]:
    mediation, entry, question = new_id(), new_id(), uuid4()
    yield (
        "mediation",
        {
            "id": mediation,
            "ticket_id": one.ticket_id,
            "state": "agreed",
            "opened_at": one.ended_at,
            "follow_up_on": one.ended_at.date(),
        },
    )
    yield (
        "mediation_entry",
        {
            "id": entry,
            "mediation_id": mediation,
            "kind": "outcome",
            "happened_on": one.ended_at.date(),
            "words_sealed": _seal(one, "mediation_entry", "words_sealed", entry, one.said("damai")),
            "written_at": one.ended_at,
            "written_by": maker.staff_id,
        },
    )
    data_key = new_data_key()
    key_id, wrapped = maker.keys.wrap(data_key, row=str(question), table="body_question")
    where = place("body_question", "question_sealed", question)
    yield (
        "body_question",
        {
            "id": question,
            "ticket_id": one.ticket_id,
            "body_code": "DINSOS",
            "asked_at": one.ended_at,
            "asked_by": maker.staff_id,
            "question_sealed": seal(data_key, one.said("tanya").encode(), where),
            "answer_sealed": seal(
                data_key,
                one.said("hakjawab").encode(),
                place("body_question", "answer_sealed", question),
            ),
            "answered_at": one.ended_at,
            "key_id": key_id,
            "wrapped_key": wrapped,
        },
    )


def _seal(one: Life, table: str, column: str, row: UUID, text: str) -> bytes:
    return seal(one.data_key, text.encode(), place(table, column, row))
