"""Digests: whom, when, about what; and what they never say."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from citizenreport.cities.rules import Visibility
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.jobs.digests import send_digest, start_digests
from citizenreport.jobs.forgetting import forget
from citizenreport.messaging.models import Subscription
from citizenreport.messaging.push import PushUnavailable
from citizenreport.messaging.rules import Frequency, Wish
from citizenreport.messaging.service import ask_for_mails, confirm_subscription, subscribe_browser
from citizenreport.pipeline.release import TextRelease, release_report
from citizenreport.pipeline.submit import Submitted
from citizenreport.publication.rules import ReleaseState
from citizenreport.triage.states import Party, State
from tests.jobs.world import ROAD, VIOLENCE, World, queued_text
from tests.messaging.browsers import PushService, open_push_service
from tests.messaging.post_office import PostOffice, text_of

ADDRESS = "ani@warga.example"
MORNING_UTC = 23  # six in the morning in Magelang, the next day


@pytest.fixture
def service(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    with open_push_service(tmp_path) as service:
        monkeypatch.setitem(world.app.config, "PUSH", "web")
        monkeypatch.setitem(world.app.config, "OUTGOING_TEST_CA", service.authority.path)
        yield service


def wish(**changed: object) -> Wish:
    usual: dict[str, object] = {"area_code": None, "aspect": None, "language": "id"}
    return Wish(**({"frequency": Frequency.DAILY} | usual | changed))  # type: ignore[arg-type]


def subscriber(world: World, **changed: object) -> Subscription:
    row = ask_for_mails(world.session, world.keys, ADDRESS, wish(**changed), now=utcnow())
    confirm_subscription(world.session, row, now=utcnow())
    world.session.commit()
    return row


def released(world: World, category_code: str = ROAD, **draft: object) -> Submitted:
    sent = world.report(category_code, now=utcnow(), **draft)
    ticket = world.ticket(sent)
    public = TextRelease(state=ReleaseState.RELEASED, public_text="Lubang di jalan.")
    act = world.act(ticket, at=utcnow())
    release_report(world.session, world.city, ticket, public, act=act)
    world.session.commit()
    return sent


def tomorrow_at(world: World, hour: int) -> datetime:
    local = utcnow().astimezone(world.city.calendar.time_zone) + timedelta(days=1)
    return local.replace(hour=hour, minute=20)


def work_tomorrow(world: World, hour: int = 6) -> list[str]:
    start_digests(now=tomorrow_at(world, hour))
    world.session.expire_all()
    return world.work()


def test_a_day_is_told_the_next_morning_and_once(world: World, office: PostOffice) -> None:
    subscriber(world)
    sent = released(world)
    assert work_tomorrow(world, hour=5) == []
    assert work_tomorrow(world) == ["send_digest"]
    mail, body = office.only, text_of(office.only)
    assert mail["To"] == ADDRESS
    assert mail["Subject"] == "Laporan warga: seluruh kota"
    assert "1 laporan baru ditayangkan atau berubah." in body
    assert f"http://localhost/laporan/{sent.tracking_code}" in body
    assert mail["List-Unsubscribe"].startswith("<http://localhost/berhenti/")
    assert work_tomorrow(world, hour=7) == []


def test_a_day_on_which_nothing_happened_is_not_told(world: World, office: PostOffice) -> None:
    subscriber(world)
    assert work_tomorrow(world) == ["send_digest"]
    assert office.mails == []


def test_only_what_is_public_is_told(world: World, office: PostOffice) -> None:
    """The digest of a city with hidden reports is that of a city without, to the letter."""
    row = subscriber(world)
    known = released(world)
    days = {"first": known_day(world, known), "through": known_day(world, known)}
    send_digest(subscription_id=str(row.id), **days)
    before = without_links(text_of(office.only))
    world.report(VIOLENCE, now=utcnow())
    world.report(ROAD, now=utcnow())  # not released
    world.report(ROAD, now=utcnow(), wish=Visibility.CONFIDENTIAL)
    send_digest(subscription_id=str(row.id), **days)
    assert without_links(text_of(office.mails[-1])) == before


def known_day(world: World, sent: Submitted) -> str:
    query = text("SELECT changed_on::text FROM published_report WHERE tracking_code = :code")
    return str(world.session.scalar(query, {"code": sent.tracking_code}))


def without_links(body: str) -> str:
    return "\n".join(line.partition(" http")[0] for line in body.splitlines())


def test_an_area_and_an_aspect_leave_out_the_rest(world: World, office: PostOffice) -> None:
    sent = released(world)
    ticket = world.ticket(sent)
    other_area = next(a for a in world.city.areas if a != ticket.area_code)
    subscriber(world, area_code=other_area)
    subscriber(world, aspect="harmoni" if ticket.aspect != "harmoni" else "aman")
    assert work_tomorrow(world) == ["send_digest", "send_digest"]
    assert office.mails == []
    subscriber(world, area_code=ticket.area_code, aspect=ticket.aspect)
    work_tomorrow(world)
    assert sent.tracking_code in text_of(office.only)


def test_what_is_withdrawn_before_the_morning_is_not_told(world: World, office: PostOffice) -> None:
    subscriber(world)
    sent = released(world)
    world.move(sent, State.WITHDRAWN, by=Party.REPORTER)
    world.session.commit()
    work_tomorrow(world)
    assert office.mails == []


def test_a_long_digest_is_cut_and_counted(world: World, office: PostOffice) -> None:
    subscriber(world)
    for _ in range(22):
        released(world)
    work_tomorrow(world)
    body = text_of(office.only)
    assert "22 laporan" in body
    assert body.count("/laporan/") == 20


@pytest.mark.parametrize("language", ["en", "jv"])
def test_a_digest_speaks_the_readers_language(
    world: World, office: PostOffice, language: str
) -> None:
    subscriber(world, language=language)
    released(world)
    work_tomorrow(world)
    assert office.only["Content-Language"] == language
    name = world.city.categories[ROAD].names[language]
    assert name in text_of(office.only)
    assert "ditayangkan" not in text_of(office.only)


def test_who_did_not_confirm_or_has_ended_gets_none(world: World, office: PostOffice) -> None:
    ask_for_mails(world.session, world.keys, ADDRESS, wish(), now=utcnow())
    ended = subscriber(world, aspect="aman")
    ended.ended_at = utcnow()
    world.session.commit()
    released(world)
    assert work_tomorrow(world) == []


def test_the_same_digest_sent_again_has_the_same_message_id(
    world: World, office: PostOffice
) -> None:
    row = subscriber(world)
    day = known_day(world, released(world))
    for _ in range(2):
        send_digest(subscription_id=str(row.id), first=day, through=day)
    assert len({mail["Message-ID"] for mail in office.mails}) == 1


def test_a_browser_is_told_the_count(
    world: World, service: PushService, office: PostOffice
) -> None:
    browser = service.browser()
    with transaction() as session:
        subscribe_browser(session, world.keys, browser.address, wish(), now=utcnow())
    released(world)
    work_tomorrow(world)
    [asked] = service.server.asked
    notice = browser.read(asked)
    assert notice["title"] == "Laporan warga: seluruh kota"
    assert notice["body"] == "1 laporan baru ditayangkan atau berubah."
    assert notice["url"] == "http://localhost/laporan"
    assert office.mails == []


def test_a_browser_that_is_gone_is_forgotten_and_one_that_is_busy_is_not(
    world: World, service: PushService
) -> None:
    with transaction() as session:
        for name in ("a", "b"):
            address = service.browser(name).address
            subscribe_browser(session, world.keys, address, wish(), now=utcnow())
    day = known_day(world, released(world))
    first, second = subscriptions(world)
    service.says(503)
    with pytest.raises(PushUnavailable):
        send_digest(subscription_id=str(first), first=day, through=day)
    assert subscriptions(world) == [first, second]
    service.says(410)
    send_digest(subscription_id=str(first), first=day, through=day)
    assert subscriptions(world) == [second]


def subscriptions(world: World) -> list[UUID]:
    world.session.expire_all()
    return list(world.session.scalars(select(Subscription.id).order_by(Subscription.id)))


def test_what_nobody_confirmed_and_what_was_ended_is_forgotten_after_two_days(
    world: World, client: FlaskClient
) -> None:
    now = utcnow()
    kept = subscriber(world)
    ask_for_mails(world.session, world.keys, ADDRESS, wish(), now=now)
    ended = subscriber(world, aspect="aman")
    ended.ended_at = now
    world.session.commit()
    forget(now=now + timedelta(hours=47))
    assert len(subscriptions(world)) == 3
    forget(now=now + timedelta(hours=49))
    assert subscriptions(world) == [kept.id]


def test_no_address_is_readable_in_the_table_or_the_queue(world: World) -> None:
    subscriber(world)
    start_digests(now=tomorrow_at(world, 6))
    rows = world.session.execute(text("SELECT to_jsonb(s)::text FROM subscription s")).scalars()
    assert not any("ani" in row or "warga.example" in row for row in rows)
    assert "warga.example" not in queued_text(world.session)
