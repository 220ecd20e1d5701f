"""One journey in Debian's Firefox: what works in Chromium is not Chromium's alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.firefox import BROWSER, Firefox, firefox
from tests.browser.test_resident import stored
from tests.servers import LiveServer

STORY = "Sampah menumpuk di gang, dilaporkan dari Firefox."


@pytest.fixture
def tab(open_tmp_path: Path) -> Iterator[Firefox]:
    if not Path(BROWSER).exists():
        pytest.skip(f"{BROWSER} is not there: apt-get install firefox-esr")
    with firefox(open_tmp_path) as started:
        yield started


def test_a_report_is_sent_and_followed_in_firefox(tab: Firefox, service: LiveServer) -> None:
    tab.open(f"{service.base_url}/")
    tab.press(".hero-actions .button")
    tab.wait("location.pathname === '/lapor'")
    tab.open(f"{service.base_url}/lapor?kategori=N06")
    tab.write("textarea[name=description]", STORY)
    tab.write("select[name=area_code]", "Wates")  # typing chooses, as at any select
    tab.press("#kirim")
    # Here, or on a page of its own where the server answers quickly.
    code, secret = tab.wait(
        "(() => { const shown = [...document.querySelectorAll('.big-code')]"
        ".filter((e) => e.checkVisibility() && e.innerText.trim()).map((e) => e.innerText.trim());"
        " return shown.length === 2 && shown; })()"
    )
    assert stored(service, STORY) == 1

    tab.open(f"{service.base_url}/lacak")
    tab.write("input[name=code]", code)
    tab.write("input[name=secret]", secret)
    tab.press("main form [type=submit], main form button")
    tab.wait("location.pathname === '/lacak/laporan'")
    tab.wait("document.querySelectorAll('.timeline > li').length >= 1")
    foreign = [
        url for url in tab.asked if not url.startswith((service.base_url, "about:", "data:"))
    ]
    assert foreign == []
    assert tab.faults == []
