"""`/petugas/indikator`: how the numbers stand, and what waits."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.console.indicator_state import State, state_of
from citizenreport.core.ids import new_id
from citizenreport.indicators.definitions import all_definitions
from citizenreport.indicators.service import outdate, recompute
from citizenreport.publication.snapshots.models import (
    PublishedSnapshot,
    Snapshot,
    SnapshotSignOff,
)
from tests.doors.console.conftest import Desk, desk, town  # noqa: F401
from tests.doors.console.counting import queries_of
from tests.doors.console.people import DESK
from tests.identity.factories import make_staff
from tests.rooms.indicators.histories import History, wib
from tests.rooms.indicators.stored import store

PAGE = "/petugas/indikator"
CUT_OFF = wib("2026-07-01T00:00")
NOW = wib("2026-07-01T09:00")


def prepared(number: int, **changes: object) -> Snapshot:
    given: dict[str, object] = {
        "number": number,
        "stream_id": new_id(),
        "period_kind": "bulan",
        "period_start_on": CUT_OFF.date().replace(month=number),
        "revision": 1,
        "replaces": None,
        "reason": "",
        "state": "prepared",
        "made_at": NOW,
        "cut_off_at": CUT_OFF,
        "publish_from": None,
        "manifest_sha256": "0" * 64,
        "nonce": b"n" * 32,
        "generation": 0,
        "audit_s": 0.0,
    }
    return Snapshot(**(given | changes))  # type: ignore[arg-type]


def state(app: Flask, session: Session, city: City, now: datetime = NOW) -> State:
    with app.test_request_context(PAGE):
        return state_of(session, city, now=now)


@pytest.fixture
def counted(session: Session, magelang: City) -> City:
    """Three reports of March, one of which names no area."""
    for area_code in ("33.71.03.1005", "33.71.03.1005", None):
        store(session, History("2026-03-02", area_code=area_code).released("2026-03-03").events)
    recompute(session, magelang, cut_off=CUT_OFF)
    session.commit()
    return magelang


def test_it_tells_how_fresh_the_numbers_are(app: Flask, session: Session, counted: City) -> None:
    found = state(app, session, counted)
    assert (found.until, found.is_complete, found.is_stale) == ("30 Juni 2026", True, False)
    assert found.ranked_until == ""
    assert state(app, session, counted, NOW + timedelta(days=1)).is_stale is False
    assert state(app, session, counted, NOW + timedelta(days=2)).is_stale is True
    outdate(session)
    again = state(app, session, counted)
    assert (again.until, again.is_complete) == ("30 Juni 2026", False)


def test_reports_without_an_area_are_a_share_of_the_year(
    app: Flask, session: Session, counted: City
) -> None:
    share = state(app, session, counted).without_area
    assert share is not None
    assert (share.year, share.count, share.total, share.share) == (2026, "1", "3", "33,3")


def test_without_anything_nothing_is_claimed(app: Flask, session: Session, magelang: City) -> None:
    found = state(app, session, magelang)
    assert (found.until, found.is_complete, found.is_stale) == ("", False, True)
    assert found.without_area is None
    assert found.waiting == []


def test_releases_wait_until_two_have_agreed(app: Flask, session: Session, counted: City) -> None:
    people = [make_staff(session, name, DESK) for name in ("satu.satu", "dua.dua")]
    session.add_all([prepared(3), prepared(4), prepared(5), prepared(2, state="given_up")])
    session.flush()
    for number, many in ((4, 1), (5, 2)):
        for staff in people[:many]:
            session.add(SnapshotSignOff(number=number, staff_id=staff.id, signed_off_at=NOW))
    session.commit()
    assert state(app, session, counted).waiting == [(3, "Maret 2026", 0), (4, "April 2026", 1)]


def test_the_next_releases_are_those_not_out_yet(
    app: Flask, session: Session, counted: City
) -> None:
    before = state(app, session, counted)
    planned = [planned_at for _, planned_at in before.next_releases]
    assert planned == sorted(planned)
    assert all(planned_at >= NOW for planned_at in planned)
    name = "Juni 2026"
    assert name in [period for period, _ in before.next_releases]
    session.add(
        PublishedSnapshot(
            number=1,
            period_kind="bulan",
            period_start_on=CUT_OFF.date().replace(month=6),
            revision=1,
            replaces=None,
            reason="",
            cut_off_at=CUT_OFF,
            published_at=NOW,
            manifest_sha256="0" * 64,
            signers={"signed": []},
        )
    )
    session.commit()
    after = state(app, session, counted)
    assert name not in [period for period, _ in after.next_releases]
    assert after.late == before.late


def test_it_is_read_in_six_queries(app: Flask, session: Session, counted: City) -> None:
    with queries_of(session) as seen:
        state(app, session, counted)
    assert len(seen) <= 6, seen


def test_the_page_leads_to_every_indicator_and_to_what_waits(
    desk: Desk,  # noqa: F811
    session: Session,
) -> None:
    session.add(prepared(3))
    session.commit()
    page = desk.person(DESK).get(PAGE).text
    assert 'href="/petugas/rilis/3"' in page
    assert "0 dari 2 setuju" in page
    for address in ("/indikator/peringkat", "/indikator/komposit", "/indikator/rilis"):
        assert f'href="{address}"' in page
    for code in all_definitions():
        assert f'href="/indikator/{code}"' in page


def test_an_indicator_leads_to_the_tickets_that_it_counts(
    app: Flask, session: Session, counted: City
) -> None:
    groups = state(app, session, counted).groups
    leads = {code: tickets for _, lines in groups for code, _, tickets in lines}
    assert leads["I05"] == "/petugas/tiket?aspek=aman&dari=2026-01-01&sampai=2026-06-30"
    assert leads["I01"] == "/petugas/tiket?dari=2026-01-01&sampai=2026-06-30"
    assert leads["I12"] == leads["I07"] == leads["P01"] == ""  # of other things than public reports


def test_the_tickets_that_an_indicator_leads_to_are_a_queue(desk: Desk) -> None:  # noqa: F811
    visitor = desk.person(DESK)
    found = re.search(r'href="(/petugas/tiket\?aspek=aman&amp;dari=[^"]+)"', visitor.get(PAGE).text)
    assert found is not None
    assert visitor.get(unescape(found[1])).status_code == 200
