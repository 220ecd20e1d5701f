"""Photos get smaller on the phone: upright, without metadata, and what it cannot read goes as it is."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from PIL import Image
from playwright.sync_api import Page

from tests.browser.conftest import Visit
from tests.browser.phones import arrived, chosen, picture, send, write
from tests.servers import LiveServer

Begin = Callable[..., Visit]
TURNED_RIGHT = 6  # the camera was held upright: what is stored has to be turned by 90 degrees
ORIENTATION = 0x0112
OWNER = 0x013B
GPS = 0x8825
LARGEST_BYTES = 400 * 1024


def shrunk(page: Page, *photos: dict[str, Any]) -> list[bytes]:
    """Choose photos; return what they have become."""
    page.evaluate(
        "void (window.ready = new Promise((done) => addEventListener('photosready', () => done())))"
    )
    page.get_by_label("Foto").set_input_files(list(photos))
    page.evaluate("window.ready")
    return chosen(page)


def test_a_large_photo_becomes_small_upright_and_tells_nothing(visit: Begin) -> None:
    exif = Image.Exif()
    exif[ORIENTATION], exif[OWNER] = TURNED_RIGHT, "Budi"
    exif.get_ifd(GPS)[1] = "S"
    given = picture(4000, 3000, exif=exif)
    assert len(given["buffer"]) > 4 * LARGEST_BYTES
    made = visit()
    made.open("/lapor?kategori=A04")
    [content] = shrunk(made.page, given)
    assert len(content) <= LARGEST_BYTES
    image = Image.open(BytesIO(content))
    assert image.height > image.width  # turned
    assert image.height <= 1600
    assert dict(image.getexif()) == {}
    assert b"Exif" not in content
    assert b"Budi" not in content
    red, green, blue = image.convert("RGB").getpixel((image.width - 5, 5))  # type: ignore[misc]
    assert (red > 200, max(green, blue) < 100) == (
        True,
        True,
    )  # the red corner, now at the top right


def test_a_small_photo_keeps_its_size_in_pixels(visit: Begin) -> None:
    made = visit()
    made.open("/lapor?kategori=A04")
    [content] = shrunk(made.page, picture(320, 240))
    assert Image.open(BytesIO(content)).size == (320, 240)


def test_a_photo_the_browser_cannot_read_goes_as_it_is(visit: Begin) -> None:
    heic = {
        "name": "IMG_1.heic",
        "mimeType": "image/heic",
        "buffer": b"\0\0\0\x18ftypheic" + b"\0" * 2000,
    }
    made = visit()
    made.open("/lapor?kategori=A04")
    first, second = shrunk(made.page, heic, picture(320, 240))
    assert first == heic["buffer"]
    assert second[:2] == b"\xff\xd8"


def test_two_large_photos_reach_the_server_small(visit: Begin, service: LiveServer) -> None:
    story = "Dua foto besar dari kamera."
    made = visit()
    made.open("/lapor?kategori=A04")
    write(made.page, story, picture(3000, 2000), picture(2000, 3000))
    send(made.page)  # at once: it waits for the photos by itself
    made.page.wait_for_url("**/lapor/terkirim", timeout=60_000)
    assert arrived(service, story) == [2]
    query = """
        SELECT width, height FROM photo JOIN report ON photo.report_id = report.id
        WHERE report.description = %s
    """
    with service.database.owner() as connection:
        sizes = connection.execute(query, (story,)).fetchall()
    assert max(max(size) for size in sizes) <= 1600
