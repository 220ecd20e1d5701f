"""`/petugas/inovasi`: a record on its way from a draft to the public."""

import io
from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.identity.rules import Grant, Role
from citizenreport.jobs.forgetting import sweep_files
from citizenreport.ledger.models import Event
from citizenreport.programme.models import Innovation, InnovationFile, PublishedInnovation
from citizenreport.web.context import current_storage
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.innovations import (
    GIVEN,
    LIST,
    NEW,
    PDF,
    endorsed,
    step,
    upload,
    write,
)
from tests.doors.console.people import ADMIN, ANALYST, DESK, PARKS, ROADS

HEAD = Grant(role=Role.AGENCY_LEAD, agency_code="roads")


@pytest.fixture
def agency(desk: Desk) -> Visitor:
    return desk.person(ROADS, username="jalan", name="Petugas Jalan")


@pytest.fixture
def head(desk: Desk) -> Visitor:
    return desk.person(HEAD, username="kepala", name="Kepala Jalan")


@pytest.fixture
def city(desk: Desk) -> Visitor:
    return desk.person(DESK, username="meja", name="Meja Kota")


def rows(session: Session) -> list[Innovation]:
    session.expire_all()
    return list(session.scalars(select(Innovation)))


def test_a_record_goes_its_way_by_role_and_its_history_tells_who(
    desk: Desk, agency: Visitor, head: Visitor, city: Visitor, session: Session, client: FlaskClient
) -> None:
    page = endorsed(desk, agency, head, city)
    assert step(city, page, "published").status_code == 303
    [row] = rows(session)
    assert (row.phase, row.version, row.novelty_decision) == ("published", 6, "new")
    shown = city.get(page).text
    for words in ("Petugas Jalan", "Kepala Jalan", "Meja Kota", "Caranya baru."):
        assert words in shown
    events = session.scalars(select(Event).where(Event.stream_id == row.id).order_by(Event.seq))
    told = [(e.type, e.payload.get("to")) for e in events]
    assert told == [
        ("innovation_created", None),
        *[
            ("innovation_moved", to)
            for to in ("submitted", "validated", "approved", "endorsed", "published")
        ],
    ]
    public = client.get(f"/inovasi/{row.slug}").text
    assert "Tiga ratus lubang tertutup." in public
    assert "Tambal Cepat" in client.get("/inovasi?tahun=2026&instansi=roads&tahap=trial").text
    assert "Tambal Cepat" not in client.get("/inovasi?tahap=applied").text


def test_nothing_is_public_before_it_is_published_nor_after_it_is_withdrawn(
    desk: Desk, agency: Visitor, head: Visitor, city: Visitor, session: Session, client: FlaskClient
) -> None:
    page = endorsed(desk, agency, head, city)
    empty = client.get("/inovasi").text
    assert "Tambal Cepat" not in empty
    step(city, page, "published")
    slug = rows(session)[0].slug
    assert client.get(f"/inovasi/{slug}").status_code == 200
    refused = step(city, page, "withdrawn")
    assert refused.status_code == 422
    assert client.get(f"/inovasi/{slug}").status_code == 200
    assert step(city, page, "withdrawn", reason="Datanya keliru.").status_code == 303
    assert client.get(f"/inovasi/{slug}").status_code == 404
    assert session.scalars(select(PublishedInnovation)).all() == []
    assert "Tambal Cepat" not in client.get("/inovasi").text


def test_two_heads_at_once_one_wins_and_the_other_is_told(
    desk: Desk, agency: Visitor, head: Visitor, city: Visitor, session: Session
) -> None:
    page = write(agency)
    step(agency, page, "submitted")
    step(city, page, "validated", novelty="new")
    step(city, page, "approved")
    seen = {"version": "4", "target": "endorsed", "reason": "Setuju sekali."}
    second = desk.person(HEAD, username="wakil", name="Wakil Kepala")
    assert head.send(f"{page}/langkah", page=page, **seen).status_code == 303
    beaten = second.send(f"{page}/langkah", page="/petugas", **seen)
    assert beaten.status_code == 409
    assert "Orang lain mengubah catatan ini lebih dulu." in beaten.text
    assert "Disahkan pimpinan" in beaten.text  # how it is now
    assert "Kepala Jalan" in beaten.text  # and who it was
    assert [row.version for row in rows(session)] == [5]


def test_what_is_refused_comes_back_as_it_was_typed(agency: Visitor, session: Session) -> None:
    for changes, field in (
        ({"agency_code": ""}, "agency_code"),
        ({"agency_code": "parks"}, "agency_code"),
        ({"trial_on": "2026-05-02", "applied_on": "2026-05-01"}, "applied_on"),
        ({"video_url": "javascript:alert(1)"}, "video_url"),
        ({"year": "1999"}, "year"),
    ):
        refused = agency.send(NEW, page=NEW, **{**GIVEN, **changes})
        assert refused.status_code == 422, changes
        assert f'href="#{field}"' in refused.text
        assert GIVEN["problem"] in refused.text
        assert "Tambal Cepat" in refused.text
        assert 'value="pothole" checked' in refused.text
    assert rows(session) == []


def test_a_form_sent_twice_makes_one_record(agency: Visitor, session: Session) -> None:
    same = {**GIVEN, "id": str(UUID(int=7))}
    for _ in range(2):
        assert agency.send(NEW, page=NEW, **same).status_code == 303
    assert [row.id for row in rows(session)] == [UUID(int=7)]
    assert len(session.scalars(select(Event).where(Event.stream_id == UUID(int=7))).all()) == 1


def test_a_short_design_is_kept_and_not_submitted(agency: Visitor, session: Session) -> None:
    page = write(agency, problem="Pendek.", advantage="Pendek.")
    refused = step(agency, page, "submitted")
    assert refused.status_code == 422
    assert "Rancang bangun belum 300 kata." in refused.text
    assert rows(session)[0].phase == "draft"
    assert agency.send(f"{page}/ubah", page=f"{page}/ubah", **GIVEN, version="1").status_code == 303
    assert step(agency, page, "submitted").status_code == 303


def test_a_draft_that_somebody_else_changed_is_not_written_over(
    agency: Visitor, head: Visitor, session: Session
) -> None:
    page = write(agency)
    form = f"{page}/ubah"
    mine, other = ({**GIVEN, "version": "1", "aim": aim} for aim in ("Satu.", "Dua."))
    assert agency.send(form, page=form, **mine).status_code == 303
    beaten = head.send(form, page=form, **other)
    assert beaten.status_code == 409
    assert "Dua." in beaten.text
    assert rows(session)[0].aim == "Satu."


def test_a_submitted_record_is_changed_only_after_it_was_sent_back(
    agency: Visitor, city: Visitor
) -> None:
    page = write(agency)
    step(agency, page, "submitted")
    refused = agency.send(f"{page}/ubah", page=f"{page}/ubah", **GIVEN, version="2")
    assert refused.status_code == 409
    assert "Minta dikembalikan dulu." in refused.text
    assert step(city, page, "revise", reason="Tambahkan dasar hukum.").status_code == 303
    assert "Tambahkan dasar hukum." in agency.get(page).text
    again = agency.send(f"{page}/ubah", page=f"{page}/ubah", **GIVEN, version="3")
    assert again.status_code == 303


def test_drafts_are_their_agencys_and_the_citys(desk: Desk, agency: Visitor, city: Visitor) -> None:
    page = write(agency)
    other = desk.person(PARKS, username="taman", name="Taman")
    assert other.get(page).status_code == 404
    assert "Tambal Cepat" not in other.get(LIST).text
    assert step(other, "/petugas/akun", "submitted").status_code == 404
    analyst = desk.person(ANALYST, username="analis", name="Analis")
    for visitor in (city, analyst):
        assert visitor.get(page).status_code == 200
        assert "Tambal Cepat" in visitor.get(LIST).text
    assert step(analyst, page, "submitted").status_code == 403
    assert desk.person(ADMIN, username="admin", name="Admin").get(LIST).status_code == 403


def picture() -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Kamera Rahasia"
    Image.new("RGB", (900, 600), "teal").save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_files_are_checked_kept_and_shown_where_they_may_be(
    desk: Desk, agency: Visitor, head: Visitor, city: Visitor, session: Session, client: FlaskClient
) -> None:
    page = write(agency)
    for content in (b"", b"MZ\x90", b"%PDF-1.7 cut"):
        refused = upload(agency, page, content)
        assert refused.status_code == 422
        assert 'href="#file"' in refused.text
        assert "SK Kepala Dinas" in refused.text  # the title that was typed
    assert upload(agency, page, b"not a picture", kind="photo").status_code == 422
    assert session.scalars(select(InnovationFile)).all() == []
    assert upload(agency, page, PDF).status_code == 303
    photo = {"kind": "photo", "title": "Lubang", "is_public": "ya"}
    assert upload(agency, page, picture(), **photo).status_code == 303
    paper, shown = session.scalars(select(InnovationFile).order_by(InnovationFile.id))
    assert agency.get(f"{page}/berkas/{paper.id}").data == PDF
    assert b"Kamera Rahasia" not in agency.get(f"{page}/berkas/{shown.id}").data
    sweep_files(current_storage(), now=utcnow() + timedelta(days=2))
    assert agency.get(f"{page}/berkas/{paper.id}").status_code == 200
    step(agency, page, "submitted")
    step(city, page, "validated", novelty="new")
    step(city, page, "approved")
    step(head, page, "endorsed")
    step(city, page, "published")
    public = client.get(f"/inovasi/{rows(session)[0].slug}").text
    assert "SK Kepala Dinas" not in public
    address = public.partition('src="/inovasi/berkas/')[2].partition('"')[0]
    assert client.get(f"/inovasi/berkas/{address}").mimetype == "image/jpeg"
    assert client.get(f"{page}/berkas/{shown.id}").status_code == 303  # to the login


def test_a_file_leaves_a_draft(agency: Visitor, session: Session) -> None:
    page = write(agency)
    upload(agency, page, PDF)
    [file] = session.scalars(select(InnovationFile))
    key = file.storage_key
    assert agency.send(f"{page}/berkas/{file.id}/hapus", page=page).status_code == 303
    assert session.scalars(select(InnovationFile)).all() == []
    sweep_files(current_storage(), now=utcnow() + timedelta(days=2))
    assert not current_storage().exists(key)
    assert agency.get(f"{page}/berkas/{file.id}").status_code == 404


def test_something_huge_is_refused_before_it_is_read(agency: Visitor, session: Session) -> None:
    page = write(agency)
    refused = agency.client.post(
        f"{page}/berkas",
        data=b"--a\r\n",
        content_type="multipart/form-data; boundary=a",
        environ_overrides={"CONTENT_LENGTH": "200000000"},
    )
    assert refused.status_code == 413
    assert session.scalars(select(InnovationFile)).all() == []
    assert "Tambal Cepat" in agency.get(page).text  # the record is as it was
