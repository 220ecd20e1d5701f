"""What has had its time is gone from dump, storage and public pages; what has not is all there.

A real server, real commits. Two people wrote; the ticket of one ended longer ago than the pack keeps it.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.intake.models import Photo, Report, ReportKey
from citizenreport.jobs.retention import Tally, apply
from citizenreport.ledger.audit import verify
from citizenreport.ledger.queries import heads, walk
from citizenreport.pipeline.handle import move_ticket
from citizenreport.triage.states import State
from citizenreport.web.context import current_city, current_keys, current_storage
from tests.protection.test_canaries import dump, stored
from tests.protection.test_erasure import (
    MoreCanaries,
    files_of,
    hold,
    lived,
    server,  # noqa: F401
    staff,
)
from tests.servers import LiveServer


def ended(code: str, *, in_days: int = 0) -> None:
    """End a report's ticket, as if in that many days."""
    at = utcnow() + timedelta(days=in_days)
    with transaction() as session:
        one = staff()
        ticket = one.ticket(code)
        for target in (State.IN_PROGRESS, State.ARCHIVED):
            act = replace(one.act(ticket), at=at)
            move_ticket(
                session,
                current_city(),
                current_keys(),
                ticket,
                target,
                act=act,
                reason="Tidak ditemukan.",
            )


def run(days: int) -> Tally:
    """Let the night come so many days and a little after now."""
    return apply(now=utcnow() + timedelta(days=days, minutes=5))


def report_of(code: str) -> Report:
    with transaction() as session:
        return session.scalars(select(Report).where(Report.tracking_code == code)).one()


def test_the_public_report_that_is_due_goes_and_the_other_stays(
    server: LiveServer,  # noqa: F811
) -> None:
    due, young = MoreCanaries(), MoreCanaries()
    days = current_city().retention_days["public"]
    young_resident, young_code = lived(server, young, "A04")
    kept = files_of(server)
    resident, code = lived(server, due, "A04")
    ended(young_code, in_days=1)
    ended(code)
    open_words = young.found_in(dump(server.database))
    assert due.found_in(dump(server.database)) == open_words != set()
    assert resident.open(f"/laporan/{code}").status == 200

    assert sum(run(days).erased.values()) == 1

    content = dump(server.database)
    assert due.found_in(content) == due.found_in(stored(server)) == set()
    assert young.found_in(content) == open_words
    assert files_of(server) == kept
    assert resident.open(f"/laporan/{code}").status == 404
    assert young_resident.open(f"/laporan/{young_code}").status == 200
    assert report_of(young_code).contact_sealed is not None
    gone = report_of(code)
    assert (gone.position, gone.contact_sealed, gone.secret_hmac) == (None, None, None)
    assert (gone.category_code, gone.area_code) == ("A04", "33.71.03.1005")
    with transaction() as session:
        known = {(kind, id_): (seq, hash_) for kind, id_, seq, hash_ in heads(session)}
        assert verify(walk(session), known).faults == ()
    assert not run(days).erased


def test_of_a_confidential_report_the_key_goes_too_and_the_place_with_it(
    server: LiveServer,  # noqa: F811
) -> None:
    days = current_city().retention_days["violence"]
    _, young_code = lived(server, MoreCanaries(), "A12")
    _, code = lived(server, MoreCanaries(), "A12")
    ended(young_code, in_days=1)
    ended(code)
    assert sum(run(days).erased.values()) == 1
    young, gone = report_of(young_code), report_of(code)
    assert young.description_sealed is not None
    assert young.area_code is not None
    assert (gone.description_sealed, gone.answers_sealed, gone.area_code) == (None, None, None)
    with transaction() as session:
        assert session.scalars(select(ReportKey.report_id)).all() == [young.id]
        assert set(session.scalars(select(Photo.report_id))) == {young.id}
        places = session.execute(
            text(
                "SELECT t.area_code, a.inputs ->> 'area_code' FROM ticket t"
                " JOIN assignment a USING (report_id) WHERE t.report_id = :id"
            ),
            {"id": gone.id},
        ).all()
        assert set(places) == {(None, None)}
        told = session.scalars(
            text(
                "SELECT e.payload::text FROM event e JOIN ticket t ON t.id = e.stream_id"
                " WHERE t.report_id = :id"
            ),
            {"id": gone.id},
        ).all()
        assert told
        assert not [payload for payload in told if "33.71" in payload]


@pytest.mark.parametrize("part", ["photo", "contact"])
def test_a_part_that_is_kept_for_less_goes_alone(
    server: LiveServer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    part: str,
) -> None:
    canaries = MoreCanaries()
    before = files_of(server)
    resident, code = lived(server, canaries, "A04")
    ended(code)
    shorter = replace(
        current_city(),
        retention_days={**current_city().retention_days, f"public_{part}": 10},
    )
    monkeypatch.setattr("citizenreport.jobs.retention.current_city", lambda: shorter)
    words = canaries.found_in(dump(server.database))
    assert sum(run(10).erased.values()) == 1
    assert canaries.found_in(dump(server.database)) == words
    left = report_of(code)
    assert (left.contact_sealed is None) == (part == "contact")
    assert (files_of(server) == before) == (part == "photo")
    page = resident.open(f"/laporan/{code}")
    assert page.status == 200
    assert ("/foto/" in page.response.text) == (part == "contact")
    assert resident.open("/lacak/laporan").status == 200


def test_what_a_court_wants_stays(server: LiveServer) -> None:  # noqa: F811
    canaries = MoreCanaries()
    _, code = lived(server, canaries, "A04")
    ended(code)
    with transaction() as session:
        hold(session, session.merge(report_of(code)), "Diminta Pengadilan Negeri.")
    before = canaries.found_in(dump(server.database))
    tally = run(5_000)
    assert (sum(tally.erased.values()), tally.held) == (0, 1)
    assert canaries.found_in(dump(server.database)) == before
    assert all(current_storage().get(key) for key in photo_keys())


def photo_keys() -> list[str]:
    with transaction() as session:
        return list(session.scalars(select(Photo.storage_key)))
