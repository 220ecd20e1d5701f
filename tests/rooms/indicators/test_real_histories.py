"""Whatever happens to reports, three computations agree to the last digit: from stored facts, from
the log, and one by one in plain Python from the events. Histories are made by the real pipeline.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.errors import CitizenReportError
from citizenreport.indicators.definitions import all_versions
from citizenreport.indicators.queries import fact_of, folded
from citizenreport.indicators.reading import facts_of_log, stored_facts
from citizenreport.indicators.rules.cohorts import Cell, Tally, tally_public
from citizenreport.indicators.rules.columns.counts import COUNTED, tally_columns
from citizenreport.indicators.rules.facts import Fact, LoggedEvent, fold_at
from citizenreport.indicators.rules.values import Value, from_reports, values
from citizenreport.indicators.service import fold_tickets, refold_all
from citizenreport.intake.models import Report
from citizenreport.intake.rules import ErasedBy
from citizenreport.ledger.models import Event
from citizenreport.ledger.rules import StreamKind
from citizenreport.pipeline import hand_over, handle, joint, release, reporter
from citizenreport.pipeline.erase import erase_report
from citizenreport.pipeline.reclassify import Correction, reclassify
from citizenreport.pipeline.release import TextRelease
from citizenreport.publication.rules import ReleaseState
from citizenreport.triage.models import Ticket
from citizenreport.triage.states import TRANSITIONS, Party, State
from tests.rooms.indicators.histories import CACABAN, PANJANG, TIDAR_UTARA, wib
from tests.rooms.indicators.stored import log
from tests.rooms.indicators.test_columns import brief
from tests.scenes import Scene

CATEGORIES = ("A04", "N06", "A16", "H12")
AGENCIES = ("DLH", "DPUPR", "DISHUB")
STAFF = (Party.AGENCY, Party.DESK, Party.REPORTER, Party.SYSTEM)


@dataclass
class Town:
    """Reports and what happens to them, act by act, hour by hour."""

    scene: Scene
    random: Random
    at: datetime = field(default_factory=lambda: wib("2026-01-05T08:00"))
    report_ids: list[UUID] = field(default_factory=list)  # its own: in no other is it that hour

    def live(self, acts: int) -> None:
        for _ in range(4):
            self.submitted()
        for _ in range(acts):
            self.at += timedelta(minutes=self.random.randint(5, 4 * 24 * 60))
            if self.tried(self.random.choice(self.ACTS)) and self.random.random() < 0.2:
                fold_tickets(self.scene.session)

    def tried(self, act: Callable[["Town"], None]) -> bool:
        """Do something, and say whether it was not refused."""
        try:
            act(self)
        except CitizenReportError:
            self.scene.session.rollback()
            return False
        self.scene.session.commit()
        return True

    def any_ticket(self) -> Ticket:
        query = select(Ticket).join(Report, Report.id == Ticket.report_id).order_by(Ticket.id)
        query = query.where(Report.erased_at.is_(None), Report.id.in_(self.report_ids))
        found = self.scene.session.scalars(query).all()
        if not found:
            self.submitted()
            found = self.scene.session.scalars(query).all()
        return self.random.choice(found)

    def submitted(self) -> None:
        done = self.scene.submit(self.random.choice(CATEGORIES), now=self.at)
        self.report_ids.append(done.report_id)
        if self.random.random() < 0.8:
            self.released(self.scene.ticket_of(done))

    def released(self, ticket: Ticket | None = None) -> None:
        ticket = ticket or self.any_ticket()
        text = TextRelease(state=ReleaseState.RELEASED, public_text="Lampu mati.")
        act = self.scene.act(ticket, at=self.at)
        release.release_report(self.scene.session, self.scene.city, ticket, text, act=act)

    def moved(self) -> None:
        """Any transition there is: also undoing an archiving, contesting, reopening."""
        ticket = self.any_ticket()
        targets = sorted(t for s, t in TRANSITIONS if s == ticket.state)
        usual = [t for t in targets if t in (State.VERIFIED, State.IN_PROGRESS, State.RESOLVED)]
        if not targets:
            return
        target = self.random.choice([*targets, *usual * 6])
        code = self.random.choice(["spam", "test", None]) if target is State.ARCHIVED else None
        handle.move_ticket(
            self.scene.session,
            self.scene.city,
            self.scene.keys,
            ticket,
            target,
            act=self.scene.act(ticket, *STAFF, at=self.at),
            reason="Sudah diperiksa.",
            reason_code=code,
        )

    def handed_over(self) -> None:
        ticket = self.any_ticket()
        act = self.scene.act(ticket, Party.DESK, at=self.at)
        code = self.random.choice(AGENCIES)
        scene = self.scene
        hand_over.hand_over(
            scene.session, scene.city, scene.keys, ticket, agency_code=code, act=act
        )

    def merged(self) -> None:
        ticket, parent = self.any_ticket(), self.any_ticket()
        act = self.scene.act(ticket, Party.DESK, at=self.at)
        scene = self.scene
        hand_over.merge(
            scene.session, scene.city, scene.keys, ticket, parent, act=act, reason="Sama persis."
        )

    def corrected(self) -> None:
        ticket, scene = self.any_ticket(), self.scene
        wanted = Correction(
            category_code=self.random.choice(CATEGORIES),
            area_code=self.random.choice([PANJANG, CACABAN, TIDAR_UTARA, None]),
        )
        act = scene.act(ticket, Party.DESK, at=self.at)
        reclassify(
            scene.session,
            scene.city,
            scene.keys,
            scene.storage,
            ticket,
            wanted,
            reason="Salah pilih.",
            act=act,
        )

    def done_together(self) -> None:
        ticket, scene = self.any_ticket(), self.scene
        code = self.random.choice(AGENCIES)
        act = scene.act(ticket, at=self.at)
        joint.ask_part(
            scene.session,
            scene.city,
            scene.keys,
            ticket,
            agency_code=code,
            task="Tolong bantu.",
            act=act,
        )
        act = scene.act(ticket, at=self.at)
        joint.close_part(
            scene.session, scene.keys, ticket, agency_code=code, note="Sudah beres.", act=act
        )

    def noted_late(self) -> None:
        """A visit of days ago, written down today."""
        ticket = self.any_ticket()
        event = LoggedEvent(
            seq=0,
            type="replied",
            recorded_at=self.at,
            occurred_at=self.at - timedelta(days=self.random.randint(1, 20)),
            payload={},
        )
        log(self.scene.session, ticket.id, [event])

    def withdrawn(self) -> None:
        scene = self.scene
        reporter.withdraw(scene.session, scene.city, scene.keys, self.any_ticket(), now=self.at)

    def raised(self) -> None:
        ticket = self.any_ticket()
        wanted = self.random.choice(["restricted", "confidential"])
        scene = self.scene
        handle.raise_visibility(
            scene.session,
            scene.city,
            scene.keys,
            scene.storage,
            ticket,
            type(scene.city.categories["A04"].visibility)(wanted),
            act=scene.act(ticket, at=self.at),
        )

    def erased(self) -> None:
        scene, ticket = self.scene, self.any_ticket()
        report = scene.session.get_one(Report, ticket.report_id)
        how = self.random.choice(list(ErasedBy))
        erase_report(scene.session, scene.city, scene.keys, report, how=how, now=self.at)

    ACTS: tuple[Callable[["Town"], None], ...] = (
        *(moved,) * 14,
        *(submitted, released, handed_over, corrected, done_together, noted_late) * 2,
        *(submitted,) * 6,
        *(merged, withdrawn, raised, erased),
    )


def one_by_one(session: Session, city: City, cut_off: datetime) -> dict[Cell, Tally]:
    """Count by plain Python from events, with nothing stored."""
    public = session.scalars(select(Ticket.id).where(Ticket.visibility == "public"))
    facts = [fold_at(events_of(session, id_), cut_off=cut_off) for id_ in public]
    return tally_public(city, filter(None, facts), cut_off=cut_off)


def events_of(session: Session, ticket_id: Any) -> list[LoggedEvent]:
    query = select(Event).where(
        Event.stream_kind == StreamKind.TICKET.value, Event.stream_id == ticket_id
    )
    return [
        LoggedEvent(
            seq=e.seq,
            type=e.type,
            recorded_at=e.recorded_at,
            occurred_at=e.occurred_at,
            payload=e.payload,
        )
        for e in session.scalars(query.order_by(Event.seq))
    ]


def other_boundaries(city: City) -> City:
    """The same city after a reform: one village is gone, another lies in another district."""
    areas = {code: area for code, area in city.areas.items() if code != CACABAN}
    areas[PANJANG] = replace(areas[PANJANG], parent_code=areas[TIDAR_UTARA].parent_code)
    return replace(city, areas=areas)


def said(city: City, cells: dict[Cell, Tally], cut_off: datetime) -> list[Value]:
    return list(values(city, all_versions(), cells, cut_off=cut_off))


def agree(session: Session, city: City, cut_off: datetime) -> int:
    """Compare the three computations, and return how many cells they agree on."""
    expected = one_by_one(session, city, cut_off)
    for pieces in (
        [stored_facts(session, cut_off=cut_off)],
        facts_of_log(session, cut_off=cut_off),
    ):
        counted = tally_columns(city, pieces, cut_off=cut_off)
        assert brief(counted) == brief(expected)
        assert said(city, counted, cut_off) == said(city, expected, cut_off)
    return len(expected)


@pytest.fixture
def town_of(scene: Scene) -> Callable[[int], Town]:
    return lambda seed: Town(scene, Random(seed))


@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32))
def test_all_computations_agree_whatever_happened(
    town_of: Callable[[int], Town], seed: int
) -> None:
    town = town_of(seed)
    scene = town.scene
    town.live(acts=45)
    session = scene.session
    fold_tickets(session)
    for cut_off in (wib("2026-02-01T00:00"), wib("2026-04-01T00:00"), town.at + timedelta(days=1)):
        for city in (scene.city, other_boundaries(scene.city)):
            agree(session, city, cut_off)
    ids = session.scalars(select(Ticket.id)).all()
    bit_by_bit: dict[Any, Fact | None] = {id_: fact_of(session, id_) for id_ in ids}
    assert bit_by_bit == dict(folded(session))
    refold_all(session)
    assert {id_: fact_of(session, id_) for id_ in ids} == bit_by_bit


@pytest.mark.parametrize(
    ("act", "event"),
    [
        (Town.corrected, "corrected"),
        (Town.merged, "merged"),
        (Town.erased, "erased"),
        (Town.handed_over, "assigned"),
        (Town.done_together, "joint_closed"),
        (Town.raised, "visibility_raised"),
        (Town.noted_late, "replied"),
        (Town.withdrawn, "state_changed"),
    ],
)
def test_every_act_happens_and_is_agreed_on(
    scene: Scene, act: Callable[[Town], None], event: str
) -> None:
    """An act that is always refused would prove nothing."""
    town = Town(scene, Random(5))
    query = select(Event.seq).where(Event.type == event).limit(1)
    for _ in range(100):
        town.submitted()
        town.at += timedelta(hours=5)
        if town.tried(act) and scene.session.scalars(query).first():
            break
    assert scene.session.scalars(query).first()
    fold_tickets(scene.session)
    agree(scene.session, scene.city, town.at + timedelta(days=1))


def test_all_that_is_added_up_of_reports_is_counted_by_columns() -> None:
    assert from_reports(all_versions()) == COUNTED
