"""Photos of a form that is not sent yet: kept, sealed, and sent once it is."""

import io

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.intake.models import Photo, Report
from citizenreport.web.context import EXTENSION
from tests.doors.pages.resident import USUAL, Page, Resident, receipt_of

HELD = "held_photo"


def picture(colour: str = "orange") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(file, "JPEG")
    return file.getvalue()


def upload(colour: str = "orange") -> tuple[io.BytesIO, str]:
    return io.BytesIO(picture(colour)), "a.jpg"


def held(page: Page, action: str = "/lapor") -> list[str]:
    return [value for name, value in page.form(action).fields if name == HELD]


def photos(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Photo)) or 0


def refused_with_photo(resident: Resident, **more: object) -> Page:
    page = resident.open("/lapor", kategori="A04")
    wrong = {"area_code": "", "description": "Lampu mati.", "photos": upload()}
    return resident.press(page, "/lapor", **(wrong | more))


def test_a_photo_beside_a_fault_is_kept_and_sent_with_the_next_try(
    resident: Resident, session: Session
) -> None:
    refused = refused_with_photo(resident)
    assert refused.status == 422
    assert "Foto 1 sudah tersimpan" in refused.text
    assert "Pilih lagi" not in refused.text
    assert photos(session) == 0

    sent = resident.press(refused, "/lapor", area_code="33.71.03.1005")

    assert sent.status == 200
    stored = session.scalars(select(Photo)).one()
    assert (stored.width, stored.height) == (64, 48)


def test_a_photo_is_kept_through_several_faults(resident: Resident, session: Session) -> None:
    page = refused_with_photo(resident)
    for _ in range(3):
        page = resident.press(page, "/lapor", description="")
        assert len(held(page)) == 1
    added = resident.press(page, "/lapor", description="x", photos=upload("teal"))
    assert len(held(added)) == 2
    resident.press(added, "/lapor", area_code="33.71.03.1005")
    assert photos(session) == 2


def test_a_kept_photo_can_be_dropped(resident: Resident, session: Session) -> None:
    refused = refused_with_photo(resident)
    resident.press(refused, "/lapor", area_code="33.71.03.1005", **{HELD: []})
    assert session.scalar(select(func.count()).select_from(Report)) == 1
    assert photos(session) == 0


def test_nobody_can_read_a_kept_photo_from_the_storage(app: Flask, resident: Resident) -> None:
    storage = app.extensions[EXTENSION].storage
    before = set(storage.keys())
    refused = refused_with_photo(resident)
    [key] = set(storage.keys()) - before
    assert b"\xff\xd8\xff" not in storage.get(key)
    assert key not in refused.response.text


@pytest.mark.parametrize("ticket", ["", "x", "AAAA" * 40, "\u2603", "a" * 5000])
def test_a_forged_ticket_is_told_and_loses_nothing(
    resident: Resident, session: Session, ticket: str
) -> None:
    page = resident.open("/lapor", kategori="A04")
    refused = resident.press(page, "/lapor", **USUAL, **{HELD: ticket})
    assert refused.status == 422
    assert "Pilih lagi fotonya" in refused.text
    assert refused.form("/lapor").value("description") == USUAL["description"]
    assert held(refused) == []
    assert session.scalar(select(func.count()).select_from(Report)) == 0


def test_a_ticket_of_a_swept_file_is_told(app: Flask, resident: Resident) -> None:
    storage = app.extensions[EXTENSION].storage
    before = set(storage.keys())
    refused = refused_with_photo(resident)
    for key in set(storage.keys()) - before:
        storage.delete(key)
    again = resident.press(refused, "/lapor", area_code="33.71.03.1005")
    assert "sudah terhapus" in again.text
    assert resident.press(again, "/lapor").status == 200


def test_a_bad_photo_leaves_the_good_ones(resident: Resident) -> None:
    page = resident.open("/lapor", kategori="A04")
    both = [upload(), (io.BytesIO(b"bukan foto"), "b.jpg")]
    refused = resident.press(page, "/lapor", **USUAL, photos=both)
    assert refused.status == 422
    assert "tidak dapat dibuka" in refused.text
    assert len(held(refused)) == 1


def test_more_than_five_photos_in_all_are_refused(resident: Resident) -> None:
    refused = refused_with_photo(resident, photos=[upload() for _ in range(4)])
    again = resident.press(
        refused, "/lapor", area_code="33.71.03.1005", photos=[upload(), upload()]
    )
    assert again.status == 422
    assert "paling banyak lima" in again.text
    assert len(held(again)) == 4


def test_a_form_with_kept_photos_sent_twice_gives_one_report(
    resident: Resident, session: Session
) -> None:
    refused = refused_with_photo(resident)
    first, second = (resident.press(refused, "/lapor", area_code="33.71.03.1005") for _ in range(2))
    assert receipt_of(first) == receipt_of(second)
    assert photos(session) == 1


def test_photo_first_comes_with_place_and_words_to_the_form(
    resident: Resident, session: Session
) -> None:
    start = resident.open("/lapor", mulai="foto")
    choosing = resident.press(
        start, "/lapor/pilih", photos=upload(), area_code="33.71.03.1005", landmark="pos ronda"
    )
    assert "1 foto sudah tersimpan" in choosing.text
    form = resident.press(choosing, "/lapor/isi", category_code="N06")
    assert len(held(form)) == 1
    assert form.form("/lapor").value("landmark") == "pos ronda"
    assert resident.press(form, "/lapor", description="Sampah menumpuk.").status == 200
    assert photos(session) == 1
    assert session.scalars(select(Report)).one().category_code == "N06"


def test_photo_first_with_a_bad_photo_says_so_at_once(resident: Resident) -> None:
    start = resident.open("/lapor", mulai="foto")
    bad = (io.BytesIO(b"bukan foto"), "b.jpg")
    refused = resident.press(start, "/lapor/pilih", photos=[upload(), bad], landmark="pos ronda")
    assert refused.status == 422
    assert "tidak dapat dibuka" in refused.text
    again = refused.form("/lapor/pilih")
    assert again.value("landmark") == "pos ronda"
    assert len(held(refused, "/lapor/pilih")) == 1


def test_changing_the_category_loses_nothing_that_was_typed(resident: Resident) -> None:
    page = resident.open("/lapor", kategori="A04")
    form = page.form("/lapor")
    typed = USUAL | {
        "contact_phone": "081234567890",
        "neighbourhood": "05",
        "subject_person": "mandor",
    }
    sent = dict(form.fields) | typed | {"photos": upload()}
    choosing = resident.follow(
        resident.client.post("/lapor/pilih", data=sent, content_type="multipart/form-data")
    )
    other = resident.press(choosing, "/lapor/isi", category_code="A08").form("/lapor")
    for name, value in typed.items():
        assert other.value(name) == value
    assert other.value("category_code") == "A08"
    assert other.value(HELD) is not None
