"""A whole day at the desk by keyboard alone, from signing in to signing out."""

from collections.abc import Callable
from typing import Final

import pytest
from playwright.sync_api import expect

from citizenreport.geo.position import Position
from citizenreport.identity.rules import Grant, Role
from tests.browser.conftest import Visit
from tests.browser.keyboard import Keyboard, is_focused
from tests.browser.staff import open_account
from tests.browser.test_field import after_photo, state_of, verified
from tests.identity.factories import PASSWORD
from tests.servers import LiveServer

NAME: Final = "Wahyu Keyboard"
ROAD: Final = "A15"  # something that can be photographed, with an agency no other test works for
PLACE: Final = Position(lon=110.2175, lat=-7.4791)
DONE: Final = "Selokan sudah kami bersihkan sampai ujung."
DESK: Final = {"width": 1280, "height": 800}


@pytest.fixture
def tickets(service: LiveServer) -> list[str]:
    made = [verified(service, PLACE, ROAD) for _ in range(4)]
    assert {agency for _, agency in made} == {"DPUPR"}
    return [ticket_id for ticket_id, _ in made]


def test_a_whole_day_is_worked_by_keyboard(
    visit: Callable[..., Visit], service: LiveServer, tickets: list[str]
) -> None:
    username = open_account(service, Grant(role=Role.OFFICER, agency_code="DPUPR"), name=NAME)
    made = visit(viewport=DESK, reduced_motion="reduce")
    keys = Keyboard(made.page)
    sign_in(keys, made, username)
    open_from_the_queue(keys, tickets[0])
    take(keys)
    note_and_reply(keys)
    resolve_with_a_photo(keys)
    assert state_of(service, tickets[0]) == "resolved"
    back_to_the_queue(keys)
    open_from_the_queue(keys, tickets[1])
    resolve_without_a_photo(keys)
    assert state_of(service, tickets[1]) == "resolved"
    back_to_the_queue(keys)
    act_on_two_and_undo(keys, tickets[2:])
    back_to_the_queue(keys)
    export(keys)
    leave(keys, made)


def sign_in(keys: Keyboard, made: Visit, username: str) -> None:
    made.open("/petugas/tiket")
    page = keys.page
    keys.to_main()
    keys.write(page.get_by_label("Nama pengguna"), username)
    keys.write(page.get_by_label("Kata sandi", exact=True), PASSWORD)
    with page.expect_navigation():
        keys.press("Enter")
    assert made.path == "/petugas/tiket"


def open_from_the_queue(keys: Keyboard, ticket_id: str) -> None:
    """Look at the list of keys, then go down the list, choose, think better of it, and open."""
    page = keys.page
    keys.press("?")
    expect(page.get_by_text("tiket berikutnya, tiket sebelumnya")).to_be_visible()
    keys.press("?", "j", "k")
    wanted = page.locator(f'[data-rows] a[href$="{ticket_id}"]')
    keys.to(wanted, "j")
    keys.press("x")
    chosen = page.locator("input.choose:checked")
    assert chosen.count() == 1
    keys.press("x")
    assert chosen.count() == 0
    keys.follow(wanted)
    assert page.url.endswith(ticket_id)


def take(keys: Keyboard) -> None:
    page = keys.page
    keys.to_main()
    keys.choose(page.locator("#penanggung-assignee_id"), NAME)
    keys.follow(page.locator("#penanggung button"))
    told(keys)
    keys.follow(page.locator("#langkah-in_progress button"))
    told(keys)


def note_and_reply(keys: Keyboard) -> None:
    page = keys.page
    keys.open(page.locator("summary", has_text="Tulis catatan"))
    keys.write(page.locator("#catatan-text"), "Bawa sekop.")
    keys.follow(page.get_by_role("button", name="Simpan catatan"))
    told(keys)
    keys.to(page.locator("#jawaban-template"))
    keys.press("ArrowDown", "ArrowUp")
    keys.follow(page.get_by_role("button", name="Isikan ke kotak jawaban"))
    box = page.locator("#jawaban-text")
    assert is_focused(box), "one writes on where the words were put"
    assert box.input_value()
    page.keyboard.insert_text("Terima kasih. ")
    keys.follow(page.get_by_role("button", name="Kirim jawaban"))
    told(keys)


def resolve_with_a_photo(keys: Keyboard) -> None:
    page = keys.page
    keys.open(page.locator("summary", has_text="Nyatakan selesai"))
    keys.write(page.locator("#selesai-reason"), DONE)
    keys.attach(page.locator("#selesai-photos"), after_photo())
    keys.follow(page.locator("#selesai button"))
    told(keys)
    expect(page.get_by_text(DONE).first).to_be_visible()


def resolve_without_a_photo(keys: Keyboard) -> None:
    """Forget why there is no photo: the fault is told, in reach, and nothing typed is lost."""
    page = keys.page
    keys.to_main()
    keys.follow(page.locator("#langkah-in_progress button"))
    keys.open(page.locator("summary", has_text="Nyatakan selesai"))
    keys.write(page.locator("#selesai-reason"), DONE)
    keys.follow(page.locator("#selesai button"))
    assert is_focused(page.locator(".error-summary"))
    keys.to(page.locator(".error-summary a"))
    keys.press("Enter", "Tab")
    assert page.locator("#selesai-reason").input_value().strip() == DONE
    keys.write(page.locator("#selesai-why_no_photo"), "Hujan lebat.")
    keys.follow(page.locator("#selesai button"))
    told(keys)


def act_on_two_and_undo(keys: Keyboard, ticket_ids: list[str]) -> None:
    page = keys.page
    for ticket_id in ticket_ids:
        keys.press("k", "k")  # the list's order is nobody's promise
        keys.to(page.locator(f'[data-rows] a[href$="{ticket_id}"]'), "j")
        keys.press("x")
    assert page.locator("input.choose:checked").count() == 2
    keys.choose(page.locator("#kind"), "Ubah prioritas")
    keys.follow(page.get_by_role("button", name="Lanjut"))
    keys.to_main()
    keys.choose(page.locator("#priority"), "Rendah")
    keys.write(page.locator("#reason"), "Dekat sekolah.")
    keys.follow(page.get_by_role("button", name="Tinjau dulu"))
    expect(page.get_by_role("heading", name="2 tiket dipilih")).to_be_focused()
    keys.follow(page.get_by_role("button", name="Lakukan untuk 2 tiket"))
    told(keys)
    keys.follow(page.get_by_role("button", name="Batalkan, sampai"))
    told(keys)
    expect(page.get_by_role("status")).to_have_text("Dibatalkan.")


def export(keys: Keyboard) -> None:
    page = keys.page
    keys.follow(page.get_by_role("link", name="Unduh daftar ini"))
    keys.to(page.get_by_role("button", name="Unduh CSV"))
    with page.expect_download() as file:
        keys.press("Enter")
    assert "Kode" in file.value.path().read_text("utf-8-sig")


def back_to_the_queue(keys: Keyboard) -> None:
    keys.follow(keys.page.locator("nav.tabs").get_by_role("link", name="Tiket", exact=True))


def leave(keys: Keyboard, made: Visit) -> None:
    keys.follow(keys.page.get_by_role("button", name="Keluar"))
    assert made.path == "/petugas/masuk"


def told(keys: Keyboard) -> None:
    """Say that an act was told of where one goes on from, and that no pointer was needed."""
    assert is_focused(keys.page.locator('[role="status"].note'))
    assert keys.touched_nothing_else()
