"""The picture and the words that go with a shared link: of released reports only."""

import io
import re

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from citizenreport.documents.share_pictures import MAX_BYTES, SIZE
from citizenreport.triage.states import State
from tests.doors.pages.resident import Resident, receipt_of
from tests.doors.pages.staff import Staff
from tests.doors.pages.test_published import row

PURPLE = (128, 0, 160)


def purple() -> tuple[io.BytesIO, str]:
    file = io.BytesIO()
    Image.new("RGB", (900, 1200), PURPLE).save(file, "JPEG")
    file.seek(0)
    return file, "a.jpg"


def address_of(code: str) -> str:
    return f"/laporan/{code.replace('-', '')}/gambar.png"


def is_purple(content: bytes) -> bool:
    """Say whether the photo is in the picture."""
    red, green, blue = Image.open(io.BytesIO(content)).convert("RGB").getpixel((1100, 300))  # type: ignore[misc]
    return abs(red - PURPLE[0]) < 12 and green < 12 and abs(blue - PURPLE[2]) < 12


def test_only_a_released_photo_is_in_the_picture(resident: Resident, staff: Staff) -> None:
    code, _ = receipt_of(resident.report(photos=[purple()]))
    address = address_of(code)
    assert resident.client.get(address).status_code == 404
    staff.release(code)
    without = resident.client.get(address)
    assert (without.status_code, without.mimetype) == (200, "image/png")
    assert not is_purple(without.data)
    staff.release_photos(code)
    with_photo = resident.client.get(address, headers={"If-None-Match": without.headers["ETag"]})
    assert with_photo.status_code == 200
    assert is_purple(with_photo.data)
    for content in (without.data, with_photo.data):
        picture = Image.open(io.BytesIO(content))
        assert (picture.format, picture.size) == ("PNG", SIZE)
        assert picture.info.keys() <= {"transparency"}
        assert len(content) <= MAX_BYTES

    staff.hide(code)
    kept = {"If-None-Match": with_photo.headers["ETag"]}
    assert resident.client.get(address, headers=kept).status_code == 404


def test_the_same_picture_is_not_sent_twice_and_another_state_is_another(
    resident: Resident, staff: Staff
) -> None:
    code, _ = receipt_of(resident.report())
    staff.release(code)
    first = resident.client.get(address_of(code))
    kept = {"If-None-Match": first.headers["ETag"]}
    again = resident.client.get(address_of(code), headers=kept)
    assert (again.status_code, again.data) == (304, b"")
    staff.move(code, State.VERIFIED)
    assert resident.client.get(address_of(code), headers=kept).status_code == 200
    english = resident.client.get(f"{address_of(code)}?lang=en", headers=kept)
    assert english.status_code == 200


def test_pictures_of_hidden_and_unknown_reports_are_the_same_nothing(
    resident: Resident, staff: Staff
) -> None:
    held, _ = receipt_of(resident.report())
    confidential, _ = receipt_of(resident.report("A12", description="Dipukuli."))
    turned, _ = receipt_of(resident.report())
    staff.release(turned)
    staff.hide(turned)
    answers = {
        resident.open(address_of(code)).text
        for code in (held, confidential, turned, "AAAAAAAAAA", "%F0%9F%98%80", "x" * 500)
    }
    assert len(answers) == 1
    assert resident.client.get(address_of(turned)).status_code == 404


def test_the_page_tells_messengers_what_it_is_about(resident: Resident, staff: Staff) -> None:
    code, _ = receipt_of(resident.report(description="kanari-44", landmark="kanari-45"))
    staff.release(code, "Teks untuk umum.")
    html = resident.open(f"/laporan/{code}").response.text
    told = dict(
        re.findall(r'<meta (?:property|name)="((?:og|twitter):[^"]+)" content="([^"]*)"', html)
    )
    here = f"http://localhost/laporan/{code.replace('-', '')}"
    assert told["og:url"] == here
    assert told["og:image"] == f"{here}/gambar.png"
    assert (told["og:image:width"], told["og:image:height"]) == ("1200", "630")
    assert told["twitter:card"] == "summary_large_image"
    assert "Panjang" in told["og:title"]
    assert all(told.values())
    assert "kanari" not in html
    assert "hidden" in re.findall(r"<button[^>]+data-share=[^>]+>", html)[0]


@pytest.mark.parametrize("path", ["/", "/lacak", "/lapor", "/laporan", "/bantuan"])
def test_other_pages_have_nothing_to_share(resident: Resident, path: str) -> None:
    assert "og:image" not in resident.open(path).response.text


def test_a_made_up_report_says_so_in_its_picture(resident: Resident, session: Session) -> None:
    pictures = []
    for is_demo in (False, True):
        made = row(1, is_demo=is_demo)
        session.add(made)
        session.flush()
        pictures.append(resident.client.get(address_of(made.tracking_code)).data)
    assert pictures[0] != pictures[1]
