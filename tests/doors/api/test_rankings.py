"""GET /api/v1/indicators/<code>/rankings and its file."""

import csv
import io
import json
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from tests.bad_input.test_openapi import Document, checker, document  # noqa: F401
from tests.doors.pages.test_indicator_comparisons import place

URL = "/api/v1/indicators"
NO_RANK = {"value": None, "low": None, "high": None, "first": None, "last": None}


@pytest.fixture
def ranked(session: Session, magelang: City) -> City:
    session.add_all(
        [
            place("DLH"),
            place("DISHUB", value=Decimal("69.00")),
            place("SATPOLPP", n=12, coverage=Decimal(0), why_not="few", **NO_RANK),
            place("DLH", year=2025),
            place("DLH", measure="I01"),
            place("33.71.01", kind="kecamatan", first=1, last=1),
        ]
    )
    session.commit()
    return magelang


def test_a_tie_has_two_places_and_who_has_too_few_none(client: FlaskClient, ranked: City) -> None:
    reply = client.get(f"{URL}/i02/rankings?kind=instansi&year=2026")
    items = json.loads(reply.text)["items"]
    assert [item["subject_code"] for item in items] == ["DLH", "DISHUB", "SATPOLPP"]
    assert items[0] == {
        "indicator_code": "I02",
        "kind": "instansi",
        "year": 2026,
        "subject_code": "DLH",
        "subject_name": ranked.agencies["DLH"].name,
        "first": 1,
        "last": 2,
        "value": 71.25,
        "unit": "percent",
        "interval_low": 62.4,
        "interval_high": 78.6,
        "n": 120,
        "coverage": 88.0,
        "mix": "category",
        "why_not": None,
        "data_until": "2026-06-30",
    }
    assert (items[2]["first"], items[2]["value"], items[2]["why_not"]) == (None, None, "few")


def test_without_filters_all_are_given_the_newest_first(client: FlaskClient, ranked: City) -> None:
    items = json.loads(client.get(f"{URL}/I02/rankings").text)["items"]
    assert [(item["year"], item["kind"]) for item in items] == [
        *[(2026, "instansi")] * 3,
        (2026, "kecamatan"),
        (2025, "instansi"),
    ]
    assert json.loads(client.get(f"{URL}/I07/rankings").text)["items"] == []


def test_the_file_holds_the_same(client: FlaskClient, ranked: City) -> None:
    reply = client.get(f"{URL}/I02/rankings.csv?kind=instansi&year=2026")
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert reply.headers["Content-Disposition"] == 'attachment; filename="I02-peringkat.csv"'
    rows = list(csv.DictReader(io.StringIO(reply.text, newline="")))
    assert [(row["kode"], row["peringkat_dari"], row["nilai"]) for row in rows] == [
        ("DLH", "1", "71.25"),
        ("DISHUB", "1", "69.00"),
        ("SATPOLPP", "", ""),
    ]
    assert rows[0]["satuan"] == "persen"
    assert rows[2]["tanpa_peringkat_karena"] == "few"
    again = client.get(
        f"{URL}/I02/rankings.csv?kind=instansi&year=2026",
        headers={"If-None-Match": reply.headers["ETag"]},
    )
    assert (again.status_code, again.data) == (304, b"")


def test_the_page_leads_to_what_it_shows(client: FlaskClient, ranked: City) -> None:
    page = client.get("/indikator/peringkat?ukuran=I02&menurut=instansi&tahun=2026").text
    assert f"{URL}/I02/rankings.csv?kind=instansi&amp;year=2026" in page
    assert f"{URL}/I02/rankings?kind=instansi&amp;year=2026" in page


@pytest.mark.parametrize(
    ("address", "status", "pointer"),
    [
        ("/I99/rankings", 404, None),
        ("/I99/rankings.csv", 404, None),
        ("/I02/rankings?kind=kota", 422, "#/kind"),
        ("/I02/rankings?year=1999", 422, "#/year"),
        ("/I02/rankings.csv?year=x", 422, "#/year"),
        ("/I02/rankings?tahun=2026", 422, "#/tahun"),
    ],
)
def test_what_is_asked_wrongly_is_told_with_its_place(
    client: FlaskClient, ranked: City, address: str, status: int, pointer: str | None
) -> None:
    reply = client.get(URL + address)
    assert reply.status_code == status, reply.text
    problem = json.loads(reply.text)
    assert [fault["pointer"] for fault in problem.get("errors", [])] == [pointer] * bool(pointer)


def test_the_answer_is_as_it_is_described(
    client: FlaskClient,
    ranked: City,
    document: Document,  # noqa: F811
) -> None:
    body = json.loads(client.get(f"{URL}/I02/rankings").text)
    checker(document, "Rankings").validate(body)
    assert set(document["components"]["schemas"]["Ranked"]["properties"]) == set(body["items"][0])
