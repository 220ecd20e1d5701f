"""Taking a report for somebody: as every report, and who took it keeps nothing of it."""

import re
from dataclasses import replace
from html import unescape
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.core.keys import KeyRing
from citizenreport.identity.models import Staff
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.models import Report
from citizenreport.ledger.models import Event
from citizenreport.triage.models import Ticket
from citizenreport.web.context import EXTENSION
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import ADMIN, ANALYST, DESK, HANDLER, INSPECTOR, PARKS, ROADS
from tests.doors.console.test_ticket import picture

STORY = "Ibu di sebelah rumah dipukuli."
SEND_KEY = "k" * 22


def take(visitor: Visitor, **fields: str) -> str:
    """Send the counter's form; return where it leads, or the page that refuses it."""
    usual = {
        "send_key": SEND_KEY,
        "channel": "loket",
        "category_code": "pothole",
        "description": "Lubang di depan pasar.",
        "area_code": "a1",
        "neighbourhood": "05",
        "landmark": "Depan pasar",
    }
    reply = visitor.send("/petugas/loket", page="/petugas/loket", **{**usual, **fields})
    return reply.headers.get("Location") or unescape(reply.text)


def secret_on(page: str) -> str:
    found = re.search(r"(?:[A-Z0-9]{4}-){6}[A-Z0-9]{4}", page)
    assert found is not None
    return found[0]


def test_a_report_taken_by_phone_goes_the_usual_way(desk: Desk, session: Session) -> None:
    visitor = desk.person(PARKS)
    assert take(visitor, channel="telepon", contact_name="Bu Siti").endswith("/tanda-terima")
    report, ticket = session.scalars(select(Report)).one(), session.scalars(select(Ticket)).one()
    assert (report.channel, report.area_code, report.neighbourhood) == ("telepon", "a1", "05")
    assert (ticket.agency_code, ticket.visibility) == ("roads", "public")


def test_who_took_it_stands_in_the_ledger_and_not_beside_the_person(
    desk: Desk, session: Session, keys: KeyRing
) -> None:
    take(desk.person(PARKS, name="Sri Lestari"), contact_name="Bu Siti")
    staff = session.scalars(select(Staff)).one()
    assert session.scalars(select(Event.actor_id)).one() == staff.id
    report = session.scalars(select(Report)).one()
    values = [getattr(report, column.key) for column in Report.__table__.columns]
    assert staff.id not in values
    contact = intake_queries.contact_of(
        report, intake_queries.data_key_of(session, keys, report.id)
    )
    assert (contact.name, contact.phone, contact.email) == ("Bu Siti", None, None)


def test_the_history_names_the_taker_to_the_staff_and_not_to_the_reporter(
    desk: Desk, session: Session
) -> None:
    visitor = desk.person(PARKS, name="Sri Lestari")
    take(visitor)
    page = visitor.get("/petugas/loket/tanda-terima").text
    ticket = session.scalars(select(Ticket)).one()
    officer = desk.person(ROADS, username="budi", name="Budi")
    assert "Sri Lestari" in officer.get(f"/petugas/tiket/{ticket.id}").text
    code = session.scalars(select(Report.tracking_code)).one()
    secret = secret_on(page).replace("-", "")
    told = visitor.client.get(
        f"/api/v1/reports/{code}", headers={"Authorization": f"Bearer {secret}"}
    )
    assert told.status_code == 200
    assert "Sri Lestari" not in told.text


def test_the_receipt_is_shown_once_and_kept_nowhere(desk: Desk) -> None:
    visitor = desk.person(PARKS)
    take(visitor)
    shown = visitor.get("/petugas/loket/tanda-terima")
    assert shown.headers["Cache-Control"] == "no-store"
    assert "<svg" in shown.text
    secret = secret_on(shown.text)
    again = visitor.get("/petugas/loket/tanda-terima")
    assert again.status_code == 404
    assert secret not in again.text


def test_a_second_click_stores_nothing_twice_and_gives_the_same_secret(
    desk: Desk, session: Session
) -> None:
    visitor = desk.person(PARKS)
    take(visitor)
    first = secret_on(visitor.get("/petugas/loket/tanda-terima").text)
    take(visitor)
    assert secret_on(visitor.get("/petugas/loket/tanda-terima").text) == first
    assert session.scalar(select(func.count()).select_from(Report)) == 1


def test_a_confidential_report_is_out_of_sight_once_it_is_sent(
    desk: Desk, session: Session
) -> None:
    visitor = desk.person(PARKS, ROADS)
    assert take(visitor, category_code="violence", description=STORY, area_code="").endswith(
        "/tanda-terima"
    )
    shown = visitor.get("/petugas/loket/tanda-terima").text
    code = session.scalars(select(Report.tracking_code)).one()
    assert f"{code[:5]}-" in shown
    assert STORY not in shown
    assert "Kekerasan" not in shown
    assert "<svg" not in shown, "no link that a phone would keep"
    ticket = session.scalars(select(Ticket)).one()
    assert visitor.get(f"/petugas/tiket/{ticket.id}").status_code == 404
    for page in ("/petugas", "/petugas/tiket", "/petugas/loket"):
        assert STORY not in visitor.get(page).text
    handler = desk.person(HANDLER, username="rahasia", name="Dewi")
    assert STORY in handler.get(f"/petugas/tiket/{ticket.id}").text


def test_the_secret_of_a_confidential_report_is_printed_and_not_on_the_screen(desk: Desk) -> None:
    visitor = desk.person(PARKS)
    take(visitor, category_code="violence", description=STORY, area_code="")
    shown = visitor.get("/petugas/loket/tanda-terima").text
    for found in re.finditer(re.escape(secret_on(shown)), shown):
        before = shown[: found.start()]
        assert before.rfind("only-print") > before.rfind("</dl>") or "<details" in before


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"category_code": ""}, "Cari dan pilih jenis masalahnya."),
        ({"category_code": "none"}, "Cari dan pilih jenis masalahnya."),
        ({"description": " "}, "Ceritakan dulu apa yang terjadi."),
        ({"area_code": ""}, "Tempat kejadian belum diisi."),
        ({"channel": "web"}, "Pilihan ini tidak dikenal."),
        ({"channel": ""}, "Pilihan ini tidak dikenal."),
        ({"contact_email": "bu siti"}, "contact_email-fault"),
        ({"lat": "-6.2", "lon": "106.8"}, "di luar Kota Contoh"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    desk: Desk, session: Session, fields: dict[str, str], told: str
) -> None:
    typed = {"contact_name": "Bu Siti", "landmark": "Depan pasar", "cari": "jalan"}
    page = take(desk.person(PARKS), **typed, **fields)
    assert told in page
    for value in typed.values():
        assert f'value="{value}"' in page
    assert session.scalars(select(Report)).all() == []


def test_the_same_form_with_other_words_is_not_swallowed(desk: Desk, session: Session) -> None:
    visitor = desk.person(PARKS)
    take(visitor)
    page = take(visitor, description="Lubang yang lain sama sekali.")
    assert "Lubang yang lain sama sekali." in page
    assert f'value="{SEND_KEY}"' not in page
    assert session.scalar(select(func.count()).select_from(Report)) == 1


def test_what_a_protected_kind_promises_is_there_to_be_read_out(app: Flask, desk: Desk) -> None:
    promise = {"id": "Hanya konselor yang ditunjuk yang membaca."}
    holder = app.extensions[EXTENSION].city_holder
    texts = {"protection_violence": promise, "visibility_confidential": {"id": "Rahasia."}}
    holder.replace(replace(holder.city, texts=texts))
    visitor = desk.person(PARKS)
    fields = {"category_code": "violence", "description": STORY, "send_key": SEND_KEY}
    reply = visitor.send("/petugas/loket/jenis", page="/petugas/loket", **fields)
    for sentence in (*promise.values(), "Rahasia.", "saya sendiri tidak dapat membukanya lagi"):
        assert sentence in reply.text
    assert STORY in reply.text
    assert reply.headers["Cache-Control"] == "no-store"


def test_a_kind_is_found_by_its_words_without_a_script(desk: Desk) -> None:
    visitor = desk.person(PARKS)
    reply = visitor.send("/petugas/loket/jenis", page="/petugas/loket", cari="pohon")
    shown = re.findall(r'data-words="[^"]*"( hidden)?>\s*<input[^>]* value="(\w+)"', reply.text)
    assert [code for hidden, code in shown if not hidden] == ["tree"]


def test_nothing_of_the_person_before_is_in_the_next_form(desk: Desk) -> None:
    visitor = desk.person(PARKS)
    take(visitor, contact_name="Bu Siti")
    fresh = visitor.get("/petugas/loket")
    assert "Bu Siti" not in fresh.text
    assert fresh.headers["Cache-Control"] == "no-store"
    assert 'autocomplete="name"' not in fresh.text


def test_a_broken_photo_is_told_and_the_good_one_waits(desk: Desk) -> None:
    visitor = desk.person(PARKS)
    shown = visitor.get("/petugas/loket").text
    token = unescape(re.findall(r'name="csrf_token" value="([^"]+)"', shown)[-1])
    data = {
        "csrf_token": token,
        "send_key": SEND_KEY,
        "channel": "loket",
        "category_code": "pothole",
        "description": "Lubang.",
        "area_code": "a1",
        "photos": [(BytesIO(picture().content), "a.jpg"), (BytesIO(b"GIF89a"), "b.gif")],
    }
    reply = visitor.client.post("/petugas/loket", data=data)
    assert reply.status_code == 422
    assert 'name="held_photo"' in reply.text


@pytest.mark.parametrize("grant", [INSPECTOR, ANALYST, ADMIN], ids=["reads", "counts", "accounts"])
def test_who_does_not_work_with_residents_takes_no_reports(desk: Desk, grant: object) -> None:
    visitor = desk.person(grant)  # type: ignore[arg-type]
    assert visitor.get("/petugas/loket").status_code == 403
    assert "/petugas/loket" not in visitor.get("/petugas").text


@pytest.mark.parametrize("grant", [ROADS, DESK, HANDLER], ids=["agency", "desk", "handler"])
def test_who_works_with_residents_finds_the_counter_in_the_menu(desk: Desk, grant: object) -> None:
    assert 'href="/petugas/loket"' in desk.person(grant).get("/petugas").text  # type: ignore[arg-type]
