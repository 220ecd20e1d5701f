"""`/petugas/inovasi/<id>/indeks`: levels with evidence, points that result, gaps first."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.programme.models import InnovationLevel
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.innovations import write
from tests.doors.console.people import ANALYST, DESK, ROADS


@pytest.fixture
def agency(desk: Desk) -> Visitor:
    return desk.person(ROADS, username="jalan", name="Petugas Jalan")


def test_levels_are_kept_with_their_evidence_and_add_up(
    desk: Desk, agency: Visitor, session: Session
) -> None:
    page = f"{write(agency)}/indeks"
    given = {"tingkat-16": "2", "bukti-16": "Perkada 5/2026", "tingkat-17": "3", "bukti-17": "SK"}
    assert agency.send(page, page=page, **given).status_code == 303
    shown = desk.person(DESK, username="meja", name="Meja").get(page).text
    assert "12</b>" in shown  # 3 × 2 + 2 × 3
    assert "Perkada 5/2026" in shown
    assert "isi dari pedoman" in shown
    assert shown.index("31. Replikasi") < shown.index("17. Ketersediaan SDM")
    kept = {row.number: row.level for row in session.scalars(select(InnovationLevel))}
    assert kept == {16: 2, 17: 3}


def test_a_level_without_evidence_is_refused_and_what_was_typed_stays(
    agency: Visitor, session: Session
) -> None:
    page = f"{write(agency)}/indeks"
    given = {"tingkat-16": "2", "bukti-16": "Perkada", "tingkat-35": "3", "bukti-35": " "}
    refused = agency.send(page, page=page, **given)
    assert refused.status_code == 422
    assert 'href="#bukti-35"' in refused.text
    assert 'value="Perkada"' in refused.text
    assert session.scalars(select(InnovationLevel)).all() == []


def test_only_those_of_the_agency_and_the_desk_assess(desk: Desk, agency: Visitor) -> None:
    page = f"{write(agency)}/indeks"
    analyst = desk.person(ANALYST, username="analis", name="Analis")
    assert analyst.get(page).status_code == 200
    assert analyst.send(page, page="/petugas", **{"tingkat-16": "0"}).status_code == 403
