"""What the form sends, and how it becomes a Draft. Names of fields are those of the page."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from marshmallow import EXCLUDE, ValidationError, fields, validate
from werkzeug.datastructures import MultiDict

from citizenreport.cities.rules import City, Visibility
from citizenreport.core.text import _n
from citizenreport.geo.position import Position
from citizenreport.i18n.languages import DEFAULT_LANGUAGE
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
from citizenreport.web.csrf import FIELD as CSRF_FIELD
from citizenreport.web.form_ticket import FIELD as TICKET_FIELD
from citizenreport.web.proof import FIELD as PROOF_FIELD
from citizenreport.web.wire import Email, WireSchema, between, one_of, text

ANSWER_PREFIX: Final = "answers."
SEND_KEY: Final = "send_key"
STRICTER: Final = (Visibility.RESTRICTED.value, Visibility.CONFIDENTIAL.value)
POINT_FIELDS: Final = ("lat", "lon", "accuracy_m")
PLACE_FIELDS: Final = ("area_code", "neighbourhood", "landmark", *POINT_FIELDS)
DROP_POINT: Final = "drop_point"
NOT_WORDS: Final = frozenset(
    {CSRF_FIELD, PROOF_FIELD, TICKET_FIELD, "as_new", "seen_similar", "another", "held_photo"}
)
"""Fields that another sending of the same form may fill differently; photos are compared by their
bytes."""
EMAIL_MAX_CHARS: Final = 254
CODE_MAX_CHARS: Final = 40


class ReportFormSchema(WireSchema):
    """One flat form. A field left empty is not sent to it; what it does not know is left out."""

    category_code = text(CODE_MAX_CHARS, required=True)
    description = text(DESCRIPTION_MAX_CHARS, required=True)
    lat = fields.Float(load_default=None, validate=between(-90, 90))
    lon = fields.Float(load_default=None, validate=between(-180, 180))
    accuracy_m = fields.Float(load_default=None, validate=between(0, 100_000))
    area_code = text(CODE_MAX_CHARS, load_default=None)
    neighbourhood = text(NEIGHBOURHOOD_MAX_CHARS, load_default=None)
    landmark = text(LANDMARK_MAX_CHARS, load_default=None)
    answers = fields.Dict(
        keys=text(CODE_MAX_CHARS), values=text(ANSWER_MAX_CHARS), load_default=dict
    )
    occurred_at = fields.NaiveDateTime(
        format="iso",
        load_default=None,
        error_messages={"invalid": _n("Isi tanggal dan jam, misalnya 17/03/2026 08.00.")},
    )
    subject_agency = text(CODE_MAX_CHARS, load_default=None)
    subject_person = text(SUBJECT_PERSON_MAX_CHARS, load_default=None)
    visibility = fields.String(load_default=None, validate=one_of(STRICTER))
    contact_name = text(NAME_MAX_CHARS, load_default=None)
    contact_email = Email(
        load_default=None,
        validate=validate.Length(max=EMAIL_MAX_CHARS, error=_n("Alamat email terlalu panjang.")),
    )
    contact_phone = text(30, load_default=None)
    refer_outside = fields.Boolean(load_default=False)


def without_dropped_point(form: "MultiDict[str, str]") -> "MultiDict[str, str]":
    """Return the form without its point when the resident wants it gone and has no JavaScript."""
    dropped = POINT_FIELDS if DROP_POINT in form else ()
    kept = [(name, value) for name, value in form.items(multi=True) if name not in dropped]
    return MultiDict((name, value) for name, value in kept if name != DROP_POINT)


def without_blanks(form: "MultiDict[str, str]") -> dict[str, Any]:
    """Return what was filled in: answers under one name, several choices as one text."""
    filled: dict[str, Any] = {}
    answers: dict[str, str] = {}
    for name, values in form.lists():
        value = " ".join(part.replace("\r\n", "\n").strip() for part in values if part.strip())
        if not value:
            continue
        if name.startswith(ANSWER_PREFIX):
            answers[name.removeprefix(ANSWER_PREFIX)] = value
        else:
            filled[name] = value
    return filled | ({"answers": answers} if answers else {})


def fingerprint_of(form: "MultiDict[str, str]") -> bytes:
    """Return what was sent as one text, the same for the same form sent again."""
    sent = sorted((name, values) for name, values in form.lists() if name not in NOT_WORDS)
    return json.dumps(sent).encode()


def read_form(
    form: "MultiDict[str, str]", *, city: City, locale: str
) -> tuple[Draft, ValidationError | None]:
    """Return the draft, and what is wrong with its shape: then the draft holds the rest of it."""
    try:
        values, wrong = ReportFormSchema(unknown=EXCLUDE).load(without_blanks(form)), None
    except ValidationError as error:
        values, wrong = dict(error.valid_data or {}), error
    return _draft(values, city=city, locale=locale), wrong


def _draft(values: Mapping[str, Any], *, city: City, locale: str) -> Draft:
    position = _position(values.get("lon"), values.get("lat"))
    wish = values.get("visibility")
    return Draft(
        category_code=values.get("category_code", ""),
        description=values.get("description", ""),
        channel=Channel.WEB,
        position=position,
        accuracy_m=values.get("accuracy_m") if position else None,
        area_code=values.get("area_code"),
        neighbourhood=values.get("neighbourhood"),
        landmark=values.get("landmark"),
        answers=values.get("answers") or {},
        occurred_at=_on_the_citys_clock(city, values.get("occurred_at")),
        subject=_subject(values),
        wish=Visibility(wish) if wish else None,
        contact=Contact(
            name=values.get("contact_name"),
            email=values.get("contact_email"),
            phone=values.get("contact_phone"),
        ),
        locale=locale or DEFAULT_LANGUAGE,
        refer_outside=values.get("refer_outside", False),
    )


def _position(lon: float | None, lat: float | None) -> Position | None:
    return None if lon is None or lat is None else Position(lon=lon, lat=lat)


def _subject(values: Mapping[str, Any]) -> Subject | None:
    agency, person = values.get("subject_agency"), values.get("subject_person")
    return Subject(agency_code=agency, person=person) if agency or person else None


def _on_the_citys_clock(city: City, wall: datetime | None) -> datetime | None:
    return wall.replace(tzinfo=city.calendar.time_zone) if wall else None
