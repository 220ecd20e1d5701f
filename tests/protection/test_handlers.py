"""A confidential ticket is always with a body that names handlers of its class (decision 4)."""

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import select

from citizenreport.cities.rules import City, ProtectionClass, Visibility
from citizenreport.core.clock import utcnow
from citizenreport.identity.rules import Actor, Grant, Role
from citizenreport.ledger.models import Event
from citizenreport.pipeline.hand_over import AgencyUnsuited, hand_over
from citizenreport.routing.models import Assignment
from citizenreport.routing.rules import RoutingInput, decide, has_handlers
from citizenreport.triage.models import Ticket
from citizenreport.triage.queries import is_readable
from citizenreport.triage.rules import TransitionNotAllowed, TransitionNotYours
from citizenreport.triage.states import Party, State
from tests.scenes import Scene

SOMEBODY = uuid4()
WITHOUT = "DISPERPUSIP"
"""An agency of Magelang that names no handlers at all."""


def test_raised_where_nobody_may_read_it_a_ticket_goes_to_handlers(scene: Scene) -> None:
    ticket = at(scene, WITHOUT)
    assert not has_handlers(scene.city, WITHOUT, ProtectionClass.NONE)
    scene.raise_(ticket)
    assert ticket.agency_code == "INSPEKTORAT"
    assert is_readable(scene.city, handler("INSPEKTORAT", ProtectionClass.NONE), ticket)
    assignment = scene.session.get_one(Assignment, ticket.assignment_id)
    assert (assignment.agency_code, assignment.decided_by) == ("INSPEKTORAT", "no_handler")
    types = select(Event.type).where(Event.stream_id == ticket.id).order_by(Event.seq)
    assert scene.session.scalars(types).all()[-2:] == ["visibility_raised", "assigned"]


def test_raised_it_never_goes_to_the_body_it_is_about(scene: Scene) -> None:
    ticket = at(scene, WITHOUT, subject_agency_code="INSPEKTORAT")
    scene.raise_(ticket)
    assert ticket.agency_code == "SETDA"


def test_raised_where_handlers_are_a_ticket_stays(scene: Scene) -> None:
    ticket = scene.ticket_of(scene.submit())
    before = ticket.agency_code
    scene.raise_(ticket)
    assert ticket.agency_code == before


def test_a_restricted_ticket_needs_no_handlers(scene: Scene) -> None:
    ticket = at(scene, WITHOUT)
    scene.raise_(ticket, Visibility.RESTRICTED)
    assert ticket.agency_code == WITHOUT


@pytest.mark.parametrize("removed", ["", "INSPEKTORAT", "SETDA"])
def test_whoever_is_accused_a_confidential_report_reaches_handlers(
    city: City, removed: str
) -> None:
    handlers = tuple(line for line in city.handlers if line.agency_code != removed)
    bare = replace(city, handlers=handlers)
    accused = [None, *(line.agency_code for line in city.handlers)]
    for category in city.categories.values():
        for subject in accused:
            given = RoutingInput(
                category_code=category.category_code,
                area_code=None,
                answers={},
                at=utcnow(),
                subject_agency_code=subject,
                handlers_for=category.protection_class,
            )
            taker = decide(bare, given).agency_code
            assert taker != subject
            named = {h.agency_code for h in handlers if h.protection_class == given.handlers_for}
            assert taker in named or not named - {subject}, (category.category_code, subject)


@pytest.mark.parametrize(
    ("category_code", "taker"),
    [("A13", "DISKOMINSTA"), ("A04", "DPMP4KB")],  # class child; class none, by the reporter's wish
)
def test_a_confidential_ticket_is_handed_to_handlers_of_its_very_class(
    scene: Scene, category_code: str, taker: str
) -> None:
    ticket = scene.ticket_of(scene.submit(category_code, wish=Visibility.CONFIDENTIAL))
    with pytest.raises(AgencyUnsuited):
        give(scene, ticket, taker)
    give(scene, ticket, "INSPEKTORAT")
    kind = ProtectionClass(ticket.protection_class)
    assert is_readable(scene.city, handler("INSPEKTORAT", kind), ticket)


def test_a_kelurahan_is_not_given_what_its_account_may_not_read(scene: Scene) -> None:
    open_to_it, closed = scene.submit("A04"), scene.submit("H04")
    village = next(code for code in scene.city.agencies if code.startswith("KEL_"))
    give(scene, scene.ticket_of(open_to_it), village)
    with pytest.raises(AgencyUnsuited):
        give(scene, scene.ticket_of(closed), village)


def test_only_the_desk_hands_over_and_only_what_is_open(scene: Scene) -> None:
    ticket = scene.ticket_of(scene.submit())
    with pytest.raises(TransitionNotYours):
        give(scene, ticket, "DPUPR", Party.AGENCY)
    scene.move(ticket, State.ARCHIVED)
    with pytest.raises(TransitionNotAllowed):
        give(scene, ticket, "DPUPR")


def give(scene: Scene, ticket: Ticket, agency_code: str, party: Party = Party.DESK) -> None:
    act = scene.act(ticket, party)
    hand_over(scene.session, scene.city, scene.keys, ticket, agency_code=agency_code, act=act)


def at(scene: Scene, agency_code: str, **columns: str) -> Ticket:
    ticket = scene.ticket_of(scene.submit())
    ticket.agency_code = agency_code
    for name, value in columns.items():
        setattr(ticket, name, value)
    scene.session.commit()
    return ticket


def handler(agency_code: str, kind: ProtectionClass) -> Actor:
    grant = Grant(role=Role.CONFIDENTIAL_HANDLER, agency_code=agency_code, protection_class=kind)
    return Actor(staff_id=SOMEBODY, name="Sri", grants=(grant,))
