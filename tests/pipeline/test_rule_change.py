"""A draft of the rules: tried on the past, put into force, taken back."""

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.cities.edited_rules import cells_of, merged
from citizenreport.cities.queries import current_pack
from citizenreport.cities.service import numbered
from citizenreport.core.clock import utcnow
from citizenreport.identity.models import Staff
from citizenreport.jobs import rules as jobs
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import StreamKind
from citizenreport.pipeline import rule_change
from citizenreport.pipeline.hand_over import hand_over
from citizenreport.pipeline.rule_change import NotActive, ReasonNeeded, ReplayOutdated
from citizenreport.routing import drafts
from citizenreport.routing.draft_models import RuleMove, RuleReplay
from citizenreport.triage.models import Ticket
from citizenreport.triage.states import Party, State
from citizenreport.web.context import EXTENSION
from tests.doors.console.people import DESK
from tests.identity.factories import make_staff
from tests.scenes import Scene

LAMPS = "A04"


@pytest.fixture
def editor(session: Session) -> Staff:
    return make_staff(session, "meja", DESK)


class Change:
    """The way of a draft, its jobs run in place."""

    def __init__(self, app: Flask, scene: Scene, editor: Staff) -> None:
        self.scene, self.session, self.by = scene, scene.session, editor.id
        self.holder = app.extensions[EXTENSION].city_holder
        city = scene.city
        self.holder._load = lambda: numbered(self.session, city)

    @property
    def today(self) -> date:
        return self.scene.city.local_date(utcnow())

    def draft(self, agencies: dict[str, str]) -> int:
        """Save a draft in which these rules name other agencies; return its version."""
        city = self.holder.city
        seen, rows = drafts.drafted_rows(self.session, city, self.today)
        rows = [{**r, "agency_code": agencies.get(r["rule_id"], r["agency_code"])} for r in rows]
        saved = drafts.save(self.session, city, rows, seen=seen, about="", by=self.by, now=utcnow())
        self.session.commit()
        return saved.version

    def shown(self, version: int, *, days: int = 0) -> RuleReplay:
        row = drafts.ask_replay(
            self.session,
            self.holder.city,
            seen=version,
            from_day=self.today + timedelta(days=days),
            by=self.by,
            now=utcnow(),
        )
        self.session.commit()
        jobs.replay_rules(replay_id=str(row.id))
        return drafts.replay_of(self.session, row.id)

    def activate(self, row: RuleReplay, *, is_applied: bool = True) -> None:
        now = utcnow()
        city = self.holder.city
        rule_change.activate(
            self.session, city, row.id, reason="Reorganisasi.", by=self.by, now=now
        )
        self.session.commit()
        self.holder.refresh()
        if is_applied:
            jobs.apply_rules(replay_id=str(row.id))

    def undo(self, row: RuleReplay) -> None:
        rule_change.undo(
            self.session, self.holder.city, row.id, reason="Keliru.", by=self.by, now=utcnow()
        )
        self.session.commit()
        self.holder.refresh()
        jobs.restore_rules(replay_id=str(row.id))

    def moves(self, row: RuleReplay) -> list[RuleMove]:
        query = select(RuleMove).where(RuleMove.replay_id == row.id)
        return list(self.session.scalars(query.execution_options(populate_existing=True)))

    def places(self) -> dict[UUID, str]:
        self.session.expire_all()
        return {t.id: t.agency_code for t in self.session.scalars(select(Ticket))}


@pytest.fixture
def change(app: Flask, scene: Scene, editor: Staff) -> Any:
    holder = app.extensions[EXTENSION].city_holder
    load = holder._load
    yield Change(app, scene, editor)
    holder._load = load
    holder.forget()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_activation_does_what_was_shown_and_an_undo_restores_what_nobody_touched(
    change: Change, scene: Scene, seed: int
) -> None:
    luck = random.Random(seed)
    city = scene.city
    plain = [c for c, k in city.categories.items() if k.visibility.value == "public"][:8]
    tickets = []
    for _ in range(14):
        ticket = scene.ticket_of(scene.submit(luck.choice(plain)))
        states = luck.choice([(), (State.VERIFIED,), (State.VERIFIED, State.IN_PROGRESS)])
        scene.move(ticket, *states)
        tickets.append(ticket)
    scene.submit("A12")  # confidential: counted like any other
    own = [c for c, a in city.agencies.items() if not a.is_external and a.area_code is None]
    rules = [r.rule_id for c in plain for r in city.routing_by_category[c] if not r.answers]
    version = change.draft({rule: luck.choice(own) for rule in rules})
    row = change.shown(version)
    before = change.places()
    shown = {m.ticket_id: (m.from_agency_code, m.to_agency_code) for m in change.moves(row)}
    assert row.result is not None
    assert row.result["reports"] == len(before)
    assert all(before[ticket_id] == source for ticket_id, (source, _) in shown.items())

    change.activate(row)
    after = change.places()
    done = {id_: (before[id_], after[id_]) for id_ in before if before[id_] != after[id_]}
    assert done == shown

    touched = {id_ for id_ in done if luck.random() < 0.4}
    for id_ in touched:
        scene.reply(scene.session.get_one(Ticket, id_))
    change.undo(row)
    restored = change.places()
    assert restored == {id_: after[id_] if id_ in touched else before[id_] for id_ in before}
    assert [cells_of(r) for r in change.holder.city.routing] == row.previous_rows


def test_a_report_after_activation_follows_the_new_rule_and_names_the_pack_it_stands_in(
    change: Change, scene: Scene
) -> None:
    row = change.shown(change.draft({"R-A04": "DPUPR"}))
    change.activate(row)
    city = change.holder.city
    sent = Scene.submit(replace(scene, city=city))
    assert sent.agency_code == "DPUPR"
    current = current_pack(scene.session)
    assert current is not None
    assert current.pack_version == row.new_pack_version
    names = {cells["rule_id"] for cells in current.content["routing.csv"]}
    assert {"R-A04", "R-A04.2"} <= names


def test_a_ticket_touched_between_showing_and_activation_stays_and_is_counted(
    change: Change, scene: Scene
) -> None:
    ticket = scene.ticket_of(scene.submit(LAMPS))
    row = change.shown(change.draft({"R-A04": "DPUPR"}))
    scene.reply(ticket)
    change.activate(row)
    assert change.places()[ticket.id] == "DLH"
    assert drafts.move_counts(scene.session, row.id) == {"skipped": 1}


def test_a_ticket_that_a_person_handed_over_or_works_on_is_not_moved(
    change: Change, scene: Scene
) -> None:
    handed, busy = (scene.ticket_of(scene.submit(LAMPS)) for _ in range(2))
    act = scene.act(handed, Party.DESK)
    hand_over(scene.session, scene.city, scene.keys, handed, agency_code="SATPOLPP", act=act)
    scene.move(busy, State.VERIFIED, State.IN_PROGRESS)
    row = change.shown(change.draft({"R-A04": "DPUPR"}))
    assert change.moves(row) == []
    assert row.result is not None
    assert row.result["staying"] == 2


def test_rules_of_a_later_day_wait_for_it(change: Change, scene: Scene) -> None:
    ticket = scene.ticket_of(scene.submit(LAMPS))
    row = change.shown(change.draft({"R-A04": "DPUPR"}), days=3)
    change.activate(row, is_applied=False)
    assert rule_change.due(scene.session, change.today) == []
    assert rule_change.due(scene.session, change.today + timedelta(days=3)) == [row.id]
    city = change.holder.city
    assert Scene.submit(replace(scene, city=city)).agency_code == "DLH"
    change.undo(row)
    assert change.places()[ticket.id] == "DLH"
    assert [cells_of(r) for r in change.holder.city.routing] == row.previous_rows


def test_each_change_is_in_the_log_with_who(change: Change, scene: Scene) -> None:
    row = change.shown(change.draft({"R-A04": "DPUPR"}))
    change.activate(row)
    change.undo(row)
    events = history(scene.session, StreamKind.PACK, drafts.stream_of(scene.city))
    assert [e.type for e in events] == ["rules_drafted", "rules_activated", "rules_undone"]
    assert {e.actor_id for e in events} == {change.by}
    assert (row.reason, row.undo_reason) == ("Reorganisasi.", "Keliru.")


def test_what_cannot_be_done_is_refused(change: Change, scene: Scene) -> None:
    version = change.draft({"R-A04": "DPUPR"})
    city, now = change.holder.city, utcnow()
    with pytest.raises(drafts.DayPassed):
        change.shown(version, days=-1)
    with pytest.raises(drafts.DraftChanged):
        change.shown(version - 1)
    with pytest.raises(drafts.DraftChanged):
        drafts.save(scene.session, city, [], seen=0, about="", by=change.by, now=now)
    row = change.shown(version)
    with pytest.raises(ReasonNeeded):
        rule_change.activate(scene.session, city, row.id, reason=" ", by=change.by, now=now)
    change.draft({"R-A04": "SATPOLPP"})
    with pytest.raises(ReplayOutdated):
        change.activate(row)
    with pytest.raises(NotActive):
        change.undo(row)


def test_a_draft_like_the_rules_in_force_is_not_tried(change: Change) -> None:
    with pytest.raises(drafts.NothingDrafted):
        change.shown(change.draft({}))


def test_the_past_keeps_its_rule_and_a_name_is_never_used_twice() -> None:
    old = {"rule_id": "R", "category_code": "A", "agency_code": "x", "valid_from": "2024-01-02"}
    old |= {"valid_to": "", "area_code": ""}
    new = {**old, "agency_code": "y"}
    first = merged([old], [new], from_day=date(2026, 6, 1))
    assert [(r["rule_id"], r["valid_from"], r["valid_to"]) for r in first] == [
        ("R", "2024-01-02", "2026-05-31"),
        ("R.2", "2026-06-01", ""),
    ]
    second = merged(first, [old], from_day=date(2026, 7, 1))
    assert [(r["rule_id"], r["valid_to"]) for r in second] == [
        ("R", "2026-05-31"),
        ("R.2", "2026-06-30"),
        ("R.3", ""),
    ]
