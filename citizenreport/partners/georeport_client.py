"""Reading from, and writing to, another system's GeoReport v2 endpoint, through the one way out.

What comes from there is a stranger's: XML is read without entities, every answer has a size, and
what is not GeoReport is a fault of the partner's, to be tried again.
Source: GeoReport v2 (http://wiki.open311.org/GeoReport_v2); FixMyStreet's update extension.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from citizenreport.core.errors import NotAllowed, NotFound, Unavailable
from citizenreport.core.outgoing import Outgoing
from citizenreport.core.text import _n
from citizenreport.partners.georeport import UNPRINTABLE, Form

AGENT: Final = "citizenreport"
LIST_BYTES_MAX: Final = 8 * 1024 * 1024
TEXT_MAX_CHARS: Final = 5_000
ID_MAX_CHARS: Final = 120
REFUSALS: Final = frozenset({400, 401, 403, 405, 413, 415, 422})
NUMBER: Final = re.compile(r"-?\d{1,3}(\.\d{1,20})?")

Fields = Mapping[str, str]
"""One element: its children by name, as text; empty where there is none."""


class PartnerRefused(NotAllowed):
    """The partner does not take what we send: the key, the service or a field is wrong."""

    code = "partner-refused"
    title = _n("Sistem mitra menolak kiriman ini.")


class PartnerFault(Unavailable):
    """The partner answered, but not as GeoReport does."""

    code = "partner-fault"
    title = _n("Sistem mitra menjawab dengan isi yang tidak dapat dibaca.")


class NotAtPartner(NotFound):
    """The partner knows no such thing, or does not show it (yet)."""

    code = "not-at-partner"
    title = _n("Sistem mitra tidak mengenal nomor ini, atau belum menampilkannya.")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Endpoint:
    """Where a partner listens, and how it is spoken to. No repr: it would bring the key into logs.

    `form`: XML is what every partner has to speak; JSON is a choice.
    """

    url: str
    jurisdiction_id: str = ""
    api_key: str = ""
    form: Form = Form.XML


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ServiceRequest:
    """A request as the partner shows it; texts are cut at 5,000 characters.

    `lat`, `lon`: degrees WGS 84. An instant or a place that cannot be read is None.
    """

    service_request_id: str
    status: str
    status_notes: str
    service_code: str
    service_name: str
    description: str
    agency_responsible: str
    requested_at: datetime | None
    updated_at: datetime | None
    address: str
    lat: float | None
    lon: float | None
    media_url: str

    @property
    def is_closed(self) -> bool:
        return self.status.casefold() == "closed"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RequestUpdate:
    """What the partner told about one of its requests."""

    update_id: str
    service_request_id: str
    status: str
    updated_at: datetime | None
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A kind of request that the partner takes."""

    service_code: str
    service_name: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the partner calls what we sent: an id, or a token that leads to one."""

    service_request_id: str
    token: str


def read_services(outgoing: Outgoing, endpoint: Endpoint) -> list[Service]:
    """Return what kinds of requests the partner takes. Raises as `read_requests`."""
    rows = _read(outgoing, endpoint, "services", {}, item="service")
    return [
        Service(
            service_code=_line(row, "service_code"),
            service_name=_line(row, "service_name"),
            group=_line(row, "group"),
        )
        for row in rows
    ]


def read_requests(
    outgoing: Outgoing,
    endpoint: Endpoint,
    *,
    since: datetime,
    until: datetime,
    page: int = 1,
    page_size: int = 100,
    service_code: str = "",
) -> list[ServiceRequest]:
    """Return the requests of a window (at most 90 days), one page; an empty list ends the pages.

    A partner that knows no pages answers every page alike: compare ids.

    Raises:
        AddressNotAllowed, NoAnswer: see `core.outgoing`.
        PartnerRefused, PartnerFault, NotAtPartner.
    """
    query = {
        "start_date": since.isoformat(timespec="seconds"),
        "end_date": until.isoformat(timespec="seconds"),
        "service_code": service_code,
        "page": str(page),
        "page_size": str(page_size),
    }
    rows = _read(outgoing, endpoint, "requests", query, item="request")
    return [_request_of(row) for row in rows]


def read_request(outgoing: Outgoing, endpoint: Endpoint, request_id: str) -> ServiceRequest:
    """Return one request. Raises NotAtPartner, and as `read_requests`."""
    rows = _read(outgoing, endpoint, f"requests/{quote(request_id, safe='')}", {}, item="request")
    for row in rows:
        if row.get("service_request_id", "") in ("", request_id):
            return _request_of({**row, "service_request_id": request_id})
    raise PartnerFault


def read_updates(
    outgoing: Outgoing, endpoint: Endpoint, *, since: datetime, until: datetime
) -> list[RequestUpdate]:
    """Return what was told in a window, of all requests. Raises as `read_requests`."""
    query = {
        "start_date": since.isoformat(timespec="seconds"),
        "end_date": until.isoformat(timespec="seconds"),
    }
    rows = _read(outgoing, endpoint, "servicerequestupdates", query, item="request_update")
    return [
        RequestUpdate(
            update_id=_line(row, "update_id"),
            service_request_id=_line(row, "service_request_id"),
            status=_line(row, "status"),
            updated_at=_instant(row, "updated_datetime"),
            description=_text(row, "description"),
        )
        for row in rows
    ]


def read_token(outgoing: Outgoing, endpoint: Endpoint, token: str) -> str:
    """Return the id that a token leads to; empty while there is none. Raises as `read_requests`."""
    rows = _read(outgoing, endpoint, f"tokens/{quote(token, safe='')}", {}, item="request")
    return _line(rows[0], "service_request_id") if rows else ""


def send_request(
    outgoing: Outgoing, endpoint: Endpoint, fields: Sequence[tuple[str, str]], *, once: str
) -> Receipt:
    """Post a request. `once`: goes along as `Idempotency-Key`, the same for each attempt.

    Raises:
        AddressNotAllowed: nothing was sent.
        NoAnswer, PartnerFault: it may have been taken or not.
        PartnerRefused: it was not taken.
    """
    given = [*fields, ("jurisdiction_id", endpoint.jurisdiction_id), ("api_key", endpoint.api_key)]
    body = urlencode([(name, value) for name, value in given if value]).encode()
    answer = outgoing.post(
        f"{endpoint.url.rstrip('/')}/requests.{endpoint.form.value}",
        body=body,
        headers={
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "Idempotency-Key": once,
            "User-Agent": AGENT,
        },
    )
    rows = _rows_of(answer.status, answer.body, endpoint.form, item="request")
    receipt = Receipt(
        service_request_id=_line(rows[0], "service_request_id") if rows else "",
        token=_line(rows[0], "token") if rows else "",
    )
    if not receipt.service_request_id and not receipt.token:
        raise PartnerFault
    return receipt


def _read(
    outgoing: Outgoing, endpoint: Endpoint, path: str, query: Fields, *, item: str
) -> list[Fields]:
    """Ask without the key: what is public needs none, and an address may be logged there."""
    asked = {**query, "jurisdiction_id": endpoint.jurisdiction_id}
    words = urlencode({name: value for name, value in asked.items() if value})
    url = f"{endpoint.url.rstrip('/')}/{path}.{endpoint.form.value}"
    answer = outgoing.get(f"{url}?{words}" if words else url, headers={"User-Agent": AGENT})
    return _rows_of(answer.status, answer.body, endpoint.form, item=item)


def _rows_of(status: int, body: bytes, form: Form, *, item: str) -> list[Fields]:
    if status == 404:
        raise NotAtPartner
    if status in REFUSALS:
        raise PartnerRefused(status=status)
    if not 200 <= status < 300:
        raise PartnerFault(status=status)
    return rows_in_json(body) if form is Form.JSON else rows_in_xml(body, item=item)


def rows_in_xml(body: bytes, *, item: str) -> list[Fields]:
    """Return the elements of one name in a document. Raises PartnerFault: entities, no XML."""
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (DefusedXmlException, ParseError, ValueError, LookupError):
        raise PartnerFault from None
    container = [element for element in root if element.tag == item]
    if not container and (len(root) or not _may_be_list(root, item)):
        raise PartnerFault
    return [{str(child.tag): child.text or "" for child in element} for element in container]


def _may_be_list(root: Element, item: str) -> bool:
    return root.tag in (f"{item}s", f"service_{item}s")


def rows_in_json(body: bytes) -> list[Fields]:
    """Return the objects of a list. Raises PartnerFault: it is no list of objects."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise PartnerFault from None
    if not isinstance(content, list) or not all(isinstance(row, dict) for row in content):
        raise PartnerFault
    return [{str(name): _plain(value) for name, value in row.items()} for row in content]


def _plain(value: object) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _request_of(row: Fields) -> ServiceRequest:
    return ServiceRequest(
        service_request_id=_line(row, "service_request_id"),
        status=_line(row, "status"),
        status_notes=_text(row, "status_notes"),
        service_code=_line(row, "service_code"),
        service_name=_line(row, "service_name"),
        description=_text(row, "description"),
        agency_responsible=_line(row, "agency_responsible"),
        requested_at=_instant(row, "requested_datetime"),
        updated_at=_instant(row, "updated_datetime"),
        address=_text(row, "address"),
        lat=_degrees(row, "lat", most=90),
        lon=_degrees(row, "long", most=180),
        media_url=_text(row, "media_url"),
    )


def _text(row: Fields, name: str) -> str:
    return UNPRINTABLE.sub("", row.get(name, ""))[:TEXT_MAX_CHARS].strip()


def _line(row: Fields, name: str) -> str:
    return " ".join(_text(row, name).split())[:ID_MAX_CHARS]


def _instant(row: Fields, name: str) -> datetime | None:
    """Return an aware instant; one without an offset cannot be placed, and is None."""
    try:
        moment = datetime.fromisoformat(_line(row, name))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _degrees(row: Fields, name: str, *, most: float) -> float | None:
    said = _line(row, name)
    if not NUMBER.fullmatch(said):
        return None
    return degrees if abs(degrees := float(said)) <= most else None
