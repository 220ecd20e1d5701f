"""Webhooks on the page: who makes them, that a secret is shown once, and what the log says."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from standardwebhooks import Webhook as Verifier
from werkzeug.test import TestResponse

from citizenreport.core.clock import utcnow
from citizenreport.identity.models import StaffSession
from citizenreport.identity.rules import Grant
from citizenreport.jobs.webhooks import deliver_webhook
from citizenreport.ledger.models import Event
from citizenreport.partners.webhooks.models import Webhook, WebhookDelivery, WebhookSecret
from citizenreport.partners.webhooks.rules import Kind
from tests.doors.console.conftest import SENT_AT, Desk, Visitor
from tests.doors.console.people import ADMIN, ANALYST, DESK, ROADS
from tests.identity.factories import PASSWORD
from tests.tls import TlsServer, make_authority, say, tls_server

PAGE = "/petugas/webhook"
SHOWN = re.compile(r'id="rahasia">(whsec_[\w+/=]+)<')


@pytest.fixture
def receiver(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TlsServer]:
    authority = make_authority(tmp_path)
    monkeypatch.setitem(desk.app.config, "OUTGOING_TEST_CA", authority.path)
    with tls_server(authority.server_pem()) as server:
        yield server


def proved(visitor: Visitor) -> Visitor:
    assert visitor.send("/petugas/akun/pastikan", page=PAGE, current=PASSWORD).status_code == 303
    return visitor


def made(visitor: Visitor, url: str, **fields: str) -> TestResponse:
    usual = {"description": "Peta warga", "kind": Kind.PUBLISHED.value}
    return visitor.send(PAGE, page=PAGE, url=url, **(usual | fields))


def one(session: Session) -> Webhook:
    session.expire_all()
    return session.scalars(select(Webhook)).one()


def deliveries(session: Session) -> list[WebhookDelivery]:
    session.expire_all()
    return list(session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))


def test_a_secret_is_shown_once_and_a_message_signed_with_it_arrives(
    desk: Desk, receiver: TlsServer, session: Session
) -> None:
    admin = proved(desk.person(ADMIN))
    shown = made(admin, f"{receiver.url}/kabar")
    secret = SHOWN.search(shown.text)
    assert secret is not None
    assert shown.headers["Cache-Control"] == "no-store"
    hook = one(session)
    here = f"{PAGE}/{hook.id}"
    assert secret[1] not in admin.get(here).text + admin.get(PAGE).text
    sealed = session.scalars(select(WebhookSecret.secret_sealed)).one()
    assert secret[1].encode() not in bytes(sealed)
    assert admin.send(f"{here}/uji", page=here).status_code == 303
    [row] = deliveries(session)
    deliver_webhook(delivery_id=str(row.id))
    [asked] = receiver.asked
    assert Verifier(secret[1]).verify(asked.body, dict(asked.headers))["type"] == "webhook.ping"
    log = admin.get(here).text
    assert "Pesan uji" in log
    assert "terkirim" in log
    assert row.message_id in log


def test_the_log_tells_what_failed_and_everything_is_sent_again(
    desk: Desk, receiver: TlsServer, session: Session
) -> None:
    admin = proved(desk.person(DESK))
    made(admin, receiver.url)
    here = f"{PAGE}/{one(session).id}"
    admin.send(f"{here}/uji", page=here)
    receiver.answer = lambda handler: say(handler, 503)
    [row] = deliveries(session)
    deliver_webhook(delivery_id=str(row.id))
    log = admin.get(here).text
    assert "jawaban terakhir: 503" in log
    assert "dicoba lagi" in log
    receiver.answer = lambda handler: say(handler, 200)
    assert admin.send(f"{here}/kiriman/{row.id}", page=here).status_code == 303
    deliver_webhook(delivery_id=str(row.id))
    assert "jawaban terakhir: 200" in admin.get(here).text
    since = (utcnow() - timedelta(hours=1)).isoformat(timespec="minutes")
    assert admin.send(f"{here}/ulang", page=here, since=since).status_code == 303
    assert [one.state for one in deliveries(session)] == ["waiting"]
    assert admin.send(f"{here}/ulang", page=here, since="kemarin").status_code == 422
    ahead = (utcnow() + timedelta(days=1)).isoformat(timespec="minutes")
    deliver_webhook(delivery_id=str(row.id))
    admin.send(f"{here}/ulang", page=here, since=ahead)
    assert [one.state for one in deliveries(session)] == ["delivered"]


def test_it_pauses_goes_on_changes_its_secret_and_ends_and_the_ledger_knows(
    desk: Desk, receiver: TlsServer, session: Session
) -> None:
    admin = proved(desk.person(ADMIN))
    first = SHOWN.search(made(admin, receiver.url).text)
    hook_id = one(session).id
    here = f"{PAGE}/{hook_id}"
    admin.send(f"{here}/jeda", page=here)
    admin.send(f"{here}/jeda", page=here)
    assert "dijeda" in admin.get(here).text
    admin.send(f"{here}/lanjut", page=here)
    assert one(session).state == "on"
    second = SHOWN.search(admin.send(f"{here}/rahasia", page=here).text)
    assert first is not None
    assert second is not None
    assert first[1] != second[1]
    assert "Rahasia yang lama" in admin.get(here).text
    assert admin.send(f"{here}/rahasia", page=here).status_code == 409
    assert admin.send(f"{here}/hapus", page=here).status_code == 303
    assert session.scalars(select(WebhookSecret)).all() == []
    assert admin.get(here).status_code == 404
    assert admin.send(f"{here}/hapus", page=PAGE).status_code == 404
    events = session.scalars(select(Event).where(Event.stream_id == hook_id).order_by(Event.seq))
    assert [event.type for event in events] == [
        "webhook_made",
        "webhook_paused",
        "webhook_on",
        "webhook_secret_changed",
        "webhook_removed",
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"url": "http://127.0.0.1/kabar"},
        {"url": "https://sandi:rahasia@127.0.0.1/kabar"},
        {"url": "https://10.0.0.1/kabar"},
        {"url": "https://[::ffff:10.0.0.1]/kabar"},
        {"url": "https://169.254.169.254/latest/meta-data"},
        {"url": "kabar"},
        {"url": ""},
        {"description": " "},
        {"kind": "report.everything"},
        {"kind": ""},
    ],
)
def test_what_cannot_be_told_is_refused_and_kept(
    desk: Desk, receiver: TlsServer, session: Session, fields: dict[str, str]
) -> None:
    given = dict(fields)
    url = given.pop("url", receiver.url)
    reply = made(proved(desk.person(ADMIN)), url, **given)
    assert reply.status_code == 422
    assert session.scalars(select(Webhook)).all() == []
    assert receiver.asked == []
    if "description" not in fields:
        assert 'value="Peta warga"' in reply.text


def test_it_is_made_only_after_a_fresh_proof(
    desk: Desk, receiver: TlsServer, session: Session
) -> None:
    admin = desk.person(ADMIN)
    session.execute(update(StaffSession).values(proved_at=SENT_AT))
    session.commit()
    asked = made(admin, receiver.url)
    assert asked.headers["Location"].startswith("/petugas/akun/pastikan?")
    assert session.scalars(select(Webhook)).all() == []


@pytest.mark.parametrize("grant", [ROADS, ANALYST], ids=lambda grant: grant.role.value)
def test_others_see_none(desk: Desk, grant: Grant) -> None:
    assert desk.person(grant).get(PAGE).status_code == 403
