import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizenreport.documents.tables import STARTS_A_FORMULA, csv_text, safe_text
from tests.shared_data import shared_data

PAYLOADS = [
    "=10+20+cmd|' /C calc'!A0",
    "@SUM(1+9)*cmd|' /C calc'!A0",
    "+1",
    "-1+cmd",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "＝1",
]


def read_back(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_formula_becomes_text(payload: str) -> None:
    [_, [cell]] = read_back(csv_text(["a"], [[payload]]))
    assert cell == f"'{payload}"


@pytest.mark.real_data
def test_no_known_payload_survives() -> None:
    lines = shared_data("badinput", "csv-injection", "csv-payload.txt").read_text().splitlines()
    rows = read_back(csv_text(["a"], [[line] for line in lines if line]))
    assert len(rows) > 5
    assert not any(cell.lstrip().startswith(STARTS_A_FORMULA) for [cell] in rows)


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_any_text_comes_back_whole_and_is_no_formula(text: str) -> None:
    [_, [cell]] = read_back(csv_text(["a"], [[text]]))
    assert cell == safe_text(text)
    assert cell in (text, f"'{text}")
    assert not cell.lstrip(" ").startswith(("=", "+", "-", "@"))


def test_a_semicolon_does_not_begin_a_new_cell_where_programs_split_at_it() -> None:
    assert csv_text(["a"], [["x;=1"]]) == '"a"\r\n"x;=1"\r\n'


def test_numbers_are_bare_with_a_point_and_dates_are_iso() -> None:
    row = [Decimal("0.0233"), -3, date(2026, 3, 1), None, Decimal("1E+2")]
    assert csv_text(["a", "b", "c", "d", "e"], [row]).splitlines()[1] == (
        '0.0233,-3,"2026-03-01","",100'
    )
