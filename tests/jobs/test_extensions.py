"""Mails about an extension: to who decides, to who asked, and to the reporter."""

from uuid import UUID

from citizenreport.cities.rules import ProtectionClass
from citizenreport.core.clock import utcnow
from citizenreport.identity.rules import Grant, Role
from citizenreport.messaging.staff import set_mail
from citizenreport.pipeline.handle import sealing_key
from citizenreport.pipeline.submit import Submitted
from citizenreport.triage.rules import Act
from citizenreport.triage.states import Party
from citizenreport.triage.work import ask_extension, decide_extension
from tests.identity.factories import make_staff
from tests.jobs.world import CONTACT, NOON, ROAD, VIOLENCE, World
from tests.messaging.post_office import PostOffice, text_of

REASON = "Aspal baru datang pekan depan"


def person(world: World, name: str, role: Role, agency: str) -> UUID:
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


def ask(world: World, sent: Submitted, by: UUID) -> None:
    ticket = world.ticket(sent)
    key = sealing_key(world.session, world.keys, ticket)
    ask_extension(world.session, ticket, 3, reason=REASON, act=act(world, sent, by), data_key=key)


def decide(world: World, sent: Submitted, by: UUID, *, is_granted: bool) -> None:
    ticket = world.ticket(sent)
    given = act(world, sent, by)
    decide_extension(world.session, world.city, ticket, is_granted=is_granted, act=given)


def test_the_lead_is_told_of_the_wish_then_asker_and_reporter_of_the_yes(
    world: World, office: PostOffice
) -> None:
    sent = world.confirmed(ROAD)
    here = sent.agency_code
    sri = person(world, "sri", Role.OFFICER, here)
    ratna = person(world, "ratna", Role.AGENCY_LEAD, here)
    person(world, "tono", Role.AGENCY_LEAD, "SATPOLPP")
    work(world, office)
    ask(world, sent, sri)
    assert work(world, office) == ["ratna@kota.example"]
    assert sent.tracking_code in text_of(office.mails[-1])
    assert REASON not in text_of(office.mails[-1])
    decide(world, sent, ratna, is_granted=True)
    assert work(world, office) == sorted(["sri@kota.example", str(CONTACT.email)])
    told = next(mail for mail in office.mails[::-1] if mail["To"] == CONTACT.email)
    assert REASON in text_of(told)


def test_a_no_is_told_to_who_asked_alone(world: World, office: PostOffice) -> None:
    sent = world.confirmed(ROAD)
    sri = person(world, "sri", Role.OFFICER, sent.agency_code)
    ratna = person(world, "ratna", Role.AGENCY_LEAD, sent.agency_code)
    ask(world, sent, sri)
    work(world, office)
    decide(world, sent, ratna, is_granted=False)
    assert work(world, office) == ["sri@kota.example"]


def test_of_a_confidential_ticket_only_handlers_are_told_and_no_reason(
    world: World, office: PostOffice
) -> None:
    sent = world.confirmed(VIOLENCE)
    lead = sent.agency_code
    rini = person(world, "rini", Role.CONFIDENTIAL_HANDLER, lead)
    person(world, "wulan", Role.CONFIDENTIAL_HANDLER, lead)
    person(world, "ratna", Role.AGENCY_LEAD, lead)
    world.reply(sent, "Kami dampingi.")
    work(world, office)
    ask(world, sent, rini)
    assert work(world, office) == ["wulan@kota.example"]
    assert REASON not in text_of(office.mails[-1])
