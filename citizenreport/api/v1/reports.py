"""/api/v1/reports"""

from typing import Any

from flask import Request, Response, current_app, json, request
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint
from marshmallow import ValidationError
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from citizenreport.api.v1.schemas import (
    AcknowledgementSchema,
    NewReportSchema,
    OwnReportSchema,
    PublicReportSchema,
)
from citizenreport.core.db import public_reading, transaction
from citizenreport.core.ids import normalise_tracking_code
from citizenreport.core.text import _n
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.photos import MAX_PHOTO_BYTES, MAX_PHOTOS, TooManyPhotos
from citizenreport.intake.rules import ReportNotFound
from citizenreport.pipeline.submit import Submitted
from citizenreport.publication import queries as publication_queries
from citizenreport.routing.rules import agency_name
from citizenreport.web.bodies import BodyTooLarge, read_json
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.follow import own_report, public_report
from citizenreport.web.guards import public
from citizenreport.web.limits import guessing, limited
from citizenreport.web.sending import RESIDENTS, send_report, words_of
from citizenreport.web.standing import Effort, sent_proof, standing_headers

bp = Blueprint("reports", __name__, url_prefix="/api/v1/reports", description="Reports")

JSON_MAX_BYTES = 256 * 1024
REPORT, PHOTO = "report", "photo"
NEW_REPORT = NewReportSchema()  # making one costs more than using it
ACKNOWLEDGEMENT = AcknowledgementSchema()


@bp.post("")
@bp.doc(
    requestBody={
        "required": True,
        "content": {
            "application/json": {"schema": NewReportSchema},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["report"],
                    "properties": {
                        "report": {"type": "string", "description": "The report as JSON"},
                        "photo": {
                            "type": "array",
                            "maxItems": MAX_PHOTOS,
                            "items": {"type": "string", "format": "binary"},
                        },
                    },
                }
            },
        },
    },
    parameters=[
        {
            "in": "header",
            "name": "Idempotency-Key",
            "schema": {"type": "string", "minLength": 22, "maxLength": 200},
            "description": "Random, at least 128 bits: a repeated send returns the first answer",
        },
        {
            "in": "header",
            "name": "X-Proof-Of-Work",
            "schema": {"type": "string", "maxLength": 4000},
            "description": (
                "A solved challenge (see /api/v1/challenge). The answer's header of the same name "
                "says what it was worth; without one lower limits hold"
            ),
        },
    ],
)
@bp.response(201, ACKNOWLEDGEMENT)
@limited(None)
@public
def create() -> ResponseReturnValue:
    """Take in a report.

    Answers 201 after it is stored, with the tracking code, the secret (shown this once), the
    responsible agency and the deadlines.
    """
    body, photos = _parts(request)
    draft = NEW_REPORT.load(read_json(body))
    key = request.headers.get("Idempotency-Key", "")
    submitted = send_report(
        draft,
        door=RESIDENTS,
        idempotency_key=key,
        body=words_of(draft) if key else b"",  # nothing is compared without a key
        photos=photos,
        effort=Effort(proof=sent_proof()),
    )
    answer = ACKNOWLEDGEMENT.dump(_acknowledgement(submitted))
    location = f"{_public_url()}/api/v1/reports/{submitted.tracking_code}"
    return Response(
        json.dumps(answer),
        201,
        {"Location": location, "Cache-Control": "no-store", **standing_headers()},
        mimetype="application/json",
    )


@bp.get("/<tracking_code>")
@bp.doc(security=[{}, {"trackingSecret": []}])
@bp.response(
    200,
    {"oneOf": [PublicReportSchema, OwnReportSchema]},
    description="What is public; with the secret, what the reporter may see",
)
@public
def show(tracking_code: str) -> ResponseReturnValue:
    """Show a report: as the public sees it, or, with the secret, as its reporter sees it.

    An unknown code, a wrong secret and a report that is not public get the same answer.
    """
    code = normalise_tracking_code(tracking_code)
    secret = _bearer(request)
    if secret is not None:
        with guessing(), transaction() as session:
            own = intake_queries.by_code_and_secret(
                session, current_keys(), tracking_code=code, secret=secret
            )
            body = own_report(session, current_city(), current_keys(), own)
        return _no_store(OwnReportSchema().dump(body))
    with guessing(), public_reading() as session:
        report = publication_queries.by_code(session, code)
        view = public_report(session, current_city(), report, public_url=_public_url())
        body = PublicReportSchema().dump(view)
    return Response(json.dumps(body), mimetype="application/json")


def _parts(sent: Request) -> tuple[bytes, list[bytes]]:
    """Return the JSON text and the photos of a JSON or multipart request.

    Raises:
        MalformedBody, BodyTooLarge, UnsupportedMediaType, ValidationError, TooManyPhotos.
    """
    if sent.mimetype == "application/json":
        return _json_text(sent), []
    if sent.mimetype != "multipart/form-data":
        raise UnsupportedMediaType
    _check_names(sent)
    files = sent.files.getlist(PHOTO)
    if len(files) > MAX_PHOTOS:
        raise TooManyPhotos(pointer="#/photos", maximum=MAX_PHOTOS)
    return _report_part(sent), [file.stream.read(MAX_PHOTO_BYTES + 1) for file in files]


def _json_text(sent: Request) -> bytes:
    """Return a body without photos; one that is too large is not read to its end.

    Raises:
        BodyTooLarge.
    """
    sent.max_content_length = JSON_MAX_BYTES + 1  # a body without a length is cut off there
    try:
        return _no_larger(sent.get_data(cache=False))
    except RequestEntityTooLarge as error:
        raise _too_large() from error


def _check_names(sent: Request) -> None:
    """Refuse what would be dropped without a word. Raises ValidationError."""
    wrong: dict[str, Any] = {
        name: [_n("Bagian ini tidak dikenal. Periksa ejaannya.")]
        for name in {*sent.form, *sent.files} - {REPORT, PHOTO}
    }
    if PHOTO in sent.form:
        wrong["photos"] = [_n("Kirim foto sebagai berkas, bukan sebagai teks.")]
    if wrong:
        raise ValidationError(wrong)


def _report_part(sent: Request) -> bytes:
    """Return the one part that holds the report; clients may send it as a file. Raises
    ValidationError, BodyTooLarge.
    """
    texts = [text.encode() for text in sent.form.getlist(REPORT)]
    texts += [file.stream.read(JSON_MAX_BYTES + 1) for file in sent.files.getlist(REPORT)]
    if len(texts) != 1:
        raise ValidationError({REPORT: [_n("Kirim tepat satu bagian laporan (report).")]})
    return _no_larger(texts[0])


def _no_larger(body: bytes) -> bytes:
    if len(body) > JSON_MAX_BYTES:
        raise _too_large()
    return body


def _too_large() -> BodyTooLarge:
    return BodyTooLarge(
        _n("Laporan tanpa foto paling besar 256 KiB."), maximum_bytes=JSON_MAX_BYTES
    )


def _acknowledgement(submitted: Submitted) -> dict[str, Any]:
    return {
        "tracking_code": submitted.tracking_code,
        "secret": submitted.secret,
        "category_code": submitted.category_code,
        "area_code": submitted.area_code,
        "agency_code": submitted.agency_code,
        "agency_name": agency_name(current_city(), submitted.agency_code),
        "visibility": submitted.visibility.value,
        "submitted_at": submitted.submitted_at,
        "deadlines": submitted,
        "near_border": submitted.outside_m > 0,
        "follow_url": f"{_public_url()}/lacak",
    }


def _bearer(sent: Request) -> str | None:
    """Return the secret of an Authorization header; anything else that is sent fits no report."""
    header = sent.headers.get("Authorization")
    if header is None:
        return None
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise ReportNotFound
    return secret.strip()


def _public_url() -> str:
    return str(current_app.config["PUBLIC_URL"]).rstrip("/")


def _no_store(body: object) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(json.dumps(body), headers=headers, mimetype="application/json")
