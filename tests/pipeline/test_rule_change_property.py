"""Whatever small draft of rules is tried: what is shown is what activation then does, and an undo restores it."""

from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from citizenreport.cities.edited_files import ROUTING
from citizenreport.cities.edited_rules import cells_of, merged
from citizenreport.cities.findings import Severity
from citizenreport.cities.pack import check_pack
from citizenreport.core.clock import utcnow
from citizenreport.intake.rules import Subject
from citizenreport.routing import drafts
from citizenreport.routing.draft_models import RuleReplay
from citizenreport.triage.models import Ticket
from citizenreport.triage.states import State
from tests.pipeline.test_rule_change import Change, change, editor  # noqa: F401
from tests.scenes import Scene

LAMPS, RACES, NOISE = "A04", "A03", "N01"
AGENCIES = ("DPUPR", "DLH", "DISHUB", "SATPOLPP", "@KELURAHAN")
AREA = "33.71.03.1005"  # Panjang, where the reports of the scene lie

one_rule = st.fixed_dictionaries(
    {
        "category_code": st.sampled_from((LAMPS, RACES, NOISE)),
        "agency_code": st.sampled_from(AGENCIES),
        "condition": st.sampled_from(
            (
                {},
                {"area_code": AREA},
                {"office_hours": "yes"},
                {"area_code": AREA, "office_hours": "no"},
                {"answers": "jenis_jalan=gang"},
            )
        ),
    }
)
small_draft = st.lists(one_rule, min_size=1, max_size=4)


def world(scene: Scene) -> None:
    """Make tickets in every state that rules look at."""
    for code in (LAMPS, RACES, NOISE):
        for steps in ((), (), (State.VERIFIED,), (State.VERIFIED, State.IN_PROGRESS)):
            scene.move(scene.ticket_of(scene.submit(code)), *steps)
    scene.submit(LAMPS, answers={"jenis_jalan": "gang"})
    scene.submit(LAMPS, subject=Subject(agency_code="DLH"))
    scene.submit("A12")
    scene.raise_(scene.ticket_of(scene.submit(RACES)))


def drafted(rows: Sequence[dict[str, str]], wanted: Sequence[dict[str, Any]]) -> list[Any]:
    """Put rules into a table: one without conditions replaces that of its category."""
    table = [dict(row) for row in rows]
    for number, rule in enumerate(wanted):
        code, agency, given_ = rule["category_code"], rule["agency_code"], rule["condition"]
        if not given_:
            bare = {"area_code": "", "answers": "", "office_hours": ""}
            for row in table:
                if row["category_code"] == code and bare.items() <= row.items():
                    row["agency_code"] = agency
        elif "answers" not in given_ or code == LAMPS:
            row = dict.fromkeys(table[0], "") | {"status": "confirmed"}
            name = {"rule_id": f"K-{code}-{number}", "category_code": code, "agency_code": agency}
            table.append(row | name | given_)
    return table


def passes(change_: Change, table: Sequence[dict[str, str]]) -> bool:
    current = [cells_of(row) for row in change_.holder.city.routing]
    rows = merged(current, table, from_day=change_.today)
    return not check_pack("magelang", edited={ROUTING: rows}).of(Severity.ERROR)


def try_out(change_: Change, table: Sequence[dict[str, str]]) -> RuleReplay:
    city = change_.holder.city
    seen, _ = drafts.drafted_rows(change_.session, city, change_.today)
    saved = drafts.save(
        change_.session, city, table, seen=seen, about="", by=change_.by, now=utcnow()
    )
    change_.session.commit()
    return change_.shown(saved.version)


def test_what_is_shown_is_what_is_done(change: Change, scene: Scene) -> None:  # noqa: F811
    world(scene)
    tried: list[int] = []

    @settings(
        max_examples=8,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(small_draft, st.integers(min_value=0, max_value=3))
    @example([{"category_code": LAMPS, "agency_code": "DPUPR", "condition": {}}], 2)
    def holds(wanted: Sequence[dict[str, Any]], touch_every: int) -> None:
        city = change.holder.city
        _, rows = drafts.drafted_rows(change.session, city, change.today)
        table = drafted(rows, wanted)
        assume(table != rows and passes(change, table))
        row = try_out(change, table)
        before = change.places()
        shown = {m.ticket_id: (m.from_agency_code, m.to_agency_code) for m in change.moves(row)}
        change.activate(row)
        after = change.places()
        done = {id_: (before[id_], after[id_]) for id_ in before if before[id_] != after[id_]}
        assert done == shown
        moved = sorted(done)
        touched = set(moved[::touch_every]) if touch_every else set()
        for id_ in touched:
            scene.reply(scene.session.get_one(Ticket, id_))
        change.undo(row)
        assert change.places() == {
            id_: after[id_] if id_ in touched else before[id_] for id_ in before
        }
        tried.append(len(done))

    holds()
    assert any(tried), "no draft moved anything: the test proves nothing"
