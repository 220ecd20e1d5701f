"""The JSON of version 1. Names are public: change them only in a new version."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from citizenreport.cities.rules import Visibility
from citizenreport.core.keys import SECRET_CHARS_MIN
from citizenreport.core.text import _n
from citizenreport.geo.position import Position
from citizenreport.i18n.languages import LANGUAGES
from citizenreport.intake.rules import (
    ANSWER_MAX_CHARS,
    DESCRIPTION_MAX_CHARS,
    LANDMARK_MAX_CHARS,
    NAME_MAX_CHARS,
    NEIGHBOURHOOD_MAX_CHARS,
    SUBJECT_PERSON_MAX_CHARS,
    Channel,
    Contact,
    Draft,
    Subject,
)
from citizenreport.web.wire import (
    Email,
    Instant,
    JsonNumber,
    Texts,
    WireSchema,
    between,
    one_of,
    text,
)

STRICTER = [Visibility.RESTRICTED.value, Visibility.CONFIDENTIAL.value]
ANSWERS_MAX = 20
EMAIL_MAX_CHARS = 254


class PositionSchema(WireSchema):
    """Degrees, WGS 84."""

    lon = JsonNumber(required=True, validate=between(-180, 180))
    lat = JsonNumber(required=True, validate=between(-90, 90))

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> Position:
        return Position(**data)


class ContactSchema(WireSchema):
    """How the reporter may be reached. Optional, sealed, never published."""

    name = text(NAME_MAX_CHARS, load_default=None, allow_none=True)
    email = Email(
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=EMAIL_MAX_CHARS, error=_n("Alamat email terlalu panjang.")),
    )
    phone = text(30, load_default=None, allow_none=True)

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> Contact:
        return Contact(**{name: value or None for name, value in data.items()})


class SubjectSchema(WireSchema):
    """Whom the report is about. The body named never receives or reads it."""

    agency_code = text(40, load_default=None, allow_none=True)
    person = text(SUBJECT_PERSON_MAX_CHARS, load_default=None, allow_none=True)

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> Subject:
        return Subject(**{name: value or None for name, value in data.items()})


class NewReportSchema(WireSchema):
    """What a client posts. Unknown fields are refused, so that typing errors are seen."""

    category_code = text(40, min_chars=1, required=True)
    description = text(DESCRIPTION_MAX_CHARS, min_chars=1, required=True)
    position = fields.Nested(PositionSchema, load_default=None, allow_none=True)
    accuracy_m = JsonNumber(load_default=None, allow_none=True, validate=between(0, 100_000))
    area_code = text(40, load_default=None, allow_none=True)
    neighbourhood = text(NEIGHBOURHOOD_MAX_CHARS, load_default=None, allow_none=True)
    landmark = text(LANDMARK_MAX_CHARS, load_default=None, allow_none=True)
    answers = Texts(
        keys=fields.String(),
        values=text(ANSWER_MAX_CHARS),
        load_default=dict,
        max_properties=ANSWERS_MAX,
    )
    occurred_at = Instant(load_default=None, allow_none=True)
    subject = fields.Nested(SubjectSchema, load_default=None, allow_none=True)
    visibility = fields.String(load_default=None, allow_none=True, validate=one_of(STRICTER))
    contact = fields.Nested(ContactSchema, load_default=None, allow_none=True)
    locale = fields.String(load_default="id", validate=one_of(LANGUAGES))
    channel = fields.String(
        load_default=Channel.API.value,
        validate=one_of([Channel.API.value, Channel.WEB.value]),
    )
    secret = fields.String(
        load_default=None,
        allow_none=True,
        metadata={"pattern": rf"^[A-Za-z0-9_-]{{{SECRET_CHARS_MIN},128}}$"},  # in ECMA-262
        validate=validate.Regexp(
            rf"[A-Za-z0-9_-]{{{SECRET_CHARS_MIN},128}}\Z",
            error=_n("Kode rahasia harus 22 sampai 128 huruf, angka, - atau _."),
        ),
    )
    refer_outside = fields.Boolean(load_default=False, truthy={True}, falsy={False})

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> Draft:
        wish, secret = data.pop("visibility"), data.pop("secret")
        for name in ("area_code", "neighbourhood", "landmark"):
            data[name] = data[name] or None
        data["channel"] = Channel(data["channel"])
        return Draft(**data, wish=Visibility(wish) if wish else None, client_secret=secret)


class DeadlinesSchema(Schema):
    """The city's targets ("target layanan kota"), as instants."""

    first_response_due_at = fields.AwareDateTime()
    verification_due_at = fields.AwareDateTime()
    settlement_due_at = fields.AwareDateTime()


class AcknowledgementSchema(Schema):
    """The answer to a report that is stored. `secret` is shown this once."""

    tracking_code = fields.String()
    secret = fields.String()
    category_code = fields.String()
    area_code = fields.String(allow_none=True)
    agency_code = fields.String()
    agency_name = fields.String()
    visibility = fields.String()
    submitted_at = fields.AwareDateTime()
    deadlines = fields.Nested(DeadlinesSchema)
    near_border = fields.Boolean(
        metadata={"description": "The point lies up to 50 m outside and was accepted"}
    )
    follow_url = fields.URL()


class PhotoSchema(Schema):
    url = fields.URL()
    width = fields.Integer()
    height = fields.Integer()


class ReplySchema(Schema):
    agency_code = fields.String()
    text = fields.String()
    replied_on = fields.Date()


class PublicReportSchema(Schema):
    """What anyone may see: published rows only."""

    tracking_code = fields.String()
    category_code = fields.String()
    category_name = fields.String()
    aspect = fields.String()
    area_code = fields.String(allow_none=True)
    position = fields.Nested(PositionSchema, allow_none=True)
    text = fields.String(allow_none=True)
    landmark = fields.String(allow_none=True)
    agency_code = fields.String()
    agency_name = fields.String()
    state = fields.String()
    submitted_on = fields.Date()
    submitted_at = fields.AwareDateTime(allow_none=True)
    settlement_due_on = fields.Date()
    settled_on = fields.Date(allow_none=True)
    photos = fields.List(fields.Nested(PhotoSchema))
    replies = fields.List(fields.Nested(ReplySchema))
    is_demo = fields.Boolean()


class StepSchema(Schema):
    """One step of a ticket's history, as the reporter may see it."""

    at = fields.AwareDateTime()
    type = fields.String()
    state = fields.String(allow_none=True)
    agency_code = fields.String(allow_none=True)
    text = fields.String(allow_none=True)
    photo_count = fields.Integer()


class OwnReportSchema(Schema):
    """What the reporter sees with the secret."""

    tracking_code = fields.String()
    category_code = fields.String()
    category_name = fields.String()
    description = fields.String()
    landmark = fields.String(allow_none=True)
    area_code = fields.String(allow_none=True)
    position = fields.Nested(PositionSchema, allow_none=True)
    answers = fields.Dict(keys=fields.String(), values=fields.String())
    visibility = fields.String()
    agency_code = fields.String()
    agency_name = fields.String()
    routing_explanation = fields.String()
    state = fields.String()
    submitted_at = fields.AwareDateTime()
    deadlines = fields.Nested(DeadlinesSchema)
    photo_count = fields.Integer()
    history = fields.List(fields.Nested(StepSchema))
    is_demo = fields.Boolean()
