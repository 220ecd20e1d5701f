"""The first report's public fate reaches whose reports were joined with it, by mail and push.

And the split: a reporter learns that one code stands for several tickets.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from citizenreport.cities.rules import Visibility
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.intake.rules import Contact
from citizenreport.jobs.dispatch import dispatch
from citizenreport.jobs.joined import mail_joined, tell_joined
from citizenreport.messaging.service import watch
from citizenreport.pipeline.hand_over import merge
from citizenreport.pipeline.handle import raise_visibility
from citizenreport.pipeline.release import TextRelease, release_report
from citizenreport.pipeline.split import Piece, split
from citizenreport.pipeline.submit import Submitted
from citizenreport.publication.rules import ReleaseState
from citizenreport.triage.states import LABELS, State
from tests.jobs.world import CONTACT, ROAD, World
from tests.messaging.browsers import Browser, PushService, open_push_service
from tests.messaging.post_office import PostOffice, text_of

ANI = Contact(email="ani@warga.example")
REASON = "Alasan untuk pelapor pertama saja"
HELD = TextRelease(state=ReleaseState.HELD, public_text=None, public_landmark=None)


@pytest.fixture
def service(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    with open_push_service(tmp_path) as service:
        monkeypatch.setitem(world.app.config, "PUSH", "web")
        monkeypatch.setitem(world.app.config, "OUTGOING_TEST_CA", service.authority.path)
        yield service


def work(world: World) -> None:
    while world.work():
        pass


def joined(world: World, *, locale: str = "id") -> tuple[Submitted, Submitted]:
    """Return a first report, and one of Ani's that was joined with it; all mails have gone out."""
    first = world.report(ROAD, contact=CONTACT)
    second = world.confirm(world.report(ROAD, contact=ANI, locale=locale))
    ticket, parent = world.ticket(second), world.ticket(first)
    act = world.act(ticket)
    merge(world.session, world.city, world.keys, ticket, parent, act=act, reason="Sama.")
    work(world)
    return first, second


def release(world: World, sent: Submitted) -> None:
    ticket = world.ticket(sent)
    release_report(world.session, world.city, ticket, HELD, act=world.act(ticket))


def to_ani(office: PostOffice) -> list[str]:
    return [text_of(mail) for mail in office.mails if mail["To"] == ANI.email]


def test_each_public_step_of_the_first_report_is_mailed(world: World, office: PostOffice) -> None:
    first, second = joined(world)
    release(world, first)
    work(world)
    office.mails.clear()
    world.move(first, State.VERIFIED, reason=REASON)
    for state in (State.IN_PROGRESS, State.RESOLVED):
        world.move(first, state, reason=REASON)
        work(world)
        (told,) = to_ani(office)
        assert f"Keadaan laporan itu sekarang: {LABELS[state]}." in told
        assert second.tracking_code in told
        assert first.tracking_code in told
        assert REASON not in told, "that is for the first report's reporter"
        office.mails.clear()


def test_the_same_news_sent_again_says_that_it_is_the_same(
    world: World, office: PostOffice
) -> None:
    first, second = joined(world)
    release(world, first)
    world.move(first, State.VERIFIED, State.IN_PROGRESS)
    world.work()
    office.mails.clear()
    (ids,) = [ids for name, ids in world.jobs() if name == "mail_joined"]
    for _attempt in range(2):
        mail_joined(**ids)
    assert {mail["To"] for mail in office.mails} == {ANI.email}
    assert len({mail["Message-ID"] for mail in office.mails}) == 1
    assert second.tracking_code in office.mails[0]["Subject"]


def test_it_is_told_in_the_language_of_the_joined_report(world: World, office: PostOffice) -> None:
    first, _second = joined(world, locale="en")
    release(world, first)
    office.mails.clear()
    world.move(first, State.VERIFIED, State.IN_PROGRESS)
    work(world)
    (told,) = to_ani(office)
    assert told.startswith("Hello")


def test_what_is_not_released_is_not_told_and_the_release_tells_it(
    world: World, office: PostOffice
) -> None:
    first, _second = joined(world)
    office.mails.clear()
    world.move(first, State.VERIFIED, State.IN_PROGRESS)
    work(world)
    assert to_ani(office) == []
    release(world, first)
    work(world)
    assert len(to_ani(office)) == 1
    release(world, first)
    work(world)
    assert len(to_ani(office)) == 1, "a release that is changed is no news"


@pytest.mark.parametrize("is_dispatched", [False, True])
def test_a_first_report_that_became_confidential_is_told_to_nobody(
    world: World, office: PostOffice, service: PushService, is_dispatched: bool
) -> None:
    first, second = joined(world)
    watch_it(world, second, service)
    release(world, first)
    work(world)
    office.mails.clear()
    service.server.asked.clear()
    world.move(first, State.VERIFIED, State.IN_PROGRESS)
    if is_dispatched:
        dispatch()
    ticket = world.ticket(first)
    raise_visibility(
        world.session,
        world.city,
        world.keys,
        world.storage,
        ticket,
        Visibility.CONFIDENTIAL,
        act=world.act(ticket),
    )
    work(world)
    world.move(first, State.RESOLVED)
    work(world)
    assert to_ani(office) == []
    assert service.server.asked == []


def test_between_the_asking_and_the_writing_it_became_confidential(
    world: World, office: PostOffice
) -> None:
    first, _second = joined(world)
    release(world, first)
    world.move(first, State.VERIFIED, State.IN_PROGRESS)
    dispatch()
    ticket = world.ticket(first)
    seq = next(ids["seq"] for name, ids in world.jobs() if name == "tell_joined")
    world.work()
    waiting = [(name, ids) for name, ids in world.jobs() if name == "mail_joined"]
    assert waiting, "the mails are asked for"
    office.mails.clear()
    raise_visibility(
        world.session,
        world.city,
        world.keys,
        world.storage,
        ticket,
        Visibility.CONFIDENTIAL,
        act=world.act(ticket),
    )
    tell_joined(ticket_id=str(ticket.id), seq=seq)
    work(world)
    assert to_ani(office) == []


def test_a_browser_that_watches_the_joined_report_is_told_the_state(
    world: World, service: PushService
) -> None:
    first, second = joined(world)
    browser = watch_it(world, second, service)
    release(world, first)
    world.move(first, State.VERIFIED, State.IN_PROGRESS)
    work(world)
    notice = browser.read(service.server.asked[-1])
    assert second.tracking_code in notice["body"]
    assert notice["body"].endswith("ditindaklanjuti")
    assert first.tracking_code not in str(notice)


def watch_it(world: World, sent: Submitted, service: PushService) -> Browser:
    browser = service.browser("ani")
    with transaction() as session:
        report_id, address, now = sent.report_id, browser.address, utcnow()
        watch(session, world.keys, report_id, address, language="id", now=now)
    return browser


def test_a_split_is_told_with_the_parts_and_the_one_code(world: World, office: PostOffice) -> None:
    sent = world.confirmed(ROAD)
    work(world)
    office.mails.clear()
    ticket = world.ticket(sent)
    piece = Piece(category_code="N06", area_code=None, text="Sampah di dalamnya.")
    other = split(world.session, world.city, world.keys, ticket, piece, act=world.act(ticket))
    work(world)
    told = next(text_of(mail) for mail in office.mails if mail["To"] == CONTACT.email)
    assert f"1. {world.city.categories[ROAD].names['id']}: " in told
    assert f"2. {world.city.categories['N06'].names['id']}: " in told
    assert world.city.agencies[other.agency_code].name in told
    assert f"Kodenya tetap satu: dengan {sent.tracking_code}" in told
    assert "Sampah di dalamnya." not in told
