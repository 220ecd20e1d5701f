"""News of a report on the phone that asked for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from citizenreport.cities.rules import Visibility
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.jobs.pushes import push_news
from citizenreport.messaging.models import PushWatch
from citizenreport.messaging.push import PushUnavailable
from citizenreport.messaging.rules import WATCHES_MAX, TooManyWatches
from citizenreport.messaging.service import watch
from citizenreport.pipeline.handle import raise_visibility
from citizenreport.pipeline.submit import Submitted
from citizenreport.triage.states import Party, State
from tests.jobs.world import ROAD, World
from tests.messaging.browsers import Browser, PushService, open_push_service


@pytest.fixture
def service(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    with open_push_service(tmp_path) as service:
        monkeypatch.setitem(world.app.config, "PUSH", "web")
        monkeypatch.setitem(world.app.config, "OUTGOING_TEST_CA", service.authority.path)
        yield service


def watched(world: World, *browsers: Browser, language: str = "id") -> Submitted:
    sent = world.report(ROAD)
    world.work()
    with transaction() as session:
        for browser in browsers:
            watch(
                session,
                world.keys,
                sent.report_id,
                browser.address,
                language=language,
                now=utcnow(),
            )
    return sent


def watches(world: World) -> int:
    world.session.expire_all()
    return world.session.scalar(select(func.count()).select_from(PushWatch)) or 0


def work(world: World) -> None:
    while world.work():
        pass


def test_each_browser_is_told_the_code_and_the_step_and_no_more(
    world: World, service: PushService
) -> None:
    browsers = (service.browser("a"), service.browser("b"))
    sent = watched(world, *browsers)
    world.move(sent, State.VERIFIED)
    work(world)
    told = {asked.path: asked for asked in service.server.asked}
    assert set(told) == {"/push/a", "/push/b"}
    notice = browsers[0].read(told["/push/a"])
    assert notice["title"] == "Ada kabar untuk Anda"
    assert notice["body"] == f"Laporan {sent.tracking_code}: terverifikasi"
    assert notice["url"].startswith("http://localhost/buka/")
    category, agency = world.city.categories[ROAD], world.city.agencies[sent.agency_code]
    for word in (*category.names.values(), agency.name, "Lubang", sent.secret):
        assert word not in str(notice)


def test_a_reply_is_told_without_its_words_in_the_browsers_language(
    world: World, service: PushService
) -> None:
    browser = service.browser()
    sent = watched(world, browser, language="jv")
    world.reply(sent, "Petugas datang besok")
    work(world)
    notice = browser.read(service.server.asked[0])
    assert notice["body"] == f"Laporan {sent.tracking_code}: ana wangsulan"
    assert notice["language"] == "jv"


def test_what_was_made_confidential_is_pushed_to_nobody_and_forgotten(
    world: World, service: PushService
) -> None:
    sent = watched(world, service.browser())
    ticket = world.ticket(sent)
    world.move(sent, State.VERIFIED)
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
    assert service.server.asked == []
    assert watches(world) == 0


def test_a_browser_that_is_gone_is_forgotten_and_stops_no_other(
    world: World, service: PushService
) -> None:
    gone, there = service.browser("gone"), service.browser("there")
    sent = watched(world, gone, there)
    service.says(410)
    world.reply(sent, "Satu")
    work(world)
    assert watches(world) == 0
    assert {asked.path for asked in service.server.asked} == {"/push/gone", "/push/there"}


def test_an_address_that_leads_into_a_house_is_asked_nothing_and_forgotten(
    world: World, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(world.app.config, "OUTGOING_TEST_CA", None)
    sent = watched(world, service.browser())
    world.reply(sent, "Satu")
    work(world)
    assert service.server.asked == []
    assert watches(world) == 0


def test_what_the_reporter_did_is_not_pushed_to_the_reporter(
    world: World, service: PushService
) -> None:
    sent = watched(world, service.browser())
    world.move(sent, State.VERIFIED, State.IN_PROGRESS, State.RESOLVED)
    work(world)
    before = len(service.server.asked)
    world.move(sent, State.CLOSED, by=Party.REPORTER)
    work(world)
    assert len(service.server.asked) == before == 3


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_push_service_is_tried_again(
    world: World, service: PushService, status: int
) -> None:
    sent = watched(world, service.browser())
    service.says(status)
    row = world.session.scalars(select(PushWatch)).one()
    ids = {"watch_id": str(row.id), "ticket_id": str(world.ticket(sent).id), "seq": 1}
    world.reply(sent, "Satu")
    with pytest.raises(PushUnavailable):
        push_news(**(ids | {"seq": 2}))
    assert watches(world) == 1
    service.says(201)
    push_news(**(ids | {"seq": 2}))
    assert len(service.server.asked) == 2


def test_asked_twice_a_browser_is_told_once(world: World, service: PushService) -> None:
    browser = service.browser()
    sent = watched(world, browser, browser)
    world.reply(sent, "Satu")
    work(world)
    assert len(service.server.asked) == 1


def test_ten_browsers_are_enough_for_one_report(world: World, service: PushService) -> None:
    browsers = [service.browser(str(number)) for number in range(WATCHES_MAX + 1)]
    sent = watched(world, *browsers[:WATCHES_MAX])
    address, now = browsers[-1].address, utcnow()
    with transaction() as session, pytest.raises(TooManyWatches, match="10"):
        watch(session, world.keys, sent.report_id, address, language="id", now=now)
    assert watches(world) == WATCHES_MAX
