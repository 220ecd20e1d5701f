"""RFC 9457 problem details: the only place where a kind of error becomes a status.

Doors for machines answer `application/problem+json`; pages say the same in words. A door with
its own error body (GeoReport) asks `describe` and renders the Problem its own way.
"""

import logging
import secrets
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from flask import Flask, Response, current_app, json, make_response, render_template, request
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from citizenreport.core import errors
from citizenreport.core.text import _n
from citizenreport.web.bodies import BodyTooLarge, MalformedBody
from citizenreport.web.context import current_services
from citizenreport.web.csrf import FIELD as CSRF_FIELD
from citizenreport.web.guards import LoginNeeded
from citizenreport.web.locale import page_language
from citizenreport.web.paths import is_machine_path
from citizenreport.web.translate import _
from citizenreport.web.versions import VersionNeeded, VersionStale

log = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"

STATUS: Final[Mapping[type[errors.CitizenReportError], HTTPStatus]] = {
    errors.InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.NotAllowed: HTTPStatus.FORBIDDEN,
    errors.TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.CitizenReportError: HTTPStatus.BAD_REQUEST,
    LoginNeeded: HTTPStatus.UNAUTHORIZED,
    BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    VersionNeeded: HTTPStatus.PRECONDITION_REQUIRED,
    VersionStale: HTTPStatus.PRECONDITION_FAILED,
}

FRAMEWORK: Final[Mapping[int, tuple[str, str]]] = {
    400: (MalformedBody.code, MalformedBody.title),
    401: (LoginNeeded.code, LoginNeeded.title),
    403: (errors.NotAllowed.code, errors.NotAllowed.title),
    404: (errors.NotFound.code, errors.NotFound.title),
    405: ("method-not-allowed", _n("Alamat ini tidak menerima cara permintaan itu.")),
    406: ("not-acceptable", _n("Bentuk jawaban yang diminta tidak tersedia.")),
    409: (errors.Conflict.code, errors.Conflict.title),
    412: (VersionStale.code, VersionStale.title),
    413: (BodyTooLarge.code, BodyTooLarge.title),
    414: ("address-too-long", _n("Alamat yang diminta terlalu panjang.")),
    415: ("unsupported-media-type", _n("Jenis isi kiriman ini tidak diterima.")),
    416: ("range-not-satisfiable", _n("Bagian berkas yang diminta tidak ada.")),
    422: (errors.InvalidInput.code, errors.InvalidInput.title),
    428: (VersionNeeded.code, VersionNeeded.title),
    429: (errors.TooMany.code, errors.TooMany.title),
    500: ("server-error", _n("Ada yang salah di sisi kami. Kiriman Anda tidak disimpan.")),
    503: (errors.Unavailable.code, errors.Unavailable.title),
}
REMEDY: Final[Mapping[int, str]] = {
    413: _n("Kecilkan foto atau kirim lebih sedikit berkas, lalu coba lagi."),
    415: _n("Kirim sebagai application/json atau multipart/form-data."),
}
"""What to do, where the title alone does not say it and nothing in the body can be pointed at."""

OTHER: Final = ("http", _n("Permintaan tidak berhasil."))
KEPT_HEADERS: Final = ("Allow", "Content-Range", "Retry-After", "WWW-Authenticate")
WAITING: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
NEVER_SHOWN_AGAIN: Final = ("password", "secret", "token")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong with what was sent. `pointer`: RFC 6901, as a fragment (`#/position/lat`)."""

    pointer: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A failure ready to be rendered, in the language of the request."""

    code: str
    title: str
    status: int
    detail: str | None = None
    faults: tuple[Fault, ...] = ()
    members: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def type_uri(self) -> str:
        """An absolute address with a page about this code in plain words."""
        return f"{str(current_app.config['PUBLIC_URL']).rstrip('/')}/problems/{self.code}"

    def document(self) -> dict[str, object]:
        """Return the members of the problem document; empty ones are left out."""
        body: dict[str, object] = {"type": self.type_uri, "title": self.title}
        body["status"] = self.status
        if self.detail is not None and self.detail != self.title:
            body["detail"] = self.detail
        if self.faults:
            body["errors"] = [{"pointer": f.pointer, "detail": f.detail} for f in self.faults]
        return {**self.members, **body}


Body = Callable[[Problem], Response]
BODIES: Final = "citizenreport.problem_bodies"
"""Doors with a body of their own put it there, by the path they stand below."""


def init_app(app: Flask) -> None:
    """Render every error of every route, unknown addresses and wrong methods included."""
    app.register_error_handler(errors.CitizenReportError, _answer)
    app.register_error_handler(ValidationError, _answer)
    app.register_error_handler(HTTPException, _answer_framework)
    app.register_error_handler(Exception, _answer_unexpected)


def describe(error: Exception) -> Problem:
    """Turn any error into the Problem that every door renders its own way."""
    if isinstance(error, errors.CitizenReportError):
        return _expected(error)
    if isinstance(error, ValidationError):
        return _malformed(error.messages)
    if isinstance(error, HTTPException):
        return _framework(error)
    return _unexpected(error)


def render(problem: Problem) -> Response:
    """Render a problem as JSON for machines, as a page for people; GeoReport has its own body."""
    bodies: Mapping[str, Body] = current_app.extensions.get(BODIES, {})
    own = next((body for prefix, body in bodies.items() if _is_below(request.path, prefix)), None)
    if own is not None:
        response = own(problem)
    elif is_machine_path(request.path):
        response = Response(json.dumps(problem.document()), problem.status, content_type=MEDIA_TYPE)
    else:
        page = render_template(
            "problem.html", problem=problem, kept=_kept(), numbers=_numbers(problem.status)
        )
        response = make_response(page, problem.status)
    response.headers.update(problem.headers)
    response.headers["Cache-Control"] = "no-store"
    return response


def _is_below(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(f"{prefix}/")


def status_of(kind: type[errors.CitizenReportError]) -> HTTPStatus:
    """Return the status of the nearest kind in an error class's ancestry."""
    return next(STATUS[ancestor] for ancestor in kind.__mro__ if ancestor in STATUS)


def flatten(messages: object, *path: str | int) -> Iterator[Fault]:
    """Turn marshmallow's nested messages into faults with JSON pointers."""
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from flatten(inner, *path, *(() if key == "_schema" else (key,)))
    elif isinstance(messages, list):
        for inner in messages:
            yield from flatten(inner, *path)
    else:
        yield Fault(pointer=errors.pointer_to(*path), detail=_(str(messages)))


def _answer(error: Exception) -> Response:
    return render(describe(error))


def _answer_framework(error: HTTPException) -> Response | HTTPException:
    if error.response is not None or (error.code or 500) < 400:
        return error  # a redirect to the address with a slash, or a ready answer
    return render(describe(error))


def _answer_unexpected(error: Exception) -> Response:
    propagate = current_app.config["PROPAGATE_EXCEPTIONS"]
    if propagate or (propagate is None and (current_app.testing or current_app.debug)):
        raise error
    return render(describe(error))


def _expected(error: errors.CitizenReportError) -> Problem:
    detail = _(error.detail)
    wait_s = error.public.get("retry_after_s")
    return Problem(
        code=error.code,
        title=_(error.title),
        status=status_of(type(error)),
        detail=detail,
        faults=(Fault(pointer=error.pointer, detail=detail),) if error.pointer else (),
        members=error.public,
        headers=_wait_headers(wait_s) | dict(getattr(error, "headers", {})),
    )


def _wait_headers(wait_s: object) -> dict[str, str]:
    return {"Retry-After": str(wait_s)} if wait_s is not None else {}


def _malformed(messages: object) -> Problem:
    return Problem(
        code=errors.InvalidInput.code,
        title=_(errors.InvalidInput.title),
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
        faults=tuple(flatten(messages)),
    )


def _framework(error: HTTPException) -> Problem:
    status = error.code or 500
    given = getattr(error, "data", None)
    if isinstance(given, dict) and "messages" in given:  # webargs: by place, then by field
        places = given["messages"]
        inner = next(iter(places.values())) if isinstance(places, dict) and places else places
        return _malformed(inner)
    code, title = FRAMEWORK.get(status, OTHER)
    headers = {name: text for name, text in error.get_headers() if name in KEPT_HEADERS}
    detail = _(REMEDY[status]) if status in REMEDY else None
    return Problem(code=code, title=_(title), status=status, detail=detail, headers=headers)


def _unexpected(error: Exception) -> Problem:
    """Log where it happened, never what it said: messages of a database quote what was sent."""
    incident = secrets.token_hex(8)
    frames = traceback.extract_tb(error.__traceback__)
    where = " > ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
    log.error("incident %s: %s at %s", incident, type(error).__qualname__, where)
    code, title = FRAMEWORK[500]
    return Problem(code=code, title=_(title), status=500, members={"incident": incident})


def _kept() -> list[str]:
    """Return the longer texts of a refused form, so that nobody has to write them again."""
    if request.method != "POST":
        return []
    try:
        fields = request.form.items(multi=True)
    except (HTTPException, MalformedBody):
        return []  # too large or unreadable: there is nothing to show
    return [
        text
        for name, text in fields
        if text.strip() and name != CSRF_FIELD and _may_show(name) and len(text) > 20
    ]


def _numbers(status: int) -> list[tuple[str, str]]:
    """Return the emergency numbers and their names, where somebody has to wait."""
    city = current_services().city_holder.held
    if status not in WAITING or city is None:
        return []
    language = page_language()
    return [
        (number.number, number.names.get(language) or number.names["id"])
        for number in city.emergency_numbers
        if number.verified_on is not None
    ]


def _may_show(name: str) -> bool:
    return not any(word in name.lower() for word in NEVER_SHOWN_AGAIN)
