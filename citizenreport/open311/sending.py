"""POST /open311/v2/requests: a report from another system. It enters at the same Draft."""

import json
import re
from dataclasses import replace
from typing import Any, Final

from flask import Blueprint, Response, request
from marshmallow import ValidationError, fields, post_load, validate
from werkzeug.datastructures import MultiDict

from citizenreport.cities.rules import Visibility
from citizenreport.conversations.places import named_areas
from citizenreport.core.text import _n
from citizenreport.geo.position import Position
from citizenreport.identity.scopes import Scope
from citizenreport.intake.photos import MAX_PHOTO_BYTES, MAX_PHOTOS, TooManyPhotos
from citizenreport.intake.rules import (
    ANSWER_MAX_CHARS,
    DESCRIPTION_MAX_CHARS,
    LANDMARK_MAX_CHARS,
    NAME_MAX_CHARS,
    Channel,
    Contact,
    Draft,
)
from citizenreport.open311.answers import answer, read_parameters, read_query
from citizenreport.open311.keys import KeyMissing, sent_key
from citizenreport.open311.requests import ROOT
from citizenreport.partners.georeport import Content, Repeated
from citizenreport.pipeline.submit import Submitted
from citizenreport.web.context import current_city
from citizenreport.web.guards import public
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.limits import limited
from citizenreport.web.locale import page_language
from citizenreport.web.passes import Pass
from citizenreport.web.receipts import follow_address
from citizenreport.web.sending import send_report
from citizenreport.web.standing import Effort, sent_proof, standing_headers
from citizenreport.web.translate import _
from citizenreport.web.wire import Email, WireSchema, between, text

bp = Blueprint("georeport_sending", __name__, url_prefix="/open311/v2")

DOOR: Final = "georeport"
MEDIA: Final = ("media", "media[]")
ATTRIBUTE: Final = re.compile(r"attribute\[([^\[\]]{1,40})\](?:\[\])?")
NUMBER: Final = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,20})?")
NOT_KEPT: Final = frozenset({"device_id", "account_id", "media_url"})
"""Taken and thrown away: nobody is recognised by a device, and no address is fetched."""
EMAIL_MAX_CHARS: Final = 254


class Degrees(fields.Float):
    """Degrees as plain digits, WGS 84."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not NUMBER.fullmatch(value):
            raise ValidationError(_n("Isi dengan derajat, misalnya -7.4797."))
        return super()._deserialize(value, attr, data, **kwargs)


class ServiceRequestSchema(WireSchema):
    """What a client posts, as one flat form. Blanks are left out before."""

    service_code = text(40, min_chars=1, required=True)
    description = text(DESCRIPTION_MAX_CHARS, min_chars=1, required=True)
    lat = Degrees(load_default=None, validate=between(-90, 90))
    long = Degrees(load_default=None, validate=between(-180, 180))
    address_string = text(LANDMARK_MAX_CHARS, load_default=None)
    address_id = text(40, load_default=None)
    first_name = text(NAME_MAX_CHARS, load_default=None)
    last_name = text(NAME_MAX_CHARS, load_default=None)
    phone = text(30, load_default=None)
    email = Email(
        load_default=None,
        validate=validate.Length(max=EMAIL_MAX_CHARS, error=_n("Alamat email terlalu panjang.")),
    )
    answers = fields.Dict(keys=text(40), values=text(ANSWER_MAX_CHARS), load_default=dict)

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> Draft:
        lat, lon = data["lat"], data["long"]
        if (lat is None) != (lon is None):
            raise ValidationError({"lat": [_n("lat dan long harus diisi keduanya.")]})
        names = [data[name] for name in ("first_name", "last_name") if data[name]]
        name = " ".join(names)[:NAME_MAX_CHARS] or None
        return Draft(
            category_code=data["service_code"],
            description=data["description"],
            channel=Channel.GEOREPORT,
            position=None if lat is None else Position(lon=lon, lat=lat),
            area_code=data["address_id"],
            landmark=data["address_string"],
            answers=data["answers"],
            contact=Contact(name=name, email=data["email"], phone=data["phone"]),
            locale=page_language(),
        )


KNOWN: Final = frozenset(set(ServiceRequestSchema().fields) - {"answers"} | NOT_KEPT)
SCHEMA: Final = ServiceRequestSchema()


@bp.post("/requests.<any(xml, json):form>")
@limited(None)
@public
def create(form: str) -> Response:
    """Take in a report. 201 after it is stored, with its id and, this once, the way to follow it.

    A confidential report gets a token instead of an id: it answers like an unknown one, for good.
    """
    keep_out_of_caches()
    read_query(current_city(), ())
    if sent_key(Scope.SEND_GEOREPORT) is None and not current_city().takes_georeport_without_key:
        raise KeyMissing
    draft = _read(request.form)
    submitted = send_report(
        draft,
        door=DOOR,
        idempotency_key=request.headers.get("Idempotency-Key", ""),
        body=_fingerprint(request.form),
        photos=_photos(),
        effort=Effort(proof=sent_proof()),
    )
    is_named = submitted.visibility is not Visibility.CONFIDENTIAL
    item: Content = {
        "service_request_id" if is_named else "token": submitted.tracking_code,
        "service_notice": _notice(submitted, is_named=is_named),
        "account_id": "",
    }
    document = answer(ROOT, Repeated(item="request", items=[item]), form=form, status=201)
    document.headers.update(standing_headers())
    return document


def _read(sent: "MultiDict[str, str]") -> Draft:
    """Return what was sent as a draft.

    Raises:
        UnknownParameter, JurisdictionNotFound, ValidationError.
    """
    plain: MultiDict[str, str] = MultiDict()
    answers: dict[str, list[str]] = {}
    for name, value in sent.items(multi=True):
        found = ATTRIBUTE.fullmatch(name)
        if found is None:
            plain.add(name, value)
        elif value.strip():
            answers.setdefault(found[1], []).append(value.strip())
    kept = read_parameters(plain, current_city(), KNOWN)
    body: dict[str, Any] = {name: value for name, value in kept.items() if name not in NOT_KEPT}
    body["answers"] = {code: " ".join(values) for code, values in answers.items()}
    draft = SCHEMA.load(body)
    assert isinstance(draft, Draft)
    return _placed(draft)


def _placed(draft: Draft) -> Draft:
    """Return a draft with the area that its address names, where that is its only place."""
    if draft.position is not None or draft.area_code is not None or draft.landmark is None:
        return draft
    named = named_areas(current_city(), draft.landmark)
    return replace(draft, area_code=named[0]) if len(named) == 1 else draft


def _photos() -> list[bytes]:
    """Return the files sent as `media`. Raises TooManyPhotos, ValidationError."""
    unknown = set(request.files) - set(MEDIA)
    if unknown:
        raise ValidationError({min(unknown): [_n("Kirim foto sebagai berkas bernama media.")]})
    files = [file for name in MEDIA for file in request.files.getlist(name)]
    if len(files) > MAX_PHOTOS:
        raise TooManyPhotos(pointer="#/media")
    return [file.stream.read(MAX_PHOTO_BYTES + 1) for file in files]


def _fingerprint(sent: "MultiDict[str, str]") -> bytes:
    """Return what was sent as one text, the same for the same form sent again."""
    lists = sorted((name, values) for name, values in sent.lists() if name != "api_key")
    return json.dumps(lists).encode()


def _notice(submitted: Submitted, *, is_named: bool) -> str:
    """Return what the sender has to know, this once: how to follow it, and when it can be read."""
    own = Pass(code=submitted.tracking_code, secret=submitted.secret)
    if not is_named:
        return _(
            "Laporan diterima dan dirahasiakan. Kode %(code)s, kata rahasia %(secret)s: hanya"
            " ditampilkan sekali ini, simpan baik-baik.",
            code=own.code,
            secret=own.secret,
        )
    said = _(
        "Laporan diterima. Tampil di sini setelah petugas menayangkannya. Ikuti di %(address)s:"
        " alamat ini hanya ditampilkan sekali, dan siapa pun yang memilikinya dapat membuka"
        " laporan.",
        address=follow_address(own),
    )
    if request.form.get("media_url", "").strip():
        said += " " + _("media_url tidak diambil: kirim foto sebagai berkas media.")
    return said
