"""`/rasa-aman`: the feeling-of-safety pulse."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.surveys import service
from citizenreport.surveys.models import PulseRow
from tests.doors.pages.resident import Resident

PULSE = "/rasa-aman"
AsOwner = Callable[[], AbstractContextManager[None]]


def stored(session: Session) -> list[PulseRow]:
    session.expire_all()
    return list(session.scalars(select(PulseRow)))


def made(session: Session, count: int, *, sex: str = "female", day: str = "safe") -> None:
    for _ in range(count):
        session.add(
            PulseRow(
                id=uuid4(),
                month_on=date(2026, 9, 1),
                by_day=day,
                after_dark="unsafe",
                area_code="33.71.03.1005",
                age_band=None,
                sex=sex,
                browser_hmac=None,
                network_hmac=None,
                arrived_at=None,
            )
        )
    session.flush()


def publish(session: Session, city: City) -> None:
    service.publish_pulse(session, city, now=datetime(2026, 10, 20, tzinfo=UTC))


def test_an_answer_is_stored_without_a_name(resident: Resident, session: Session) -> None:
    page = resident.open(PULSE)
    assert "bukan indikator SDG 16.1.4" in page.text
    assert "bukan sampel acak" in page.text
    thanks = resident.press(page, PULSE, by_day="safe", after_dark="unsafe", sex="female")
    assert "Terima kasih" in thanks.text
    assert "Belum cukup jawaban" in thanks.text
    (row,) = stored(session)
    assert (row.by_day, row.after_dark, row.sex) == ("safe", "unsafe", "female")
    assert (row.area_code, row.age_band, row.held) == (None, None, None)


def test_the_same_browser_replaces_its_answer(resident: Resident, session: Session) -> None:
    for feeling in ("safe", "very_unsafe"):
        resident.press(resident.open(PULSE), PULSE, by_day=feeling)
    assert [row.by_day for row in stored(session)] == ["very_unsafe"]
    resident.client.delete_cookie("pulse")
    resident.press(resident.open(PULSE), PULSE, by_day="safe")
    assert len(stored(session)) == 2


def test_the_mark_is_random_and_for_the_server_alone(resident: Resident, session: Session) -> None:
    answer = resident.send(resident.open(PULSE), PULSE, by_day="safe")
    (given,) = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("pulse=")]
    assert "HttpOnly" in given
    assert "SameSite=Strict" in given
    mark = given.split(";")[0].removeprefix("pulse=")
    assert len(mark) == 22
    (row,) = stored(session)
    assert mark.encode() not in bytes(row.browser_hmac or b"")
    life_s = int(given.split("Max-Age=")[1].split(";")[0])
    assert 0 < life_s <= 31 * 24 * 3600


@pytest.mark.parametrize("cookie", ["", "x", "\udcff" * 22, "a" * 4_000, "a b c" * 9, "' OR 1=1"])
def test_a_forged_mark_counts_as_none(client: FlaskClient, magelang: City, cookie: str) -> None:
    resident = Resident(client)
    page = resident.open(PULSE)
    client.set_cookie("pulse", cookie.encode("utf-8", "replace").decode("latin-1"))
    answer = resident.send(page, PULSE, by_day="safe")
    assert answer.status_code == 303
    given = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("pulse=")]
    assert len(given[0].split(";")[0]) == len("pulse=") + 22


@pytest.mark.parametrize(
    ("name", "text"),
    [("by_day", "aman"), ("sex", "1"), ("age_band", "15-24 "), ("area_code", "33.71.99.9999")],
)
def test_a_forged_value_is_refused_and_the_rest_is_kept(
    resident: Resident, session: Session, name: str, text: str
) -> None:
    refused = resident.press(
        resident.open(PULSE), PULSE, **({"after_dark": "very_unsafe"} | {name: text})
    )
    assert refused.status == 422
    assert f"#{name}" in refused.links
    assert name in refused.ids
    assert refused.form(PULSE).value("after_dark") == "very_unsafe"
    assert stored(session) == []


def test_an_empty_answer_is_refused(resident: Resident, session: Session) -> None:
    refused = resident.press(resident.open(PULSE), PULSE, sex="male")
    assert refused.status == 422
    assert "paling sedikit satu dari dua pertanyaan" in refused.text
    assert refused.form(PULSE).value("sex") == "male"
    assert stored(session) == []


def test_a_result_shows_shares_with_what_they_leave_open(
    resident: Resident, session: Session, magelang: City
) -> None:
    made(session, 40, day="safe")
    made(session, 24, day="unsafe", sex="male")
    publish(session, magelang)
    page = resident.open(f"{PULSE}/hasil")
    assert "September 2026" in page.text
    assert "62,5% merasa aman" in page.text
    assert "64 jawaban, galat baku ±6,1 poin" in page.text
    assert "ketidakpastian hitungan, bukan sampel acak" in page.text
    assert "Perempuan" in page.text
    assert "Kelurahan" in page.text
    assert "62,5% merasa aman" in resident.open(f"{PULSE}/terima-kasih").text


def test_a_small_group_hides_and_cannot_be_subtracted(
    resident: Resident, session: Session, magelang: City
) -> None:
    made(session, 55)
    made(session, 5, sex="male")
    publish(session, magelang)
    page = resident.open(f"{PULSE}/hasil")
    assert "Laki-laki" not in page.text
    assert "Perempuan" not in page.text  # 60 − 55 would tell of the five


def test_the_results_are_read_by_the_public_role_alone(
    resident: Resident, session: Session, magelang: City, as_owner: AsOwner
) -> None:
    made(session, 60)
    publish(session, magelang)
    before = resident.open(f"{PULSE}/hasil").response.get_data()
    with as_owner():
        session.execute(delete(PulseRow))
    assert resident.open(f"{PULSE}/hasil").response.get_data() == before


@pytest.mark.parametrize("language", ["en", "jv"])
def test_the_page_speaks_the_readers_language(resident: Resident, language: str) -> None:
    page = resident.open(PULSE, lang=language)
    assert "Apakah Anda merasa aman" not in page.text
    assert "SDG" in page.text
