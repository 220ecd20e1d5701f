"""Pages of the residents in states that only acts lead to; test_every_page walks all others."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from citizenreport.core.db import transaction
from citizenreport.triage.states import State
from citizenreport.web.context import current_city, current_keys, current_storage
from tests.browser.conftest import Visit
from tests.browser.test_resident import follow, receipt
from tests.doors.pages.resident import Resident, receipt_of
from tests.doors.pages.staff import Staff
from tests.doors.pages.test_report_photos import upload
from tests.servers import LiveServer

Begin = Callable[..., Visit]
TOO_SMALL = """
() => [...document.querySelectorAll('a, button, input, select, summary, textarea')]
  .filter((e) => e.checkVisibility() && !e.closest('p, li, .skip') && e.type !== 'hidden')
  .map((e) => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
  .filter((pair) => Math.min(pair[1].width, pair[1].height) < 24)
  .map((pair) => pair[0])
"""


@dataclass(frozen=True, kw_only=True)
class Known:
    """Reports that are there to be looked at: (code, secret)."""

    public: tuple[str, str]
    confidential: tuple[str, str]


@pytest.fixture(scope="module")
def known(service: LiveServer) -> Known:
    app = service.database.app
    with app.app_context():
        resident = Resident(app.test_client())
        public = receipt_of(resident.report())
        confidential = receipt_of(resident.report("A12", description="Tetangga dipukuli."))
        open_one = receipt_of(resident.report(photos=upload()))
        with transaction() as session:
            staff = Staff(
                session=session,
                city=current_city(),
                keys=current_keys(),
                storage=current_storage(),
            )
            staff.release(open_one[0], "Lampu di tikungan mati, gelap sekali.")
            staff.release_photos(open_one[0])
            staff.release(public[0])
            staff.move(public[0], State.VERIFIED, State.IN_PROGRESS)
            staff.reply(public[0], "Regu kami datang hari Kamis.")
            staff.move(public[0], State.RESOLVED)
    return Known(public=public, confidential=confidential)


def the_form(made: Visit, known: Known) -> None:
    made.open("/lapor?kategori=A08")
    for summary in made.page.locator("main summary").all():
        summary.click()


def the_form_with_faults(made: Visit, known: Known) -> None:
    made.open("/lapor?kategori=A04")
    made.page.get_by_role("button", name="Kirim laporan").click()
    made.page.get_by_role("alert").wait_for()


def the_confidential_form(made: Visit, known: Known) -> None:
    made.open("/lapor?kategori=A12")


def the_answer_outside(made: Visit, known: Known) -> None:
    made.open("/lapor?kategori=A04")
    made.page.get_by_label("Apa yang terjadi?").fill("Lampu mati.")
    made.page.evaluate(
        "document.querySelector('[name=lat]').value = '-7.510032';"
        "document.querySelector('[name=lon]').value = '110.22961';"
    )
    made.page.get_by_role("button", name="Kirim laporan").click()
    made.page.get_by_role("alert").wait_for()


def the_choice(made: Visit, known: Known) -> None:
    made.open("/lapor")
    made.page.locator(".aspect > summary").first.click()


def the_search(made: Visit, known: Known) -> None:
    made.open("/lapor?cari=lampu+mati")


def the_form_with_similar_reports(made: Visit, known: Known) -> None:
    made.open("/lapor?kategori=A04")
    made.page.get_by_label("Kelurahan").select_option(label="Panjang")
    made.page.locator("#serupa section").wait_for()


def the_question_before_sending(made: Visit, known: Known) -> None:
    made.open("/lapor?kategori=A04")
    made.page.get_by_label("Apa yang terjadi?").fill("Lampu mati.")
    made.page.get_by_label("Kelurahan").select_option(label="Panjang")
    made.page.evaluate("document.querySelector('#laporan').submit()")
    made.page.get_by_role("button", name="Kirim sebagai laporan baru").wait_for()


def the_receipt_with_another(made: Visit, known: Known) -> None:
    made.open("/lapor?kategori=A04")
    made.page.get_by_label("Apa yang terjadi?").fill("Lampu mati.")
    made.page.get_by_label("Kelurahan").select_option(label="Gelangan")
    made.page.get_by_role("button", name="Kirim, lalu lapor lagi di sini").click()
    made.page.wait_for_url("**/lapor/terkirim?lagi=1")


def the_receipt(made: Visit, known: Known) -> None:
    made.open("/lapor?kategori=A04")
    made.page.get_by_label("Apa yang terjadi?").fill("Lampu mati.")
    made.page.get_by_label("Kelurahan").select_option(label="Gelangan")
    made.page.get_by_role("button", name="Kirim laporan").click()
    made.page.wait_for_url("**/lapor/terkirim")
    assert receipt(made.page)


def the_timeline(made: Visit, known: Known) -> None:
    follow(made, *known.public)
    made.page.wait_for_url("**/lacak/laporan")
    for summary in made.page.locator("main summary").all():
        summary.click()


def the_confidential_timeline(made: Visit, known: Known) -> None:
    follow(made, *known.confidential)
    made.page.wait_for_url("**/lacak/laporan")


def the_data(made: Visit, known: Known) -> None:
    the_timeline(made, known)
    made.page.get_by_role("link", name="Data dan hak saya").click()
    made.page.wait_for_url("**/lacak/data")


def the_confidential_data(made: Visit, known: Known) -> None:
    the_confidential_timeline(made, known)
    made.page.get_by_role("link", name="Data dan hak saya").click()
    made.page.wait_for_url("**/lacak/data")


def the_question_before_erasing(made: Visit, known: Known) -> None:
    the_data(made, known)
    made.page.get_by_role("link", name="Hapus data saya").click()
    made.page.wait_for_url("**/lacak/hapus")


def the_refusal(made: Visit, known: Known) -> None:
    follow(made, known.public[0], "salah")
    made.page.get_by_role("alert").wait_for()


def the_filtered_list(made: Visit, known: Known) -> None:
    made.open("/laporan?aspek=aman")


def at(path: str) -> Callable[[Visit, Known], None]:
    def go(made: Visit, known: Known) -> None:
        made.open(path)

    go.__name__ = f"the_page_{path}"
    return go


PAGES = (
    the_choice,
    the_form,
    the_form_with_faults,
    the_confidential_form,
    the_answer_outside,
    the_search,
    at("/lapor?mulai=foto"),
    at("/lapor?kategori=A05"),
    the_form_with_similar_reports,
    the_question_before_sending,
    the_receipt_with_another,
    the_receipt,
    at("/lapor/terkirim"),
    the_refusal,
    the_timeline,
    the_confidential_timeline,
    the_data,
    the_confidential_data,
    the_question_before_erasing,
    the_filtered_list,
    at("/laporan?aspek=toleransi"),
)


def wider_than_the_window(page: Page) -> int:
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert isinstance(wide, int)
    return wide


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("go", PAGES, ids=lambda go: go.__name__)
def test_axe_finds_nothing(
    visit: Begin, known: Known, go: Callable[[Visit, Known], None], scheme: str
) -> None:
    made = visit(color_scheme=scheme, reduced_motion="reduce")
    go(made, known)
    found = Axe().run(made.page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("go", PAGES, ids=lambda go: go.__name__)
def test_nothing_sticks_out_and_nothing_is_too_small_to_hit(
    visit: Begin, known: Known, go: Callable[[Visit, Known], None], width: int
) -> None:
    made = visit(viewport={"width": width, "height": 740})
    go(made, known)
    assert wider_than_the_window(made.page) <= 0
    assert made.page.evaluate(TOO_SMALL) == []


def test_the_main_action_is_in_sight_on_a_small_phone(visit: Begin, known: Known) -> None:
    made = visit()
    made.open("/")
    box = made.page.get_by_role("link", name="Lapor sekarang").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 740


def test_the_browser_is_a_chromium(browser: Browser) -> None:
    assert browser.browser_type.name == "chromium"
