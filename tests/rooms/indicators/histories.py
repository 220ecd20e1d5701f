"""Made-up streams of ticket events, by hand or at random, for the tests of indicators."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from citizenreport.cities.rules import Calendar
from citizenreport.indicators.rules.facts import Fact, LoggedEvent, fold
from citizenreport.triage.states import TRANSITIONS, State

WIB = ZoneInfo("Asia/Jakarta")
HOLIDAYS = {date(2026, 3, day): "Nyepi, Idulfitri" for day in (18, 19, 20, 21, 22, 23, 24)}
CALENDAR = Calendar(time_zone=WIB, holidays=HOLIDAYS)
PANJANG, CACABAN, TIDAR_UTARA = "33.71.03.1005", "33.71.03.1002", "33.71.01.1010"
LAMP, PARK, WISH, WITHOUT_PLACE = "A04", "N06", "A16", "H12"


def wib(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WIB)


@dataclass
class History:
    """A stream written as a story: `History("2026-03-02").verified("2026-03-04")…`."""

    submitted: str
    due: str = "2026-03-27T23:59:59"
    category_code: str = LAMP
    aspect: str = "aman"
    complaint_class: str = "pengaduan_tidak_berkadar_pengawasan"
    area_code: str | None = PANJANG
    opening: dict[str, Any] = field(default_factory=dict)
    events: list[LoggedEvent] = field(default_factory=list)
    state: str = "new"

    def __post_init__(self) -> None:
        payload = {
            "category_code": self.category_code,
            "aspect": self.aspect,
            "complaint_class": self.complaint_class,
            "area_code": self.area_code,
            "agency_code": "DLH",
            "visibility": "public",
            "settlement_due_at": wib(self.due).isoformat(),
            "is_demo": False,
        }
        self.add("opened", self.submitted, **payload | self.opening)

    def add(self, type_: str, at: str, **payload: Any) -> "History":
        instant = wib(at).astimezone(UTC)
        self.events.append(
            LoggedEvent(
                seq=len(self.events) + 1,
                type=type_,
                recorded_at=instant,
                occurred_at=instant,
                payload=payload,
            )
        )
        return self

    def move(self, target: str, at: str, **payload: Any) -> "History":
        self.add("state_changed", at, **{"from": self.state, "to": target}, **payload)
        self.state = target
        return self

    def released(self, at: str) -> "History":
        return self.add("released", at, text="released")

    def settled(self, at: str) -> "History":
        for target in ("verified", "in_progress", "resolved"):
            if self.state != target:
                self.move(target, at)
        return self

    def fact(self) -> Fact:
        return fold(self.events)


FIRST_DAY = datetime(2025, 11, 20, tzinfo=UTC)


def random_streams(seed: int, count: int) -> list[list[LoggedEvent]]:
    """Return made-up streams that walk the table of transitions; the same again for a seed."""
    random = Random(seed)
    return [_random_events(random) for _ in range(count)]


KINDS = [
    (LAMP, "aman", "pengaduan_tidak_berkadar_pengawasan"),
    (PARK, "nyaman", "pengaduan_tidak_berkadar_pengawasan"),
    (WITHOUT_PLACE, "harmoni", "aspirasi"),
    (WISH, "aman", "aspirasi"),
]


def _random_events(random: Random) -> list[LoggedEvent]:
    at = FIRST_DAY + timedelta(minutes=random.randint(0, 200 * 24 * 60))
    category, aspect, class_ = random.choice(KINDS)
    opened = {
        "category_code": category,
        "aspect": aspect,
        "complaint_class": class_,
        "area_code": random.choice([PANJANG, CACABAN, TIDAR_UTARA, None]),
        "agency_code": "DLH",
        "visibility": "public",
        "settlement_due_at": (at + timedelta(days=random.randint(1, 40))).isoformat(),
        "is_demo": random.random() < 0.5,
        "is_outside": random.random() < 0.05,
    }
    events = [_event(1, "opened", at, opened)]
    state = State.NEW
    for _ in range(random.randint(4, 14)):
        at += timedelta(minutes=random.randint(0, 6 * 24 * 60))
        type_, payload = _random_step(random, state, at)
        state = State(payload.get("to", state))
        events.append(_event(len(events) + 1, type_, at, payload))
        if state is State.WITHDRAWN:
            return events  # nobody releases it after that
    if random.random() < 0.1:
        raised = {"from": "public", "to": random.choice(["restricted", "confidential"])}
        events.append(_event(len(events) + 1, "visibility_raised", at, raised))
    return events


def _random_step(random: Random, state: State, at: datetime) -> tuple[str, dict[str, Any]]:
    type_ = random.choice(["state_changed"] * 4 + ["replied", "assigned", "released", "released"])
    targets = sorted(target for source, target in TRANSITIONS if source is state)
    if type_ == "assigned" and random.random() < 0.3:
        return "deadlines_moved", {"settlement_due_at": (at + timedelta(days=3)).isoformat()}
    if type_ == "assigned":
        codes = ("DLH", "DPUPR", "DISHUB")
        return type_, {"from": random.choice(codes), "agency_code": random.choice(codes)}
    if type_ == "released" and random.random() < 0.2:
        return "joint_closed", {"joint_agency_code": "DISHUB"}
    if type_ != "state_changed" or not targets:
        return (type_, {}) if type_ != "state_changed" else ("replied", {})
    usual = [t for t in targets if t in (State.VERIFIED, State.IN_PROGRESS, State.RESOLVED)]
    target = random.choice(targets + usual * 12)
    payload: dict[str, Any] = {"from": state.value, "to": target.value}
    if target is State.VERIFIED:
        payload["settlement_due_at"] = (at + timedelta(days=20)).isoformat()
    if target is State.ARCHIVED and random.random() < 0.5:
        payload["reason_code"] = random.choice(["spam", "test", "no_evidence"])
    return "state_changed", payload


def _event(seq: int, type_: str, at: datetime, payload: dict[str, Any]) -> LoggedEvent:
    return LoggedEvent(seq=seq, type=type_, recorded_at=at, occurred_at=at, payload=payload)
