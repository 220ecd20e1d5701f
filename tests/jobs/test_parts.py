"""Mails on joint handling: who is asked for a part, and who hears how it ended."""

from uuid import UUID

import pytest

from citizenreport.cities.rules import ProtectionClass, Visibility
from citizenreport.core.clock import utcnow
from citizenreport.identity.rules import Grant, Role
from citizenreport.jobs.dispatch import dispatch
from citizenreport.jobs.parts import tell_of_part
from citizenreport.messaging.staff import set_mail
from citizenreport.pipeline.handle import raise_visibility
from citizenreport.pipeline.joint import ask_part, close_part, decline_part
from citizenreport.pipeline.submit import Submitted
from citizenreport.routing.rules import has_handlers
from citizenreport.triage import joint
from citizenreport.triage.rules import Act
from citizenreport.triage.states import Party
from tests.identity.factories import make_staff
from tests.jobs.world import CONTACT, DUTY, NOON, ROAD, VIOLENCE, World
from tests.messaging.post_office import PostOffice, text_of

PARTNER = "SATPOLPP"
TASK, DONE, WHY = "Amankan lokasi", "Lokasi sudah diamankan", "Bukan jalan kota"


def person(world: World, name: str, agency: str, role: Role = Role.OFFICER) -> UUID:
    protected = ProtectionClass.VIOLENCE if role is Role.CONFIDENTIAL_HANDLER else None
    grant = Grant(role=role, agency_code=agency, protection_class=protected)
    staff = make_staff(world.session, name, grant, name=name.title())
    set_mail(world.session, world.keys, staff.id, f"{name}@kota.example", now=utcnow())
    return staff.id


def work(world: World, office: PostOffice) -> list[str]:
    """Do all the work there is; return who was mailed."""
    before = len(office.mails)
    while world.work():
        pass
    return sorted(mail["To"] for mail in office.mails[before:])


def act(world: World, sent: Submitted, by: UUID) -> Act:
    seen = world.ticket(sent).version
    return Act(parties=frozenset({Party.AGENCY}), at=NOON, seen=seen, actor_id=by)


def ask(world: World, sent: Submitted, by: UUID, agency_code: str = PARTNER) -> None:
    ask_part(
        world.session,
        world.city,
        world.keys,
        world.ticket(sent),
        agency_code=agency_code,
        task=TASK,
        act=act(world, sent, by),
    )


def end(world: World, sent: Submitted, by: UUID, *, is_done: bool) -> None:
    ticket, given = world.ticket(sent), act(world, sent, by)
    if is_done:
        close_part(world.session, world.keys, ticket, agency_code=PARTNER, note=DONE, act=given)
    else:
        decline_part(world.session, world.keys, ticket, agency_code=PARTNER, why=WHY, act=given)


@pytest.mark.parametrize("is_done", [True, False], ids=["done", "declined"])
def test_the_agency_is_told_of_the_asking_and_who_asked_of_the_end(
    world: World, office: PostOffice, is_done: bool
) -> None:
    sent = world.report(ROAD)
    lead = person(world, "sri", sent.agency_code)
    person(world, "dewi", sent.agency_code)
    budi, _ani = person(world, "budi", PARTNER), person(world, "ani", PARTNER)
    person(world, "tono", "DLH")
    work(world, office)
    ask(world, sent, lead)
    assert work(world, office) == ["ani@kota.example", "budi@kota.example"]
    asked = office.mails[-1]
    assert sent.tracking_code in asked["Subject"]
    assert f"/petugas/tiket/{world.ticket(sent).id}" in text_of(asked)
    end(world, sent, budi, is_done=is_done)
    assert work(world, office) == ["sri@kota.example"]
    told = text_of(office.mails[-1])
    assert ("selesai" in told, "menolak" in told) == (is_done, not is_done)
    for mail in office.mails:
        assert not {TASK, DONE, WHY} & set(text_of(mail).splitlines())


def test_where_nobody_has_an_address_the_agencys_own_is_told(
    world: World, office: PostOffice
) -> None:
    sent = world.report(ROAD)
    lead = make_staff(
        world.session, "sri", Grant(role=Role.OFFICER, agency_code=sent.agency_code)
    ).id
    ask(world, sent, lead)
    assert work(world, office) == [DUTY[PARTNER]]


def test_the_same_mail_sent_again_says_that_it_is_the_same(
    world: World, office: PostOffice
) -> None:
    sent = world.report(ROAD)
    lead = person(world, "sri", sent.agency_code)
    person(world, "budi", PARTNER)
    ask(world, sent, lead)
    work(world, office)
    (mail,) = office.mails
    tell_of_part(ticket_id=str(world.ticket(sent).id), seq=2)
    work(world, office)
    assert [m["Message-ID"] for m in office.mails] == [mail["Message-ID"]] * 2


def test_the_reporter_is_told_what_a_part_brought_and_not_that_one_was_declined(
    world: World, office: PostOffice
) -> None:
    sent = world.confirmed(ROAD)
    lead, budi = person(world, "sri", sent.agency_code), person(world, "budi", PARTNER)
    work(world, office)
    ask(world, sent, lead)
    end(world, sent, budi, is_done=False)
    assert CONTACT.email not in work(world, office)
    ask(world, sent, lead)
    work(world, office)
    end(world, sent, budi, is_done=True)
    assert CONTACT.email in work(world, office)
    told = next(text_of(mail) for mail in office.mails[::-1] if mail["To"] == CONTACT.email)
    assert DONE in told
    assert world.city.agencies[PARTNER].name in told


def test_a_part_taken_back_is_told_without_a_way_in(world: World, office: PostOffice) -> None:
    sent = world.report(ROAD)
    lead = person(world, "sri", sent.agency_code)
    person(world, "budi", PARTNER)
    ask(world, sent, lead)
    work(world, office)
    joint.take_back(world.session, world.ticket(sent), PARTNER, act=act(world, sent, lead))
    assert work(world, office) == ["budi@kota.example"]
    assert "/petugas" not in text_of(office.mails[-1])


def test_what_became_confidential_before_the_mail_is_told_to_nobody(
    world: World, office: PostOffice
) -> None:
    sent = world.report(ROAD)
    lead = person(world, "sri", sent.agency_code)
    person(world, "budi", PARTNER)
    work(world, office)
    ask(world, sent, lead)
    dispatch()
    ticket = world.ticket(sent)
    raise_visibility(
        world.session,
        world.city,
        world.keys,
        world.storage,
        ticket,
        Visibility.CONFIDENTIAL,
        act=act(world, sent, lead),
    )
    assert PARTNER not in str(work(world, office))
    assert office.mails == []


def test_of_a_confidential_ticket_only_handlers_are_asked(world: World, office: PostOffice) -> None:
    sent = world.report(VIOLENCE)
    work(world, office)
    partner = next(
        code
        for code, agency in sorted(world.city.agencies.items())
        if code != sent.agency_code and has_handlers(world.city, code, ProtectionClass.VIOLENCE)
    )
    rini = person(world, "rini", sent.agency_code, Role.CONFIDENTIAL_HANDLER)
    person(world, "wati", partner, Role.CONFIDENTIAL_HANDLER)
    person(world, "budi", partner)
    ask(world, sent, rini, partner)
    assert work(world, office) == ["wati@kota.example"]
