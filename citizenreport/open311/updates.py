"""/open311/v2/servicerequestupdates: what became of published reports, and what others did about them.

Published rows know days, not hours. An update counts as told in the last second of its day: who asks
window after window, however short, hears of each exactly once.
Source: the update extension that FixMyStreet speaks.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from flask import Blueprint, Response, request
from marshmallow import fields
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.db import public_reading, transaction
from citizenreport.core.errors import CitizenReportError
from citizenreport.core.ids import normalise_tracking_code
from citizenreport.core.text import _n
from citizenreport.identity import api_keys
from citizenreport.identity.api_keys import HeldKey
from citizenreport.identity.scopes import Scope
from citizenreport.open311.answers import (
    ParameterUnreadable,
    answer,
    conditional,
    end_of,
    read_moment,
    read_parameters,
    read_query,
)
from citizenreport.open311.keys import KeyMissing, KeyRefused, sent_key
from citizenreport.open311.request_filters import WINDOW
from citizenreport.open311.requests import RequestNotFound
from citizenreport.open311.statuses import EXTENDED
from citizenreport.partners.georeport import Content, Repeated
from citizenreport.publication.queries import ticket_published_as
from citizenreport.publication.service_requests import Found, Wanted, found, replied_between
from citizenreport.triage import queries, work
from citizenreport.triage.authority import act_of
from citizenreport.triage.rules import TicketNotFound
from citizenreport.triage.states import LABELS, State
from citizenreport.web.context import current_city
from citizenreport.web.guards import public
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.limits import limited
from citizenreport.web.translate import _
from citizenreport.web.wire import WireSchema, one_of, text

bp = Blueprint("georeport_updates", __name__, url_prefix="/open311/v2")

ROOT: Final = "service_request_updates"
UPDATES_MAX: Final = 5_000
NOTE_MAX_CHARS: Final = 2_000
STATUSES: Final = tuple(sorted(set(EXTENDED.values()) | {"NOT_COUNCILS_RESPONSIBILITY"}))
IGNORED: Final = frozenset(
    {
        *("email", "first_name", "last_name", "phone", "title", "media_url"),
        *("account_id", "device_id", "person_id", "email_alerts_requested"),
        *("service_request_id_ext", "update_id_ext", "public_anonymity_required"),
    }
)
"""Taken and thrown away: who wrote it at the other side is no business of ours."""


class TooManyUpdates(CitizenReportError):
    code = "too-many-updates"
    title = _n("Terlalu banyak pembaruan. Perpendek jarak start_date dan end_date.")


class UpdateSchema(WireSchema):
    """What another system tells about a request."""

    service_request_id = text(40, min_chars=1, required=True)
    update_id = text(80, min_chars=1, required=True)
    status = fields.String(load_default="OPEN", validate=one_of(STATUSES))
    updated_datetime = text(40, load_default=None)
    description = text(NOTE_MAX_CHARS, min_chars=1, required=True)


SCHEMA: Final = UpdateSchema()
KNOWN: Final = frozenset(set(SCHEMA.fields) | IGNORED)


@bp.get("/servicerequestupdates.<any(xml, json):form>")
@public
def index(form: str) -> Response:
    """List what was told about published reports in a window of at most 90 days, oldest first."""
    city = current_city()
    chosen = read_query(city, {"start_date", "end_date"})
    until = read_moment(chosen, "end_date", city) or utcnow()
    since = read_moment(chosen, "start_date", city) or until - WINDOW
    if not since <= until <= since + WINDOW:
        words = _n("Jarak start_date dan end_date paling lama 90 hari.")
        raise ParameterUnreadable(words, pointer="#/end_date")
    first, last = _days(city, since, until)
    items = _told(city, first, last) if first <= last else []
    return conditional(answer(ROOT, Repeated(item="request_update", items=items), form=form))


def _days(city: City, since: datetime, until: datetime) -> tuple[date, date]:
    """Return the first and the last day whose last second lies in the window."""
    days = (city.local_date(since), city.local_date(until))
    is_over = datetime.fromisoformat(end_of(days[1], city)) <= until
    return days[0], days[1] if is_over else days[1] - timedelta(days=1)


def _told(city: City, first: date, last: date) -> list[Content]:
    """Return the replies and the changes of some days. Raises TooManyUpdates."""
    wanted = Wanted(
        time_zone=str(city.calendar.time_zone),
        changed_from=first,
        changed_to=last,
        limit=UPDATES_MAX + 1,
    )
    with public_reading() as session:
        changed = found(session, wanted)
        replies = replied_between(session, first, last)
        states = _states_of(session, wanted.time_zone, [r.tracking_code for r in replies])
        if len(changed) + len(replies) > UPDATES_MAX:
            raise TooManyUpdates
        told = [
            (
                reply.replied_on,
                reply.tracking_code,
                _update(
                    city,
                    reply.reply_code,
                    reply.tracking_code,
                    states[reply.tracking_code],
                    day=reply.replied_on,
                    words=reply.text,
                ),
            )
            for reply in replies
        ]
        told += [(one.changed_on, one.tracking_code, _change(city, one)) for one in changed]
    return [update for _, _, update in sorted(told, key=lambda one: one[:2])]


def _states_of(session: Session, time_zone: str, codes: Sequence[str]) -> dict[str, str]:
    if not codes:
        return {}
    rows = found(session, Wanted(time_zone=time_zone, codes=set(codes), limit=len(codes)))
    return {row.tracking_code: row.state for row in rows}


def _change(city: City, report: Found) -> Content:
    label = _(LABELS[State(report.state)])
    update_id = f"{report.tracking_code}-{report.changed_on:%Y%m%d}-{report.state}"
    return _update(
        city, update_id, report.tracking_code, report.state, day=report.changed_on, words=label
    )


def _update(city: City, update_id: str, code: str, state: str, *, day: date, words: str) -> Content:
    return {
        "update_id": update_id,
        "service_request_id": code,
        "status": EXTENDED[State(state)],
        "updated_datetime": end_of(day, city),
        "description": words,
        "media_url": "",
    }


@bp.post("/servicerequestupdates.<any(xml, json):form>")
@limited(None)
@public
def create(form: str) -> Response:
    """Take in what an agency's own system says about a ticket of that agency, as a note for staff.

    It changes no state and nothing public: people do. The same `update_id` again is stored once.
    """
    keep_out_of_caches()
    key = sent_key(Scope.WRITE_TICKETS)
    if key is None:
        raise KeyMissing
    if key.agency_code is None:
        raise KeyRefused
    city = current_city()
    read_query(city, ())
    kept = read_parameters(request.form, city, KNOWN)
    sent = SCHEMA.load({name: value for name, value in kept.items() if name not in IGNORED})
    read_moment(kept, "updated_datetime", city)
    with transaction() as session:
        _note(session, city, key, sent)
    items: list[Content] = [{"update_id": sent["update_id"]}]
    return answer(ROOT, Repeated(item="request_update", items=items), form=form, status=201)


def _note(session: Session, city: City, key: HeldKey, sent: dict[str, str]) -> None:
    """Write the note, once. Raises RequestNotFound: not published, or not of this key's agency."""
    actor = api_keys.actor_of(city, key)
    code = normalise_tracking_code(sent["service_request_id"])
    ticket_id = ticket_published_as(session, code)
    if ticket_id is None:
        raise RequestNotFound
    try:
        ticket = queries.by_id(session, city, actor, ticket_id)
    except TicketNotFound:
        raise RequestNotFound from None
    mark = f"[GeoReport {sent['update_id']}]"
    told = (queries.text_of(message, None) for message in queries.messages_of(session, ticket.id))
    if any(words.startswith(mark) for words in told if words):
        return
    act = act_of(city, actor, ticket, seen=ticket.version, now=utcnow())
    words = f"{mark} {sent['status']}: {sent['description']}"
    work.note(session, city, ticket, words, act=act, data_key=None)
