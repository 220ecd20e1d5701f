"""A newer snapshot of the same file: it updates, never doubles, and never shows more."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, Visibility
from citizenreport.core.clock import utcnow
from citizenreport.core.keys import KeyRing
from citizenreport.intake.models import Report
from citizenreport.ledger.audit import verify
from citizenreport.ledger.queries import walk
from citizenreport.pipeline.importing.run import OTHER_VISIBILITY
from citizenreport.pipeline.release import TextRelease, release_report
from citizenreport.publication.models import PublishedReport
from citizenreport.publication.rules import ReleaseState
from citizenreport.routing.models import Assignment
from citizenreport.triage import service as triage
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import Act
from citizenreport.triage.states import Party, State
from tests.imports import import_file
from tests.pipeline.importing.old_files import MAPPING, at, counts, history, ticket_of, write


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
