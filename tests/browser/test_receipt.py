"""The receipt's link and picture, and what opening them leaves in the browser."""

from collections.abc import Callable
from io import BytesIO
from urllib.parse import urlsplit

import pytest
import segno
from PIL import Image
from playwright.sync_api import Page, expect

from citizenreport.web.receipts import QUIET_MODULES
from tests.browser.conftest import Visit

Begin = Callable[..., Visit]


def sent(made: Visit, category_code: str = "A04") -> tuple[str, str]:
    """Report something and return code and secret as they are stored."""
    page = made.page
    made.open(f"/lapor?kategori={category_code}")
    page.get_by_label("Apa yang terjadi?").fill("Lampu mati; kode QR.")
    page.get_by_label("Kelurahan").select_option(label="Panjang")
    page.get_by_role("button", name="Kirim laporan").click()
    page.wait_for_url("**/lapor/terkirim")
    code, secret = page.locator(".big-code").all_inner_texts()
    return code.replace("-", ""), secret.replace("-", "")


def modules(picture: bytes, count: int) -> list[list[bool]]:
    """Read a drawn symbol as a camera would: the darkness in the middle of each module."""
    image = Image.open(BytesIO(picture)).convert("L")
    step = image.width / count
    return [
        [
            image.getpixel((int((x + 0.5) * step), int((y + 0.5) * step))) < 128  # type: ignore[operator]
            for x in range(count)
        ]
        for y in range(count)
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_picture_says_the_link_that_opens_the_report(visit: Begin, scheme: str) -> None:
    made = visit(device_scale_factor=3, color_scheme=scheme)
    code, secret = sent(made)
    symbol = segno.make(f"{made.base_url}/lacak#{code}.{secret}", error="m", micro=False)
    rows = [[bool(dark) for dark in row] for row in symbol.matrix]
    width = len(rows) + 2 * QUIET_MODULES
    margin = [[False] * width] * QUIET_MODULES
    side = [False] * QUIET_MODULES
    expected = [*margin, *[[*side, *row, *side] for row in rows], *margin]
    drawing = made.page.locator("svg.qr")
    assert modules(drawing.screenshot(), width) == expected
    assert drawing.locator("title").count() == 0
    expect(made.page.get_by_role("img", name="Kode QR yang membuka laporan ini")).to_be_visible()


def opens(page: Page, link: str) -> None:
    page.goto(link)
    page.wait_for_url("**/lacak/laporan")
    expect(page.get_by_text("Lampu mati; kode QR.")).to_be_visible()


def test_the_link_opens_the_report_and_leaves_no_secret_behind(visit: Begin) -> None:
    made = visit()
    code, secret = sent(made)
    link = f"{made.base_url}/lacak#{code}.{secret}"
    assert made.page.get_by_role("link", name="Buka laporan ini").get_attribute("href") == link

    other = visit()  # another phone
    other.page.add_init_script(
        "window.addEventListener('pagehide', () => sessionStorage.setItem("
        "'left', (sessionStorage.getItem('left') || '') + location.href + ' '))"
    )
    other.open("/")
    opens(other.page, link)
    left = other.page.evaluate("sessionStorage.getItem('left')")
    assert secret not in left
    assert not any(secret in url for url in sent_addresses(other))
    other.page.evaluate("history.back()")
    other.page.wait_for_url("**/", wait_until="commit")  # not the page that asks
    assert secret not in other.page.url


def sent_addresses(made: Visit) -> list[str]:
    """Return the addresses as they went over the wire: a browser keeps the fragment to itself."""
    return [urlsplit(url)._replace(fragment="").geturl() for url in made.asked]


def test_a_link_pasted_into_the_open_page_works_and_a_wrong_one_says_so(visit: Begin) -> None:
    made = visit()
    code, secret = sent(made)
    made.open("/lacak")
    made.page.evaluate(f"location.hash = '{code}.{secret}'")
    made.page.wait_for_url("**/lacak/laporan")
    made.open("/lacak")
    made.page.evaluate("location.hash = 'ZZZZZZZZZZ.%E0%A4%A'")
    expect(made.page.get_by_role("alert")).to_contain_text("Laporan tidak ditemukan")
    assert urlsplit(made.page.url).fragment == ""


def test_of_a_confidential_report_there_is_no_link_to_keep(visit: Begin) -> None:
    made = visit()
    made.open("/lapor?kategori=T01")
    page = made.page
    page.locator("details.stop > summary").click()
    page.get_by_label("Apa yang terjadi?").fill("Rahasia.")
    page.get_by_role("button", name="Kirim laporan").click()
    page.wait_for_url("**/lapor/terkirim")
    _, secret = page.locator(".big-code").all_inner_texts()
    assert page.locator("svg.qr").count() == 0
    assert f".{secret.replace('-', '')}" not in page.content()
