"""Urgent calls: by every channel at once, acknowledged or moved on, and none is forgotten."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from citizenreport.cities.rules import City, ProtectionClass
from citizenreport.commands.jobs import jobs as jobs_command
from citizenreport.core.clock import utcnow
from citizenreport.core.ids import new_id
from citizenreport.duty.calls import CallOver, acknowledge, chain
from citizenreport.duty.models import DutyCall, DutyShift
from citizenreport.identity.rules import Grant, Role
from citizenreport.intake.rules import Subject
from citizenreport.jobs.calls import move_calls
from citizenreport.jobs.duty import alert_agency
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import StreamKind
from citizenreport.messaging.staff import add_browser, move_browser, set_mail
from citizenreport.pipeline.hand_over import hand_over
from citizenreport.pipeline.submit import Submitted
from citizenreport.triage.states import Party, State
from tests.identity.factories import make_staff
from tests.jobs.world import DUTY, FIRE, VIOLENCE, World
from tests.messaging.browsers import PushService, open_push_service
from tests.messaging.post_office import PostOffice, text_of

TEN = timedelta(minutes=10)
HOUR = timedelta(hours=1)
OFFICER = Grant(role=Role.OFFICER, agency_code="SATPOLPP")
AT_DESK = Grant(role=Role.CITY_DESK)


@pytest.fixture
def service(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    with open_push_service(tmp_path) as service:
        monkeypatch.setitem(world.app.config, "PUSH", "web")
        monkeypatch.setitem(world.app.config, "OUTGOING_TEST_CA", service.authority.path)
        yield service


def person(
    world: World,
    name: str,
    *grants: Grant,
    rank: int | None = 0,
    agency: str = "SATPOLPP",
    has_mail: bool = True,
) -> UUID:
    """Open an account, with a mail address, and put it on the roster for now."""
    staff = make_staff(world.session, name, *(grants or (OFFICER,)), name=name.title())
    now = utcnow()
    if has_mail:
        set_mail(world.session, world.keys, staff.id, f"{name}@kota.example", now=now)
    if rank is not None:
        world.session.add(
            DutyShift(
                id=new_id(),
                agency_code=agency,
                staff_id=staff.id,
                rank=rank,
                starts_at=now - HOUR,
                ends_at=now + timedelta(days=2),
                entered_by=None,
                entered_at=now,
            )
        )
        world.session.flush()
    return staff.id


def work(world: World) -> None:
    while world.work():
        pass


def calls(world: World) -> list[DutyCall]:
    query = select(DutyCall).order_by(DutyCall.called_at, DutyCall.step)
    return list(world.session.scalars(query))


def events(world: World, sent: Submitted) -> list[str]:
    stream = history(world.session, StreamKind.TICKET, world.ticket(sent).id)
    return [event.type for event in stream if event.type.startswith("duty_")]


def receivers(office: PostOffice) -> list[str]:
    return [mail["To"] for mail in office.mails]


def later(minutes: float) -> datetime:
    return utcnow() + timedelta(minutes=minutes)


def test_the_person_on_duty_is_called_by_every_channel_and_the_agencys_address_too(
    world: World, office: PostOffice, service: PushService
) -> None:
    budi = person(world, "budi")
    browser = service.browser("a")
    add_browser(world.session, world.keys, budi, browser.address, now=utcnow())
    sent = world.report(FIRE)
    work(world)
    assert sorted(receivers(office)) == ["budi@kota.example", DUTY["SATPOLPP"]]
    (asked,) = service.server.asked
    notice = browser.read(asked)
    (call,) = calls(world)
    assert notice["url"].endswith(f"/petugas/panggilan/{call.id}")
    assert sent.tracking_code in notice["title"]
    assert world.city.categories[FIRE].names["id"] not in str(notice)
    assert events(world, sent) == ["duty_called"]


def test_nobody_answers_and_it_moves_to_the_substitute_then_to_the_desk(
    world: World, office: PostOffice
) -> None:
    budi, wati = person(world, "budi"), person(world, "wati", rank=1)
    lia = person(world, "lia", AT_DESK, agency="DISKOMINSTA")
    sent = world.report(FIRE)
    work(world)
    for minutes in (9, 11, 22, 33, 44, 55):
        move_calls(now=later(minutes))
        work(world)
    assert [(call.agency_code, call.staff_id) for call in calls(world)] == [
        ("SATPOLPP", budi),
        ("SATPOLPP", wati),
        ("DISKOMINSTA", lia),
        ("DISKOMINSTA", None),
    ]
    assert [call.outcome for call in calls(world)] == ["moved", "moved", "moved", None]
    assert events(world, sent) == ["duty_called", *["duty_moved", "duty_called"] * 3]
    assert receivers(office).count(DUTY["DISKOMINSTA"]) == 1
    assert receivers(office).count("wati@kota.example") == 1


def test_what_is_nobodys_shows_among_what_is_stuck(world: World, office: PostOffice) -> None:
    world.report(FIRE)
    work(world)
    for minutes in (11, 22, 33):
        move_calls(now=later(minutes))
        work(world)
    shown = world.app.test_cli_runner().invoke(jobs_command, ["stuck"])
    assert shown.exit_code == 1
    ticket_id = calls(world)[0].ticket_id
    assert f"nobody answers: ticket_id={ticket_id} DISKOMINSTA" in shown.output


def test_who_answers_ends_it(world: World, office: PostOffice) -> None:
    budi = person(world, "budi")
    person(world, "wati", rank=1)
    sent = world.report(FIRE)
    work(world)
    acknowledge(world.session, world.ticket(sent), by=budi, now=later(3))
    move_calls(now=later(20))
    work(world)
    assert [(call.outcome, call.acknowledged_by) for call in calls(world)] == [
        ("acknowledged", budi)
    ]
    assert events(world, sent) == ["duty_called", "duty_acknowledged"]
    with pytest.raises(CallOver):
        acknowledge(world.session, world.ticket(sent), by=budi, now=later(4))


def test_a_ticket_that_was_taken_up_calls_nobody_else(world: World, office: PostOffice) -> None:
    person(world, "budi")
    person(world, "wati", rank=1)
    sent = world.report(FIRE)
    work(world)
    world.move(sent, State.VERIFIED)
    move_calls(now=later(1))
    assert [call.outcome for call in calls(world)] == ["handled"]
    assert "wati@kota.example" not in receivers(office)


def test_a_job_that_runs_twice_calls_once(world: World, office: PostOffice) -> None:
    person(world, "budi")
    world.report(FIRE)
    work(world)
    first = list(office.mails)
    (call,) = calls(world)
    alert_agency(ticket_id=str(call.ticket_id), seq=call.round_seq)
    work(world)
    assert len(calls(world)) == 1
    repeated = [mail["Message-ID"] for mail in office.mails[len(first) :]]
    assert set(repeated) <= {mail["Message-ID"] for mail in first}


def test_who_has_no_address_is_passed_over(world: World, office: PostOffice) -> None:
    person(world, "budi", has_mail=False)
    wati = person(world, "wati", rank=1)
    world.report(FIRE)
    work(world)
    assert [call.staff_id for call in calls(world)] == [wati]


class TestConfidential:
    def handler(self, world: World, name: str, *, rank: int | None, agency: str) -> UUID:
        grant = Grant(
            role=Role.CONFIDENTIAL_HANDLER,
            agency_code=agency,
            protection_class=ProtectionClass.VIOLENCE,
        )
        return person(world, name, grant, rank=rank, agency=agency)

    def test_only_handlers_are_called_with_code_and_deadline(
        self, world: World, office: PostOffice
    ) -> None:
        lead = world.city.categories[VIOLENCE].lead
        plain = Grant(role=Role.OFFICER, agency_code=lead)
        person(world, "tono", plain, agency=lead)
        rini = self.handler(world, "rini", rank=None, agency=lead)
        sent = world.report(VIOLENCE, description="Tetangga saya dipukuli")
        work(world)
        assert [call.staff_id for call in calls(world)] == [rini]
        assert receivers(office) == ["rini@kota.example"]
        told = f"{office.only}\n{text_of(office.only)}"
        assert sent.tracking_code in told
        secrets = ("dipukuli", world.city.categories[VIOLENCE].names["id"], sent.agency_code)
        assert [word for word in secrets if word in told] == []

    def test_nobody_of_the_body_it_is_about_is_called(
        self, world: World, office: PostOffice
    ) -> None:
        lia = person(world, "lia", AT_DESK, agency="DISKOMINSTA")
        sent = world.report(VIOLENCE, subject=Subject(agency_code="DISKOMINSTA"))
        called = chain(world.session, world.city, world.ticket(sent), now=utcnow())
        assert {callee.staff_id for callee in called}.isdisjoint({lia})
        assert "DISKOMINSTA" not in {callee.agency_code for callee in called}


def test_a_ticket_handed_over_calls_at_its_new_agency(
    world: World, office: PostOffice, city: City
) -> None:
    person(world, "budi")
    sent = world.report(FIRE)
    work(world)

    ticket = world.ticket(sent)
    act = world.act(ticket, Party.DESK, at=later(1))
    hand_over(world.session, world.city, world.keys, ticket, agency_code="BPBD", act=act)
    work(world)
    assert [call.outcome for call in calls(world)] == ["replaced", None]
    assert "duty_ended" in events(world, sent)


def test_a_browser_whose_address_changes_goes_on_calling_and_nobody_elses_moves(
    world: World, office: PostOffice, service: PushService
) -> None:
    budi = person(world, "budi", has_mail=False)
    old, new = service.browser("a"), service.browser("b")
    add_browser(world.session, world.keys, budi, old.address, now=utcnow())
    forged = replace(old.address, auth=new.address.auth)
    assert move_browser(world.session, world.keys, forged, new.address) == 0
    assert move_browser(world.session, world.keys, old.address, new.address) == 1
    world.report(FIRE)
    work(world)
    assert [asked.path for asked in service.server.asked] == ["/push/b"]
