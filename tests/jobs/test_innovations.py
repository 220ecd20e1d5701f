"""Reminders of One Agency One Innovation: once a deadline, to the heads of agencies that do not meet it."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.identity.rules import Grant, Role
from citizenreport.jobs.innovations import remind_of_innovations
from citizenreport.programme.models import Innovation
from tests.jobs.test_snapshots import person
from tests.jobs.world import World
from tests.messaging.post_office import PostOffice, text_of

NEAR = datetime(2026, 6, 20, 2, tzinfo=UTC)  # ten days before the last day of June
FAR = datetime(2026, 5, 1, 2, tzinfo=UTC)
OVER = datetime(2026, 7, 1, 2, tzinfo=UTC)
ROADS, PARKS = "kepala.dpupr@example.org", "kepala.dlh@example.org"


@pytest.fixture(autouse=True)
def heads(session: Session, world: World) -> None:
    for name, agency, address in (("a", "DPUPR", ROADS), ("b", "DLH", PARKS)):
        person(session, world, name * 5, Grant(role=Role.AGENCY_LEAD, agency_code=agency), address)
    officer = Grant(role=Role.OFFICER, agency_code="DPUPR")
    person(session, world, "petugas.jalan", officer, "petugas@example.org")


def reminded(world: World, now: datetime) -> int:
    remind_of_innovations(now=now)
    return world.work().count("mail_innovation_reminder")


def record(session: Session, agency_code: str, phase: str) -> None:
    texts = (
        *("main_affair", "other_affairs", "place", "legal_basis", "problem", "strategic_issue"),
        *("novelty", "advantage", "aim", "benefit", "result", "video_url"),
    )
    session.add(
        Innovation(
            id=UUID(int=9),
            agency_code=agency_code,
            agency_name=agency_code,
            year=2026,
            name="Lampu Pintar",
            stage="trial",
            initiator="agency",
            form="public_service",
            is_digital=True,
            trial_on=None,
            applied_on=None,
            category_codes=[],
            area_codes=[],
            phase=phase,
            version=1,
            created_by=None,
            created_at=utcnow(),
            changed_at=utcnow(),
            **dict.fromkeys(texts, ""),
        )
    )
    session.commit()


def test_an_agency_without_one_is_reminded_once_when_the_day_is_near(
    session: Session, world: World, office: PostOffice
) -> None:
    record(session, "DPUPR", "submitted")
    assert reminded(world, FAR) == 0
    assert reminded(world, NEAR) == 1
    assert reminded(world, NEAR) == 0
    assert reminded(world, OVER) == 0
    [mail] = office.mails
    assert mail["To"] == PARKS
    assert mail["Subject"] == "Ajukan inovasi 2026 paling lambat 30-06-2026"
    assert "Dinas Lingkungan Hidup" in text_of(mail)
    assert "/petugas/inovasi" in text_of(mail)


def test_a_draft_does_not_meet_the_deadline(
    session: Session, world: World, office: PostOffice
) -> None:
    record(session, "DPUPR", "draft")
    assert reminded(world, NEAR) == 2
    assert {mail["To"] for mail in office.mails} == {ROADS, PARKS}
