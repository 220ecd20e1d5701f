"""Each change of a roster is an event; leads read their own agency's, the inspectorate everybody's."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.duty import trail
from citizenreport.identity.rules import Grant
from citizenreport.ledger.models import Event
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import ADMIN, ANALYST, INSPECTOR, PARKS, ROADS
from tests.doors.console.test_roster import LEAD, ROSTER, at, enter, shifts
from tests.identity.factories import make_staff

TRAIL = f"{ROSTER}/riwayat"
OTHER_LEAD = Grant(role=LEAD.role, agency_code="parks")


def worked(desk: Desk, session: Session) -> Visitor:
    """A lead enters a shift, gives it to somebody else, and removes it."""
    budi = make_staff(session, "budi", ROADS, name="Budi")
    wati = make_staff(session, "wati", ROADS, name="Wati")
    lead = desk.person(LEAD, username="bu.ratna", name="Ratna")
    assert enter(lead, budi, 1, 9).status_code == 303
    [shift] = shifts(session)
    address = f"{ROSTER}/{shift.id}"
    times = {"starts_at": at(2), "ends_at": at(9)}
    fields = {"staff_id": str(wati.id), "rank": "1", "seen": "1", **times}
    assert lead.send(address, page=address, **fields).status_code == 303
    assert lead.send(f"{address}/hapus", page=address, seen="2").status_code == 303
    return lead


def test_every_change_is_told_with_who_did_it_and_what_was_before(
    desk: Desk, session: Session
) -> None:
    lead = worked(desk, session)
    events, has_more = trail.page(session, "roads", before=None)
    assert [event.type for event in events] == ["shift_removed", "shift_changed", "shift_added"]
    assert len({event.actor_id for event in events}) == 1
    assert not has_more
    change = events[1].payload
    assert (change["was_rank"], change["rank"]) == (0, 1)
    assert change["was_staff_id"] != change["staff_id"]
    shown = lead.get(TRAIL).text
    for word in ("Ratna", "Budi", "Wati", "Dijadwalkan", "Diubah", "Dihapus", "Sebelumnya:"):
        assert word in shown
    assert "Budi" not in str([event.payload for event in session.scalars(select(Event))])


def test_a_refused_change_leaves_no_event(desk: Desk, session: Session) -> None:
    budi = make_staff(session, "budi", ROADS, name="Budi")
    lead = desk.person(LEAD, username="bu.ratna", name="Ratna")
    assert enter(lead, budi, 9, 1).status_code == 422
    assert trail.page(session, "roads", before=None)[0] == []


def test_pages_follow_each_other(desk: Desk, session: Session) -> None:
    budi = make_staff(session, "budi", ROADS, name="Budi")
    lead = desk.person(LEAD, username="bu.ratna", name="Ratna")
    for number in range(3):
        enter(lead, budi, 1 + 24 * 7 * 20 * number, 9 + 24 * 7 * 20 * number, weeks="20")
    first, has_more = trail.page(session, "roads", before=None)
    rest, _ = trail.page(session, "roads", before=first[-1].seq)
    assert has_more
    assert len({event.seq for event in (*first, *rest)}) == 60
    assert "Yang lebih lama" in lead.get(TRAIL).text
    assert "Yang lebih lama" not in lead.get(f"{TRAIL}?setelah={first[-1].seq}").text


def test_the_inspectorate_reads_every_agencys_and_a_lead_the_own(
    desk: Desk, session: Session
) -> None:
    worked(desk, session)
    inspector = desk.person(INSPECTOR, username="inspektur", name="Inspektur")
    assert "Wati" in inspector.get(f"{TRAIL}?instansi=roads").text
    assert "Riwayat piket" in inspector.get("/petugas/jejak").text
    other = desk.person(OTHER_LEAD, username="taman", name="Taman")
    assert other.get(f"{TRAIL}?instansi=roads").status_code == 404
    assert "Wati" not in other.get(TRAIL).text


@pytest.mark.parametrize("grant", [PARKS, ADMIN, ANALYST], ids=lambda grant: grant.role.value)
def test_others_do_not_read_it(desk: Desk, grant: Grant) -> None:
    assert desk.person(grant).get(TRAIL).status_code == 403
