"""Messages to systems that asked for them, received by a real server and verified by the library."""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from citizenreport.cities.rules import Visibility
from citizenreport.core.clock import utcnow
from citizenreport.intake.rules import Contact
from citizenreport.jobs.dispatch import dispatch
from citizenreport.jobs.forgetting import forget
from citizenreport.jobs.webhooks import deliver_webhook, start_webhooks
from citizenreport.ledger.rules import NewEvent, StreamKind
from citizenreport.ledger.service import append
from citizenreport.partners.webhooks import service
from citizenreport.partners.webhooks.models import Webhook, WebhookDelivery, WebhookSecret
from citizenreport.partners.webhooks.rules import (
    GRACE,
    KEPT,
    WAITS,
    DeliveryState,
    HookState,
    Kind,
    RotationRunning,
    WebhookNotFound,
    WebhookSetAside,
)
from citizenreport.pipeline.handle import raise_visibility
from citizenreport.pipeline.release import TextRelease, release_report
from citizenreport.pipeline.submit import Submitted
from citizenreport.publication.rules import ReleaseState
from citizenreport.triage.states import State
from tests.jobs.world import CONTACT, ROAD, VIOLENCE, World
from tests.tls import Asked, TlsServer, make_authority, say, tls_server


@pytest.fixture
def receiver(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TlsServer]:
    authority = make_authority(tmp_path)
    monkeypatch.setitem(world.app.config, "OUTGOING_TEST_CA", authority.path)
    with tls_server(authority.server_pem()) as server:
        yield server


def hooked(world: World, receiver: TlsServer, *kinds: Kind) -> tuple[Webhook, str]:
    return service.make(
        world.session,
        world.keys,
        url=f"{receiver.url}/kabar",
        description="Peta warga",
        kinds=[kind.value for kind in kinds or tuple(Kind)],
        now=utcnow(),
        by=None,
    )


def released(world: World, contact: Contact | None = None) -> Submitted:
    sent = world.report(ROAD, contact=contact or Contact())
    put_out(world, sent)
    return sent


def put_out(world: World, sent: Submitted) -> None:
    ticket = world.ticket(sent)
    text = TextRelease(state=ReleaseState.RELEASED, public_text="Lubang di jalan.")
    release_report(world.session, world.city, ticket, text, act=world.act(ticket))


def told(receiver: TlsServer, secret: str) -> list[tuple[str, str]]:
    """Return kind and subject of what arrived, in the order of sending, each verified."""
    messages = [verified(asked, secret) for asked in receiver.asked]
    return [(one["type"], one["data"]["id"]) for one in messages]


def verified(asked: Asked, secret: str) -> dict[str, Any]:
    message: dict[str, Any] = Verifier(secret).verify(asked.body, dict(asked.headers))
    return message


def deliveries(world: World) -> list[WebhookDelivery]:
    world.session.expire_all()
    return list(world.session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))


def attempt(world: World, row: WebhookDelivery, at: datetime) -> None:
    with suppress(WebhookSetAside):
        deliver_webhook(delivery_id=str(row.id), now=at)


def test_what_happens_in_public_is_told_signed_and_thin(world: World, receiver: TlsServer) -> None:
    hook, secret = hooked(world, receiver)
    sent = released(world, contact=CONTACT)
    world.move(sent, State.VERIFIED, State.IN_PROGRESS)
    world.reply(sent, "Petugas datang besok")
    world.move(sent, State.RESOLVED)
    world.work()
    code = sent.tracking_code
    assert told(receiver, secret) == [
        ("report.published", code),
        ("report.status_changed", code),
        ("report.status_changed", code),
        ("report.update_published", code),
        ("report.closed", code),
    ]
    first = json.loads(receiver.asked[0].body)
    assert set(first) == {"type", "timestamp", "data"}
    assert first["data"] == {"id": code, "link": f"http://localhost/laporan/{code}"}
    ids = [asked.headers["webhook-id"] for asked in receiver.asked]
    assert len(set(ids)) == len(ids)
    assert {row.state for row in deliveries(world)} == {DeliveryState.DELIVERED.value}
    assert hook.state == HookState.ON.value


def test_closing_is_told_by_name_and_only_who_asked_for_a_kind_hears_it(
    world: World, receiver: TlsServer
) -> None:
    _, secret = hooked(world, receiver, Kind.CLOSED)
    sent = released(world)
    world.move(sent, State.ARCHIVED)
    world.work()
    assert told(receiver, secret) == [("report.closed", sent.tracking_code)]


def test_a_release_of_the_numbers_is_told(world: World, receiver: TlsServer) -> None:
    _, secret = hooked(world, receiver, Kind.INDICATORS)
    for type_ in ("snapshot_prepared", "snapshot_published"):
        event = NewEvent(
            type=type_, payload={"number": 7}, recorded_at=utcnow(), occurred_at=utcnow()
        )
        append(world.session, StreamKind.SNAPSHOT, uuid4(), event)
    world.work()
    assert told(receiver, secret) == [("indicators.released", "7")]
    link = json.loads(receiver.asked[0].body)["data"]["link"]
    assert link == "http://localhost/indikator/rilis/7"


def test_what_is_not_public_is_told_to_nobody(world: World, receiver: TlsServer) -> None:
    hooked(world, receiver)
    secret_report = world.report(VIOLENCE, contact=CONTACT)
    world.move(secret_report, State.VERIFIED)
    world.reply(secret_report, "Kami hubungi Anda")
    held = world.report(ROAD)
    world.move(held, State.VERIFIED)
    world.work()
    assert deliveries(world) == []
    put_out(world, held)
    world.work()
    [row] = deliveries(world)
    assert (row.kind, row.subject) == (Kind.PUBLISHED.value, held.tracking_code)
    assert len(receiver.asked) == 1


def test_a_report_raised_before_it_is_told_is_not_told(world: World, receiver: TlsServer) -> None:
    hooked(world, receiver)
    sent = released(world)
    dispatch()
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
    assert receiver.asked == []
    assert [row.state for row in deliveries(world)] == [DeliveryState.DROPPED.value]


def test_an_event_is_told_once_however_often_it_is_turned_into_work(
    world: World, receiver: TlsServer
) -> None:
    hooked(world, receiver)
    released(world)
    dispatch()
    [row] = deliveries(world)
    for _ in range(3):
        attempt(world, row, utcnow())
    start_webhooks()
    world.work()
    assert len(receiver.asked) == 1


@pytest.mark.parametrize("status", [301, 400, 404, 429, 500])
def test_what_is_not_taken_is_tried_again_under_the_same_id(
    world: World, receiver: TlsServer, status: int
) -> None:
    _, secret = hooked(world, receiver, Kind.PUBLISHED)
    released(world)
    receiver.answer = lambda handler: say(handler, status, Location="https://127.0.0.1/else")
    world.work()
    [row] = deliveries(world)
    assert (row.state, row.attempts, row.last_status) == ("waiting", 1, status)
    assert row.last_at is not None
    assert row.next_at == row.last_at + WAITS[0]
    attempt(world, row, row.last_at)
    assert len(receiver.asked) == 1, "not before its time"
    receiver.answer = lambda handler: say(handler, 204)
    attempt(world, row, row.next_at)
    first, second = receiver.asked
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert verified(second, secret)["type"] == "report.published"
    [row] = deliveries(world)
    assert (row.state, row.attempts, row.last_status) == ("delivered", 2, 204)


def test_a_receiver_that_is_down_for_a_day_gets_everything(
    world: World, receiver: TlsServer
) -> None:
    hook, _ = hooked(world, receiver, Kind.PUBLISHED)
    hook.url = "https://127.0.0.1:9/kabar"
    codes = {released(world).tracking_code for _ in range(3)}
    world.work()
    begun, at = utcnow(), utcnow()
    while at < begun + timedelta(days=1):
        for row in deliveries(world):
            attempt(world, row, at)
        at = min(row.next_at for row in deliveries(world))
    assert {row.last_fault for row in deliveries(world)} == {"not-reached"}
    hook.url = f"{receiver.url}/kabar"
    world.session.flush()
    for row in deliveries(world):
        attempt(world, row, row.next_at)
    assert {row.state for row in deliveries(world)} == {"delivered"}
    ids = {asked.headers["webhook-id"] for asked in receiver.asked}
    assert len(ids) == len(receiver.asked) == 3
    assert {json.loads(asked.body)["data"]["id"] for asked in receiver.asked} == codes
    assert hook.state == HookState.ON.value
    with pytest.raises(WebhookVerificationError):
        verified(receiver.asked[0], "whsec_" + "A" * 43 + "=")


def test_after_the_last_attempt_it_is_set_aside_and_the_webhook_pauses_with_a_note(
    world: World, receiver: TlsServer
) -> None:
    hook, _ = hooked(world, receiver, Kind.PUBLISHED)
    released(world)
    receiver.answer = lambda handler: say(handler, 500)
    dispatch()
    [row] = deliveries(world)
    for _ in WAITS:
        attempt(world, row, row.next_at)
        [row] = deliveries(world)
        assert row.state == "waiting"
    with pytest.raises(WebhookSetAside):
        deliver_webhook(delivery_id=str(row.id), now=row.next_at)
    [row] = deliveries(world)
    assert (row.state, row.attempts) == ("set_aside", len(WAITS) + 1)
    world.session.refresh(hook)
    assert (hook.state, hook.note) == ("paused", "unreachable")
    released(world)
    world.work()
    assert len(receiver.asked) == len(WAITS) + 1, "paused: nothing is sent"
    receiver.answer = lambda handler: say(handler, 204)
    service.switch(world.session, hook, HookState.ON)
    service.send_again_since(world.session, hook, row.made_at, now=utcnow())
    start_webhooks()
    world.work()
    assert {one.state for one in deliveries(world)} == {"delivered"}
    assert len(receiver.asked) == len(WAITS) + 3


def test_one_that_says_it_is_gone_is_paused_at_once(world: World, receiver: TlsServer) -> None:
    hook, _ = hooked(world, receiver, Kind.PUBLISHED)
    receiver.answer = lambda handler: say(handler, 410)
    released(world)
    world.work()
    world.session.refresh(hook)
    assert (hook.state, hook.note) == ("paused", "gone")
    [row] = deliveries(world)
    assert (row.state, row.last_status) == ("waiting", 410)


def test_an_address_inside_is_asked_nothing_at_any_attempt(
    world: World, receiver: TlsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(world.app.config, "OUTGOING_TEST_CA", None)
    hooked(world, receiver, Kind.PUBLISHED)
    released(world)
    world.work()
    [row] = deliveries(world)
    attempt(world, row, row.next_at)
    [row] = deliveries(world)
    assert (row.attempts, row.last_fault, row.last_status) == (2, "address-not-allowed", None)
    assert receiver.asked == []


def test_killed_while_sending_it_is_sent_again_under_the_same_id(
    world: World, receiver: TlsServer
) -> None:
    hooked(world, receiver, Kind.PUBLISHED)
    released(world)
    dispatch()
    [row] = deliveries(world)

    now = utcnow()
    claimed = service.claim(world.session, world.keys, row.id, now=now)
    assert claimed is not None, "the job was killed after this"
    assert service.claim(world.session, world.keys, row.id, now=now) is None
    start_webhooks(now=now + timedelta(minutes=4))
    assert [ids for name, ids in world.jobs() if name == "deliver_webhook"] == [
        {"delivery_id": str(row.id)}
    ], "only that of the dispatcher"
    attempt(world, row, now + timedelta(minutes=5))
    [asked] = receiver.asked
    assert asked.headers["webhook-id"] == claimed.message_id


def test_both_secrets_are_good_during_a_rotation_and_the_old_one_ends(
    world: World, receiver: TlsServer
) -> None:
    hook, old = hooked(world, receiver, Kind.PUBLISHED)
    new = service.rotate(world.session, world.keys, hook, now=utcnow())
    with pytest.raises(RotationRunning):
        service.rotate(world.session, world.keys, hook, now=utcnow())
    released(world)
    world.work()
    [asked] = receiver.asked
    assert verified(asked, old) == verified(asked, new)
    over = update(WebhookSecret).where(WebhookSecret.ends_at.is_not(None))
    world.session.execute(over.values(ends_at=utcnow() - GRACE))
    released(world)
    world.work()
    last = receiver.asked[-1]
    assert verified(last, new)
    with pytest.raises(WebhookVerificationError):
        verified(last, old)


def test_a_message_is_sent_again_when_somebody_asks(world: World, receiver: TlsServer) -> None:
    hook, _ = hooked(world, receiver, Kind.PUBLISHED)
    released(world)
    world.work()
    [row] = deliveries(world)
    service.send_again(world.session, hook, row.id, now=utcnow())
    start_webhooks()
    world.work()
    first, second = receiver.asked
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    with pytest.raises(WebhookNotFound):
        service.send_again(world.session, hook, uuid4(), now=utcnow())


def test_the_log_is_forgotten_after_its_days(world: World, receiver: TlsServer) -> None:
    hooked(world, receiver, Kind.PUBLISHED)
    released(world)
    world.work()
    [row] = deliveries(world)
    forget(now=row.made_at + KEPT)
    assert len(deliveries(world)) == 1
    forget(now=row.made_at + KEPT + timedelta(seconds=1))
    assert deliveries(world) == []


def test_two_worlds_tell_the_same(world: World, receiver: TlsServer) -> None:
    """What a receiver gets does not depend on confidential reports."""
    _, secret = hooked(world, receiver)

    def story(*, with_others: bool) -> list[str]:
        receiver.asked.clear()
        sent = released(world)
        if with_others:
            for _ in range(3):
                other = world.report(VIOLENCE, contact=CONTACT)
                world.move(other, State.VERIFIED)
                world.reply(other, "Kami hubungi Anda")
        world.move(sent, State.VERIFIED)
        world.work()
        return [
            json.dumps(verified(asked, secret)["data"]).replace(sent.tracking_code, "CODE")
            for asked in receiver.asked
        ]

    assert story(with_others=False) == story(with_others=True)


def test_a_job_knows_ids_only(world: World, receiver: TlsServer) -> None:
    hooked(world, receiver)
    released(world)
    dispatch()
    [ids] = [ids for name, ids in world.jobs() if name == "deliver_webhook"]
    assert set(ids) == {"delivery_id"}
    UUID(ids["delivery_id"])
