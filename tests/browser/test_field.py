"""Visits on a phone: with and without a network, each arrives once."""

from collections.abc import Callable
from io import BytesIO
from typing import Any, Final
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.geo.position import Position
from citizenreport.identity.rules import Grant, Role
from citizenreport.intake.rules import Channel, Draft
from citizenreport.pipeline.handle import move_ticket
from citizenreport.pipeline.submit import Send, submit_report
from citizenreport.triage import queries as triage_queries
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import Act
from citizenreport.triage.states import Party, State
from citizenreport.web.context import current_city, current_keys, current_storage
from tests.browser.conftest import Visit
from tests.browser.staff import open_account, sign_in
from tests.browser.test_every_page import SIDEWAYS, TOO_SMALL
from tests.servers import LiveServer

Begin = Callable[..., Visit]

LIST: Final = "/petugas/lapangan"
LAMPS: Final = "A04"
NEAR: Final = Position(lon=110.2221, lat=-7.4786)
FAR: Final = Position(lon=110.2200, lat=-7.4600)
HERE: Final = {"latitude": NEAR.lat, "longitude": NEAR.lon, "accuracy": 9.0}
DONE: Final = "Lampunya sudah kami ganti."


def verified(service: LiveServer, position: Position = NEAR, code: str = LAMPS) -> tuple[str, str]:
    """Send a report and have it verified; return the ticket's id and its agency."""
    with service.database.app.app_context(), transaction() as session:
        city: City = current_city()
        sent = submit_report(
            session,
            city,
            current_keys(),
            current_storage(),
            Draft(
                category_code=code,
                description="Lampu jalan mati.",
                channel=Channel.WEB,
                position=position,
            ),
            send=Send(door="test", key="", body_hmac=b""),
            now=utcnow(),
        )
        session.flush()
        ticket = triage_queries.of_report(session, sent.report_id)[0]
        move(session, ticket, State.VERIFIED)
        return str(ticket.id), ticket.agency_code


def move(session: Any, ticket: Ticket, target: State) -> None:
    act = Act(parties=frozenset({Party.AGENCY}), at=utcnow(), seen=ticket.version)
    move_ticket(session, current_city(), current_keys(), ticket, target, act=act)


def visits_of(service: LiveServer, ticket_id: str) -> int:
    with service.database.owner() as connection:
        found = connection.execute(
            "SELECT count(*) FROM field_visit WHERE ticket_id = %s", (ticket_id,)
        ).fetchone()
    assert found is not None
    return int(found[0])


def arrived(service: LiveServer, page: Page, ticket_id: str) -> int:
    """Wait for the first visit to arrive; return how many there are."""
    for _ in range(50):
        if visits_of(service, ticket_id):
            break
        page.wait_for_timeout(100)
    return visits_of(service, ticket_id)


def state_of(service: LiveServer, ticket_id: str) -> str:
    with service.database.owner() as connection:
        found = connection.execute(
            "SELECT state FROM ticket WHERE id = %s", (ticket_id,)
        ).fetchone()
    assert found is not None
    return str(found[0])


def after_photo() -> dict[str, Any]:
    out = BytesIO()
    Image.new("RGB", (60, 40), "green").save(out, "JPEG")
    return {"name": "sesudah.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def officer(begin: Begin, service: LiveServer, agency: str, **options: Any) -> Page:
    made = begin(weak=service.base_url, reduced_motion="reduce", **options)
    grant = Grant(role=Role.OFFICER, agency_code=agency)
    return sign_in(made, open_account(service, grant), LIST)


def fill(page: Page, outcome: str = "Selesai dikerjakan") -> None:
    page.get_by_label(outcome).check()
    page.get_by_label("Apa yang dikerjakan, atau mengapa belum").fill(DONE)


def test_a_visit_written_without_a_network_arrives_once_when_there_is_one(
    visit: Begin, service: LiveServer
) -> None:
    ticket_id, agency = verified(service)
    page = officer(visit, service, agency)
    page.goto(f"{page.url}/{ticket_id}")
    page.context.set_offline(True)
    fill(page)
    page.get_by_label("Foto sesudah").set_input_files(after_photo())
    page.get_by_role("button", name="Kirim hasil kunjungan").click()
    expect(page.locator("[data-outbox] li")).to_contain_text("Menunggu jaringan")
    page.get_by_role("button", name="Kirim hasil kunjungan").click()
    assert page.locator("[data-outbox] li").count() == 1
    assert visits_of(service, ticket_id) == 0
    page.context.set_offline(False)
    expect(page.locator("[data-outbox]")).to_be_hidden()
    assert (visits_of(service, ticket_id), state_of(service, ticket_id)) == (1, "resolved")
    page.goto(page.url.rsplit("/", 1)[0])
    assert page.locator("[data-outbox]").is_hidden()
    assert visits_of(service, ticket_id) == 1


def test_an_answer_lost_on_the_way_back_makes_no_second_visit(
    visit: Begin, service: LiveServer
) -> None:
    ticket_id, agency = verified(service)
    page = officer(visit, service, agency)
    page.goto(f"{page.url}/{ticket_id}")
    lost: list[int] = []

    def lose_one(route: Any) -> None:
        if route.request.method != "POST" or lost:
            route.continue_()
            return
        lost.append(route.fetch(max_redirects=0).status)
        route.abort()

    page.route(f"**{LIST}/*", lose_one)
    fill(page, "Belum bisa selesai")
    page.get_by_role("button", name="Kirim hasil kunjungan").click()
    expect(page.locator("[data-outbox] li")).to_contain_text("Menunggu jaringan")
    assert (lost, visits_of(service, ticket_id)) == ([303], 1)
    page.reload()
    expect(page.locator("[data-outbox]")).to_be_hidden()
    assert visits_of(service, ticket_id) == 1


def test_a_ticket_that_changed_meanwhile_is_told_and_the_words_are_there_to_send_again(
    visit: Begin, service: LiveServer
) -> None:
    ticket_id, agency = verified(service)
    page = officer(visit, service, agency)
    page.goto(f"{page.url}/{ticket_id}")
    page.context.set_offline(True)
    fill(page)
    page.get_by_label("Bila selesai tanpa foto, mengapa").fill("Hujan.")
    page.get_by_role("button", name="Kirim hasil kunjungan").click()
    expect(page.locator("[data-outbox] li")).to_contain_text("Menunggu jaringan")
    with service.database.app.app_context(), transaction() as session:
        changed = triage_queries.for_system(session, UUID(ticket_id), wait=True)
        assert changed is not None
        move(session, changed, State.IN_PROGRESS)
    page.context.set_offline(False)
    expect(page.locator("[data-outbox] li")).to_contain_text("Tiket ini berubah")
    expect(page.locator("[data-outbox] li")).to_contain_text(DONE)
    page.reload()
    expect(page.get_by_label("Apa yang dikerjakan, atau mengapa belum")).to_have_value(DONE)
    page.get_by_role("button", name="Kirim hasil kunjungan").click()
    expect(page.get_by_text("Kunjungan tersimpan.")).to_be_visible()
    assert (visits_of(service, ticket_id), state_of(service, ticket_id)) == (1, "resolved")


def test_a_session_that_ended_keeps_the_visit_until_one_signs_in_again(
    visit: Begin, service: LiveServer
) -> None:
    ticket_id, agency = verified(service)
    page = officer(visit, service, agency)
    page.goto(f"{page.url}/{ticket_id}")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    fill(page, "Belum bisa selesai")
    page.get_by_role("button", name="Kirim hasil kunjungan").click()
    expect(page.locator("[data-outbox] li")).to_contain_text("Sesi Anda berakhir")
    page.context.add_cookies(cookies)  # type: ignore[arg-type]
    page.reload()
    assert arrived(service, page, ticket_id) == 1


def test_a_colleague_on_the_same_phone_neither_sees_nor_sends_a_visit(
    visit: Begin, service: LiveServer
) -> None:
    ticket_id, agency = verified(service)
    page = officer(visit, service, agency)
    page.goto(f"{page.url}/{ticket_id}")
    page.context.set_offline(True)
    fill(page, "Belum bisa selesai")
    page.get_by_role("button", name="Kirim hasil kunjungan").click()
    expect(page.locator("[data-outbox] li")).to_contain_text("Menunggu jaringan")
    page.context.clear_cookies()
    page.context.set_offline(False)
    expect(page.locator("[data-outbox] li")).to_contain_text("Sesi Anda berakhir")
    grant = Grant(role=Role.OFFICER, agency_code=agency)
    made = Visit(page=page, base_url=service.base_url, is_weak=True)
    sign_in(made, open_account(service, grant, name="Budi"), LIST)
    page.wait_for_timeout(500)
    assert page.locator("[data-outbox]").is_hidden()
    assert DONE not in page.content()
    assert visits_of(service, ticket_id) == 0


def test_the_nearest_task_comes_first_when_asked(visit: Begin, service: LiveServer) -> None:
    far, agency = verified(service, FAR)
    near, _ = verified(service, NEAR)
    page = officer(visit, service, agency, geolocation=HERE, permissions=["geolocation"])

    def place(ticket_id: str) -> int:
        links = page.locator("a.task").evaluate_all("all => all.map(a => a.getAttribute('href'))")
        return int(links.index(f"{LIST}/{ticket_id}"))

    assert place(far) < place(near)
    page.get_by_role("button", name="Urutkan dari yang terdekat").click()
    expect(page.locator("[data-distance]").first).to_be_visible()
    assert place(near) < place(far)


def test_no_position_is_asked_for_before_the_officer_agrees(
    visit: Begin, service: LiveServer
) -> None:
    ticket_id, agency = verified(service)
    page = officer(visit, service, agency, geolocation=HERE, permissions=["geolocation"])
    page.goto(f"{page.url}/{ticket_id}")
    fill(page, "Belum bisa selesai")
    assert page.locator("input[name=lat]").input_value() == ""
    page.get_by_label("Sertakan posisi saya saat ini").check()
    expect(page.get_by_text("Lokasi didapat")).to_be_visible()
    page.get_by_role("button", name="Kirim hasil kunjungan").click()
    expect(page.get_by_text("Kunjungan tersimpan.")).to_be_visible()
    page.goto(f"{page.url.split('?')[0]}/{ticket_id}")
    expect(page.get_by_text(f"{NEAR.lat:.6f},{NEAR.lon:.6f}").last).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_field_pages_are_for_everyone(visit: Begin, service: LiveServer, scheme: str) -> None:
    ticket_id, agency = verified(service)
    page = officer(visit, service, agency, color_scheme=scheme, bypass_csp=True)
    look_at(page)
    page.goto(f"{page.url}/{ticket_id}")
    page.context.set_offline(True)
    fill(page)
    page.get_by_role("button", name="Kirim hasil kunjungan").click()
    expect(page.locator("[data-outbox] li")).to_contain_text("Menunggu jaringan")
    look_at(page)


def look_at(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate(SIDEWAYS) <= 0
    assert page.evaluate(TOO_SMALL) == []


def taken(service: LiveServer, ticket_id: str, username: str) -> None:
    """Make a ticket a person's own."""
    with service.database.owner() as connection:
        connection.execute(
            "UPDATE ticket SET assignee_id = (SELECT id FROM staff WHERE username = %s)"
            " WHERE id = %s",
            (username, ticket_id),
        )
        connection.commit()
