"""`/petugas/piket` and `citizenreport duty import`: who is on call, and when nobody is."""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.commands.duty import duty
from citizenreport.core.clock import utcnow
from citizenreport.duty.models import DutyShift
from citizenreport.duty.shifts import Span, gaps
from citizenreport.identity.models import Staff
from citizenreport.identity.rules import Grant, Role
from citizenreport.identity.service import deactivate
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import ADMIN, ANALYST, DESK, INSPECTOR, PARKS, ROADS
from tests.identity.factories import make_staff

ROSTER = "/petugas/piket"
LEAD = Grant(role=Role.AGENCY_LEAD, agency_code="roads")
HOUR = timedelta(hours=1)
START = utcnow()  # one instant for all: a minute may end between two questions


@pytest.fixture
def lead(desk: Desk) -> Visitor:
    return desk.person(LEAD, username="bu.ratna", name="Ratna")


@pytest.fixture
def budi(session: Session, desk: Desk) -> Staff:
    return make_staff(session, "budi", ROADS, name="Budi")


@pytest.fixture
def wati(session: Session, desk: Desk) -> Staff:
    return make_staff(session, "wati", ROADS, name="Wati")


def at(hours: float) -> str:
    """Return a time so many hours from now as the form sends it: the city's clocks."""
    return (START + timedelta(hours=7) + hours * HOUR).strftime("%Y-%m-%dT%H:%M")


def enter(visitor: Visitor, staff: Staff, start: float, end: float, **fields: str):  # type: ignore[no-untyped-def]
    given = {"staff_id": str(staff.id), "rank": "0", "agency_code": "roads", "weeks": "1"}
    times = {"starts_at": at(start), "ends_at": at(end)}
    return visitor.send(ROSTER, page=ROSTER, **(given | times | fields))


def shifts(session: Session) -> list[DutyShift]:
    session.expire_all()
    return list(session.scalars(select(DutyShift).order_by(DutyShift.starts_at, DutyShift.rank)))


class TestEntering:
    def test_a_lead_enters_a_shift_in_the_citys_time(
        self, lead: Visitor, session: Session, budi: Staff
    ) -> None:
        assert enter(lead, budi, 1, 9).status_code == 303
        (shift,) = shifts(session)
        assert (shift.agency_code, shift.staff_id, shift.rank) == ("roads", budi.id, 0)
        assert shift.starts_at == (START + HOUR).replace(second=0, microsecond=0)
        page = lead.get(ROSTER).text
        assert "Budi" in page
        assert "Petugas piket" in page

    def test_one_entry_may_stand_for_several_weeks(
        self, lead: Visitor, session: Session, budi: Staff
    ) -> None:
        enter(lead, budi, 1, 9, weeks="4")
        starts = [shift.starts_at for shift in shifts(session)]
        assert [later - starts[0] for later in starts] == [timedelta(weeks=n) for n in range(4)]

    def test_a_clash_is_refused_with_the_time_in_the_way_and_keeps_what_was_typed(
        self, lead: Visitor, session: Session, budi: Staff, wati: Staff
    ) -> None:
        enter(lead, budi, 1, 9)
        answer = enter(lead, wati, 8, 12)
        assert answer.status_code == 409
        assert "Bertabrakan dengan jadwal yang sudah ada: Petugas piket" in answer.text
        assert f'value="{at(8)}"' in answer.text
        assert len(shifts(session)) == 1

    def test_one_week_in_the_way_and_none_is_stored(
        self, lead: Visitor, session: Session, budi: Staff, wati: Staff
    ) -> None:
        enter(lead, budi, 1 + 7 * 24, 9 + 7 * 24)
        assert enter(lead, wati, 1, 9, weeks="2").status_code == 409
        assert len(shifts(session)) == 1

    def test_nobody_is_their_own_substitute(self, lead: Visitor, budi: Staff, wati: Staff) -> None:
        enter(lead, budi, 1, 9)
        assert enter(lead, budi, 1, 9, rank="1").status_code == 409
        assert enter(lead, wati, 1, 9, rank="1").status_code == 303

    def test_shifts_may_touch(self, lead: Visitor, budi: Staff, wati: Staff) -> None:
        enter(lead, budi, 1, 9)
        assert enter(lead, wati, 9, 17).status_code == 303

    @pytest.mark.parametrize(
        ("fields", "word"),
        [
            ({"ends_at": "2020-01-01T10:00"}, "Waktu selesai"),
            ({"ends_at": "besok"}, "Waktu selesai"),
            ({"rank": "6"}, "pengganti ke-1"),
            ({"rank": "٣"}, "pengganti ke-1"),
            ({"weeks": "27"}, "26 pekan"),
            ({"weeks": "-1"}, "26 pekan"),
            ({"staff_id": "siapa"}, "Petugas ini"),
            ({"staff_id": str(uuid4())}, "Petugas ini"),
        ],
    )
    def test_what_cannot_be_is_said_in_words(
        self, lead: Visitor, session: Session, budi: Staff, fields: dict[str, str], word: str
    ) -> None:
        answer = enter(lead, budi, 1, 9, **fields)
        assert answer.status_code == 422
        assert word in answer.text
        assert shifts(session) == []

    def test_a_stranger_to_the_agency_is_not_on_duty_for_it(
        self, lead: Visitor, session: Session
    ) -> None:
        stranger = make_staff(session, "tono", PARKS, name="Tono")
        assert enter(lead, stranger, 1, 9).status_code == 422


class TestChanging:
    def change(self, lead: Visitor, shift: DutyShift, **fields: str):  # type: ignore[no-untyped-def]
        page = f"{ROSTER}/{shift.id}"
        given = {
            "staff_id": str(shift.staff_id),
            "rank": "0",
            "starts_at": at(2),
            "ends_at": at(10),
            "seen": str(shift.version),
        }
        return lead.send(page, page=page, **(given | fields))

    def test_a_shift_is_changed_and_removed(
        self, lead: Visitor, session: Session, budi: Staff, wati: Staff
    ) -> None:
        enter(lead, budi, 1, 9)
        (shift,) = shifts(session)
        assert self.change(lead, shift, staff_id=str(wati.id)).status_code == 303
        (shift,) = shifts(session)
        assert (shift.staff_id, shift.version) == (wati.id, 2)
        page = f"{ROSTER}/{shift.id}"
        assert lead.send(f"{page}/hapus", page=page, seen="2").status_code == 303
        assert shifts(session) == []

    def test_who_saw_an_older_one_changes_nothing(
        self, lead: Visitor, session: Session, budi: Staff
    ) -> None:
        enter(lead, budi, 1, 9)
        (shift,) = shifts(session)
        self.change(lead, shift)
        answer = self.change(lead, shift, seen="1", ends_at=at(20))
        assert answer.status_code == 409
        assert "sudah diubah orang lain" in answer.text
        assert f'value="{at(20)}"' in answer.text

    def test_another_agencys_shift_is_not_there(
        self, desk: Desk, lead: Visitor, session: Session, budi: Staff
    ) -> None:
        enter(lead, budi, 1, 9)
        (shift,) = shifts(session)
        other = desk.person(
            Grant(role=Role.AGENCY_LEAD, agency_code="parks"), username="pak.joko", name="Joko"
        )
        page = f"{ROSTER}/{shift.id}"
        assert other.get(page).status_code == 404
        assert other.send(page, page=ROSTER, seen="1").status_code == 404
        assert other.send(f"{page}/hapus", page=ROSTER, seen="1").status_code == 404
        assert other.get(f"{ROSTER}?instansi=roads").status_code == 404
        assert enter(other, budi, 20, 30).status_code == 404


class TestSeeing:
    def test_gaps_are_shown_and_closed(self, lead: Visitor, budi: Staff) -> None:
        assert "Kosong dalam 14 hari" in lead.get(ROSTER).text
        enter(lead, budi, -1, 7 * 24 - 1, weeks="3")
        assert "Tidak ada waktu kosong" in lead.get(ROSTER).text

    def test_whose_account_is_closed_is_marked(
        self, lead: Visitor, session: Session, budi: Staff
    ) -> None:
        enter(lead, budi, 1, 9)
        deactivate(session, budi)
        session.commit()
        assert "akun ditutup" in lead.get(ROSTER).text

    def test_officers_look_and_do_not_enter(self, desk: Desk, lead: Visitor, budi: Staff) -> None:
        enter(lead, budi, 1, 9)
        officer = desk.person(ROADS, username="sri.lestari")
        page = officer.get(ROSTER).text
        assert "Budi" in page
        assert "Tambah jadwal" not in page
        assert enter(officer, budi, 20, 30).status_code == 403

    @pytest.mark.parametrize(
        ("grant", "status"), [(INSPECTOR, 403), (ADMIN, 403), (ANALYST, 403), (DESK, 200)]
    )
    def test_who_has_no_agency_has_no_roster(self, desk: Desk, grant: Grant, status: int) -> None:
        assert desk.person(grant).get(ROSTER).status_code == status

    def test_gaps_are_what_nothing_covers(self) -> None:
        now = datetime.fromisoformat("2026-11-16T00:00+00:00")

        def span(start: int, end: int) -> Span:
            return Span(starts_at=now + start * HOUR, ends_at=now + end * HOUR)

        covered = [span(8, 10), span(-5, 2), span(1, 4), span(9, 12), span(30, 40)]
        assert gaps(covered, span(0, 24)) == [span(4, 8), span(12, 24)]
        assert gaps([], span(0, 24)) == [span(0, 24)]


class TestImport:
    def run(self, app: Flask, folder: Path, *rows: str, args: tuple[str, ...] = ()):  # type: ignore[no-untyped-def]
        file = folder / "piket.csv"
        file.write_text("\n".join(["agency_code,username,rank,starts_at,ends_at", *rows]))
        return app.test_cli_runner().invoke(duty, ["import", str(file), *args])

    def rows(self) -> tuple[str, str]:
        start, end = (at(hours).replace("T", " ") for hours in (1, 9))
        return f"roads,budi,0,{start},{end}", f"roads,wati,1,{start},{end}"

    def test_a_spreadsheet_is_entered(
        self, app: Flask, town: City, session: Session, budi: Staff, wati: Staff, tmp_path: Path
    ) -> None:
        outcome = self.run(app, tmp_path, *self.rows())
        assert outcome.exit_code == 0, outcome.output
        assert [shift.staff_id for shift in shifts(session)] == [budi.id, wati.id]

    def test_one_bad_row_and_nothing_is_stored(
        self, app: Flask, town: City, session: Session, budi: Staff, wati: Staff, tmp_path: Path
    ) -> None:
        one, _ = self.rows()
        bad = (
            one,
            "roads,nobody,0,2026-12-01 07:00,2026-12-01 19:00",
            "xx,budi,0,a,b",
            "roads,budi,x",
        )
        outcome = self.run(app, tmp_path, one, *bad)
        assert outcome.exit_code == 1
        for word in ("row 3: shift-clash", "row 4: no such username", "row 5: no such agency_code"):
            assert word in outcome.output
        assert shifts(session) == []

    def test_a_dry_run_stores_nothing(
        self, app: Flask, town: City, session: Session, budi: Staff, wati: Staff, tmp_path: Path
    ) -> None:
        outcome = self.run(app, tmp_path, *self.rows(), args=("--dry-run",))
        assert outcome.output == "2 shifts could be entered.\n"
        assert shifts(session) == []
