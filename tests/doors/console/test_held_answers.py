"""`/petugas/rasa-aman`: who decides about a flood of answers."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.surveys.models import PulseRow
from tests.doors.console.conftest import Desk
from tests.doors.console.people import ADMIN, ANALYST, DESK, INSPECTOR, ROADS

HELD = "/petugas/rasa-aman"
GROUP = {"month_on": "2026-11-01", "held": "network", "area_code": ""}


def flood(session: Session, count: int = 3) -> None:
    for _ in range(count):
        session.add(
            PulseRow(
                id=uuid4(),
                month_on=date(2026, 11, 1),
                by_day="safe",
                after_dark=None,
                area_code=None,
                age_band=None,
                sex=None,
                browser_hmac=uuid4().bytes,
                network_hmac=b"n",
                arrived_at=datetime(2026, 11, 20, 2, tzinfo=UTC),
                held="network",
            )
        )
    session.commit()


def states(session: Session) -> list[str | None]:
    session.expire_all()
    return list(session.scalars(select(PulseRow.held)))


@pytest.mark.parametrize(("decision", "left"), [("count", [None] * 3), ("delete", [])])
def test_the_city_desk_decides(
    desk: Desk, session: Session, decision: str, left: list[str | None]
) -> None:
    flood(session)
    visitor = desk.person(DESK)
    page = visitor.get(HELD)
    assert "3 jawaban" in page.text
    assert "November 2026" in page.text
    done = visitor.send(HELD, page=HELD, decision=decision, **GROUP)
    assert (done.status_code, done.headers["Location"]) == (303, HELD)
    assert states(session) == left
    assert "Tidak ada yang ditahan" in visitor.get(HELD).text


@pytest.mark.parametrize("grant", [ROADS, INSPECTOR, ANALYST, ADMIN])
def test_nobody_else_sees_or_decides(desk: Desk, session: Session, grant: object) -> None:
    flood(session)
    visitor = desk.person(grant)  # type: ignore[arg-type]
    assert visitor.get(HELD).status_code == 403
    assert HELD not in visitor.get("/petugas").text
    refused = visitor.send(HELD, page="/petugas", decision="delete", **GROUP)
    assert refused.status_code == 403
    assert len(states(session)) == 3


@pytest.mark.parametrize(
    "forged",
    [
        {"decision": "publish"},
        {"held": "none"},
        {"month_on": "2026-13-01"},
        {"month_on": "kemarin"},
    ],
)
def test_a_forged_decision_is_refused(desk: Desk, session: Session, forged: dict[str, str]) -> None:
    flood(session)
    visitor = desk.person(DESK)
    fields = {"decision": "delete"} | GROUP | forged
    assert visitor.send(HELD, page=HELD, **fields).status_code == 422
    assert states(session) == ["network"] * 3


def test_a_group_that_is_gone_changes_nothing(desk: Desk, session: Session) -> None:
    flood(session)
    visitor = desk.person(DESK)
    other = GROUP | {"month_on": "2026-10-01"}
    assert visitor.send(HELD, page=HELD, decision="delete", **other).status_code == 303
    assert states(session) == ["network"] * 3
