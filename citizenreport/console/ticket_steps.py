"""The history of a ticket in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.console import words
from citizenreport.console.calls import called_name
from citizenreport.identity import queries as identity_queries
from citizenreport.ledger.models import Event
from citizenreport.triage.states import LABELS, State
from citizenreport.web.translate import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the history. `seq`: its place in the ticket's stream."""

    seq: int
    at: datetime
    title: str
    who: str
    text: str | None


def shown_steps(
    city: City, events: Sequence[Event], names: Mapping[UUID, str], texts: Mapping[str, str]
) -> list[Step]:
    """Return the history, newest first, with names and the texts written on the way."""
    return [
        Step(
            seq=event.seq,
            at=event.recorded_at,
            title=title_of(city, event, names),
            who=_who(event, names),
            text=texts.get(str(event.payload.get("message_id", ""))),
        )
        for event in reversed(events)
    ]


def steps_of(session: Session, city: City, events: Sequence[Event]) -> list[Step]:
    """Return events as lines without the texts written on the way, newest first."""
    return shown_steps(city, events, names_in(session, events), {})


def names_in(
    session: Session, events: Sequence[Event], also: Iterable[UUID | None] = ()
) -> dict[UUID, str]:
    """Return the names of everyone that events, or the page beside them, speak of."""
    ids = {event.actor_id for event in events} | set(also)
    ids |= {UUID(id_) for event in events if (id_ := event.payload.get("assignee_id"))}
    ids |= {UUID(id_) for event in events if (id_ := event.payload.get("staff_id"))}
    known = [id_ for id_ in ids if id_ is not None]
    return identity_queries.staff_names(session, known) if known else {}


def title_of(city: City, event: Event, names: Mapping[UUID, str]) -> str:
    """Return what an event was; `names` of the staff it may speak of."""
    payload = event.payload
    if event.type == "state_changed":
        return _(LABELS[State(str(payload["to"]))])
    of_part = words.PART_EVENTS if payload.get("joint_agency_code") else {}
    message = of_part.get(event.type) or words.EVENTS.get(event.type)
    if message is None:
        return event.type
    return _(
        message,
        agency=words.agency_short_name(city, _agency_of(payload)),
        visibility=_(words.VISIBILITIES.get(str(payload.get("to", "")), "-")),
        release=_(words.RELEASES.get(str(payload.get("state", "")), "-")),
        priority=_(words.PRIORITIES.get(str(payload.get("to", "")), "-")).lower(),
        days=payload.get("days", ""),
        channel=city.outside_channels.get(str(payload.get("channel", "")), "-"),
        body=words.agency_short_name(city, str(payload.get("to", ""))),
        category=words.category_name(city, str(payload.get("category_code", ""))),
        area=words.area_name(city, payload.get("area_code")) or _("tidak disebut"),
        person=_person(payload.get("assignee_id"), names),
        called=called_name(
            city,
            str(payload.get("agency_code", "")),
            _person(payload["staff_id"], names) if payload.get("staff_id") else None,
        ),
    )


def _agency_of(payload: Mapping[str, Any]) -> str:
    names = ("joint_agency_code", "split_agency_code", "agency_code")
    return next((str(payload[name]) for name in names if payload.get(name)), "")


def _person(staff_id: str | None, names: Mapping[UUID, str]) -> str:
    return names.get(UUID(staff_id), _("Petugas")) if staff_id else _("tidak ada")


def _who(event: Event, names: Mapping[UUID, str]) -> str:
    if event.actor_id is None:
        return _("Pelapor") if event.type == "opened" else _("Pelapor atau sistem")
    return names.get(event.actor_id, _("Petugas"))
