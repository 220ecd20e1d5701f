"""Whom the reporter of an urgent report is told to call while the offices are closed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.ids import new_id
from citizenreport.duty.models import DutyShift
from citizenreport.identity.rules import Grant, Role
from citizenreport.pages.after_hours import after_hours_numbers
from citizenreport.triage.states import State
from citizenreport.web.context import EXTENSION
from tests.doors.pages.resident import Resident, receipt_of
from tests.doors.pages.staff import Staff
from tests.identity.factories import make_staff
from tests.scenes import Scene

FIRE, LAMP, VIOLENCE = "A05", "A04", "A12"
NIGHT = datetime(2026, 3, 17, 15, 0, tzinfo=UTC)  # Tuesday, 22.00 WIB
NOON = datetime(2026, 3, 17, 5, 0, tzinfo=UTC)
HOLIDAY = datetime(2026, 1, 1, 5, 0, tzinfo=UTC)
WORDS = "Di luar jam kerja: bila mendesak, hubungi"


def numbers(scene: Scene, category_code: str, *, now: datetime = NIGHT) -> list[str]:
    ticket = scene.ticket_of(scene.submit(category_code))
    found = after_hours_numbers(scene.session, scene.city, ticket, now=now)
    return [number.number for number in found]


def test_by_night_and_on_holidays_the_category_s_verified_numbers(scene: Scene) -> None:
    tried = {n.number for n in scene.city.emergency_numbers if n.verified_on is not None}
    wanted = [n for n in scene.city.categories[FIRE].emergency_numbers if n in tried]
    assert wanted == ["113"]
    assert numbers(scene, FIRE) == wanted
    assert numbers(scene, FIRE, now=HOLIDAY) == wanted


def test_nothing_within_office_hours_or_for_what_can_wait(scene: Scene) -> None:
    assert numbers(scene, FIRE, now=NOON) == []
    assert numbers(scene, LAMP) == []


def test_nothing_of_a_confidential_report(scene: Scene) -> None:
    assert numbers(scene, VIOLENCE) == []


def test_nothing_while_somebody_is_on_duty(scene: Scene) -> None:
    agency = scene.ticket_of(scene.submit(FIRE)).agency_code
    staff = make_staff(scene.session, "budi", Grant(role=Role.OFFICER, agency_code=agency))
    hour = timedelta(hours=1)
    shift = DutyShift(
        id=new_id(),
        agency_code=agency,
        staff_id=staff.id,
        rank=0,
        starts_at=NIGHT - hour,
        ends_at=NIGHT + hour,
        entered_by=None,
        entered_at=NIGHT,
    )
    scene.session.add(shift)
    scene.session.commit()
    assert numbers(scene, FIRE) == []
    assert numbers(scene, FIRE, now=NIGHT + 2 * hour) != []


def test_nothing_once_it_is_taken_up(scene: Scene) -> None:
    ticket = scene.ticket_of(scene.submit(FIRE))
    scene.move(ticket, State.VERIFIED)
    assert after_hours_numbers(scene.session, scene.city, ticket, now=NIGHT) == ()


def test_a_number_that_nobody_has_tried_is_never_told(scene: Scene) -> None:
    untried = tuple(replace(n, verified_on=None) for n in scene.city.emergency_numbers)
    ticket = scene.ticket_of(scene.submit(FIRE))
    city = replace(scene.city, emergency_numbers=untried)
    assert after_hours_numbers(scene.session, city, ticket, now=NIGHT) == ()


@pytest.fixture
def closed(app: Flask, magelang: City) -> Iterator[City]:
    """The city on a day that is a holiday, whenever the test runs."""
    holder, city = app.extensions[EXTENSION].city_holder, magelang
    today = utcnow().date()
    days = {today + timedelta(days=n): "Libur" for n in (-1, 0, 1)}
    calendar = replace(city.calendar, holidays={**city.calendar.holidays, **days})
    holder.replace(replace(city, calendar=calendar))
    yield city
    holder.replace(city)


def test_receipt_and_timeline_say_it(
    resident: Resident, staff: Staff, session: Session, closed: City
) -> None:
    receipt = resident.report(category_code=FIRE)
    number = closed.categories[FIRE].emergency_numbers[0]
    assert WORDS in receipt.text
    code, secret = receipt_of(receipt)
    page = resident.press(resident.open("/lacak"), "/lacak", code=code, secret=secret)
    assert WORDS in page.text
    assert f"tel:{number}" in page.links
    staff.move(code, State.VERIFIED)
    assert WORDS not in resident.open("/lacak/laporan").text


def test_a_confidential_report_s_pages_do_not(resident: Resident, closed: City) -> None:
    receipt = resident.report(category_code=VIOLENCE)
    assert WORDS not in receipt.text
