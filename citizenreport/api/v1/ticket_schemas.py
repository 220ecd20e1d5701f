"""What programs send and read of tickets."""

from typing import Any, Final

from marshmallow import Schema, fields, post_load

from citizenreport.api.v1.schemas import DeadlinesSchema, PositionSchema
from citizenreport.cities.rules import Aspect
from citizenreport.core.text import _n
from citizenreport.intake.rules import Channel
from citizenreport.intake.search import MAX_CHARS as SEARCH_MAX_CHARS
from citizenreport.pipeline.resolve import NO_PHOTO_MAX_CHARS
from citizenreport.triage.queue import DueWhen, Sort, Whose
from citizenreport.triage.rules import NOTE_MAX_CHARS, REASON_MAX_CHARS, REPLY_MAX_CHARS
from citizenreport.triage.states import State
from citizenreport.web.wire import WireSchema, one_of, text

SORTS: Final = {
    "deadline": Sort.DEADLINE,
    "priority": Sort.PRIORITY,
    "newest": Sort.NEWEST,
    "oldest": Sort.OLDEST,
}
WHOSE: Final = {"nobody": Whose.NOBODY, "joined": Whose.JOINED}
STEPS: Final = (
    State.VERIFIED,
    State.IN_PROGRESS,
    State.NEEDS_INFO,
    State.RESOLVED,
    State.RETURNED,
)
"""What a program may bring a ticket to; the rest needs a person who sees what it ends."""


class TicketsQuerySchema(WireSchema):
    """Which tickets. Unknown filters are refused, so that a typing error does not pass for all."""

    state = fields.String(
        validate=one_of([state.value for state in State]),
        metadata={"description": "Without it: every open ticket"},
    )
    agency = fields.String(metadata={"description": "Useful to a key of the city desk"})
    category = fields.String()
    aspect = fields.String(validate=one_of([aspect.value for aspect in Aspect]))
    area = fields.String()
    channel = fields.String(validate=one_of([channel.value for channel in Channel]))
    whose = fields.String(
        validate=one_of(WHOSE),
        metadata={"description": "nobody: no person is named; joined: a part of another's ticket"},
    )
    due = fields.String(validate=one_of([due.value for due in DueWhen]))
    since = fields.Date(
        metadata={"description": "Came in on this day of the city or later"},
        error_messages={"invalid": _n("Isi dengan tanggal, misalnya 2026-03-17.")},
    )
    until = fields.Date(
        metadata={"description": "Came in on this day of the city or earlier"},
        error_messages={"invalid": _n("Isi dengan tanggal, misalnya 2026-03-17.")},
    )
    sort = fields.String(load_default="deadline", validate=one_of(SORTS))
    after = fields.String(metadata={"description": "`next` of the page before"})
    lang = fields.String(metadata={"description": "Language of errors"})


class TicketSearchSchema(TicketsQuerySchema):
    """As the list, with words. They may name people, so they stand in no address."""

    words = text(SEARCH_MAX_CHARS, min_chars=1, required=True)


class TicketStepSchema(WireSchema):
    """One step of a ticket."""

    target = fields.String(required=True, validate=one_of([state.value for state in STEPS]))
    reason = text(
        REASON_MAX_CHARS,
        load_default="",
        metadata={"description": "What the reporter reads; needed by all but the first two"},
    )
    reply = text(
        REPLY_MAX_CHARS,
        load_default="",
        metadata={"description": "An answer to the reporter, in the same transaction"},
    )
    why_no_photo = text(
        NO_PHOTO_MAX_CHARS,
        load_default="",
        metadata={"description": "Why there is no photo of what was built or repaired"},
    )

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        return data | {"target": State(data["target"])}


class TicketWordsSchema(WireSchema):
    """A text: an answer to the reporter, or a note among staff."""

    text = text(min(NOTE_MAX_CHARS, REPLY_MAX_CHARS), min_chars=1, required=True)


class TicketPartSchema(Schema):
    """What another agency was asked to do."""

    agency_code = fields.String()
    state = fields.String()
    due_at = fields.AwareDateTime(allow_none=True)


class TicketEventSchema(Schema):
    """One step of a ticket's history, the oldest first."""

    seq = fields.Integer()
    at = fields.AwareDateTime()
    type = fields.String()
    state = fields.String(allow_none=True)
    agency_code = fields.String(allow_none=True)
    text = fields.String(allow_none=True)


class TicketRowSchema(Schema):
    """A ticket in the list."""

    id = fields.UUID()
    url = fields.URL()
    tracking_code = fields.String()
    version = fields.Integer()
    state = fields.String()
    category_code = fields.String()
    aspect = fields.String()
    area_code = fields.String(allow_none=True)
    agency_code = fields.String()
    priority = fields.String()
    visibility = fields.String()
    submitted_at = fields.AwareDateTime()
    next_due_at = fields.AwareDateTime(
        metadata={"description": "When the next clock runs out; of a part, the part's deadline"}
    )
    is_paused = fields.Boolean(metadata={"description": "The reporter is waited for"})
    is_part = fields.Boolean(
        metadata={"description": "Another agency's ticket; yours is an open part"}
    )


class TicketsPageSchema(Schema):
    items = fields.List(fields.Nested(TicketRowSchema))
    next = fields.String(
        allow_none=True, metadata={"description": "Send it as `after` for the next page"}
    )


class StaffTicketSchema(TicketRowSchema):
    """A ticket as the agency sees it. Never the reporter's contact."""

    description = fields.String()
    landmark = fields.String(allow_none=True)
    position = fields.Nested(PositionSchema, allow_none=True)
    answers = fields.Dict(keys=fields.String(), values=fields.String())
    photo_count = fields.Integer()
    deadlines = fields.Nested(DeadlinesSchema)
    parts = fields.List(fields.Nested(TicketPartSchema))
    steps = fields.List(
        fields.String(), metadata={"description": "What this key may bring it to now"}
    )
    history = fields.List(fields.Nested(TicketEventSchema))
