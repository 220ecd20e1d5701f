"""An address that a member of staff entered is asked before anything else is sent there."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from citizenreport.core.clock import utcnow
from citizenreport.core.queue import enqueue
from citizenreport.identity.rules import Grant, Role
from citizenreport.jobs.forgetting import forget
from citizenreport.messaging.models import StaffAddress
from citizenreport.messaging.queries import address_of
from citizenreport.messaging.rules import STAFF_CONFIRM_WITHIN
from citizenreport.messaging.staff import addresses_of, ask_mail, reachable, set_mail
from tests.doors.pages.resident import Page, Resident
from tests.identity.factories import make_staff
from tests.jobs.test_calls import person, receivers, work
from tests.jobs.test_notices import follow_link
from tests.jobs.world import DUTY, FIRE, World, queued_text
from tests.messaging.post_office import PostOffice, text_of

NEW, OLD = "budi.baru@kota.example", "budi@kota.example"


@pytest.fixture
def resident(client: FlaskClient) -> Resident:
    return Resident(client)


def enter(world: World, staff_id: UUID, address: str = NEW) -> None:
    row = ask_mail(world.session, world.keys, staff_id, address, now=utcnow())
    if row is not None:
        enqueue(world.session, "check_staff_address", address_id=row.id)


def in_use(world: World, staff_id: UUID) -> list[str]:
    world.session.expire_all()
    return [address_of(world.keys, row) for row in addresses_of(world.session, [staff_id])]


def say_yes(resident: Resident, page: Page) -> Page:
    return resident.press(page, "/surel/petugas")


def officer(world: World) -> UUID:
    grant = Grant(role=Role.OFFICER, agency_code="SATPOLPP")
    return make_staff(world.session, "budi", grant, name="Budi").id


def test_nothing_but_the_question_goes_to_an_address_before_the_yes(
    world: World, office: PostOffice, resident: Resident
) -> None:
    budi = person(world, "budi", has_mail=False)
    enter(world, budi)
    assert NEW not in queued_text(world.session)
    world.report(FIRE)
    work(world)
    assert sorted(receivers(office)) == sorted([NEW, DUTY["SATPOLPP"]])
    asked = next(mail for mail in office.mails if mail["To"] == NEW)
    assert asked["Subject"] == "Pastikan alamat surel Anda"
    assert "Budi" not in text_of(asked), "nobody knows yet whose address it is"
    assert reachable(world.session, [budi]) == frozenset()
    page = follow_link(resident, asked)
    assert in_use(world, budi) == [], "looking changes nothing"
    assert "sudah dipastikan" in say_yes(resident, page).text
    assert in_use(world, budi) == [NEW]
    office.mails.clear()
    world.report(FIRE)
    work(world)
    assert NEW in receivers(office)


def test_the_link_is_good_once(world: World, office: PostOffice, resident: Resident) -> None:
    budi = officer(world)
    enter(world, budi)
    work(world)
    page = follow_link(resident, office.only)
    assert say_yes(resident, page).status == 200
    assert say_yes(resident, page).status == 404
    again = follow_link(resident, office.only)
    assert say_yes(resident, again).status == 404
    assert in_use(world, budi) == [NEW]


def test_after_two_days_it_confirms_nothing_and_the_address_is_forgotten(
    world: World, office: PostOffice, resident: Resident
) -> None:
    budi = officer(world)
    enter(world, budi)
    work(world)
    page = follow_link(resident, office.only)
    row = world.session.scalars(select(StaffAddress)).one()
    row.created_at = utcnow() - STAFF_CONFIRM_WITHIN - timedelta(minutes=1)
    world.session.commit()
    assert say_yes(resident, page).status == 404
    assert in_use(world, budi) == []
    forget()
    world.session.expire_all()
    assert world.session.scalars(select(StaffAddress)).all() == []


def test_the_one_before_is_used_until_the_yes_and_not_after(
    world: World, office: PostOffice, resident: Resident
) -> None:
    budi = officer(world)
    set_mail(world.session, world.keys, budi, OLD, now=utcnow())
    enter(world, budi)
    work(world)
    assert in_use(world, budi) == [OLD]
    say_yes(resident, follow_link(resident, office.only))
    assert in_use(world, budi) == [NEW]


def test_a_later_address_makes_the_earlier_link_useless(
    world: World, office: PostOffice, resident: Resident
) -> None:
    budi = officer(world)
    enter(world, budi)
    work(world)
    page = follow_link(resident, office.only)
    enter(world, budi, "budi.lain@kota.example")
    assert say_yes(resident, page).status == 404
    assert in_use(world, budi) == []


def test_the_same_address_again_is_not_asked_again(world: World, office: PostOffice) -> None:
    budi = officer(world)
    set_mail(world.session, world.keys, budi, OLD, now=utcnow())
    enter(world, budi, OLD.upper().replace("KOTA.EXAMPLE", "kota.example"))
    work(world)
    assert office.mails == []
    assert in_use(world, budi) == [OLD]


def test_a_question_sent_twice_is_one_mail_by_its_id(world: World, office: PostOffice) -> None:
    budi = officer(world)
    enter(world, budi)
    row = world.session.scalars(select(StaffAddress)).one()
    enqueue(world.session, "check_staff_address", address_id=row.id)
    work(world)
    first, second = office.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_without_the_link_the_page_tells_nothing(resident: Resident, world: World) -> None:
    assert resident.open("/surel/petugas").status == 404
