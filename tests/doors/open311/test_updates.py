"""Updates in both directions: what became of published reports, and what an agency's system says."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.identity import api_keys
from citizenreport.identity.scopes import Scope
from citizenreport.open311.updates import STATUSES
from citizenreport.triage.models import Message, Ticket
from citizenreport.triage.states import State
from tests.doors.open311.calls import BASE, ask
from tests.scenes import Scene

UPDATES = "servicerequestupdates"


def window(since: datetime, until: datetime) -> dict[str, str]:
    return {
        "start_date": since.isoformat(timespec="seconds"),
        "end_date": until.isoformat(timespec="seconds"),
    }


def key_of(session: Session, agency_code: str | None, *scopes: Scope) -> str:
    _, key = api_keys.make(
        session, name="Sistem", scopes=scopes, days=30, now=utcnow(), agency_code=agency_code
    )
    session.commit()
    return key


def told(client: FlaskClient, **fields: str) -> tuple[int, object]:
    answer = client.post(f"{BASE}/{UPDATES}.json", data=fields)
    return answer.status_code, answer.json


def test_a_reply_and_a_change_are_told_at_the_end_of_their_day(
    client: FlaskClient, scene: Scene
) -> None:
    report = scene.released("A04")
    scene.reply(scene.ticket_of(report), "Petugas kami ke lokasi besok.")
    scene.move(scene.ticket_of(report), State.VERIFIED)
    now = utcnow()
    found = ask(client, UPDATES, **window(now - timedelta(days=2), now + timedelta(days=2)))
    assert {update["description"] for update in found} == {
        "Petugas kami ke lokasi besok.",
        "Terverifikasi",
    }
    for update in found:
        assert set(update) == {
            *("update_id", "service_request_id", "status", "updated_datetime", "description"),
            "media_url",
        }
        assert update["service_request_id"] == report.tracking_code
        assert update["status"] == "INVESTIGATING"
        assert update["updated_datetime"].endswith("T23:59:59+07:00")


def test_window_after_window_tells_each_update_once(client: FlaskClient, scene: Scene) -> None:
    report = scene.released("A04")
    scene.reply(scene.ticket_of(report))
    begins = utcnow() - timedelta(days=1)
    seen = []
    for hour in range(0, 60, 3):
        since = begins + timedelta(hours=hour, seconds=1)
        found = ask(client, UPDATES, **window(since, begins + timedelta(hours=hour + 3)))
        for update in found:
            at = datetime.fromisoformat(update["updated_datetime"])
            assert since.replace(microsecond=0) <= at <= begins + timedelta(hours=hour + 3)
        seen += [update["update_id"] for update in found]
    assert len(seen) == len(set(seen)) == 2


def test_what_is_not_public_is_never_told(client: FlaskClient, scene: Scene) -> None:
    scene.submit("A04")
    confidential = scene.ticket_of(scene.submit("A12"))
    scene.reply(confidential)
    now = utcnow()
    assert ask(client, UPDATES, **window(now - timedelta(days=2), now + timedelta(days=2))) == []


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-01-01T00:00:00Z", "2026-05-01T00:00:00Z"),
        ("2026-02-01T00:00:00Z", "2026-01-01T00:00:00Z"),
    ],
)
def test_a_window_that_is_too_long_or_turned_round_is_refused(
    client: FlaskClient, scene: Scene, start: str, end: str
) -> None:
    [error] = ask(client, UPDATES, expect=400, start_date=start, end_date=end)
    assert error["description"].startswith("end_date: ")


def test_an_agency_s_own_system_leaves_a_note_once(
    client: FlaskClient, session: Session, scene: Scene
) -> None:
    report = scene.released("A04")
    key = key_of(session, "DLH", Scope.READ_TICKETS, Scope.WRITE_TICKETS)
    sent = {
        "api_key": key,
        "service_request_id": report.tracking_code,
        "update_id": "SPK-17",
        "status": "FIXED",
        "description": "Lampu sudah diganti.",
        "email": "kontraktor@example.org",
    }
    before = session.scalars(select(Ticket)).one().state
    assert told(client, **sent) == (201, [{"update_id": "SPK-17"}])
    assert told(client, **sent) == (201, [{"update_id": "SPK-17"}])
    session.expire_all()
    [note] = session.scalars(select(Message)).all()
    assert (note.kind, note.text) == ("note", "[GeoReport SPK-17] FIXED: Lampu sudah diganti.")
    assert session.scalars(select(Ticket)).one().state == before
    now = utcnow()
    public = ask(client, UPDATES, **window(now - timedelta(days=2), now + timedelta(days=2)))
    assert all("diganti" not in update["description"] for update in public)


def test_only_the_agency_that_has_the_ticket_is_heard(
    client: FlaskClient, session: Session, scene: Scene
) -> None:
    report = scene.released("A04")
    hidden = scene.submit("A12")
    other = key_of(session, "DINKES", Scope.READ_TICKETS, Scope.WRITE_TICKETS)
    own = key_of(session, "DLH", Scope.READ_TICKETS, Scope.WRITE_TICKETS)
    reader = key_of(session, "DLH", Scope.READ_TICKETS)
    app_key = key_of(session, None, Scope.SEND_GEOREPORT)
    sent = {"update_id": "1", "description": "Selesai."}
    code = report.tracking_code
    assert told(client, api_key=other, service_request_id=code, **sent)[0] == 404
    assert told(client, api_key=own, service_request_id=hidden.tracking_code, **sent)[0] == 404
    assert told(client, api_key=own, service_request_id="ZZZZZZZZZZ", **sent)[0] == 404
    for refused in (reader, app_key, "crk_salah", ""):
        assert told(client, api_key=refused, service_request_id=code, **sent)[0] == 403
    assert session.scalar(select(func.count()).select_from(Message)) == 0


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"status": "DONE"}, "status"),
        ({"description": ""}, "description"),
        ({"update_id": ""}, "update_id"),
        ({"updated_datetime": "kemarin"}, "updated_datetime"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_does_not_fit_is_named(
    client: FlaskClient,
    session: Session,
    scene: Scene,
    changed: dict[str, str],
    named: str,
) -> None:
    key = key_of(session, "DLH", Scope.READ_TICKETS, Scope.WRITE_TICKETS)
    code = scene.released("A04").tracking_code
    sent = {"service_request_id": code, "update_id": "1", "description": "Selesai."}
    status, body = told(client, **(sent | {"api_key": key} | changed))
    assert status == 400
    assert isinstance(body, list)
    assert body[0]["description"].startswith(f"{named}: ")


def test_every_state_has_a_status_others_know(magelang: City) -> None:
    assert len(STATUSES) == 13
