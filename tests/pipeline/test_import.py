"""The importer against the database: histories, repeats, newer snapshots, interruptions."""

import csv
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from shapely import box
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, HandlerLine, ProtectionClass, Visibility
from citizenreport.core.clock import utcnow
from citizenreport.core.keys import KeyRing
from citizenreport.indicators.queries import folded
from citizenreport.intake.models import Report, ReportKey
from citizenreport.intake.queries import data_key_of, description_of
from citizenreport.ledger.audit import verify
from citizenreport.ledger.models import Event
from citizenreport.ledger.queries import undispatched, walk
from citizenreport.pipeline.import_ import judge
from citizenreport.pipeline.importing.cells import Row
from citizenreport.pipeline.importing.clocks import routed
from citizenreport.pipeline.importing.mapping import read_mapping
from citizenreport.pipeline.importing.run import OTHER_VISIBILITY, Run
from citizenreport.pipeline.importing.tickets import TABLES, Rows, make_pattern, make_rows
from citizenreport.pipeline.release import TextRelease, release_report
from citizenreport.pipeline.submit import StaleCity
from citizenreport.publication.models import PublishedReport
from citizenreport.publication.rules import ReleaseState
from citizenreport.routing.models import Assignment
from citizenreport.triage import service as triage
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import Act
from citizenreport.triage.states import Party, State
from citizenreport.web.context import current_storage
from tests.imports import import_file, loaded, make_keys
from tests.made_cities import category, city_of
from tests.shared_data import shared_data

WIB = ZoneInfo("Asia/Jakarta")
MAPPING = """
source = "old"
[external_id]
column = "id"
[category]
column = "kind"
values = { light = "LAMP", hole = "ROAD", harm = "HARM" }
[position]
lon = "lon"
lat = "lat"
default_points = [[110.5, -7.5]]
[times]
submitted = "opened"
verified = "seen"
closed = "closed"
reopened = "again"
deadline = "due"
[status]
column = "status"
values = { open = "new", work = "in_progress", done = "closed", gone = "archived" }
[agency]
column = "body"
values = { works = "WORKS", lights = "LIGHTS" }
[duplicate_of]
column = "same_as"
[visibility]
column = "seen_by"
values = { all = "public", some = "restricted", few = "confidential" }
[description]
column = "text"
"""
FIRST = {
    "kind": "light",
    "lon": "110.2",
    "lat": "-7.2",
    "opened": "2024-05-02 10:00:00",
    "text": "Lampu padam",
}
COLUMNS = ["id", *FIRST, "seen", "closed", "again", "due", "status", "body", "same_as", "seen_by"]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    return make_keys(tmp_path_factory.mktemp("keys") / "set")


@pytest.fixture
def city(session: Session, town: City) -> City:
    return loaded(session, town)


@pytest.fixture(scope="module")
def town() -> City:
    handler = HandlerLine(
        protection_class=ProtectionClass.VIOLENCE,
        agency_code="CARE",
        positions=("A", "B"),
        escalation=("INSPECT",),
    )
    return city_of(
        {"WEST": box(110, -8, 110.4, -7), "EAST": box(110.4, -8, 111, -7)},
        metric_crs=32749,
        zone="Asia/Jakarta",
        categories=[
            category("LAMP"),
            category("ROAD", "LIGHTS"),
            category(
                "HARM",
                "CARE",
                visibility=Visibility.CONFIDENTIAL,
                protection_class=ProtectionClass.VIOLENCE,
            ),
        ],
        agencies=("WORKS", "LIGHTS", "CARE"),
        handlers=(handler,),
    )


def write(path: Path, rows: Iterable[dict[str, str]]) -> Path:
    """Write rows that differ from FIRST in what they give; ids are numbered where not given."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.DictWriter(file, COLUMNS)
        lines.writeheader()
        lines.writerows({"id": f"R{n}", **FIRST, **row} for n, row in enumerate(rows, start=1))
    return path


def ticket_of(session: Session, external_id: str) -> Ticket:
    session.expire_all()
    return session.scalars(
        select(Ticket)
        .join(Report, Report.id == Ticket.report_id)
        .where(Report.external_source == "old", Report.external_id == external_id)
    ).one()


def history(session: Session, ticket_id: UUID) -> list[Event]:
    return list(
        session.scalars(select(Event).where(Event.stream_id == ticket_id).order_by(Event.seq))
    )


def at(hour: int, day: int = 2) -> datetime:
    """Return an hour of a day in May 2024, WIB."""
    return datetime(2024, 5, day, hour, tzinfo=WIB).astimezone(UTC)


def counts(session: Session) -> tuple[int, ...]:
    tables = (Report, Assignment, Ticket, Event)
    return tuple(session.scalar(select(func.count()).select_from(t)) or 0 for t in tables)


def test_a_report_arrives_with_ticket_routing_and_history(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    before = utcnow()
    row = {"seen": "2024-05-02 12:00:00", "closed": "2024-05-03 09:00:00", "status": "done"}
    run, rejected = import_file(write(tmp_path / "a.csv", [row]), MAPPING, city, keys)
    assert (run.tally.added, rejected) == (1, [])
    ticket = ticket_of(session, "R1")
    report = session.get_one(Report, ticket.report_id)
    assert (report.description, report.channel, report.area_code) == (
        "Lampu padam",
        "impor",
        "WEST",
    )
    assert report.position is not None
    assert (report.position.lon, report.position.lat) == (110.2, -7.2)
    assert report.submitted_at == ticket.submitted_at == at(10)
    assert report.secret_hmac is None
    assert (ticket.agency_code, ticket.area_code, ticket.state) == ("WORKS", "WEST", "closed")
    assert ticket.verified_at == at(12)
    assert ticket.settled_at == ticket.closed_at == at(9, day=3)
    assert ticket.version == 3
    assignment = session.get_one(Assignment, ticket.assignment_id)
    assert (assignment.decided_by, assignment.rule_id) == ("rule", "R-LAMP")
    events = history(session, ticket.id)
    assert [event.type for event in events] == ["opened", "state_changed", "state_changed"]
    assert [event.occurred_at for event in events] == [at(10), at(12), at(9, 3)]
    assert all(event.recorded_at >= before for event in events)
    assert [event.payload.get("to") for event in events] == [None, "verified", "closed"]
    assert events[0].payload["submitted_at"] == at(10).isoformat()
    assert events[0].payload["report_id"] == str(report.id)
    assert events[1].payload["settlement_due_at"] == ticket.settlement_due_at.isoformat()


def test_what_arrives_is_what_intake_would_have_made(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    """The same deadlines, from the same calendar: computed once a day there, once a report here."""
    import_file(
        write(tmp_path / "a.csv", [{}, {"seen": "2024-05-08 12:00:00"}]), MAPPING, city, keys
    )
    plain, verified = ticket_of(session, "R1"), ticket_of(session, "R2")
    lamp = city.categories["LAMP"]
    due = triage.deadlines(
        city.calendar, lamp, priority=lamp.priority, submitted_at=at(10), verified_at=None
    )
    assert plain.first_response_due_at == due.first_response_due_at
    assert plain.verification_due_at == due.verification_due_at
    assert plain.settlement_due_at == due.settlement_due_at
    later = triage.deadlines(
        city.calendar, lamp, priority=lamp.priority, submitted_at=at(10), verified_at=at(12, 8)
    )
    assert verified.settlement_due_at == later.settlement_due_at != due.settlement_due_at


def test_the_chains_of_imported_tickets_verify(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    rows = [{}, {"closed": "2024-05-03 09:00:00"}, {"kind": "harm"}, {"same_as": "R1"}]
    import_file(write(tmp_path / "a.csv", rows), MAPPING, city, keys)
    newer = [{"closed": "2024-05-04 09:00:00"}, *rows[1:]]
    import_file(write(tmp_path / "a.csv", newer), MAPPING, city, keys)
    audit = verify(walk(session), {})
    assert (audit.streams, audit.faults) == (4, ())
    assert audit.events == 7


def test_the_same_file_again_changes_nothing(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    path = write(
        tmp_path / "a.csv",
        [
            {"status": "work"},
            {"closed": "2024-05-03 09:00:00", "status": "done", "body": "lights"},
            {"same_as": "R2", "due": "2024-05-20 00:00:00"},
            {"kind": "harm", "body": "works"},
            {"same_as": "nowhere"},
        ],
    )
    import_file(path, MAPPING, city, keys)
    before = counts(session)
    run, _ = import_file(path, MAPPING, city, keys)
    assert (run.tally.added, run.tally.updated, run.tally.unchanged) == (0, 0, 5)
    assert counts(session) == before


def test_a_newer_snapshot_updates_and_never_doubles(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    import_file(write(tmp_path / "a.csv", [{}, {"status": "work"}, {}]), MAPPING, city, keys)
    newer = [
        {"seen": "2024-05-02 12:00:00"},
        {"closed": "2024-05-03 09:00:00", "status": "done"},
        {"same_as": "R2", "body": "lights", "due": "2024-05-20 00:00:00"},
        {},
    ]
    run, _ = import_file(write(tmp_path / "a.csv", newer), MAPPING, city, keys)
    assert (run.tally.added, run.tally.updated, run.tally.unchanged) == (1, 3, 0)
    assert counts(session)[0] == counts(session)[2] == 4
    seen, done, joined = (ticket_of(session, f"R{n}") for n in (1, 2, 3))
    assert (seen.state, seen.verified_at) == ("verified", at(12))
    assert (done.state, done.settled_at) == ("closed", at(9, 3))
    assert [event.payload.get("to") for event in history(session, done.id)] == [
        None,
        "in_progress",
        "closed",
    ]
    assert (joined.state, joined.parent_ticket_id) == ("duplicate", done.id)
    assert (joined.agency_code, joined.has_fixed_deadlines) == ("LIGHTS", True)
    assert joined.settlement_due_at == datetime(2024, 5, 19, 17, tzinfo=UTC)
    assert [event.type for event in history(session, joined.id)] == [
        "opened",
        "assigned",
        "deadlines_moved",
        "state_changed",
    ]
    assert session.get_one(Assignment, joined.assignment_id).decided_by == "imported"


def test_a_reopening_in_a_newer_snapshot_takes_the_settlement_back(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    closed = {"closed": "2024-05-03 09:00:00", "status": "done"}
    import_file(write(tmp_path / "a.csv", [closed]), MAPPING, city, keys)
    again = closed | {"again": "2024-05-04 09:00:00", "status": "open"}
    import_file(write(tmp_path / "a.csv", [again]), MAPPING, city, keys)
    ticket = ticket_of(session, "R1")
    assert (ticket.state, ticket.settled_at, ticket.closed_at) == ("reopened", None, None)


def test_what_staff_did_stays_until_the_source_tells_more(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.csv", [{}])
    import_file(path, MAPPING, city, keys)
    ticket = ticket_of(session, "R1")
    act = Act(parties=frozenset({Party.AGENCY}), at=utcnow(), seen=ticket.version)
    triage.move(session, city, ticket, State.VERIFIED, act=act)
    session.commit()
    run, _ = import_file(path, MAPPING, city, keys)
    assert run.tally.unchanged == 1
    assert ticket_of(session, "R1").state == "verified"
    closed = {"closed": "2024-05-03 09:00:00", "status": "done"}
    import_file(write(path, [closed]), MAPPING, city, keys)
    assert ticket_of(session, "R1").state == "closed"
    assert history(session, ticket.id)[-1].payload["from"] == "verified"
    assert verify(walk(session), {}).faults == ()


def test_the_public_row_follows_a_newer_snapshot(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.csv", [{}])
    import_file(path, MAPPING, city, keys)
    ticket = ticket_of(session, "R1")
    act = Act(parties=frozenset({Party.AGENCY}), at=utcnow(), seen=ticket.version)
    release_report(session, city, ticket, TextRelease(state=ReleaseState.HELD), act=act)
    session.commit()
    import_file(write(path, [{"closed": "2024-05-03 09:00:00"}]), MAPPING, city, keys)
    session.expire_all()
    published = session.scalars(select(PublishedReport)).one()
    assert (published.state, str(published.settled_on)) == ("closed", "2024-05-03")


def test_what_the_source_withdraws_leaves_the_public(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    mapping = MAPPING.replace('gone = "archived"', 'gone = "withdrawn"')
    path = write(tmp_path / "a.csv", [{}])
    import_file(path, mapping, city, keys)
    ticket = ticket_of(session, "R1")
    act = Act(parties=frozenset({Party.AGENCY}), at=utcnow(), seen=ticket.version)
    release_report(session, city, ticket, TextRelease(state=ReleaseState.HELD), act=act)
    session.commit()
    import_file(
        write(path, [{"closed": "2024-05-03 09:00:00", "status": "gone"}]), mapping, city, keys
    )
    assert ticket_of(session, "R1").state == "withdrawn"
    assert session.scalars(select(PublishedReport)).all() == []


@pytest.mark.parametrize("seen_by", ["some", "few"])
def test_what_the_source_makes_stricter_leaves_the_public(
    session: Session, city: City, keys: KeyRing, tmp_path: Path, seen_by: str
) -> None:
    path = write(tmp_path / "a.csv", [{}, {"same_as": "R1"}])
    import_file(path, MAPPING, city, keys)
    ticket = ticket_of(session, "R1")
    act = Act(parties=frozenset({Party.AGENCY}), at=utcnow(), seen=ticket.version)
    release_report(session, city, ticket, TextRelease(state=ReleaseState.HELD), act=act)
    session.commit()
    assert ticket_of(session, "R2").parent_ticket_id == ticket.id
    newer = write(path, [{"seen_by": seen_by}, {"same_as": "R1"}])
    run, _ = import_file(newer, MAPPING, city, keys)
    assert (run.tally.updated, run.tally.unchanged) == (1, 1)
    raised = ticket_of(session, "R1")
    assert raised.visibility == Visibility({"some": "restricted", "few": "confidential"}[seen_by])
    assert session.scalars(select(PublishedReport)).all() == []
    assert ticket_of(session, "R2").parent_ticket_id is None  # it is public: the two are parted
    report = session.get_one(Report, raised.report_id)
    assert (report.description is None) is (seen_by == "few")
    run, _ = import_file(write(path, [{}]), MAPPING, city, keys)  # looser again: no effect
    assert ticket_of(session, "R1").visibility == raised.visibility
    assert verify(walk(session), {}).faults == ()


def test_what_staff_made_stricter_joins_nothing_that_is_not(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.csv", [{}, {}])
    import_file(path, MAPPING, city, keys)
    session.execute(
        update(Ticket)
        .where(Ticket.id == ticket_of(session, "R2").id)
        .values(visibility="restricted")
    )
    session.commit()
    run, _ = import_file(write(path, [{}, {"same_as": "R1"}]), MAPPING, city, keys)
    assert ticket_of(session, "R2").parent_ticket_id is None
    assert run.tally.notes[OTHER_VISIBILITY] == 1


def test_a_report_twice_in_one_file_is_one_report(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    rows = [{"id": "X"}, {"id": "X", "closed": "2024-05-03 09:00:00"}, {"id": "X"}]
    run, _ = import_file(write(tmp_path / "a.csv", rows), MAPPING, city, keys)
    assert (run.tally.added, run.tally.updated, run.tally.unchanged) == (1, 1, 1)
    assert counts(session)[:3] == (1, 1, 1)


def test_duplicates_find_an_original_that_comes_later_and_chains_too(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    rows = [{"same_as": "R3"}, {"same_as": "R1"}, {"same_as": "R4"}, {}, {"same_as": "gone"}]
    path = write(tmp_path / "a.csv", rows)
    run, _ = import_file(path, MAPPING, city, keys, batch_rows=2)
    assert run.tally.added == 5
    first, second, third, fourth, fifth = (ticket_of(session, f"R{n}") for n in range(1, 6))
    assert first.parent_ticket_id == third.id
    assert second.parent_ticket_id == first.id
    assert third.parent_ticket_id == fourth.id
    assert (fourth.state, fourth.parent_ticket_id) == ("new", None)
    assert (fifth.state, fifth.parent_ticket_id) == ("duplicate", None)
    told = history(session, first.id)[-1].payload
    assert (told["to"], told["parent_ticket_id"]) == ("duplicate", str(third.id))


def test_an_original_that_comes_with_a_newer_snapshot_is_joined_then(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    import_file(write(tmp_path / "a.csv", [{"same_as": "R2"}]), MAPPING, city, keys)
    import_file(write(tmp_path / "a.csv", [{"same_as": "R2"}, {}]), MAPPING, city, keys)
    child, original = ticket_of(session, "R1"), ticket_of(session, "R2")
    assert child.parent_ticket_id == original.id
    assert history(session, child.id)[-1].type == "parent_found"


def test_a_circle_of_duplicates_ends(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    rows = [{"same_as": "R2"}, {"same_as": "R1"}]
    run, _ = import_file(write(tmp_path / "a.csv", rows), MAPPING, city, keys)
    assert run.tally.added == 2


def test_a_join_never_crosses_visibility(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    rows = [{"seen_by": "some"}, {"same_as": "R1"}, {"same_as": "R1", "seen_by": "some"}]
    import_file(write(tmp_path / "a.csv", rows), MAPPING, city, keys)
    assert ticket_of(session, "R2").parent_ticket_id is None
    assert ticket_of(session, "R3").parent_ticket_id == ticket_of(session, "R1").id


def test_confidential_text_is_sealed_and_goes_to_handlers(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    rows = [{"kind": "harm", "body": "works", "seen_by": "all", "text": "canary-rahasia"}]
    import_file(write(tmp_path / "a.csv", rows), MAPPING, city, keys)
    ticket = ticket_of(session, "R1")
    assert (ticket.visibility, ticket.agency_code) == ("confidential", "CARE")
    report = session.get_one(Report, ticket.report_id)
    assert report.description is None
    assert session.get_one(ReportKey, report.id)
    data_key = data_key_of(session, keys, report.id)
    assert description_of(report, data_key) == "canary-rahasia"
    for table in ("report", "event", "assignment", "ticket"):
        whole = session.scalar(text(f"SELECT string_agg(t::text, ' ') FROM {table} t"))
        assert "canary-rahasia" not in str(whole), table


def test_a_mapped_visibility_is_only_ever_stricter(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    rows = [{"kind": "harm", "seen_by": "all"}, {"seen_by": "few"}]
    import_file(write(tmp_path / "a.csv", rows), MAPPING, city, keys)
    assert ticket_of(session, "R1").visibility == "confidential"
    assert ticket_of(session, "R2").visibility == "confidential"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"id": ""}, "Isian nomor laporan kosong."),
        ({"kind": "noise"}, "Nilai “noise” pada kolom kind tidak ada di berkas pemetaan."),
        ({"kind": ""}, "Isian kategori kosong."),
        ({"opened": ""}, "Waktu laporan masuk kosong."),
        ({"opened": "02/05/2024"}, "Waktu pada kolom opened tidak terbaca"),
        ({"opened": "1815-06-18"}, "Waktu submitted sebelum tahun 1970"),
        ({"closed": "2999-01-01"}, "Waktu closed di masa depan"),
        ({"lon": "x"}, "“x” pada kolom lon bukan angka."),
        ({"lon": "NaN"}, "“NaN” pada kolom lon bukan angka."),
        ({"lon": "inf"}, "“inf” pada kolom lon bukan angka."),
        ({"lon": ""}, "Hanya satu dari dua koordinat yang diisi."),
        ({"lon": "-7.2", "lat": "110.2"}, "apakah bujur dan lintang tertukar?"),
        ({"lon": "0", "lat": "0"}, "Titik ini di luar kota"),
        ({"lon": "300", "lat": "300"}, "tidak ada di bumi"),
        ({"status": "lost"}, "Nilai “lost” pada kolom status"),
        ({"status": "done"}, "Status “selesai” tanpa waktu selesai."),
        ({"same_as": "R1"}, "Laporan ini disebut ganda dari dirinya sendiri."),
        ({"text": "a\x00b"}, "Teks berisi huruf NUL."),
        ({"text": "x" * 4001}, "Uraian berisi 4001 huruf, paling banyak 4000."),
    ],
)
def test_a_bad_row_is_refused_with_its_reason_and_the_others_come(
    session: Session,
    city: City,
    keys: KeyRing,
    tmp_path: Path,
    row: dict[str, str],
    reason: str,
) -> None:
    run, rejected = import_file(write(tmp_path / "a.csv", [row, {}]), MAPPING, city, keys)
    assert [one.row.number for one in rejected] == [1]
    assert reason in str(rejected[0].reason)
    assert (run.tally.added, run.tally.rejected) == (1, 1)


def test_the_default_point_is_no_position_and_is_counted(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    rows = [{"lon": "110.5", "lat": "-7.5"}, {"lon": "", "lat": ""}]
    run, _ = import_file(write(tmp_path / "a.csv", rows), MAPPING, city, keys)
    report = session.get_one(Report, ticket_of(session, "R1").report_id)
    assert (report.position, report.area_code) == (None, None)
    assert sum(run.tally.notes.values()) == 2
    assert len(run.tally.notes) == 2


def test_outside_is_kept_with_its_mark_where_the_mapping_says_so(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    keep = MAPPING.replace("default_points", 'outside = "keep"\ndefault_points')
    rows = [{"lon": "112.0"}, {"lon": "109.99995"}]
    _, rejected = import_file(write(tmp_path / "a.csv", rows), keep, city, keys)
    assert rejected == []
    far = session.get_one(Report, ticket_of(session, "R1").report_id)
    near = session.get_one(Report, ticket_of(session, "R2").report_id)
    assert far.area_code is None
    assert far.outside_m is not None
    assert far.outside_m > 100_000
    assert near.area_code == "WEST"
    assert near.outside_m is not None
    assert 0 < near.outside_m < 50


def test_a_changed_pack_stops_the_run_before_it_stores_anything(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    stale = replace(city, pack_version=city.pack_version - 1)
    with pytest.raises(StaleCity):
        import_file(write(tmp_path / "a.csv", [{}]), MAPPING, stale, keys)
    assert counts(session) == (0, 0, 0, 0)


def test_the_past_asks_the_worker_for_nothing(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    import_file(write(tmp_path / "a.csv", [{"closed": "2024-05-03 09:00:00"}]), MAPPING, city, keys)
    assert undispatched(session, limit=10) == []


def test_the_indicators_understand_an_imported_history(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    row = {"seen": "2024-05-02 12:00:00", "closed": "2024-05-03 09:00:00"}
    again = row | {"again": "2024-05-04 09:00:00", "due": "2024-05-06 00:00:00"}
    import_file(write(tmp_path / "a.csv", [row, again]), MAPPING, city, keys)
    tickets = [ticket_of(session, external_id).id for external_id in ("R1", "R2")]
    facts = dict(folded(session, tickets))
    once, twice = (facts[ticket_id] for ticket_id in tickets)
    assert (once.submitted_at, once.verified_at) == (at(10), at(12))
    assert [(s.settled_at, s.undone_at) for s in once.settlements] == [(at(9, 3), None)]
    assert [(s.settled_at, s.undone_at) for s in twice.settlements] == [(at(9, 3), at(9, 4))]
    assert twice.settlement_due_at == at(0, 6)


def test_an_interrupted_run_continues_to_the_same_result(
    session: Session, city: City, keys: KeyRing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"closed": "2024-05-03 09:00:00"} if n % 3 else {"same_as": "R9"} for n in range(20)]
    path = write(tmp_path / "a.csv", rows)
    seen = 0

    def clock() -> datetime:
        nonlocal seen
        seen += 1
        if seen == 3:
            raise KeyboardInterrupt
        return utcnow()

    with monkeypatch.context() as patch:
        patch.setattr("tests.imports.utcnow", clock)
        with pytest.raises(KeyboardInterrupt):
            import_file(path, MAPPING, city, keys, batch_rows=5)
    assert 0 < counts(session)[0] < 20
    run, _ = import_file(path, MAPPING, city, keys, batch_rows=5)
    assert counts(session)[0] == counts(session)[2] == 20
    assert run.tally.added < 20
    assert ticket_of(session, "R1").parent_ticket_id == ticket_of(session, "R9").id
    assert verify(walk(session), {}).faults == ()


def test_a_pattern_filled_in_is_what_the_rooms_would_make(
    session: Session, city: City, keys: KeyRing
) -> None:
    """Many rows share a pattern in one run; alone in a run each makes its own. The same comes out."""
    mapping = read_mapping(
        MAPPING.replace("default_points", 'outside = "keep"\ndefault_points'), city
    )
    given = [
        {"text": "a", "closed": "2024-05-03 09:00:00"},
        {"text": "b", "lon": "110.21", "opened": "2024-05-04 22:00:00"},
        {"lon": "109.99995", "seen": "2024-05-09 22:00:00"},
        {"lon": "112.0"},
        {"lon": "", "lat": ""},
        {"lon": "112.5", "due": "2024-05-20"},
        {"due": "2024-05-21", "body": "works"},
        {"due": "2024-05-22", "body": "works"},
        {"seen_by": "some"},
    ]
    rows = [
        Row(number=n, cells={"id": f"R{n}", **FIRST, **row}) for n, row in enumerate(given, start=1)
    ]
    now = utcnow()

    def made(run: Run, some: list[Row]) -> Rows:
        into: Rows = {table: [] for table in TABLES}
        for one in judge(run, some, now=now)[0]:
            make_rows(run, one, parent_ticket_id=None, now=now, into=into)
            rooms = make_pattern(run, one, *routed(city, run.memory, one))
            assert stable(into["report"][-1]) == stable(dict(rooms.report))
        return into

    together = made(Run(city=city, keys=keys, storage=current_storage(), mapping=mapping), rows)
    alone: Rows = {table: [] for table in TABLES}
    for row in rows:
        for table, several in made(
            Run(city=city, keys=keys, storage=current_storage(), mapping=mapping), [row]
        ).items():
            alone[table] += several
    assert len(together["report"]) == len(rows)
    for table in TABLES:
        assert [stable(row) for row in together[table]] == [stable(row) for row in alone[table]]


RANDOM = {"id", "report_id", "assignment_id", "stream_id", "tracking_code", "nonce", "hash"}


def stable(row: dict[str, object]) -> dict[str, object]:
    """Return a row without what is drawn anew each time."""
    kept = {name: value for name, value in row.items() if name not in RANDOM | {"previous_hash"}}
    if "payload" in kept:
        payload = json.loads(str(kept["payload"]))
        kept["payload"] = {name: value for name, value in payload.items() if name != "report_id"}
    return kept


def test_every_naughty_string_arrives_unharmed_or_is_refused(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    """As text of a report and as its external id; nothing else happens to the others."""
    strings = json.loads(shared_data("badinput", "blns.json").read_text(encoding="utf-8"))
    path = tmp_path / "a.jsonl"
    rows = [
        {"id": f"{number}", **FIRST, "lon": 110.2, "lat": -7.2, "text": string}
        for number, string in enumerate(strings)
    ]
    rows += [{**FIRST, "id": string, "text": "x"} for string in strings]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    mapping = re.sub(
        r"(?<=\n)\[(status|agency|duplicate_of|visibility)\]\n(?:[^\[].*\n)*", "", MAPPING
    )
    mapping = re.sub(r"(verified|closed|reopened|deadline) = .*\n", "", mapping)
    mapping += '[status]\ndefault = "new"\n'
    run, rejected = import_file(path, mapping, city, keys)
    assert run.tally.added + run.tally.unchanged + run.tally.updated + len(rejected) == len(rows)
    refused = {one.row.number for one in rejected}
    reports = {
        report.external_id: report
        for report in session.scalars(select(Report).where(Report.external_source == "old"))
    }
    for number, string in enumerate(strings):
        if number + 1 not in refused:
            assert reports[str(number)].description == string.strip()
    assert len(refused) < 20
    assert verify(walk(session), {}).faults == ()
