"""`/petugas/rilis`: asked for, prepared by the worker, agreed to by two, released when its time has come."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.jobs.snapshots import prepare_snapshot
from citizenreport.publication.snapshots.models import Snapshot, SnapshotOrder
from tests.doors.console.conftest import Desk, Visitor, desk, town  # noqa: F401
from tests.doors.console.people import ANALYST, DESK, ROADS
from tests.releases import done, own_folders
from tests.rooms.indicators.histories import History
from tests.rooms.indicators.stored import store

PAGE = "/petugas/rilis"
PERIOD = "2026-03"


@pytest.fixture(autouse=True)
def folders(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_folders(app, tmp_path, monkeypatch)


@pytest.fixture
def first(desk: Desk) -> Visitor:  # noqa: F811
    return desk.person(DESK)


@pytest.fixture
def second(desk: Desk) -> Visitor:  # noqa: F811
    return desk.person(ANALYST, username="budi.santoso", name="Budi")


def prepared(session: Session, visitor: Visitor) -> None:
    """Ask for the snapshot in the console and do what the worker does."""
    store(session, History("2026-03-02").released("2026-03-03").settled("2026-03-10").events)
    session.commit()
    answer = visitor.send(PAGE, page=PAGE, period=PERIOD, reason="")
    assert answer.status_code == 303
    prepare_snapshot(order_id=str(session.scalars(select(SnapshotOrder.id)).one()))


def test_two_people_agree_and_the_release_command_publishes(
    app: Flask, session: Session, first: Visitor, second: Visitor
) -> None:
    prepared(session, first)
    done(app, "keys", "make", "satu", "--holder", "Walidata")
    done(app, "keys", "make", "dua", "--holder", "Kepala")
    assert done(app, "release") == "Nothing is due.\n"
    assert "ringkasan-id.pdf" in first.get(f"{PAGE}/1").text
    assert first.get(f"{PAGE}/1/nilai.csv").status_code == 200
    assert first.get("/indikator/rilis/1").status_code == 404
    assert first.send(f"{PAGE}/1/setuju", page=f"{PAGE}/1").status_code == 303
    again = first.send(f"{PAGE}/1/setuju", page=f"{PAGE}/1")
    assert again.status_code == 409
    assert "Persetujuan kedua harus dari orang lain" in again.text
    assert done(app, "release") == "Nothing is due.\n"
    assert second.send(f"{PAGE}/1/setuju", page=f"{PAGE}/1").status_code == 303
    assert done(app, "release") == "Snapshot 1 published.\n"
    public = first.get("/indikator/rilis/1")
    assert public.status_code == 200
    assert "Walidata" in public.text


def test_before_its_time_nothing_goes_out(
    app: Flask, session: Session, first: Visitor, second: Visitor
) -> None:
    prepared(session, first)
    page = f"{PAGE}/1"
    past = first.send(f"{page}/waktu", page=page, publish_from="2020-01-01T10:00")
    assert past.status_code in {400, 422}
    assert 'value="2020-01-01T10:00"' in past.text
    assert (
        "Tulis tanggal dan jam" in first.send(f"{page}/waktu", page=page, publish_from="besok").text
    )
    later = (utcnow() + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")
    assert first.send(f"{page}/waktu", page=page, publish_from=later).status_code == 303
    for visitor in (first, second):
        visitor.send(f"{page}/setuju", page=page)
    assert done(app, "release") == "Nothing is due.\n"


def test_what_was_given_up_never_goes_out(
    app: Flask, session: Session, first: Visitor, second: Visitor
) -> None:
    prepared(session, first)
    page = f"{PAGE}/1"
    assert first.send(f"{page}/batal", page=page).status_code == 303
    assert second.send(f"{page}/setuju", page=PAGE).status_code == 409
    assert session.scalars(select(Snapshot.state)).all() == ["given_up"]


def test_what_stands_against_it_is_told_and_nothing_typed_is_lost(
    app: Flask, session: Session, first: Visitor
) -> None:
    wrong = first.send(PAGE, page=PAGE, period="2026-Q9", reason="Salah hitung.")
    assert "Tulis periode sebagai" in wrong.text
    assert 'value="2026-Q9"' in wrong.text
    assert "Salah hitung." in wrong.text
    ahead = first.send(PAGE, page=PAGE, period="2099", reason="")
    assert "Periode ini belum berakhir" in ahead.text
    assert first.send(PAGE, page=PAGE, period="2020-01", reason="").status_code == 303
    prepare_snapshot(order_id=str(session.scalars(select(SnapshotOrder.id)).one()))
    assert "Belum ada angka untuk periode ini" in first.get(PAGE).text


def test_agencies_do_not_see_what_is_under_embargo(
    app: Flask,
    session: Session,
    desk: Desk,  # noqa: F811
    first: Visitor,
) -> None:
    prepared(session, first)
    officer = desk.person(ROADS, username="joko.susilo", name="Joko")
    assert officer.get(PAGE).status_code == 403
    assert officer.get(f"{PAGE}/1/nilai.csv").status_code == 403
    assert first.get(f"{PAGE}/1/..%2fx.json").status_code == 404
    assert first.get(f"{PAGE}/9/nilai.csv").status_code == 404
