"""What is similar nearby, and joining it."""

import io
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.geo.frame import metric_frame
from citizenreport.geo.position import Position
from citizenreport.intake.models import Report
from citizenreport.publication.models import PublishedReport, ReportJoin
from citizenreport.publication.rules import seen_by_at_least
from citizenreport.triage.states import State
from tests.doors.pages.resident import USUAL, Page, Resident, read, receipt_of
from tests.doors.pages.staff import Staff
from tests.doors.pages.test_report_photos import HELD, held, upload

HERE = Position(lon=110.22199, lat=-7.478474)  # Panjang
FOUND = "Apakah salah satunya yang Anda maksud?"


def away(city: City, metres: float) -> dict[str, str]:
    """Return the fields of a point so far to the north of HERE."""
    frame = metric_frame(city.metric_crs)
    x, y = frame.to_metres(HERE)
    there = frame.to_position(x, y + metres)
    return {"lat": str(there.lat), "lon": str(there.lon), "area_code": ""}


@pytest.fixture
def lamp(resident: Resident, staff: Staff) -> str:
    """A released report at HERE; its code."""
    code, _ = receipt_of(resident.report(lat=str(HERE.lat), lon=str(HERE.lon)))
    staff.release(code, "Lampu padam di dekat pos ronda.")
    return code.replace("-", "")


def asked(resident: Resident, category_code: str = "A04", **place: str) -> Page:
    """Ask for what is similar, as the form's script does."""
    form = resident.open("/lapor", kategori="A04").form("/lapor")
    sent = {"csrf_token": form.value("csrf_token"), "category_code": category_code} | place
    return read(resident.client.post("/lapor/serupa", data=sent))


def reports(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Report)) or 0


def test_a_released_report_nearby_is_shown_with_distance_age_and_state(
    resident: Resident, lamp: str, magelang: City
) -> None:
    page = asked(resident, **away(magelang, 60))
    assert page.status == 200
    for words in ("Lampu padam di dekat pos ronda.", "sekitar 60 meter", "hari ini", "Baru masuk"):
        assert words in page.text
    assert "Titik ini di Panjang" in page.text
    assert page.response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("metres", "is_shown"), [(149, True), (151, False)])
def test_nearness_is_what_the_pack_says(
    resident: Resident, lamp: str, magelang: City, metres: float, is_shown: bool
) -> None:
    page = asked(resident, **away(magelang, metres))
    assert (FOUND in page.text) is is_shown


@pytest.mark.parametrize(("days", "is_shown"), [(60, True), (61, False)])
def test_newness_is_what_the_pack_says(
    resident: Resident, lamp: str, magelang: City, session: Session, days: int, is_shown: bool
) -> None:
    row = session.get_one(PublishedReport, lamp)
    row.submitted_on = magelang.local_date(utcnow()) - timedelta(days=days)
    session.commit()
    assert (FOUND in asked(resident, **away(magelang, 10)).text) is is_shown


def test_another_category_is_not_similar(resident: Resident, lamp: str, magelang: City) -> None:
    assert FOUND not in asked(resident, "N06", **away(magelang, 10)).text


def test_what_is_settled_is_not_shown_and_not_joined(
    resident: Resident, staff: Staff, lamp: str, magelang: City
) -> None:
    staff.move(lamp, State.VERIFIED, State.IN_PROGRESS, State.RESOLVED)
    assert FOUND not in asked(resident, **away(magelang, 10)).text
    page = resident.open(f"/laporan/{lamp}")
    assert not [form for form in page.forms if form.action.endswith("/ikut")]
    token = resident.open("/lapor", kategori="A04").form("/lapor").value("csrf_token")
    answer = resident.client.post(f"/laporan/{lamp}/ikut", data={"csrf_token": token})
    assert answer.status_code == 409
    assert "sudah selesai" in answer.text


def test_without_a_point_those_of_the_kelurahan_are_shown(resident: Resident, lamp: str) -> None:
    page = asked(resident, area_code="33.71.03.1005")
    assert FOUND in page.text
    assert "meter dari sini" not in page.text
    assert FOUND not in asked(resident, area_code="33.71.03.1004").text


@pytest.mark.parametrize(
    "place",
    [
        {},
        {"lat": "x", "lon": "y"},
        {"lat": "nan", "lon": "1e999"},
        {"area_code": "99"},
        {"area_code": "\x00"},
        {"lat": "-7.8", "lon": "110.3"},
        {"category_code": "ufo", "area_code": "33.71.03.1005"},
        {"visibility": "secret", "area_code": "33.71.03.1005"},
    ],
)
def test_whatever_is_asked_is_answered(
    resident: Resident, lamp: str, place: dict[str, str]
) -> None:
    form = resident.open("/lapor", kategori="A04").form("/lapor")
    sent = {"csrf_token": form.value("csrf_token"), "category_code": "A04"} | place
    assert resident.client.post("/lapor/serupa", data=sent).status_code == 200


def test_what_is_not_released_is_no_hint(resident: Resident, staff: Staff, magelang: City) -> None:
    resident.report(lat=str(HERE.lat), lon=str(HERE.lon))
    assert FOUND not in asked(resident, **away(magelang, 1)).text
    code, _ = receipt_of(resident.report(lat=str(HERE.lat), lon=str(HERE.lon)))
    staff.release(code)
    staff.hide(code)
    assert FOUND not in asked(resident, **away(magelang, 1)).text


@pytest.mark.parametrize("wish", ["restricted", "confidential"])
def test_a_report_that_will_not_be_public_is_asked_nothing(
    resident: Resident, lamp: str, magelang: City, wish: str
) -> None:
    place = away(magelang, 5)
    assert FOUND not in asked(resident, visibility=wish, **place).text
    page = resident.open("/lapor", kategori="A04")
    assert resident.press(page, "/lapor", **USUAL | place, visibility=wish).title.startswith(
        "Laporan terkirim"
    )


def test_before_sending_the_similar_one_is_shown_and_everything_typed_goes_along(
    resident: Resident, session: Session, lamp: str, magelang: City
) -> None:
    page = resident.open("/lapor", kategori="A04")
    typed = USUAL | away(magelang, 20) | {"answers.jumlah_lampu": "2", "contact_name": "Sri"}
    between = resident.press(page, "/lapor", **typed, photos=upload())

    assert (between.status, reports(session)) == (200, 1)
    assert FOUND in between.text
    kept = between.form("/lapor")
    for name, value in typed.items():
        assert kept.value(name) in (value, value or None)
    assert len(held(between)) == 1
    sent = resident.press(between, "/lapor", as_new="1")
    assert sent.title.startswith("Laporan terkirim")
    assert reports(session) == 2
    again = resident.press(between, "/lapor", as_new="1")
    assert receipt_of(again) == receipt_of(sent)
    assert reports(session) == 2


def test_from_there_the_form_can_be_reached_again(
    resident: Resident, lamp: str, magelang: City
) -> None:
    page = resident.open("/lapor", kategori="A04")
    between = resident.press(page, "/lapor", **USUAL | away(magelang, 20), photos=upload())
    data = dict(between.form("/lapor").fields)
    form = read(resident.client.post("/lapor/isi", data=data)).form("/lapor")
    assert form.value("description") == USUAL["description"]
    assert form.value(HELD) is not None


def test_who_saw_the_hints_while_writing_is_not_asked_again(
    resident: Resident, session: Session, lamp: str, magelang: City
) -> None:
    page = resident.open("/lapor", kategori="A04")
    typed = USUAL | away(magelang, 20)
    assert resident.press(page, "/lapor", **typed, seen_similar=lamp).title.startswith(
        "Laporan terkirim"
    )
    assert reports(session) == 2


# ---- joining


def join(resident: Resident, code: str, *, undo: bool = False) -> Page:
    path = f"/laporan/{code}/ikut" + ("/batal" if undo else "")
    return resident.press(resident.open(f"/laporan/{code}"), path)


def test_one_tap_joins_once_and_can_be_taken_back(
    resident: Resident, session: Session, lamp: str
) -> None:
    assert "juga melihat ini" not in resident.open(f"/laporan/{lamp}").text
    before = resident.open(f"/laporan/{lamp}")
    for _ in range(3):
        joined = resident.press(before, f"/laporan/{lamp}/ikut")
    assert "Anda ikut dihitung" in joined.text
    assert "1 orang lain juga melihat ini" in joined.text
    assert session.scalar(select(func.count()).select_from(ReportJoin)) == 1
    for _ in range(2):
        left = resident.press(joined, f"/laporan/{lamp}/ikut/batal")
    assert "juga melihat ini" not in left.text.replace("Yang juga melihat ini", "")
    assert session.scalar(select(func.count()).select_from(ReportJoin)) == 0


def test_joins_are_told_in_steps(resident: Resident, session: Session, lamp: str) -> None:
    told = []
    for _ in range(6):
        resident.client.delete_cookie("joins")
        join(resident, lamp)
        told.append(session.get_one(PublishedReport, lamp, populate_existing=True).seen_by_at_least)
    assert told == [1, 2, 2, 2, 5, 5]
    assert "5 orang atau lebih juga melihat ini" in resident.open(f"/laporan/{lamp}").text


@pytest.mark.parametrize(("joins", "step"), [(0, 0), (1, 1), (2, 2), (4, 2), (5, 5), (10_000, 5)])
def test_steps(joins: int, step: int) -> None:
    assert seen_by_at_least(joins) == step


def test_two_joins_of_one_browser_cannot_be_told_as_such(
    resident: Resident, staff: Staff, session: Session, lamp: str
) -> None:
    other, _ = receipt_of(resident.report())
    staff.release(other)
    join(resident, lamp)
    join(resident, other.replace("-", ""))
    marks = session.scalars(select(ReportJoin.browser_hmac)).all()
    assert len(set(marks)) == 2
    cookie = resident.client.get_cookie("joins")
    assert cookie is not None
    assert cookie.http_only
    assert all(cookie.value.encode() not in mark for mark in marks)


def test_what_is_not_public_is_joined_as_little_as_what_never_was(
    client: FlaskClient, resident: Resident, staff: Staff, session: Session, lamp: str
) -> None:
    held_back, _ = receipt_of(resident.report())
    secret, _ = receipt_of(resident.report("A12", description="Tetangga dipukuli."))
    join(resident, lamp)
    page = resident.open(f"/laporan/{lamp}")
    token = page.form(f"/laporan/{lamp}/ikut/batal").value("csrf_token")
    staff.hide(lamp)
    session.commit()
    for act in ("ikut", "ikut/batal"):
        unknown = client.post(f"/laporan/ZZZZZZZZZZ/{act}", data={"csrf_token": token})
        assert unknown.status_code == 404
        for code in (held_back, secret, lamp):
            bare = code.replace("-", "")
            answer = client.post(f"/laporan/{bare}/{act}", data={"csrf_token": token})
            assert answer.status_code == 404
            assert answer.text.replace(bare, "ZZZZZZZZZZ") == unknown.text
    assert session.scalar(select(func.count()).select_from(ReportJoin)) == 0


def test_a_second_release_keeps_the_joins(resident: Resident, staff: Staff, lamp: str) -> None:
    join(resident, lamp)
    staff.release(lamp, "Lampu padam, sudah disunting.")
    assert "1 orang lain juga melihat ini" in resident.open(f"/laporan/{lamp}").text


def test_a_forged_cookie_is_no_join(resident: Resident, lamp: str) -> None:
    resident.client.set_cookie("joins", "x" * 3000)
    assert "Anda ikut dihitung" not in resident.open(f"/laporan/{lamp}").text
    assert "Anda ikut dihitung" in join(resident, lamp).text


def test_a_join_needs_the_token_of_a_page_of_ours(client: FlaskClient, lamp: str) -> None:
    assert client.post(f"/laporan/{lamp}/ikut").status_code == 403


def test_a_hint_shows_the_released_photo_only(
    resident: Resident, staff: Staff, magelang: City
) -> None:
    place = {"lat": str(HERE.lat), "lon": str(HERE.lon)}
    code, _ = receipt_of(resident.report(**place, photos=(io.BytesIO(upload()[0].read()), "a.jpg")))
    staff.release(code)
    assert "<img" not in asked(resident, **away(magelang, 10)).response.text
    staff.release_photos(code)
    assert "<img" in asked(resident, **away(magelang, 10)).response.text
