"""What arrives from an old file is what intake would have made."""

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.keys import KeyRing
from citizenreport.indicators.queries import folded
from citizenreport.intake.models import Report, ReportKey
from citizenreport.intake.queries import data_key_of, description_of
from citizenreport.ledger.audit import verify
from citizenreport.ledger.queries import undispatched, walk
from citizenreport.routing.models import Assignment
from citizenreport.triage import service as triage
from tests.imports import import_file
from tests.pipeline.importing.old_files import MAPPING, at, counts, history, ticket_of, write


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
