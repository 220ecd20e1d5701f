"""A code means one thing on each day."""

from datetime import date

import pytest

from citizenreport.cities.pack import check_pack, read_city
from tests.rooms.cities.faults import Pack

AGENCIES = "agency_code,name,is_external,valid_from,valid_to,successor_code\n"
REST = "KOMINFO,K,no,,,\nSATPOL,S,no,,,\nINSPEKTORAT,I,no,,,\nX_POLISI,P,yes,,,\n"


def agencies(pack: Pack, *rows: str) -> Pack:
    return pack.write("agencies.csv", AGENCIES + REST + "".join(f"{row}\n" for row in rows))


def test_an_end_before_the_beginning(pack: Pack) -> None:
    agencies(pack, "DPU,D,no,2026-02-01,2026-01-01,")
    assert pack.says("agencies.csv:6", "mendahului")


@pytest.mark.parametrize(
    ("first", "second", "word"),
    [
        ("DPU,Lama,no,,2023-12-31,", "DPU,Baru,no,2024-01-02,,", "celah"),
        ("DPU,Lama,no,,2024-01-02,", "DPU,Baru,no,2024-01-02,,", "hari yang sama"),
        ("DPU,Lama,no,,,", "DPU,Baru,no,,,", "hari yang sama"),
    ],
)
def test_periods_of_one_code_follow_each_other(
    pack: Pack, first: str, second: str, word: str
) -> None:
    assert agencies(pack, first, second).says("agencies.csv:7", "DPU", word)


def test_an_agency_under_two_names_is_one_agency(pack: Pack) -> None:
    agencies(pack, "DPU,Nama Baru,no,2024-01-02,,", "DPU,Nama Lama,no,,2024-01-01,")
    assert pack.errors() == []
    old, new = read_city(pack.folder, on=date(2024, 1, 1)), read_city(pack.folder)
    assert (old.agencies["DPU"].name, new.agencies["DPU"].name) == ("Nama Lama", "Nama Baru")
    then = new.agency_on("DPU", date(2020, 5, 5))
    assert then is not None
    assert then.name == "Nama Lama"


def test_deadlines_may_change_on_a_day(pack: Pack) -> None:
    heading, *rows = pack.read("categories.csv").splitlines()
    lamp = rows.pop(0)
    rows += [f"{lamp.removesuffix('14')}14,,2026-12-31", f"{lamp.removesuffix('14')}10,2027-01-01,"]
    rows = [row if row.startswith("LAMPU") else f"{row},," for row in rows]
    pack.write("categories.csv", "\n".join([f"{heading},valid_from,valid_to", *rows]) + "\n")
    city = read_city(pack.folder, on=date(2026, 6, 1))
    assert city.categories["LAMPU"].settlement_working_days == 14
    later = city.category_on("LAMPU", date(2027, 1, 1))
    assert later is not None
    assert later.settlement_working_days == 10


def test_a_row_does_not_outlive_its_agency(pack: Pack) -> None:
    agencies(pack, "DPU,D,no,,2026-12-31,DPU2", "DPU2,D2,no,2027-01-01,,")
    assert pack.says("routing.csv:2", "DPU", "DPU2")
    assert pack.says("categories.csv:2", "DPU", "DPU2")


def test_a_successor_begins_the_day_after(pack: Pack) -> None:
    agencies(pack, "DPU,D,no,,,", "OLD,O,no,,2023-12-31,NEW", "NEW,N,no,2024-01-05,,")
    assert pack.says("agencies.csv:7", "OLD", "NEW", "celah")
    agencies(pack, "DPU,D,no,,,", "OLD,O,no,,,NEW", "NEW,N,no,2024-01-05,,")
    assert pack.says("agencies.csv:7", "tidak punya hari terakhir")
    agencies(pack, "DPU,D,no,,,", "OLD,O,no,,2024-01-04,NEW", "NEW,N,no,2024-01-05,,")
    assert pack.errors() == []


def test_the_last_day_of_the_calendar_is_a_day_like_any_other(pack: Pack) -> None:
    agencies(pack, "DPU,D,no,0001-01-01,9999-12-31,")
    assert check_pack(pack.folder).city is not None


@pytest.mark.parametrize("day", ["01/02/2026", "2026-13-01", "20260101", "2026-W01-1", "besok"])
def test_a_day_that_is_none(pack: Pack, day: str) -> None:
    assert agencies(pack, f"DPU,D,no,{day},,").says("agencies.csv:6", day, "2026-01-31")
