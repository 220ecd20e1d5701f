"""A definition that changes is another version; values keep the one they were computed by."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.indicators import service
from citizenreport.indicators.definitions import all_definitions, all_versions
from citizenreport.indicators.models import PublishedIndicatorValue
from citizenreport.indicators.rules.definitions import Definition, Versions, in_order, version_on
from citizenreport.indicators.service import recompute
from tests.rooms.indicators.histories import History
from tests.rooms.indicators.stored import store

KNOWN = Path(__file__).with_name("fingerprints.toml")
CUT_OFF = datetime(2026, 6, 30, 17, tzinfo=UTC)


def test_what_a_version_means_never_changes() -> None:
    """Changed a definition? Leave this version, add the next one with the day it holds from."""
    known = tomllib.loads(KNOWN.read_text(encoding="utf-8"))
    found = {
        f"{d.code}.{d.version}": d.fingerprint
        for versions in all_versions().values()
        for d in versions
    }
    assert found == known


@pytest.mark.parametrize(
    "change",
    [
        {"formula": "lain"},
        {"follow_up_working_days": 30},
        {"exits": "lain"},
        {"decimals": 1},
        {"disaggregations": ("tahun",)},
    ],
)
def test_another_meaning_is_another_fingerprint(change: Mapping[str, object]) -> None:
    before = all_definitions()["I01"]
    assert replace(before, **change).fingerprint != before.fingerprint  # type: ignore[arg-type]
    assert replace(before, interpretation="Lebih jelas.").fingerprint == before.fingerprint


def two_versions() -> dict[str, Versions]:
    """The dictionary with a second I01 from April: fewer decimals, a shorter follow-up."""
    first = all_definitions()["I01"]
    second = replace(first, version=2, valid_from=date(2026, 4, 1), decimals=0)
    return dict(all_versions()) | {"I01": (first, second)}


def test_old_values_keep_their_version(
    session: Session, magelang: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    for month in ("2026-03-02", "2026-04-06"):
        store(session, History(month).released(month).settled(month).events)
        store(session, History(month).released(month).events)
        store(session, History(month).released(month).events)
    dictionary = two_versions()
    monkeypatch.setattr(service, "all_versions", lambda: dictionary)
    monkeypatch.setattr(service, "definition_at", lambda code, n: dictionary[code][n - 1])
    recompute(session, magelang, cut_off=CUT_OFF)
    row = PublishedIndicatorValue
    wanted = (row.code == "I01", row.period_kind == "bulan", row.area_code == "33.71")
    rows = session.scalars(select(row).where(*wanted).order_by(row.period_start_on)).all()
    assert [(r.definition_version, r.value) for r in rows] == [
        (1, Decimal("33.3300")),
        (2, Decimal("33.0000")),
    ]


def test_a_period_has_the_version_that_holds_at_its_end() -> None:
    versions = two_versions()["I01"]
    days = (date(2019, 12, 31), date(2026, 3, 31), date(2026, 4, 1), date(2030, 12, 31))
    assert [version_on(versions, day).version for day in days] == [1, 1, 2, 2]


def changed(**values: object) -> Definition:
    return replace(all_definitions()["I01"], **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "second",
    [
        changed(version=1, valid_from=date(2027, 1, 1)),
        changed(version=3, valid_from=date(2027, 1, 1)),
        changed(version=2),
        changed(version=2, valid_from=date(2020, 1, 1)),
    ],
)
def test_versions_that_do_not_follow_each_other_are_refused(second: Definition) -> None:
    with pytest.raises(ValueError, match="I01: versions count"):
        in_order([all_definitions()["I01"], second])
