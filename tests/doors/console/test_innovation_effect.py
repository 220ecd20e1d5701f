"""`/petugas/inovasi/<id>/dampak`: what is said of the reports, and when nothing is."""

from datetime import date

import pytest
from flask import Flask, render_template

from citizenreport.programme.effect import Effect
from citizenreport.programme.effect_counts import Looked
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.innovations import write
from tests.doors.console.people import ROADS


@pytest.fixture
def agency(desk: Desk) -> Visitor:
    return desk.person(ROADS, username="jalan", name="Petugas Jalan")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, "Belum cukup minggu"),
        ({"category_codes": ""}, "belum menyebut kategori"),
        ({"trial_on": ""}, "belum menyebut kapan"),
        ({"area_codes": ""}, "tidak ada pembanding"),
        ({"category_codes": "violence"}, "tidak pernah diukur"),
        ({"category_codes": "noise"}, "tidak pernah diukur"),  # restricted
    ],
)
def test_where_nothing_can_be_claimed_the_page_says_why(
    desk: Desk, agency: Visitor, changes: dict[str, str], why: str
) -> None:
    desk.report()
    page = write(agency, **changes)
    shown = agency.get(f"{page}/dampak")
    assert shown.status_code == 200
    assert "Tidak ada yang dapat dinyatakan." in shown.text
    assert why in shown.text


def effect(**changes: float) -> Effect:
    usual = {"ratio": 0.6, "low": 0.45, "high": 0.8, "p_value": 0.004}
    counts = {"placebos": 412, "before": 90, "after": 50}
    others = {"others_before": 900, "others_after": 880}
    return Effect(**{**usual, **counts, **others, **changes})  # type: ignore[arg-type]


def said(app: Flask, found: Effect, *, was_high: bool) -> str:
    with app.test_request_context("/petugas"):
        return render_template(
            "console/innovation_effect.html",
            row={"id": "00000000-0000-0000-0000-000000000001", "name": "Tambal Cepat"},
            looked=Looked(outcome=found, began_on=date(2026, 3, 2), weeks=20, was_high=was_high),
            effect=found,
            why_not="",
            number=lambda value, decimals=2: f"{value:.{decimals}f}",
            categories=["Jalan berlubang"],
            areas=["Kelurahan A1"],
        )


def test_the_sentence_is_about_reports_and_names_regression_to_the_mean(
    app: Flask, desk: Desk
) -> None:
    text = said(app, effect(), was_high=True)
    assert "Laporan Jalan berlubang di Kelurahan A1 menjadi 0.60 kali" in text
    assert "regresi ke rata-rata" in text
    for never in ("kejadian", "keamanan"):
        assert never not in text.partition("<main")[2].lower()
    assert "regresi" not in said(app, effect(), was_high=False)
    unclear = said(app, effect(p_value=0.3, low=0.3, high=1.2), was_high=False)
    assert "tidak dapat dibedakan" in unclear
    assert "menjadi" not in unclear
