"""Being told of released reports in an area: the form, the mail, the reader's own page."""

import re
from dataclasses import asdict

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.ids import new_public_id
from citizenreport.core.keys import KeyRing
from citizenreport.messaging.models import PushWatch, Subscription
from citizenreport.messaging.queries import push_address_of
from citizenreport.messaging.rules import SUBSCRIPTIONS_MAX, Frequency, Wish
from citizenreport.messaging.service import ask_for_mails, confirm_subscription
from citizenreport.web.context import EXTENSION
from citizenreport.web.links import Purpose, mint_link
from tests.doors.pages.resident import Page, Resident, receipt_of
from tests.doors.pages.staff import Staff
from tests.messaging.browsers import Browser

AREA = "33.71.03.1005"


@pytest.fixture
def address() -> str:
    return f"{new_public_id().strip('-_')}@warga.example"


def subscribe(resident: Resident, email: str, **filled: str) -> Page:
    return resident.press(resident.open("/langganan"), "/langganan", email=email, **filled)


def rows(session: Session) -> list[Subscription]:
    session.expire_all()
    return list(session.scalars(select(Subscription).order_by(Subscription.id)))


def jobs(session: Session) -> list[str]:
    return list(session.scalars(text("SELECT task_name FROM procrastinate_jobs ORDER BY id")))


def open_link(resident: Resident, app: Flask, row: Subscription) -> Page:
    """Press the link of the mail."""
    with app.test_request_context():
        link = mint_link(row.id, Purpose.SUBSCRIPTION).removeprefix("http://localhost")
    return resident.press(resident.open(link), link)


def confirmed(resident: Resident, app: Flask, session: Session, email: str, **filled: str) -> Page:
    subscribe(resident, email, **filled)
    return resident.press(open_link(resident, app, rows(session)[-1]), "/langganan/saya/pasang")


def test_an_area_asked_for_in_the_address_is_chosen(resident: Resident) -> None:
    page = resident.open("/langganan", kelurahan=AREA, aspek="aman")
    form = page.form("/langganan")
    assert (form.value("kelurahan"), form.value("aspek")) == (AREA, "aman")
    assert form.value("seberapa_sering") == "weekly"


def test_what_was_asked_for_waits_for_the_mail(
    resident: Resident, session: Session, address: str
) -> None:
    page = subscribe(resident, address, kelurahan=AREA, aspek="aman", seberapa_sering="daily")
    assert page.status == 200
    assert "Periksa surel Anda" in page.text
    [row] = rows(session)
    assert (row.area_code, row.aspect, row.frequency) == (AREA, "aman", "daily")
    assert row.confirmed_at is None
    assert jobs(session) == ["check_subscription"]


@pytest.mark.parametrize(
    ("filled", "field"),
    [
        ({"email": "budi"}, "email"),
        ({"email": ""}, "email"),
        ({"email": "budi@contoh.id\r\nBcc: x@y.id"}, "email"),
        ({"kelurahan": "99"}, "kelurahan"),
        ({"aspek": "senang"}, "aspek"),
        ({"seberapa_sering": "hourly"}, "seberapa_sering"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field_and_nothing_typed_is_lost(
    resident: Resident, session: Session, filled: dict[str, str], field: str
) -> None:
    given = {"email": "ani@contoh.id", "kelurahan": AREA} | filled
    page = subscribe(resident, given.pop("email"), **given)
    assert page.status == 422
    assert f"{field}-fault" in page.ids
    if field != "kelurahan":
        assert page.form("/langganan").value("kelurahan") == AREA
    if field != "email":
        assert page.form("/langganan").value("email") == "ani@contoh.id"
    assert rows(session) == []


def test_the_button_behind_the_mails_link_confirms(
    resident: Resident, app: Flask, session: Session, address: str
) -> None:
    subscribe(resident, address, kelurahan=AREA)
    page = open_link(resident, app, rows(session)[0])
    assert rows(session)[0].confirmed_at is None, "looking changes nothing"
    page = resident.press(page, "/langganan/saya/pasang")
    assert page.status == 200
    assert "Langganan Anda" in page.text
    assert rows(session)[0].confirmed_at is not None


def test_not_me_deletes_it(resident: Resident, app: Flask, session: Session, address: str) -> None:
    subscribe(resident, address)
    page = open_link(resident, app, rows(session)[0])
    resident.press(page, "/langganan/saya/tolak")
    assert rows(session) == []


def test_the_same_asked_for_again_stays_one_under_its_old_links(
    resident: Resident, app: Flask, session: Session, address: str
) -> None:
    confirmed(resident, app, session, address, kelurahan=AREA)
    [first] = rows(session)
    page = confirmed(
        resident, app, session, address.upper(), kelurahan=AREA, seberapa_sering="daily"
    )
    assert [row.id for row in rows(session)] == [first.id]
    assert rows(session)[0].frequency == "daily"
    assert "Setiap hari" in page.text


def test_what_was_ended_and_is_asked_for_again_goes_on(
    resident: Resident, app: Flask, session: Session, address: str
) -> None:
    page = confirmed(resident, app, session, address, kelurahan=AREA)
    press_line(resident, page, 0, "ya")
    page = confirmed(resident, app, session, address, kelurahan=AREA)
    assert [row.ended_at for row in rows(session)] == [None]
    assert "Sudah berhenti" not in page.text


def test_one_sees_and_ends_ones_own_and_can_take_them_up_again(
    resident: Resident, app: Flask, session: Session, address: str
) -> None:
    confirmed(resident, app, session, address, kelurahan=AREA)
    confirmed(resident, app, session, address, aspek="aman")
    confirmed(resident, app, session, f"x{address}", aspek="nyaman")
    page = open_link(resident, app, rows(session)[0])
    assert page.text.count("Setiap Senin") == 2
    page = press_line(resident, page, 0, "ya")
    assert "Sudah berhenti" in page.text
    assert [row.ended_at is None for row in rows(session)] == [False, True, True]
    page = press_line(resident, page, 0, "tidak")
    assert "Sudah berhenti" not in page.text
    assert rows(session)[0].ended_at is None


def press_line(resident: Resident, page: Page, number: int, answer: str) -> Page:
    forms = [form for form in page.forms if form.action == "/langganan/saya/ubah"]
    data = dict(forms[number].fields) | {"akhiri": answer}
    return resident.follow(resident.client.post("/langganan/saya/ubah", data=data))


def test_nobody_ends_what_is_anothers(
    resident: Resident, app: Flask, session: Session, address: str
) -> None:
    confirmed(resident, app, session, f"x{address}")
    page = open_link(resident, app, rows(session)[0])
    others = dict(page.form("/langganan/saya/ubah").fields)["langganan"]
    page = confirmed(resident, app, session, address)
    form = dict(page.form("/langganan/saya/ubah").fields) | {"langganan": others, "akhiri": "ya"}
    assert resident.client.post("/langganan/saya/ubah", data=form).status_code == 404
    form["langganan"] = "forged"
    assert resident.client.post("/langganan/saya/ubah", data=form).status_code == 404
    assert [row.ended_at for row in rows(session)] == [None, None]


@pytest.mark.parametrize("path", ["/langganan/saya", "/surel/pastikan"])
def test_without_a_link_there_is_no_page_of_ones_own(resident: Resident, path: str) -> None:
    page = resident.open(path)
    assert page.status == 404
    assert page.response.headers["Cache-Control"] == "no-store"


def test_twenty_are_enough(
    resident: Resident,
    app: Flask,
    session: Session,
    city: City,
    keys: KeyRing,
    address: str,
) -> None:
    places = [(area, aspect) for area in city.areas for aspect in ("aman", "nyaman")]
    for area, aspect in places[:SUBSCRIPTIONS_MAX]:
        wish = Wish(area_code=area, aspect=aspect, frequency=Frequency.DAILY, language="id")
        row = ask_for_mails(session, keys, address, wish, now=utcnow())
        confirm_subscription(session, row, now=utcnow())
    session.commit()
    page = confirmed(resident, app, session, address, aspek="harmoni")
    assert page.status == 429
    assert "sudah 20" in page.text
    assert sum(row.confirmed_at is not None for row in rows(session)) == SUBSCRIPTIONS_MAX


def test_an_address_is_stored_sealed_only(
    resident: Resident, session: Session, address: str
) -> None:
    subscribe(resident, address)
    stored = str(session.scalar(text("SELECT to_jsonb(s)::text FROM subscription s")))
    assert address.split("@", maxsplit=1)[0] not in stored
    queued = str(session.scalar(text("SELECT to_jsonb(j)::text FROM procrastinate_jobs j")))
    assert "warga.example" not in queued


def give(client: FlaskClient, path: str, page: Page, browser: Browser, **more: str) -> int:
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.response.text)
    assert token is not None
    given = {
        "endpoint": browser.endpoint,
        "p256dh": browser.address.p256dh,
        "auth": browser.address.auth,
    } | more
    return client.post(path, data=given, headers={"X-CSRF-Token": token[1]}).status_code


def test_a_browser_subscribes_and_forgets(resident: Resident, session: Session) -> None:
    browser = Browser(endpoint=f"https://push.example/{new_public_id()}")
    page = resident.open("/langganan")
    assert give(resident.client, "/kabar/wilayah", page, browser, kelurahan=AREA) == 204
    assert give(resident.client, "/kabar/wilayah", page, browser, kelurahan=AREA) == 204
    [row] = rows(session)
    assert (row.channel, row.area_code) == ("push", AREA)
    assert row.confirmed_at is not None
    assert b"push.example" not in row.address_sealed
    assert give(resident.client, "/kabar/henti", page, browser) == 204
    assert rows(session) == []


def test_what_is_no_push_address_is_refused(resident: Resident, session: Session) -> None:
    page = resident.open("/langganan")
    browser = Browser(endpoint="http://10.0.0.1/")
    assert give(resident.client, "/kabar/wilayah", page, browser) == 422
    browser = Browser(endpoint="https://push.example/a")
    assert give(resident.client, "/kabar/wilayah", page, browser, kelurahan="99") == 422
    assert give(resident.client, "/kabar/wilayah", page, browser, auth="x") == 422
    assert resident.client.post("/kabar/wilayah", data={}).status_code == 403
    assert rows(session) == []


def test_the_sender_of_a_report_is_told_on_the_phone(
    resident: Resident, staff: Staff, session: Session
) -> None:
    page = resident.report("A04")
    assert "Beri tahu saya di HP ini" in page.text
    browser = Browser(endpoint="https://push.example/a")
    assert give(resident.client, "/kabar/laporan", page, browser) == 204
    [row] = session.scalars(select(PushWatch)).all()
    assert row.report_id == staff.ticket(receipt_of(page)[0]).report_id


def test_who_gave_an_address_is_told_to_look_for_the_mail(resident: Resident) -> None:
    assert "Periksa surel Anda" not in resident.report("A04").text
    page = resident.report("A04", contact_email="ani@contoh.id")
    assert "Periksa surel Anda" in page.text
    page = resident.report("A12", contact_email="ani@contoh.id", description="Dipukuli.")
    assert "Periksa surel Anda" in page.text


def test_a_confidential_report_is_never_told_on_the_phone(
    resident: Resident, session: Session
) -> None:
    page = resident.report("A12", description="Tetangga dipukuli.")
    assert "Beri tahu saya di HP ini" not in page.text
    browser = Browser(endpoint="https://push.example/a")
    assert give(resident.client, "/kabar/laporan", page, browser) == 404
    assert session.scalars(select(PushWatch)).all() == []


def test_a_browser_without_a_report_is_told_of_none(resident: Resident) -> None:
    page = resident.open("/langganan")
    browser = Browser(endpoint="https://push.example/a")
    assert give(resident.client, "/kabar/laporan", page, browser) == 404


def test_where_nobody_carries_pushes_there_is_no_button(
    resident: Resident, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "PUSH", "null")
    page = resident.open("/langganan")
    assert "Beri tahu saya" not in page.text
    assert "pages/push" not in page.response.text


def test_a_browser_with_another_address_is_followed(
    resident: Resident, app: Flask, session: Session
) -> None:
    old = Browser(endpoint=f"https://push.example/{new_public_id()}")
    page = resident.report("A04")
    assert give(resident.client, "/kabar/laporan", page, old) == 204
    assert give(resident.client, "/kabar/wilayah", page, old, kelurahan=AREA) == 204
    new = Browser(endpoint=f"https://push.example/{new_public_id()}")
    asked = {
        **{f"old_{name}": value for name, value in asdict(old.address).items()},
        **asdict(new.address),
    }
    stranger = app.test_client()
    forged = asked | {"old_auth": new.address.auth}
    assert stranger.post("/kabar/pindah", data=forged).status_code == 204
    [watch] = session.scalars(select(PushWatch)).all()
    [area] = rows(session)
    keys = app.extensions[EXTENSION].keys
    assert push_address_of(keys, watch) == old.address, "who does not know the secret moves nothing"
    assert stranger.post("/kabar/pindah", data=asked).status_code == 204
    session.refresh(watch)
    session.refresh(area)
    assert push_address_of(keys, watch) == push_address_of(keys, area) == new.address
    assert give(resident.client, "/kabar/henti", page, new) == 204
    assert rows(session) == []
    unknown = stranger.post("/kabar/pindah", data=asked)
    assert (unknown.status_code, unknown.data) == (204, b"")


def test_a_browser_shows_what_it_is_subscribed_to(resident: Resident, session: Session) -> None:
    browser = Browser(endpoint=f"https://push.example/{new_public_id()}")
    page = resident.open("/langganan")
    assert give(resident.client, "/kabar/langganan", page, browser) == 200
    assert give(resident.client, "/kabar/wilayah", page, browser, kelurahan=AREA) == 204
    assert give(resident.client, "/kabar/langganan", page, browser) == 303
    own = press_line(resident, resident.open("/langganan/saya"), 0, "ya")
    assert "Sudah berhenti" in own.text
    [row] = rows(session)
    assert row.ended_at is not None
