"""A whole import taken back: what nobody touched goes, what somebody touched stays, the chain holds."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.keys import KeyRing
from citizenreport.indicators.models import TicketFact
from citizenreport.indicators.service import fold_tickets
from citizenreport.intake.models import Report, ReportKey
from citizenreport.intake.rights import place_hold
from citizenreport.ledger.audit import verify
from citizenreport.ledger.queries import walk
from citizenreport.pipeline import import_runs, import_undo
from citizenreport.pipeline.handle import move_ticket
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import Act
from citizenreport.triage.states import Party, State
from tests.imports import import_file
from tests.pipeline.importing.old_files import MAPPING, ticket_of, write

HARM = {"kind": "harm", "text": "Rahasia."}
DONE = {"closed": "2024-05-03 09:00:00", "status": "done"}


def imported(
    path: Path, city: City, keys: KeyRing, *rows: Mapping[str, str], mapping: str = MAPPING
) -> UUID:
    """Import rows as one run; return its id."""
    with transaction() as session:
        run = import_runs.new_run(session, profile_code="own", source="old", by=None, now=utcnow())
        import_id = run.id
    import_file(write(path, [dict(row) for row in rows]), mapping, city, keys, import_id=import_id)
    return import_id


def undone(city: City, keys: KeyRing, import_id: UUID) -> dict[str, int]:
    """Take an import back; return what became of its tickets."""
    while True:
        with transaction() as session:
            count, _ = import_undo.undo_some(session, city, keys, import_id, now=utcnow())
        if not count:
            break
    with transaction() as session:
        return import_undo.counts(session, import_id)


def touch(session: Session, city: City, keys: KeyRing, external_id: str) -> None:
    """Have an officer verify a ticket."""
    ticket = ticket_of(session, external_id)
    act = Act(parties=frozenset({Party.AGENCY}), at=utcnow(), seen=ticket.version, actor_id=uuid4())
    move_ticket(session, city, keys, ticket, State.VERIFIED, act=act)
    session.commit()


def test_it_leaves_every_count_and_the_chain_holds(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    run = imported(tmp_path / "a.csv", city, keys, {}, DONE, HARM, {"same_as": "R1"})
    ids = [ticket_of(session, f"R{n}").id for n in (1, 2, 3, 4)]
    assert undone(city, keys, run) == {"undone": 4}
    session.expire_all()
    for ticket_id in ids:
        ticket = session.get_one(Ticket, ticket_id)
        report = session.get_one(Report, ticket.report_id)
        assert (ticket.state, ticket.parent_ticket_id) == ("archived", None)
        assert (report.external_source, report.external_id) == ("old", None)
        assert (report.description, report.description_sealed, report.position) == (None,) * 3
        assert session.get(ReportKey, report.id) is None
    fold_tickets(session, ids)
    reasons = session.scalars(select(TicketFact.exit_reason).where(TicketFact.ticket_id.in_(ids)))
    assert set(reasons) == {"import_undone"}
    assert verify(walk(session), {}).faults == ()
    assert undone(city, keys, imported(tmp_path / "a.csv", city, keys, {}, DONE)) == {"undone": 2}


def test_what_a_person_touched_stays_and_what_the_clock_did_does_not_count(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    resolved = MAPPING.replace('done = "closed"', 'done = "resolved"').replace(
        'closed = "closed"', 'resolved = "closed"'
    )
    run = imported(tmp_path / "a.csv", city, keys, {}, {}, DONE, mapping=resolved)
    touch(session, city, keys, "R2")
    ticket = ticket_of(session, "R3")
    act = Act(parties=frozenset({Party.SYSTEM}), at=utcnow(), seen=ticket.version)
    move_ticket(session, city, keys, ticket, State.CLOSED, act=act)
    session.commit()
    touched = ticket_of(session, "R2").id
    assert undone(city, keys, run) == {"undone": 2, "kept": 1}
    assert list(import_undo.kept_ids(session, run)) == [touched]
    assert session.get_one(Ticket, touched, populate_existing=True).state == "verified"


def test_a_report_on_hold_and_one_that_others_joined_stay(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    run = imported(tmp_path / "a.csv", city, keys, {}, {}, {})
    held = session.get_one(Report, ticket_of(session, "R1").report_id)
    place_hold(session, keys, held, reason="Diperlukan pengadilan.", now=utcnow())
    parent = ticket_of(session, "R2").id
    other = write(tmp_path / "b.csv", [{}])
    import_file(other, MAPPING.replace('source = "old"', 'source = "else"'), city, keys)
    query = select(Ticket.id).join(Report).where(Report.external_source == "else")
    child = session.scalars(query).one()
    session.execute(update(Ticket).where(Ticket.id == child).values(parent_ticket_id=parent))
    session.commit()
    assert undone(city, keys, run) == {"undone": 1, "kept": 2}


def test_a_later_import_touches_and_its_own_updates_stay(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    first = imported(tmp_path / "a.csv", city, keys, {}, {})
    second = imported(tmp_path / "a.csv", city, keys, {"seen": "2024-05-02 12:00:00"}, {}, {})
    assert undone(city, keys, second) == {"undone": 1, "updated": 1}
    assert ticket_of(session, "R1").state == "verified"
    assert undone(city, keys, first) == {"undone": 1, "kept": 1}


def test_an_addition_that_the_same_run_updates_goes_with_it(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    rows = ({"id": "R1"}, {"id": "R1", "seen": "2024-05-02 12:00:00"})
    run = imported(tmp_path / "a.csv", city, keys, *rows)
    assert ticket_of(session, "R1").state == "verified"
    assert undone(city, keys, run) == {"undone": 1}


def test_an_undo_that_broke_off_goes_on(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    run = imported(tmp_path / "a.csv", city, keys, *[{}] * 4)
    with transaction() as inner:
        import_undo.undo_some(inner, city, keys, run, now=utcnow() - timedelta(hours=1))
    assert undone(city, keys, run) == {"undone": 4}
    assert verify(walk(session), {}).faults == ()
