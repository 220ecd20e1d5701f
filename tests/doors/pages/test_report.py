"""`/lapor`: sending a report by a plain form."""

import io

import pytest
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.intake.models import Photo, Report
from citizenreport.triage.models import Ticket
from tests.doors.pages.resident import USUAL, Resident, read, receipt_of

OUTSIDE = {"lat": "-7.510032", "lon": "110.22961", "area_code": ""}  # Mertoyudan
INSIDE = {"lat": "-7.478474", "lon": "110.22199", "accuracy_m": "12.5"}  # Panjang
LONG_STORY = "Lampu mati <b>sejak</b> tiga hari & gelap sekali.\r\nTolong diperiksa."


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "orange").save(file, "JPEG")
    return file.getvalue()


def reports(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Report)) or 0


def test_a_report_by_form_is_stored_routed_and_acknowledged(
    resident: Resident, session: Session
) -> None:
    page = resident.report(
        **{"answers.jumlah_lampu": "2", "neighbourhood": "05", "contact_phone": "081234567890"}
    )

    assert page.status == 200
    assert "Dinas Lingkungan Hidup" in page.text
    report = session.scalars(select(Report)).one()
    assert (report.category_code, report.area_code) == ("A04", "33.71.03.1005")
    assert (report.description, report.channel) == (USUAL["description"], "web")
    assert (report.neighbourhood, report.landmark) == ("05", "dekat pos ronda")
    assert report.answers == {"jumlah_lampu": "2"}
    assert report.contact_sealed is not None
    assert session.scalars(select(Ticket)).one().agency_code == "DLH"


def test_the_phones_position_is_taken(resident: Resident, session: Session) -> None:
    resident.report(area_code="", **INSIDE)
    report = session.scalars(select(Report)).one()
    assert report.position is not None
    assert (report.area_code, report.accuracy_m) == ("33.71.03.1005", 12.5)


def test_the_secret_never_is_in_an_address_and_opens_the_report(resident: Resident) -> None:
    page = resident.open("/lapor", kategori="A04")
    answer = resident.send(page, "/lapor", **USUAL)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/lapor/terkirim")
    [cookie] = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("receipt=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    sent = resident.follow(answer)
    code, secret = receipt_of(sent)
    assert secret.replace("-", "") not in cookie
    assert len(secret.replace("-", "")) == 28
    assert sent.response.headers["Cache-Control"] == "no-store"
    followed = resident.press(
        resident.open("/lacak"), "/lacak", code=code.lower(), secret=secret.lower()
    )
    assert USUAL["description"] in followed.text


def test_the_receipt_is_gone_once_it_is_put_away(resident: Resident) -> None:
    page = resident.report()
    resident.press(page, "/lapor/selesai")
    assert resident.open("/lapor/terkirim").status == 404


def test_a_receipt_of_another_hand_is_refused(resident: Resident) -> None:
    resident.client.set_cookie("receipt", "AAAA" * 20)
    assert resident.open("/lapor/terkirim").status == 404


def test_the_same_form_sent_twice_gives_the_first_answer(
    resident: Resident, session: Session
) -> None:
    page = resident.open("/lapor", kategori="A04")
    photo = picture()
    sent = [
        resident.press(page, "/lapor", **USUAL, photos=(io.BytesIO(photo), "a.jpg"))
        for _ in range(2)
    ]
    assert receipt_of(sent[0]) == receipt_of(sent[1])
    assert reports(session) == 1


def test_a_form_that_was_sent_and_then_changed_asks_before_it_is_a_second_report(
    resident: Resident, session: Session
) -> None:
    page = resident.open("/lapor", kategori="A04")
    resident.press(page, "/lapor", **USUAL)
    again = resident.press(page, "/lapor", **USUAL | {"description": "Yang ini lain."})

    assert again.status == 422
    assert reports(session) == 1
    assert again.form("/lapor").value("description") == "Yang ini lain."
    assert resident.press(again, "/lapor").status == 200
    assert reports(session) == 2


def test_each_form_has_a_key_of_its_own_with_128_bits(resident: Resident) -> None:
    keys = {
        resident.open("/lapor", kategori="A04").form("/lapor").value("send_key") for _ in range(3)
    }
    assert len(keys) == 3
    assert all(key is not None and len(key) >= 22 for key in keys)


def test_photos_are_stored(resident: Resident, session: Session) -> None:
    resident.report(photos=[(io.BytesIO(picture()), "a.jpg"), (io.BytesIO(picture()), "b.png")])
    stored = session.scalars(select(Photo)).all()
    assert [(photo.width, photo.height) for photo in stored] == [(64, 48), (64, 48)]


def test_an_empty_file_field_is_no_photo(resident: Resident, session: Session) -> None:
    resident.report(photos=(io.BytesIO(b""), ""))
    assert session.scalar(select(Photo)) is None
    assert reports(session) == 1


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"description": ""}, "description", "Ceritakan dulu"),
        ({"description": " \r\n "}, "description", "Ceritakan dulu"),
        ({"description": "x" * 4_001}, "description", "terlalu panjang"),
        ({"description": "a\x00b"}, "description", "NUL"),
        ({"area_code": ""}, "place", "Tempat kejadian"),
        ({"area_code": "99"}, "place", "Kelurahan ini tidak ada"),
        ({"area_code": "", "lat": "x", "lon": "y"}, "place", "Titik lokasinya tidak terbaca"),
        ({"lat": "nan", "lon": "1e999"}, "place", "Titik lokasinya tidak terbaca"),
        ({"neighbourhood": "5" * 21}, "neighbourhood", "terlalu panjang"),
        ({"landmark": "x" * 201}, "landmark", "terlalu panjang"),
        ({"answers.jumlah_lampu": "banyak"}, "answers.jumlah_lampu", "angka"),
        ({"answers.jumlah_lampu": "9" * 501}, "answers.jumlah_lampu", "terlalu panjang"),
        ({"occurred_at": "kemarin"}, "occurred_at", "tanggal"),
        ({"occurred_at": "1999-01-01T08:00"}, "occurred_at", "satu tahun"),
        ({"occurred_at": "0001-01-01T00:00"}, "occurred_at", "satu tahun"),
        ({"occurred_at": "9999-12-31T23:59"}, "occurred_at", "masa depan"),
        ({"subject_agency": "NASA"}, "subject_agency", "Instansi ini tidak ada"),
        ({"subject_person": "x" * 201}, "subject_person", "terlalu panjang"),
        ({"visibility": "public"}, "visibility", "Pilih salah satu"),
        ({"contact_email": "bukan email"}, "contact_email", "email"),
        ({"contact_name": "x" * 101}, "contact_name", "terlalu panjang"),
        ({"contact_phone": "0" * 31}, "contact_phone", "terlalu panjang"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    resident: Resident, session: Session, change: dict[str, str], field: str, words: str
) -> None:
    page = resident.open("/lapor", kategori="A04")
    filled = USUAL | {"description": LONG_STORY, "contact_name": "Sri"} | change
    refused = resident.press(page, "/lapor", **filled)

    assert refused.status == 422
    assert f"#{field}" in refused.links
    assert field in refused.ids
    assert words in refused.text
    kept = refused.form("/lapor")
    for name in ("landmark", "contact_name", "description"):
        assert kept.value(name) == filled[name].replace("\r\n", "\n")
    assert kept.value("send_key") == page.form("/lapor").value("send_key")
    assert refused.response.headers["Cache-Control"] == "no-store"
    assert reports(session) == 0


def test_several_faults_are_said_at_once(resident: Resident) -> None:
    page = resident.open("/lapor", kategori="A04")
    refused = resident.press(
        page, "/lapor", description="", area_code="", contact_email="salah", occurred_at="salah"
    )
    wanted = {"#description", "#place", "#contact_email", "#occurred_at"}
    assert wanted <= set(refused.links)


def test_all_choices_are_kept(resident: Resident) -> None:
    page = resident.open("/lapor", kategori="A08")
    filled = {
        "answers.bagian": ["trotoar", "jembatan"],
        "area_code": "33.71.03.1005",
        "visibility": "restricted",
        "subject_agency": "DPUPR",
    }
    refused = resident.press(page, "/lapor", **filled)
    kept = refused.form("/lapor").fields

    assert refused.status == 422
    for name, value in filled.items():
        assert [v for n, v in kept if n == name] == (value if isinstance(value, list) else [value])
    sent = resident.press(refused, "/lapor", description="Trotoar rusak.")
    assert sent.status == 200


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([(b"bukan foto", "a.jpg")], "tidak dapat dibuka"),
        ([(b"GIF89a", "a.gif")], "JPEG, PNG, WebP"),
        ([(b"\xff\xd8\xff", f"{n}.jpg") for n in range(6)], "paling banyak lima"),
    ],
)
def test_a_bad_photo_is_refused_and_the_page_says_to_choose_again(
    resident: Resident, session: Session, files: list[tuple[bytes, str]], words: str
) -> None:
    page = resident.open("/lapor", kategori="A04")
    photos = [(io.BytesIO(content), name) for content, name in files]
    refused = resident.press(page, "/lapor", **USUAL, photos=photos)
    assert refused.status == 422
    assert words in refused.text
    assert "#photos" in refused.links
    assert refused.form("/lapor").value("description") == USUAL["description"]
    assert reports(session) == 0


def test_another_report_here_begins_with_the_same_place(
    resident: Resident, session: Session
) -> None:
    sent = resident.report(**INSIDE)
    choosing = resident.press(sent, "/lapor/isi")
    form = resident.press(choosing, "/lapor/isi", category_code="N06").form("/lapor")
    assert form.value("landmark") == "dekat pos ronda"
    assert float(form.value("lat") or 0) == pytest.approx(-7.478474)
    assert form.value("category_code") == "N06"


@pytest.mark.parametrize("key", ["", "pendek", "x" * 201])
def test_a_form_without_a_good_key_is_shown_again_with_one(
    resident: Resident, session: Session, key: str
) -> None:
    page = resident.open("/lapor", kategori="A04")
    refused = resident.press(page, "/lapor", **USUAL, send_key=key)
    assert refused.status == 422
    assert reports(session) == 0
    assert resident.press(refused, "/lapor").status == 200


def test_a_form_from_elsewhere_is_refused_and_the_text_is_shown(
    resident: Resident, session: Session
) -> None:
    answer = resident.client.post("/lapor", data=USUAL | {"category_code": "A04"})
    assert answer.status_code == 403
    assert USUAL["description"] in answer.text
    assert reports(session) == 0


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "{{ 7*7 }} ${7*7} %s %(x)s",
        "\u202eterbalik",
        "'; DROP TABLE report; --",
        "😀 emoji ꦲꦤꦕꦫꦏ",
    ],
)
def test_any_words_are_stored_unharmed_and_shown_as_words(
    resident: Resident, session: Session, text: str
) -> None:
    page = resident.report(description=text)
    assert page.status == 200
    assert session.scalars(select(Report)).one().description == text
    code, secret = receipt_of(page)
    shown = resident.press(resident.open("/lacak"), "/lacak", code=code, secret=secret)
    assert text in shown.text
    assert "<script>alert" not in shown.response.text


def test_a_page_in_english_keeps_its_language_in_the_report(
    resident: Resident, session: Session
) -> None:
    resident.open("/", lang="en")
    page = resident.report()
    assert page.status == 200
    assert session.scalars(select(Report)).one().locale == "en"


def test_the_form_says_what_a_page_needs(resident: Resident) -> None:
    page = resident.open("/lapor", kategori="A04")
    assert "unsafe-inline" not in page.response.headers["Content-Security-Policy"]
    assert "style=" not in page.response.text
    assert " onclick=" not in page.response.text
    assert not [link for link in page.links if link.startswith(("http:", "https:", "//"))]
    assert read(resident.client.get("/lapor")).status == 200
