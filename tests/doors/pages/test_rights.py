"""`/lacak/data`, `/lacak/hapus`: what a reporter may do with what is held."""

import io
import json
import zipfile
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.intake.models import Report
from citizenreport.ledger.models import Event
from citizenreport.publication.rules import Withdrawn
from citizenreport.triage import service as triage
from citizenreport.triage.states import State
from tests.doors.pages.resident import Page, Resident, receipt_of
from tests.doors.pages.staff import Staff
from tests.doors.pages.test_links import id_of, opened_by_link, path_of

CONTACT = {
    "contact_name": "Budi Santoso",
    "contact_email": "budi@warga.example",
    "contact_phone": "081234567890",
}
ACTS = ["/lacak/data", "/lacak/hapus"]


def followed(resident: Resident, category_code: str = "A04", **filled: str) -> str:
    code, secret = receipt_of(resident.report(category_code, **filled))
    resident.press(resident.open("/lacak"), "/lacak", code=code, secret=secret)
    return code


def data_of(resident: Resident) -> dict[str, object]:
    answer = resident.send(resident.open("/lacak/data"), "/lacak/data/unduh")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        found: dict[str, object] = json.loads(archive.read("data.json"))
    return found


@pytest.mark.parametrize("category_code", ["A04", "A12"])
def test_everything_that_is_held_is_shown(resident: Resident, category_code: str) -> None:
    followed(resident, category_code, subject_person="Pak Lurah", **CONTACT)
    page = resident.open("/lacak/data")
    assert page.response.headers["Cache-Control"] == "no-store"
    form = page.form("/lacak/data/kontak")
    assert {name: form.value(name) for name in CONTACT} == CONTACT
    for words in ("Lampu jalan mati sejak tiga hari.", "dekat pos ronda", "Pak Lurah"):
        assert words in page.text
    assert "Disimpan terkunci kontak, orang yang dilaporkan" in page.text


def test_of_a_confidential_report_readings_are_told_without_names(
    resident: Resident, staff: Staff
) -> None:
    code = followed(resident, "A12")
    assert "Belum ada petugas yang membukanya." in resident.open("/lacak/data").text
    actor_id = uuid4()
    triage.record_reading(
        staff.session,
        staff.ticket(code),
        actor_id=actor_id,
        now=datetime(2026, 3, 17, 5, 0, tzinfo=UTC),
    )
    page = resident.open("/lacak/data")
    assert "Isi laporan dibuka petugas yang ditunjuk" in page.text
    assert str(actor_id) not in page.response.text
    assert str(actor_id) not in json.dumps(data_of(resident))


def test_a_contact_is_corrected_and_the_event_tells_only_which_kinds(
    resident: Resident, staff: Staff, session: Session
) -> None:
    code = followed(resident)
    page = resident.press(resident.open("/lacak/data"), "/lacak/data/kontak", **CONTACT)
    assert "Kontak Anda sudah diubah." in page.text
    assert data_of(resident)["contact"] == {
        "name": "Budi Santoso",
        "email": "budi@warga.example",
        "phone": "081234567890",
    }
    query = select(Event).where(Event.stream_id == staff.ticket(code).id)
    last = session.scalars(query.order_by(Event.seq.desc())).first()
    assert last is not None
    assert last.type == "contact_changed"
    assert last.payload == {"kinds": ["name", "email", "phone"], "has_new_email": True}


def test_consent_to_be_contacted_is_withdrawn_with_one_button(
    resident: Resident, session: Session
) -> None:
    followed(resident, **CONTACT)
    page = resident.press(resident.open("/lacak/data"), "/lacak/data/kontak", remove="1")
    assert "Kami tidak akan menghubungi Anda lagi." in page.text
    assert session.scalars(select(Report.contact_sealed)).all() == [None]
    assert set(dict(data_of(resident)["contact"]).values()) == {None}  # type: ignore[call-overload]


def test_a_contact_is_changed_ten_times_at_most_but_removed_always(resident: Resident) -> None:
    followed(resident)
    for number in range(10):
        page = resident.open("/lacak/data")
        name = f"Budi {number}"
        assert resident.press(page, "/lacak/data/kontak", contact_name=name).status == 200
    page = resident.open("/lacak/data")
    refused = resident.press(page, "/lacak/data/kontak", contact_name="Budi lagi")
    assert refused.status == 429
    assert "Kontak sudah 10 kali diubah" in refused.text
    assert "sudah dihapus" in resident.press(page, "/lacak/data/kontak", remove="1").text


@pytest.mark.parametrize(
    ("field", "typed"),
    [("contact_email", "bukan alamat"), ("contact_email", "a" * 300), ("contact_phone", "0" * 40)],
)
def test_a_contact_that_does_not_fit_is_said_and_kept(
    resident: Resident, session: Session, field: str, typed: str
) -> None:
    followed(resident)
    refused = resident.press(
        resident.open("/lacak/data"), "/lacak/data/kontak", contact_name="Budi", **{field: typed}
    )
    assert refused.status == 422
    assert f"{field}-fault" in refused.ids
    assert refused.form("/lacak/data/kontak").value(field) == typed
    assert refused.form("/lacak/data/kontak").value("contact_name") == "Budi"
    assert session.scalars(select(Report.contact_sealed)).all() == [None]


@pytest.mark.parametrize("address", ACTS)
def test_a_link_from_a_mail_is_not_enough(
    resident: Resident, session: Session, address: str
) -> None:
    code, secret = receipt_of(resident.report(**CONTACT))
    opened_by_link(resident, path_of(id_of(session, code)))
    page = resident.open(address)
    assert "kami perlu kata rahasia" in page.text
    assert "Budi" not in page.response.text
    shown = resident.press(page, "/lacak", code=code, secret=secret)
    assert shown.status == 200
    assert resident.open(address).forms


@pytest.mark.parametrize("address", ACTS)
def test_a_stranger_gets_the_same_as_always(resident: Resident, address: str) -> None:
    assert resident.open(address).response.headers["Location"] == "/lacak"


def test_before_erasing_it_says_what_goes_what_stays_and_that_nothing_brings_it_back(
    resident: Resident, staff: Staff
) -> None:
    code = followed(resident)
    assert "/lacak/hapus" in resident.open("/lacak/data").links
    page = resident.open("/lacak/hapus")
    for words in ("Yang hilang untuk selamanya", "Yang tetap", "tidak dapat dibatalkan"):
        assert words in page.text
    assert "penanganannya berhenti" in page.text
    assert staff.ticket(code).state == State.NEW


def test_erasing_a_settled_report_leaves_its_state(resident: Resident, staff: Staff) -> None:
    code = followed(resident)
    staff.release(code)
    staff.move(code, State.VERIFIED, State.IN_PROGRESS, State.RESOLVED)
    resident.press(resident.open("/lacak/hapus"), "/lacak/hapus")
    assert staff.ticket(code).state == State.RESOLVED
    assert resident.open(f"/laporan/{code}").status == 404


def test_what_was_erased_is_not_released_again(resident: Resident, staff: Staff) -> None:
    code = followed(resident)
    staff.move(code, State.VERIFIED, State.IN_PROGRESS, State.RESOLVED)
    resident.press(resident.open("/lacak/hapus"), "/lacak/hapus")
    with pytest.raises(Withdrawn):
        staff.release(code)


def test_pressed_twice_erases_once(resident: Resident) -> None:
    followed(resident)
    page = resident.open("/lacak/hapus")
    first: Page = resident.press(page, "/lacak/hapus")
    assert "Data Anda sudah kami hapus" in first.text
    assert resident.send(page, "/lacak/hapus").headers["Location"] == "/lacak"


@pytest.mark.parametrize(
    "action", ["/lacak/hapus", "/lacak/data/kontak", "/lacak/data/unduh", "/lacak/tambah"]
)
def test_a_foreign_page_can_press_nothing(
    resident: Resident, session: Session, action: str
) -> None:
    followed(resident)
    assert resident.client.post(action, data={"remove": "1"}).status_code == 403
    assert session.scalars(select(Report.erased_at)).all() == [None]
