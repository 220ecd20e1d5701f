"""Documents and errors in the form that the address asks for, and what an address may carry."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, time
from http import HTTPStatus
from typing import Final

from flask import Response, request
from werkzeug.datastructures import MultiDict

from citizenreport.cities.rules import City
from citizenreport.core.errors import CitizenReportError, NotFound
from citizenreport.core.text import _n
from citizenreport.partners.georeport import MEDIA_TYPES, Content, Form, Repeated, render
from citizenreport.web.problems import Problem
from citizenreport.web.translate import _
from citizenreport.web.versions import unless_known

PREFIX: Final = "/open311"
KEPT_STATUS: Final = frozenset({403, 404, 429, 500, 503})
EVERYWHERE: Final = frozenset({"jurisdiction_id", "api_key", "lang"})


class JurisdictionNotFound(NotFound):
    code = "jurisdiction-not-found"
    title = _n("jurisdiction_id ini tidak dilayani di sini. Kosongkan saja.")


class UnknownParameter(CitizenReportError):
    code = "unknown-parameter"
    title = _n("Parameter ini tidak dikenal. Periksa ejaannya.")


class ParameterUnreadable(CitizenReportError):
    code = "parameter-unreadable"
    title = _n("Isi parameter ini tidak terbaca.")


def answer(root: str, content: Content, *, form: str, status: int = 200) -> Response:
    """Return a document in a form."""
    body = render(root, content, Form(form))
    return Response(body, status, content_type=MEDIA_TYPES[Form(form)])


def conditional(response: Response) -> Response:
    """Return a public answer with its ETag; 304 where the reader has it already."""
    response.add_etag()
    return unless_known(response)


def refuse(problem: Problem) -> Response:
    """Return an error as GeoReport's `errors`, in the form the address asks for.

    The standard knows 403, 404 and 400 for all else; too many (429) and faults of ours stay.
    """
    status = problem.status if problem.status in KEPT_STATUS else 403 * (problem.status == 401)
    status = status or HTTPStatus.BAD_REQUEST
    faults = [f"{_name(fault.pointer)}: {fault.detail}" for fault in problem.faults]
    said = faults or [_sentence(problem)]
    items: list[Content] = [{"code": int(status), "description": words} for words in said]
    form = Form.JSON if request.path.endswith(".json") else Form.XML
    return answer("errors", Repeated(item="error", items=items), form=form, status=int(status))


def _sentence(problem: Problem) -> str:
    if problem.detail is None or problem.detail == problem.title:
        return problem.title
    return f"{problem.title} {problem.detail}"


SENT_AS: Final = {
    "category_code": "service_code",
    "position": "lat, long",
    "position/lat": "lat",
    "position/lon": "long",
    "area_code": "address_id",
    "landmark": "address_string",
    "contact/name": "first_name",
    "contact/email": "email",
    "contact/phone": "phone",
    "photos": "media",
}
ANSWER: Final = "answers/"


def _name(pointer: str) -> str:
    """Return what a part of a report is called here."""
    path = pointer.removeprefix("#/").replace("~1", "/").replace("~0", "~")
    if path.startswith(ANSWER):
        return f"attribute[{path.removeprefix(ANSWER)}]"
    return SENT_AS.get(path, path)


def read_parameters(
    values: "MultiDict[str, str]", city: City, known: Collection[str]
) -> dict[str, str]:
    """Return the parameters that are filled in; an empty one is as good as absent.

    Raises:
        JurisdictionNotFound, UnknownParameter.
    """
    filled = {name: value.strip() for name, value in values.items() if value.strip()}
    if filled.get("jurisdiction_id", city.city_code) not in (city.city_code, city.name):
        raise JurisdictionNotFound
    for name in values:
        if name not in known and name not in EVERYWHERE:
            raise UnknownParameter(pointer=f"#/{name}")
    return {name: value for name, value in filled.items() if name not in EVERYWHERE}


def read_query(city: City, known: Collection[str]) -> dict[str, str]:
    """Return the parameters of the address.

    Raises:
        JurisdictionNotFound, UnknownParameter, ParameterUnreadable: no database holds such text.
    """
    chosen = read_parameters(request.args, city, known)
    for name, value in chosen.items():
        if not value.isprintable():
            raise ParameterUnreadable(pointer=f"#/{name}")
    return chosen


def read_moment(chosen: Mapping[str, str], name: str, city: City) -> datetime | None:
    """Return a date-time as W3C writes it; without an offset it is the city's own clock.

    Raises:
        ParameterUnreadable.
    """
    if name not in chosen:
        return None
    try:
        moment = datetime.fromisoformat(chosen[name].replace(" ", "+"))
    except ValueError as error:
        words = _n("Tulis tanggal dan jam seperti 2026-01-31T08:00:00+07:00.")
        raise ParameterUnreadable(words, pointer=f"#/{name}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=city.calendar.time_zone)


def read_number(chosen: Mapping[str, str], name: str, *, least: float, most: float) -> float | None:
    """Return a number between two bounds. Raises ParameterUnreadable."""
    if name not in chosen:
        return None
    try:
        number = float(chosen[name])
    except ValueError:
        number = float("nan")
    if not least <= number <= most:
        words = _("Isi dengan angka dari %(min)g sampai %(max)g.", min=least, max=most)
        raise ParameterUnreadable(words, pointer=f"#/{name}")
    return number


def start_of(day: date, city: City) -> str:
    """Return the beginning of a day in the city as W3C writes it: reports without an hour."""
    return datetime.combine(day, time.min, city.calendar.time_zone).isoformat()


def end_of(day: date, city: City) -> str:
    """Return the last second of a day in the city as W3C writes it."""
    return datetime.combine(day, time(23, 59, 59), city.calendar.time_zone).isoformat()
