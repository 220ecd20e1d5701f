import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from citizenreport.cities.rules import Priority, Visibility
from citizenreport.core.queue import enqueue
from citizenreport.intake.rules import Channel, Contact, Subject
from citizenreport.jobs.dispatch import dispatch
from citizenreport.jobs.mails import NobodyOnDuty
from citizenreport.messaging.rules import MailRefused
from citizenreport.pipeline.handle import raise_visibility
from citizenreport.triage.states import Party, State
from citizenreport.web.context import CityHolder
from tests.doors.pages.resident import Resident
from tests.jobs.world import (
    CONTACT,
    DUTY,
    FIRE,
    ROAD,
    VIOLENCE,
    World,
    queued_text,
    with_duty,
)
from tests.messaging.post_office import PostOffice, text_of

STEPS = (State.VERIFIED, State.IN_PROGRESS, State.RESOLVED)


def everything_in(office: PostOffice) -> str:
    return "\n".join(f"{mail}\n{text_of(mail)}" for mail in office.mails)


def words_that_tell(world: World, category_code: str, agency_code: str) -> set[str]:
    category, agency = world.city.categories[category_code], world.city.agencies[agency_code]
    area_names = {area.name for area in world.city.areas.values() if area.name != world.city.name}
    return {
        *category.names.values(),
        category.category_code,
        category.protection_class.value,
        agency.name,
        agency.short_name,
        *area_names,
    }


def test_a_reporter_with_a_mail_address_gets_a_receipt(world: World, office: PostOffice) -> None:
    sent = world.report(ROAD, contact=CONTACT)
    assert world.work() == ["check_contact"]
    office.mails.clear()
    world.confirm(sent)
    assert world.work() == ["send_receipt"]
    mail, body = office.only, text_of(office.only)
    assert mail["To"] == CONTACT.email
    assert mail["Subject"] == f"Laporan {sent.tracking_code} sudah kami terima"
    assert re.search(r"http://localhost/buka/[\w-]{40,70}\n", body)
    assert world.city.agencies[sent.agency_code].name in body
    assert "WIB" in body
    assert sent.secret not in everything_in(office)


def test_the_link_of_a_mail_opens_the_report(
    world: World, office: PostOffice, client: FlaskClient
) -> None:
    world.confirmed(ROAD)
    world.work()
    found = re.search(r"http://localhost(/\S+)", text_of(office.only))
    assert found is not None
    resident = Resident(client)
    page = resident.press(resident.open(found[1]), found[1])
    assert "Lubang besar di depan warung" in page.text


def test_no_address_no_receipt(world: World, office: PostOffice) -> None:
    world.report(ROAD)
    world.report(ROAD, contact=Contact(phone="+6281234567890"))
    world.work()
    assert office.mails == []


def test_the_receipt_speaks_the_reporters_language(world: World, office: PostOffice) -> None:
    world.confirmed(ROAD, locale="en")
    world.work()
    assert office.only["Content-Language"] == "en"
    assert world.city.categories[ROAD].names["en"] in text_of(office.only)
    assert re.search(r"\d (March|April|May) 2026, 23\.59 WIB", text_of(office.only))


def test_the_receipt_of_a_confidential_report_says_nothing_of_it(
    world: World, office: PostOffice
) -> None:
    sent = world.confirmed(VIOLENCE, description="Tetangga saya dipukuli")
    world.work()
    receipts = [mail for mail in office.mails if mail["To"] == CONTACT.email]
    assert [mail["Subject"] for mail in receipts] == ["Pesan Anda sudah kami terima"]
    assert sent.tracking_code in text_of(receipts[0])
    told = f"{receipts[0]}\n{text_of(receipts[0])}"
    assert [w for w in words_that_tell(world, VIOLENCE, sent.agency_code) if w in told] == []
    assert "dipukuli" not in told


def test_an_urgent_ticket_calls_the_agency(world: World, office: PostOffice) -> None:
    sent = world.report(FIRE)
    assert world.work() == ["alert_agency"]
    assert office.only["To"] == DUTY["SATPOLPP"]
    body = text_of(office.only)
    assert sent.tracking_code in body
    assert world.city.categories[FIRE].names["id"] in body
    assert "Lubang" not in body


@pytest.mark.parametrize("priority", list(Priority))
def test_only_what_is_urgent_calls(world: World, office: PostOffice, priority: Priority) -> None:
    category = next(
        c
        for c in world.city.categories.values()
        if c.priority is priority and c.visibility is Visibility.PUBLIC
    )
    world.report(category.category_code)
    is_urgent = priority in (Priority.CRITICAL, Priority.HIGH)
    assert world.work() == (["alert_agency"] if is_urgent else [])


def test_an_urgent_confidential_ticket_calls_with_code_and_deadline_only(
    world: World, office: PostOffice
) -> None:
    sent = world.report(VIOLENCE, description="Tetangga saya dipukuli")
    world.work()
    told = everything_in(office)
    assert sent.tracking_code in told
    assert [w for w in words_that_tell(world, VIOLENCE, sent.agency_code) if w in told] == []
    assert "dipukuli" not in told


def test_an_agency_without_address_has_the_city_desk_called(
    world: World, office: PostOffice
) -> None:
    sent = world.report(VIOLENCE)
    assert sent.agency_code not in DUTY
    world.work()
    assert office.only["To"] == DUTY["DISKOMINSTA"]


def test_the_city_desk_is_not_called_about_itself(world: World, office: PostOffice) -> None:
    world.report(FIRE, subject=Subject(agency_code="DISKOMINSTA"))
    world.city = with_duty(world.city, {"DISKOMINSTA": DUTY["DISKOMINSTA"]})
    serve(world)
    with pytest.raises(NobodyOnDuty):
        world.work()
    assert office.mails == []


def test_nobody_to_call_is_a_failure_that_shows(world: World, office: PostOffice) -> None:
    world.city = with_duty(world.city, {})
    serve(world)
    world.report(FIRE)
    with pytest.raises(NobodyOnDuty):
        world.work()


def serve(world: World) -> None:
    holder: CityHolder = world.app.extensions["citizenreport"].city_holder
    holder.replace(world.city)


def test_what_is_done_already_calls_nobody(world: World, office: PostOffice) -> None:
    world.move(world.report(FIRE), *STEPS)
    assert world.work() == ["alert_agency"]
    assert office.mails == []


def test_an_import_gets_nobody_out_of_bed(world: World, office: PostOffice) -> None:
    world.report(FIRE, channel=Channel.IMPORT)
    assert world.work() == []


def test_a_demo_report_sends_nothing(world: World, office: PostOffice) -> None:
    sent = world.report(FIRE, contact=CONTACT, is_demo=True)
    world.move(sent, *STEPS)
    world.reply(sent, "Terima kasih")
    assert world.work() == []


def test_a_reply_is_told_with_its_words(world: World, office: PostOffice) -> None:
    sent = world.confirmed(ROAD)
    world.work()
    office.mails.clear()
    world.reply(sent, "Petugas datang besok. 100% pasti.")
    world.work()
    assert office.only["Subject"] == f"Ada balasan untuk laporan {sent.tracking_code}"
    assert "Petugas datang besok. 100% pasti." in text_of(office.only)


def test_each_step_is_told_and_the_last_one_says_until_when_to_contest(
    world: World, office: PostOffice
) -> None:
    sent = world.confirmed(ROAD)
    world.work()
    office.mails.clear()
    world.move(sent, *STEPS, reason="Sudah ditambal.")
    world.work()
    subjects = [str(mail["Subject"]).rpartition(": ")[2] for mail in office.mails]
    assert subjects == ["Terverifikasi", "Ditindaklanjuti", "Dinyatakan selesai"]
    last = text_of(office.mails[-1])
    assert "Sudah ditambal." in last
    assert "27 Maret 2026, 23.59 WIB" in last


def test_what_the_reporter_did_is_not_told_to_the_reporter(
    world: World, office: PostOffice
) -> None:
    first = world.confirmed(ROAD)
    world.move(first, *STEPS)
    second = world.confirmed(ROAD)
    third = world.confirmed(ROAD)
    world.move(third, State.NEEDS_INFO)
    world.work()
    office.mails.clear()
    world.move(first, State.CLOSED, by=Party.REPORTER)
    world.move(second, State.WITHDRAWN, by=Party.REPORTER)
    world.move(third, State.NEW, by=Party.REPORTER)
    world.work()
    code = first.tracking_code  # of what is over the reporter is asked one thing
    assert office.only["Subject"] == f"Bagaimana penanganan laporan {code}?"


def test_news_of_a_confidential_ticket_say_nothing(world: World, office: PostOffice) -> None:
    sent = world.confirmed(VIOLENCE)
    world.work()
    office.mails.clear()
    world.reply(sent, "Konselor menelepon besok")
    world.move(sent, State.VERIFIED)
    world.work()
    assert {mail["Subject"] for mail in office.mails} == {"Ada kabar untuk Anda"}
    assert "Konselor" not in everything_in(office)
    assert "Terverifikasi" not in everything_in(office)


def test_what_was_raised_before_the_mail_went_out_is_not_told(
    world: World, office: PostOffice
) -> None:
    sent = world.confirmed(ROAD)
    ticket = world.ticket(sent)
    raise_visibility(
        world.session,
        world.city,
        world.keys,
        world.storage,
        ticket,
        Visibility.CONFIDENTIAL,
        act=world.act(ticket),
    )
    world.work()
    assert office.only["Subject"] == "Pesan Anda sudah kami terima"


def test_a_mail_sent_again_has_the_same_message_id(world: World, office: PostOffice) -> None:
    sent = world.confirmed(ROAD)
    world.work()
    enqueue(world.session, "send_receipt", ticket_id=world.ticket(sent).id, seq=1)
    world.work()
    assert len(office.mails) == 2
    assert len({mail["Message-ID"] for mail in office.mails}) == 1
    assert str(world.ticket(sent).id) not in everything_in(office)


def test_each_mail_has_its_own_message_id(world: World, office: PostOffice) -> None:
    sent = world.confirmed(FIRE)
    world.work()
    world.move(sent, *STEPS)
    world.work()
    assert len({mail["Message-ID"] for mail in office.mails}) == len(office.mails) == 5


def test_an_erased_contact_gets_nothing(world: World, office: PostOffice) -> None:
    sent = world.confirmed(ROAD)
    world.session.execute(
        text("UPDATE report SET contact_sealed = NULL WHERE id = :id"), {"id": sent.report_id}
    )
    enqueue(world.session, "send_receipt", ticket_id=world.ticket(sent).id, seq=1)
    world.work()
    assert office.mails == []


def test_the_queue_holds_ids_only(world: World, office: PostOffice) -> None:
    sent = world.report(FIRE, contact=CONTACT)
    world.reply(sent, "Petugas datang besok")
    dispatch()
    queued = queued_text(world.session)
    assert str(world.ticket(sent).id) in queued
    for word in (CONTACT.email, CONTACT.name, "Lubang", "Petugas", sent.tracking_code, sent.secret):
        assert str(word) not in queued


def test_a_refused_address_is_a_failure_that_shows(world: World, office: PostOffice) -> None:
    office.answer = "550 no"
    world.confirmed(ROAD)
    with pytest.raises(MailRefused):
        world.work()
