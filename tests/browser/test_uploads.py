"""What a browser shows of a form that is far too large."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Visit

UPLOAD = 300 * 1024 * 1024
WORDS = "Lampu jalan mati sejak kemarin."


def test_a_page_in_plain_words_and_the_form_behind_it(
    visit: Callable[..., Visit], tmp_path: Path
) -> None:
    film = tmp_path / "film.jpg"
    with film.open("wb") as file:
        file.truncate(UPLOAD)
    one = visit(java_script_enabled=False)
    one.open("/lapor?kategori=A04")
    one.page.get_by_label("Apa yang terjadi?").fill(WORDS)
    one.page.locator("#photos").set_input_files(film)

    one.page.get_by_role("button", name="Kirim laporan").click()
    one.page.wait_for_load_state()

    heading = one.page.get_by_role("heading", level=1)
    assert heading.inner_text() == "Kiriman terlalu besar."
    assert "tombol kembali" in one.page.inner_text("main")
    one.page.go_back(wait_until="commit")
    expect(one.page.get_by_label("Apa yang terjadi?")).to_have_value(WORDS)
