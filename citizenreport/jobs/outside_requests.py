"""Referrals by program: sent once, asked about now and then, tried again for three days, set aside.

Each run holds one referral, speaks with the other side outside any transaction, and notes what came of
it. Before something is sent a second time it is looked for there by our own mark.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID

from flask import current_app

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError, NotAllowed, Unavailable
from citizenreport.core.outgoing import AddressNotAllowed, NotReached, Outgoing
from citizenreport.core.queue import enqueue_all
from citizenreport.core.text import _n
from citizenreport.partners.georeport_client import (
    LIST_BYTES_MAX,
    Endpoint,
    NotAtPartner,
    PartnerRefused,
    Receipt,
    read_request,
    read_requests,
    read_token,
    read_updates,
    send_request,
)
from citizenreport.pipeline.refer_by_program import (
    Errand,
    Heard,
    catch_up,
    errand_of,
    take_news,
    take_receipt,
)
from citizenreport.triage import outside_requests
from citizenreport.triage.outside_request_models import OutsideRequest
from citizenreport.triage.outside_requests import OutsideSetAside, OutsideState
from citizenreport.triage.rules import TicketChanged
from citizenreport.web.context import current_city, current_keys

A_ROUND: Final = 200
LOOKED_BACK: Final = timedelta(days=2)
WINDOW: Final = timedelta(days=89)
PAGES: Final = 5
PAGE_SIZE: Final = 200
KNOWN_AGAIN: Final = timedelta(hours=20)
"""So long the other side knows a repeated send by its key; an endpoint of this kind keeps it a day."""
T = TypeVar("T")


class PartnerKeyMissing(Unavailable):
    """The api_key of an outside body is not where the settings say."""

    code = "partner-key-missing"
    title = _n("Kunci untuk sistem instansi luar tidak ada di PARTNER_KEYS_DIR.")


class AnswerLost(NotAllowed):
    """It may have arrived, nobody can tell, and sending it again might make it twice."""

    code = "answer-lost"
    title = _n(
        "Jawaban sistem itu hilang, jadi laporan mungkin sudah sampai. Periksa di sana sebelum mengirim lagi."
    )


NOT_THERE: Final = (NotReached, AddressNotAllowed, PartnerRefused, PartnerKeyMissing)
"""After these it is certain that nothing arrived."""
FOR_A_PERSON: Final = (PartnerRefused, AnswerLost)


def start_outside_requests(*, now: datetime | None = None) -> None:
    """Start what is to be sent or asked about now."""
    with transaction() as session:
        ids = outside_requests.due(session, now=now or utcnow(), limit=A_ROUND)
        enqueue_all(session, "work_outside_request", [{"referral_id": id_} for id_ in ids])


def work_outside_request(*, referral_id: str, now: datetime | None = None) -> None:
    """Send one referral, or ask about it. Raises OutsideSetAside when a person has to look."""
    id_, at, city = UUID(referral_id), now or utcnow(), current_city()
    with transaction() as session:
        row = outside_requests.hold(session, id_, now=at)
        if row is None:
            return
        site = str(current_app.config["PUBLIC_URL"])
        errand = errand_of(session, city, current_keys(), row, site=site, now=at)
    if errand is None:
        return
    if errand.is_sent:
        _ask(id_, errand, at)
    else:
        _send(id_, errand, at)


def _send(id_: UUID, errand: Errand, at: datetime) -> None:
    receipt = _tried(id_, errand, lambda: _sent(errand, at), at)
    if receipt is None:
        return
    with transaction() as session:
        take_receipt(session, _held(session.get(OutsideRequest, id_)), receipt, now=at)
    _write(id_, lambda session, row: catch_up(session, current_city(), row, now=at))


def _ask(id_: UUID, errand: Errand, at: datetime) -> None:
    heard = _tried(id_, errand, lambda: _heard(errand, at), at)
    if heard is None:
        return
    _write(id_, lambda session, row: catch_up(session, current_city(), row, now=at))
    _write(id_, lambda session, row: take_news(session, current_city(), row, heard, now=at))


def _write(id_: UUID, act: Callable[..., None]) -> None:
    """Write what was heard; where somebody is at the ticket, the next run does it."""
    try:
        with transaction() as session:
            act(session, _held(session.get(OutsideRequest, id_, with_for_update=True)))
    except TicketChanged:
        return


def _tried(id_: UUID, errand: Errand, ask: Callable[[], T], at: datetime) -> T | None:
    """Return what the other side said; None: it failed, and is tried again. Raises OutsideSetAside."""
    try:
        return ask()
    except CitizenReportError as error:
        failed = error
    is_final = not errand.is_sent and isinstance(failed, FOR_A_PERSON)
    with transaction() as session:
        row = _held(session.get(OutsideRequest, id_, with_for_update=True))
        if isinstance(failed, NOT_THERE):
            row.tried_at = errand.tried_at
        outside_requests.note_failure(row, failed.code, is_final=is_final, now=at)
        is_aside = row.state == OutsideState.SET_ASIDE.value
    if is_aside:
        raise OutsideSetAside
    return None


def _held(row: OutsideRequest | None) -> OutsideRequest:
    assert row is not None, "a referral by program is never deleted"
    return row


def _sent(errand: Errand, at: datetime) -> Receipt:
    outgoing, endpoint = _way(errand)
    if errand.tried_at is not None:
        found = _found_again(outgoing, endpoint, errand, at)
        if found is not None:
            return found
        if at - errand.tried_at > KNOWN_AGAIN:
            raise AnswerLost
    return send_request(outgoing, endpoint, errand.fields, once=errand.once)


def _found_again(
    outgoing: Outgoing, endpoint: Endpoint, errand: Errand, at: datetime
) -> Receipt | None:
    """Look for our own mark among what the other side shows: the answer to the last attempt was lost."""
    since = max(errand.made_at - timedelta(days=1), at - WINDOW)
    seen: set[str] = set()
    for page in range(1, PAGES + 1):
        rows = read_requests(
            outgoing,
            endpoint,
            since=since,
            until=at,
            page=page,
            page_size=PAGE_SIZE,
            service_code=errand.service_code,
        )
        for row in rows:
            if errand.mark in row.description:
                return Receipt(service_request_id=row.service_request_id, token="")
        new = {row.service_request_id for row in rows} - seen
        if not new:
            return None
        seen |= new
    return None


def _heard(errand: Errand, at: datetime) -> Heard:
    outgoing, endpoint = _way(errand)
    external_id = errand.external_id or _id_of(outgoing, endpoint, errand.token)
    if not external_id:
        return Heard(external_id="", request=None, updates=())
    try:
        request = read_request(outgoing, endpoint, external_id)
    except NotAtPartner:  # received, and not shown there yet
        return Heard(external_id=external_id, request=None, updates=())
    since = max((errand.heard_at or errand.made_at) - LOOKED_BACK, at - WINDOW)
    try:
        updates = read_updates(outgoing, endpoint, since=since, until=at)
    except (NotAtPartner, PartnerRefused):  # it does not speak the extension
        updates = []
    own = [one for one in updates if one.service_request_id == external_id]
    return Heard(external_id=external_id, request=request, updates=own)


def _id_of(outgoing: Outgoing, endpoint: Endpoint, token: str) -> str:
    try:
        return read_token(outgoing, endpoint, token)
    except NotAtPartner:
        return ""


def _way(errand: Errand) -> tuple[Outgoing, Endpoint]:
    """Return how to speak with the other side. Raises PartnerKeyMissing."""
    outgoing = Outgoing(test_ca=current_app.config["OUTGOING_TEST_CA"], most_bytes=LIST_BYTES_MAX)
    channel = errand.channel
    return outgoing, Endpoint(
        url=channel.url,
        jurisdiction_id=channel.jurisdiction_id,
        api_key=_key(channel.key_name) if channel.key_name else "",
    )


def _key(name: str) -> str:
    folder = str(current_app.config["PARTNER_KEYS_DIR"])
    if not folder:
        raise PartnerKeyMissing
    try:
        return (Path(folder) / name).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise PartnerKeyMissing from None
