"""Notices to reporters from the first mail to the last, with the pages that their links open."""

import re
from email.message import EmailMessage

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from citizenreport.core.clock import utcnow
from citizenreport.intake.models import Report
from citizenreport.intake.rules import Contact
from citizenreport.jobs.checks import check_contact
from citizenreport.jobs.dispatch import dispatch
from citizenreport.jobs.news import tell_reporter
from citizenreport.messaging.models import ContactCheck
from citizenreport.messaging.rules import CONFIRM_WITHIN, MailRefused, MailUnavailable
from citizenreport.pipeline.correct import change_contact
from citizenreport.pipeline.hand_over import hand_over
from citizenreport.pipeline.submit import Submitted
from citizenreport.triage.states import Party, State
from tests.doors.pages.resident import Page, Resident
from tests.jobs.world import CONTACT, ROAD, VIOLENCE, World, queued_text
from tests.messaging.post_office import PostOffice, text_of

STEPS = (State.VERIFIED, State.IN_PROGRESS, State.RESOLVED)


@pytest.fixture
def resident(client: FlaskClient) -> Resident:
    return Resident(client)


def link_in(mail: EmailMessage, path: str = "/buka/") -> str:
    found = re.search(rf"http://localhost({path}\S+)", text_of(mail))
    assert found is not None, text_of(mail)
    return found[1]


def follow_link(resident: Resident, mail: EmailMessage) -> Page:
    link = link_in(mail)
    return resident.press(resident.open(link), link)


def check_of(world: World, sent: Submitted) -> ContactCheck:
    world.session.expire_all()
    return world.session.scalars(
        select(ContactCheck).where(ContactCheck.report_id == sent.report_id)
    ).one()


def with_receipt(world: World, office: PostOffice, category_code: str = ROAD) -> Submitted:
    sent = world.confirmed(category_code)
    world.work()
    office.mails.clear()
    return sent


def test_nothing_goes_to_an_address_before_its_owner_has_said_yes(
    world: World, office: PostOffice, resident: Resident
) -> None:
    sent = world.report(ROAD, contact=CONTACT)
    world.move(sent, *STEPS)
    world.reply(sent, "Terima kasih")
    world.work()
    assert office.only["Subject"] == "Pastikan alamat surel Anda"
    page = follow_link(resident, office.only)
    assert check_of(world, sent).confirmed_at is None, "looking changes nothing"
    page = resident.press(page, "/surel/pastikan")
    assert page.status == 200
    assert "sudah dipastikan" in page.text
    office.mails.clear()
    assert world.work() == ["send_receipt"]
    assert office.only["Subject"] == f"Laporan {sent.tracking_code} sudah kami terima"


def test_the_first_mail_says_nothing_of_the_report(world: World, office: PostOffice) -> None:
    for category_code in (ROAD, VIOLENCE):
        sent = world.report(category_code, contact=CONTACT, description="Tetangga dipukuli")
        world.work()
        mail = next(mail for mail in office.mails if mail["To"] == CONTACT.email)
        told = f"{mail}{text_of(mail)}"
        category = world.city.categories[category_code]
        for word in (sent.tracking_code, sent.secret, "dipukuli", *category.names.values()):
            assert word not in told
        assert world.city.agencies[sent.agency_code].name not in told
        office.mails.clear()


def test_a_link_that_is_a_week_old_confirms_nothing(
    world: World, office: PostOffice, resident: Resident
) -> None:
    sent = world.report(ROAD, contact=CONTACT)
    world.work()
    page = follow_link(resident, office.only)
    check_of(world, sent).asked_at = utcnow() - CONFIRM_WITHIN * 1.01
    world.session.commit()
    page = resident.press(page, "/surel/pastikan")
    assert page.status == 404
    assert check_of(world, sent).confirmed_at is None
    assert world.work() == []


def test_whoever_says_not_me_gets_nothing_more(
    world: World, office: PostOffice, resident: Resident
) -> None:
    sent = world.report(ROAD, contact=CONTACT)
    world.work()
    page = resident.press(follow_link(resident, office.only), "/surel/bukan-saya")
    assert "tidak ada surel lagi" in page.text
    office.mails.clear()
    world.move(sent, *STEPS)
    world.work()
    assert office.mails == []


def test_a_link_to_an_earlier_address_confirms_no_later_one(
    world: World, office: PostOffice, resident: Resident
) -> None:
    sent = world.report(ROAD, contact=CONTACT)
    world.work()
    page = follow_link(resident, office.only)
    ticket = world.ticket(sent)
    report = world.session.get_one(Report, sent.report_id)
    other = Contact(email="ani@warga.example")
    change_contact(world.session, world.keys, report, ticket, other, now=utcnow())
    world.session.commit()
    world.work()
    assert office.mails[-1]["To"] == "ani@warga.example"
    assert resident.press(page, "/surel/pastikan").status == 404
    assert check_of(world, sent).confirmed_at is None
    page = resident.press(follow_link(resident, office.mails[-1]), "/surel/pastikan")
    assert page.status == 200
    assert check_of(world, sent).confirmed_at is not None


def test_pressed_twice_it_sends_one_receipt(
    world: World, office: PostOffice, resident: Resident
) -> None:
    world.report(ROAD, contact=CONTACT)
    world.work()
    first, second = office.only, office.only
    for mail in (first, second):
        page = resident.press(follow_link(resident, mail), "/surel/pastikan")
        assert page.status == 200
    assert world.work() == ["send_receipt"]


def test_without_a_link_there_is_nothing_to_confirm(world: World, resident: Resident) -> None:
    page = resident.open("/surel/pastikan")
    assert page.status == 404
    answer = resident.client.post("/surel/pastikan")
    assert answer.status_code == 403  # not from a form of ours


def test_a_phone_number_alone_is_asked_nothing(world: World, office: PostOffice) -> None:
    world.report(ROAD, contact=Contact(phone="+6281234567890"))
    world.work()
    assert office.mails == []


def test_a_hand_over_is_told(world: World, office: PostOffice) -> None:
    sent = with_receipt(world, office)
    ticket = world.ticket(sent)
    act = world.act(ticket, Party.DESK)
    hand_over(world.session, world.city, world.keys, ticket, agency_code="SATPOLPP", act=act)
    world.work()
    assert office.only["Subject"] == f"Laporan {sent.tracking_code} diserahkan"
    assert world.city.agencies["SATPOLPP"].name in text_of(office.only)


def test_what_was_returned_and_handed_over_is_told_once(world: World, office: PostOffice) -> None:
    sent = with_receipt(world, office)
    world.move(sent, State.RETURNED, reason="Bukan wewenang kami.")
    world.work()
    office.mails.clear()
    ticket = world.ticket(sent)
    act = world.act(ticket, Party.DESK)
    hand_over(world.session, world.city, world.keys, ticket, agency_code="SATPOLPP", act=act)
    world.work()
    assert [mail["Subject"] for mail in office.mails] == [
        f"Laporan {sent.tracking_code} diserahkan"
    ]


def test_a_question_is_asked_with_its_words(world: World, office: PostOffice) -> None:
    sent = with_receipt(world, office)
    world.move(sent, State.NEEDS_INFO, reason="Di sisi jalan yang mana?")
    world.work()
    assert office.only["Subject"] == f"Ada pertanyaan untuk laporan {sent.tracking_code}"
    assert "Di sisi jalan yang mana?" in text_of(office.only)


def test_what_the_system_closes_is_told_with_the_survey(
    world: World, office: PostOffice, resident: Resident
) -> None:
    sent = with_receipt(world, office)
    world.move(sent, *STEPS, at=utcnow())
    world.work()
    office.mails.clear()
    world.move(sent, State.CLOSED, by=Party.SYSTEM, at=utcnow())
    world.work()
    assert office.only["Subject"] == f"Laporan {sent.tracking_code} ditutup"
    page = follow_link(resident, office.only)  # the first link is the survey's
    assert page.status == 200
    assert len(re.findall("/buka/", text_of(office.only))) == 2


@pytest.mark.parametrize("language", ["id", "en", "jv"])
def test_every_notice_can_be_ended_in_every_language(
    world: World, office: PostOffice, language: str
) -> None:
    sent = world.confirmed(ROAD, locale=language)
    world.move(sent, *STEPS)
    world.reply(sent, "Terima kasih")
    world.work()
    assert len(office.mails) == 5
    for mail in office.mails:
        stop = link_in(mail, "/berhenti/")
        assert mail["List-Unsubscribe"] == f"<http://localhost{stop}>"
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert mail["Content-Language"] == language
        page = mail.get_body(("html",))
        assert page is not None
        assert f'href="http://localhost{stop}"' in page.get_content()


def test_one_post_of_a_mail_programme_ends_them_and_one_press_takes_them_up(
    world: World, office: PostOffice, resident: Resident, client: FlaskClient
) -> None:
    sent = with_receipt(world, office)
    world.reply(sent, "Satu")
    world.work()
    stop = link_in(office.only, "/berhenti/")
    assert resident.open(stop).status == 200
    world.reply(sent, "Dua")
    world.work()
    assert len(office.mails) == 2, "looking changes nothing"

    bare = world.app.test_client(use_cookies=False)
    answer = bare.post(stop, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    office.mails.clear()
    world.reply(sent, "Tiga")
    world.work()
    assert office.mails == []

    page = resident.press(resident.press(resident.open(stop), stop), f"{stop}/urung")
    assert "berjalan lagi" in page.text
    world.reply(sent, "Empat")
    world.work()
    assert "Empat" in text_of(office.only)


@pytest.mark.parametrize("token", ["x", "A" * 66, "%00", "é", "A" * 5_000])
def test_a_forged_stop_link_ends_nothing(resident: Resident, token: str) -> None:
    assert resident.open(f"/berhenti/{token}").status == 404
    for path in (f"/berhenti/{token}", f"/berhenti/{token}/urung"):
        assert resident.client.post(path).status_code == 404


def test_a_link_of_one_purpose_does_not_serve_another(
    world: World, office: PostOffice, resident: Resident
) -> None:
    world.report(ROAD, contact=CONTACT)
    world.work()
    token = link_in(office.only).rpartition("/")[2]
    assert resident.client.post(f"/berhenti/{token}").status_code == 404


def test_a_mail_that_was_put_off_comes_later_under_the_same_id(
    world: World, office: PostOffice
) -> None:
    sent = with_receipt(world, office)
    world.reply(sent, "Besok pagi")
    office.answer = "451 greylisted"
    with pytest.raises(MailUnavailable):
        world.work()
    assert office.mails == []
    office.answer = "250 OK"
    ids = {"ticket_id": str(world.ticket(sent).id), "seq": world.ticket(sent).version}
    tell_reporter(**ids)
    first = office.only["Message-ID"]
    tell_reporter(**ids)
    assert {mail["Message-ID"] for mail in office.mails} == {first}


def test_no_address_waits_in_the_queue(world: World) -> None:
    world.confirmed(ROAD)
    dispatch()
    assert "budi" not in queued_text(world.session)


@pytest.mark.parametrize("answer", ["550 no such user", "451 greylisted"])
def test_a_report_stands_whatever_the_mail_server_says(
    world: World, office: PostOffice, answer: str
) -> None:
    office.answer = answer
    sent = world.report(ROAD, contact=CONTACT)
    with pytest.raises((MailRefused, MailUnavailable)):
        world.work()
    assert world.session.get(Report, sent.report_id) is not None
    assert world.ticket(sent).state == State.NEW.value
    assert check_of(world, sent).confirmed_at is None


def test_mails_to_one_address_are_counted_once_for_each_report(
    world: World, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mail server that is down for a while uses up none of the few mails an address may get."""
    sent = world.report(ROAD, contact=CONTACT)
    office.answer = "451 greylisted"
    ids = {"ticket_id": str(world.ticket(sent).id), "seq": 1}
    counted: list[str] = []
    monkeypatch.setattr("citizenreport.jobs.checks.count_mail", counted.append)
    for _ in range(8):
        with pytest.raises(MailUnavailable):
            check_contact(**ids)
    office.answer = "250 OK"
    check_contact(**ids)
    assert counted == [CONTACT.email]
    assert len(office.mails) == 1
