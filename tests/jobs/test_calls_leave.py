"""Calls during leave: whoever does a person's work is called in the person's place."""

from datetime import timedelta
from uuid import UUID

from citizenreport.cities.rules import ProtectionClass
from citizenreport.core.clock import utcnow
from citizenreport.duty.calls import chain
from citizenreport.identity.delegation import delegate
from citizenreport.identity.rules import Grant, Role
from citizenreport.intake.rules import Subject
from citizenreport.pipeline.submit import Submitted
from tests.jobs.test_calls import OFFICER, calls, person, receivers, work
from tests.jobs.world import DUTY, FIRE, VIOLENCE, World
from tests.messaging.post_office import PostOffice


def away(world: World, giver: UUID, taker: UUID, *, by: UUID | None = None) -> None:
    now = utcnow()
    delegate(
        world.session,
        giver,
        taker,
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(days=3),
        now=now,
        factor_roles=frozenset(),
        by=by,
    )


def first_called(world: World, sent: Submitted) -> list[UUID | None]:
    found = chain(world.session, world.city, world.ticket(sent), now=utcnow())
    return [callee.staff_id for callee in found if callee.agency_code == sent.agency_code]


def test_the_stand_in_is_called_and_the_person_on_leave_is_not(
    world: World, office: PostOffice
) -> None:
    budi = person(world, "budi")
    ani = person(world, "ani", rank=None)
    lead = Grant(role=Role.AGENCY_LEAD, agency_code="SATPOLPP")
    ratna = person(world, "ratna", lead, rank=None)
    away(world, budi, ani, by=ratna)
    world.report(FIRE)
    work(world)
    assert sorted(receivers(office)) == ["ani@kota.example", DUTY["SATPOLPP"]]
    (call,) = calls(world)
    assert call.staff_id == ani


def test_a_substitute_who_stands_in_is_called_once(world: World) -> None:
    budi, ani = person(world, "budi", rank=0), person(world, "ani", rank=1)
    citra = person(world, "citra", rank=2)
    away(world, budi, ani)
    assert first_called(world, world.report(FIRE)) == [ani, citra]


def test_a_stand_in_without_an_address_or_on_leave_too_leaves_the_person_called(
    world: World,
) -> None:
    budi = person(world, "budi", rank=0)
    ani = person(world, "ani", rank=None, has_mail=False)
    away(world, budi, ani)
    sent = world.report(FIRE)
    assert first_called(world, sent) == [budi]
    citra, dewi = person(world, "citra", rank=1), person(world, "dewi", rank=None)
    away(world, citra, dewi)
    away(world, dewi, ani)
    assert first_called(world, sent) == [budi, citra]


def test_leave_that_is_over_or_not_begun_changes_nothing(world: World) -> None:
    budi, ani = person(world, "budi"), person(world, "ani", rank=None)
    now = utcnow()
    delegate(
        world.session,
        budi,
        ani,
        starts_at=now + timedelta(days=1),
        ends_at=now + timedelta(days=3),
        now=now,
        factor_roles=frozenset(),
    )
    assert first_called(world, world.report(FIRE)) == [budi]


def test_of_a_confidential_ticket_only_a_stand_in_who_handles_the_class_is_called(
    world: World,
) -> None:
    sent = world.report(VIOLENCE)
    here = sent.agency_code
    handler = Grant(
        role=Role.CONFIDENTIAL_HANDLER,
        agency_code=here,
        protection_class=ProtectionClass.VIOLENCE,
    )
    officer = Grant(role=Role.OFFICER, agency_code=here)
    rini = person(world, "rini", handler, officer, agency=here)
    tono = person(world, "tono", officer, rank=None)
    away(world, rini, tono)
    assert first_called(world, sent) == [rini], "a colleague who is no handler is never told"


def test_whoever_belongs_to_the_accused_body_is_not_called_as_a_stand_in(world: World) -> None:
    about = Subject(agency_code="SATPOLPP", person="Pak X")
    sent = world.report(VIOLENCE, subject=about)
    here = sent.agency_code
    handler = Grant(
        role=Role.CONFIDENTIAL_HANDLER,
        agency_code=here,
        protection_class=ProtectionClass.VIOLENCE,
    )
    rini = person(world, "rini", handler, agency=here)
    accused = person(world, "tono", handler, OFFICER, rank=None)
    away(world, rini, accused)
    assert first_called(world, sent) == [rini]
