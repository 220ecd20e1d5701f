"""Every public route is counted; what residents look up and do, each by its own number."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from citizenreport.web.guards import PUBLIC, guard_of
from citizenreport.web.limits import COUNTED_AS, NEVER_REFUSED
from tests.doors.limits.conftest import FromNetwork
from tests.scenes import Scene

COUNT_BY_THEMSELVES = {
    *("report.send", "reports.create", "georeport_sending.create", "georeport_updates.create"),
    # Carriers post for thousands from one address; what they did not sign is counted.
    *("channels.take_telegram", "channels.take_whatsapp", "channels.take_sms"),
}


def token_of(client: FlaskClient) -> str:
    return client.get("/lacak").text.split('name="csrf_token" value="')[1].split('"')[0]


def post(client: FlaskClient, path: str, **fields: str) -> int:
    return client.post(path, data={"csrf_token": token_of(client)} | fields).status_code


def test_no_public_route_goes_uncounted(app: Flask, session: Session) -> None:
    public = {name for name, view in app.view_functions.items() if guard_of(view) == PUBLIC}
    uncounted = {
        name for name in public if getattr(app.view_functions[name], COUNTED_AS, "usual") is None
    }
    assert uncounted == COUNT_BY_THEMSELVES
    assert len(public - NEVER_REFUSED) > 20


def test_lookups_of_what_is_near_have_their_own_limit(from_network: FromNetwork) -> None:
    client = from_network("lookup=2/hour, read=1000/minute")
    assert [client.get("/dekat.json").status_code for _ in range(3)] == [200, 200, 429]
    assert client.get("/laporan").status_code == 200


def test_so_do_lookups_of_what_is_similar(from_network: FromNetwork) -> None:
    client = from_network("lookup=2/hour, act=1000/hour")
    place = {"category_code": "A04", "lat": "-7.478474", "lon": "110.22199"}
    assert [post(client, "/lapor/serupa", **place) for _ in range(3)] == [200, 200, 429]


def test_guessing_at_a_carriers_secret_is_refused_after_a_while(
    app: Flask, from_network: FromNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TELEGRAM_TOKEN", "TELEGRAM_SECRET"):
        monkeypatch.setitem(app.config, name, "rahasia")
    client = from_network("act=2/hour")
    wrong = {"X-Telegram-Bot-Api-Secret-Token": "lain"}
    posted = [client.post("/kanal/telegram", json={}, headers=wrong) for _ in range(3)]
    assert [answer.status_code for answer in posted] == [403, 403, 429]
    right = {"X-Telegram-Bot-Api-Secret-Token": "rahasia"}
    assert client.post("/kanal/telegram", json={}, headers=right).status_code == 200


def test_joining_has_one_too(from_network: FromNetwork, scene: Scene) -> None:
    code = scene.released("A04").tracking_code
    client = from_network("join=2/hour, act=1000/hour")
    assert [post(client, f"/laporan/{code}/ikut") for _ in range(3)] == [303, 303, 429]


def test_joining_what_is_not_there_counts_as_a_guess(from_network: FromNetwork) -> None:
    client = from_network("guess=2/10minutes, join=1000/hour")
    statuses = [post(client, "/laporan/ZZZZZZZZZZ/ikut") for _ in range(3)]
    assert statuses == [404, 404, 429]


@pytest.mark.parametrize(
    "path", ["/lacak/jawab", "/lacak/sanggah", "/lacak/beres", "/lacak/tarik", "/langganan"]
)
def test_what_residents_do_is_counted_together(from_network: FromNetwork, path: str) -> None:
    client = from_network("act=2/hour")
    post(client, "/lacak/jawab", answer="Ya.")
    post(client, "/lacak/jawab", answer="Ya.")
    assert post(client, path) == 429


def test_a_secret_typed_for_a_receipt_is_a_guess_too(from_network: FromNetwork) -> None:
    client = from_network("guess=2/10minutes, act=1000/hour")
    wrong = {"code": "ZZZZZZZZZZ", "secret": "x" * 43}
    assert [post(client, "/lapor/terkirim", **wrong) for _ in range(3)] == [404, 404, 429]
