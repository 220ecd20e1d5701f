"""Figures of other bodies in /api/v1/indicators/<code>/values and its file."""

import csv
import io
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.indicators.models import ImportedIndicatorValue
from tests.bad_input.test_openapi import Document, checker, document  # noqa: F401

URL = "/api/v1/indicators/I07/values"
DIGEST = "0f" * 32


def figure(year: int, value: str, revision: int = 1) -> ImportedIndicatorValue:
    return ImportedIndicatorValue(
        code="I07",
        year=year,
        revision=revision,
        definition_version=1,
        value=Decimal(value),
        source="SETARA Institute, IKT",
        evidence_sha256=DIGEST,
        evidence_key=f"k{year}{revision}",
        correction="Salah ketik" if revision > 1 else "",
        entered_by=None,
        entered_at=datetime(2026, 6, 1, tzinfo=UTC),
    )


@pytest.fixture
def entered(session: Session, magelang: City) -> City:
    session.add_all([figure(2022, "5"), figure(2023, "5.5"), figure(2024, "6.248")])
    session.add(figure(2023, "5.75", revision=2))
    session.commit()
    return magelang


def items(client: FlaskClient, address: str) -> list[dict[str, Any]]:
    reply = client.get(address)
    assert reply.status_code == 200, reply.text
    return json.loads(reply.text)["items"]


def test_a_figure_is_marked_as_imported_with_its_source_and_year(
    client: FlaskClient, entered: City
) -> None:
    [value] = items(client, f"{URL}?period=2023")
    assert value == {
        "indicator_code": "I07",
        "definition_version": 1,
        "universe": "external",
        "period": "2023",
        "period_kind": "tahun",
        "period_start_on": "2023-01-01",
        "period_end_on": "2023-12-31",
        "area_code": "33.71",
        "bps_code": entered.bps_code,
        "area_level": "kota",
        "area_name": entered.name,
        "value": 5.75,
        "unit": "score_1_7",
        "numerator": None,
        "denominator": None,
        "interval_low": None,
        "interval_high": None,
        "status": "imported",
        "data_until": None,
        "is_suppressed": False,
        "details": {
            "source": "SETARA Institute, IKT",
            "year": 2023,
            "revision": 2,
            "evidence_sha256": DIGEST,
        },
    }


def test_figures_are_narrowed_as_values_are(client: FlaskClient, entered: City) -> None:
    whole = items(client, URL)
    assert [value["value"] for value in whole] == [5.0, 5.75, 6.248]
    assert items(client, f"{URL}?period_kind=tahun&area=33.71&area_level=kota") == whole
    for other in ("period_kind=bulan", "period=2024-01", "area=33.71.01", "area_level=kelurahan"):
        assert items(client, f"{URL}?{other}") == []


def test_pages_follow_each_other_and_end(client: FlaskClient, entered: City) -> None:
    pieces: list[dict[str, Any]] = []
    address: str | None = f"{URL}?limit=1"
    while address:
        page = json.loads(client.get(address).text)
        assert len(page["items"]) == 1
        pieces += page["items"]
        address = page["next"]
    assert pieces == items(client, URL)


def test_the_file_names_source_and_evidence_in_its_remark(
    client: FlaskClient, entered: City
) -> None:
    text = client.get(f"{URL}.csv?limit=1").text
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [(row["periode"], row["nilai"]) for row in rows] == [
        ("2022", "5.0000"),
        ("2023", "5.7500"),
        ("2024", "6.2480"),
    ]
    row = rows[1]
    assert (row["semesta"], row["status_data"]) == ("external", "angka lembaga lain")
    assert row["keterangan"] == f"sumber: SETARA Institute, IKT; SHA-256 bukti {DIGEST}"
    assert (row["pembilang"], row["penyebut"], row["data_sampai"]) == ("", "", "")
    assert "Salah ketik" not in text


def test_the_page_leads_to_both_files(client: FlaskClient, entered: City) -> None:
    page = client.get("/indikator/I07").text
    assert f'"{URL}.csv"' in page
    assert f'"{URL}"' in page


def test_the_answer_is_as_it_is_described(
    client: FlaskClient,
    entered: City,
    document: Document,  # noqa: F811
) -> None:
    checker(document, "ValuesPage").validate(json.loads(client.get(f"{URL}?limit=2").text))
