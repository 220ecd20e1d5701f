"""GET /api/v1/indicators and below."""

import csv
import io
import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.indicators.definitions import all_definitions
from citizenreport.indicators.service import recompute
from tests.rooms.indicators.histories import (
    CACABAN,
    PANJANG,
    TIDAR_UTARA,
    History,
    random_streams,
    wib,
)
from tests.rooms.indicators.stored import store

URL = "/api/v1/indicators"
CUT_OFF = wib("2026-07-01T00:00")


@pytest.fixture
def counted(session: Session, magelang: City) -> City:
    """Two reports of March in Magelang Tengah, one of them settled."""
    settled = History("2026-03-02", area_code=PANJANG).released("2026-03-03").settled("2026-03-10")
    store(session, settled.events)
    store(session, History("2026-03-02", area_code=CACABAN).released("2026-03-03").events)
    recompute(session, magelang, cut_off=CUT_OFF)
    session.commit()
    return magelang


def items(client: FlaskClient, address: str) -> list[dict[str, Any]]:
    reply = client.get(address)
    assert reply.status_code == 200, reply.text
    return json.loads(reply.text)["items"]


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_all_are_listed_with_their_definition(client: FlaskClient, magelang: City) -> None:
    found = items(client, URL)
    codes = [item["code"] for item in found]
    assert codes == list(all_definitions())
    assert [code for code in codes if code[0] == "I"] == [f"I{n:02}" for n in range(1, 23)]
    first = found[codes.index("I01")]
    assert first["names"]["en"] == "Settlement rate of reports"
    assert first["status"] == "computed"
    assert first["producer"] == magelang.agencies[magelang.desk_agency_code].name
    assert client.get(f"{URL}/i01").json == first


def test_a_value_carries_what_makes_it_a_claim(client: FlaskClient, counted: City) -> None:
    [value] = items(client, f"{URL}/I01/values?period=2026-03&area=33.71.03")
    assert value == {
        "indicator_code": "I01",
        "definition_version": 1,
        "universe": "public",
        "period": "2026-03",
        "period_kind": "bulan",
        "period_start_on": "2026-03-01",
        "period_end_on": "2026-03-31",
        "area_code": "33.71.03",
        "bps_code": "3371011",
        "area_level": "kecamatan",
        "area_name": "Magelang Tengah",
        "value": 50.0,
        "unit": "percent",
        "numerator": 1,
        "denominator": 2,
        "interval_low": 9.45,
        "interval_high": 90.55,
        "status": "provisional",
        "data_until": "2026-06-30",
        "is_suppressed": False,
        "details": {},
    }


def test_values_are_narrowed_by_kind_level_and_not_stated(
    client: FlaskClient, counted: City
) -> None:
    quarters = items(client, f"{URL}/I01/values?period_kind=triwulan&area_level=kecamatan")
    assert {v["period"] for v in quarters} == {"2026-Q1"}
    assert {v["area_name"] for v in quarters} == {
        "Magelang Selatan",
        "Magelang Utara",
        "Magelang Tengah",
    }
    [rest] = items(client, f"{URL}/I01/values?period=2026&area=tidak_disebut")
    assert (rest["area_name"], rest["denominator"], rest["value"]) == (
        "Wilayah tidak disebut",
        0,
        None,
    )


def test_pages_follow_each_other_and_end(client: FlaskClient, counted: City) -> None:
    whole = items(client, f"{URL}/I01/values?limit=1000")
    pieces: list[dict[str, Any]] = []
    address: str | None = f"{URL}/I01/values?limit=10"
    while address:
        page = json.loads(client.get(address).text)
        pieces += page["items"]
        address = page["next"]
    assert len(whole) == 22 * 3
    assert pieces == whole


def test_an_indicator_without_data_has_no_values(client: FlaskClient, counted: City) -> None:
    assert items(client, f"{URL}/I06/values") == []


def test_the_answer_is_not_sent_again_to_who_has_it(client: FlaskClient, counted: City) -> None:
    first = client.get(f"{URL}/I01/values")
    again = client.get(f"{URL}/I01/values", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(f"{URL}/I02/values").headers["ETag"] != first.headers["ETag"]
    assert "Last-Modified" not in first.headers


def test_csv_is_the_long_form_with_both_codes(client: FlaskClient, counted: City) -> None:
    reply = client.get(f"{URL}/I01/values.csv?period=2026-03&area={PANJANG}")
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert reply.headers["Content-Disposition"] == 'attachment; filename="I01.csv"'
    [row] = table(reply.text)
    assert row == {
        "kode_indikator": "I01",
        "nama_indikator": "Tingkat penyelesaian laporan",
        "versi_definisi": "1",
        "semesta": "public",
        "jenis_periode": "bulan",
        "periode": "2026-03",
        "periode_mulai": "2026-03-01",
        "periode_selesai": "2026-03-31",
        "tingkat_wilayah": "kelurahan",
        "kode_wilayah_kemendagri": PANJANG,
        "kode_wilayah_bps": "3371011005",
        "nama_wilayah": "Panjang",
        "klasifikasi": "total",
        "nilai": "100.0000",
        "satuan": "persen",
        "status_data": "sementara",
        "pembilang": "1",
        "penyebut": "1",
        "n_disembunyikan": "0",
        "selang_95_bawah": "20.65",
        "selang_95_atas": "100.0",
        "data_sampai": "2026-06-30",
        "keterangan": "",
    }
    by_accept = client.get(
        f"{URL}/I01/values?period=2026-03&area={PANJANG}", headers={"Accept": "text/csv"}
    )
    assert by_accept.text == reply.text
    assert "Accept" in by_accept.headers["Vary"]


def test_a_wait_is_two_lines_and_says_what_is_not_reached(
    client: FlaskClient, counted: City
) -> None:
    rows = table(client.get(f"{URL}/I03/values.csv?period=2026-03&area=33.71").text)
    assert [(r["klasifikasi"], r["nilai"]) for r in rows] == [("median", "6.0000"), ("p90", "")]
    waiting = [r["keterangan"] for r in rows]
    assert waiting == [
        "belum diverifikasi 1",
        "belum tercapai: > 73 hari kerja; belum diverifikasi 1",
    ]


def test_a_rate_names_its_population(client: FlaskClient, counted: City) -> None:
    rows = table(client.get(f"{URL}/I05/values.csv?period=2026").text)
    by_area = {r["nama_wilayah"]: r for r in rows}
    assert by_area["Kota Magelang"]["keterangan"] == "penduduk 2025"
    assert by_area["Kota Magelang"]["penyebut"] == "128709"
    assert by_area["Panjang"]["nilai"] == ""
    assert "belum ada angka penduduk" in by_area["Panjang"]["keterangan"]
    assert by_area["Wilayah tidak disebut"]["kode_wilayah_kemendagri"] == ""


@pytest.mark.parametrize(
    ("address", "status", "code", "pointer"),
    [
        ("/I99", 404, "indicator-not-found", None),
        ("/I99/values", 404, "indicator-not-found", None),
        ("/%00/values", 404, "indicator-not-found", None),
        ("/I01/values?period=2026-13", 422, "period-invalid", "#/period"),
        ("/I01/values?area=33.99", 422, "unknown-area", "#/area"),
        ("/I01/values?limit=0", 422, "invalid-input", "#/limit"),
        ("/I01/values?limit=x", 422, "invalid-input", "#/limit"),
        ("/I01/values?period_kind=week", 422, "invalid-input", "#/period_kind"),
        ("/I01/values?perriod=2026", 422, "invalid-input", "#/perriod"),
        ("/I01/values?after=%F0%9F%92%A9", 422, "cursor-invalid", "#/after"),
        ("/I01/values?after=WzEsMiwzXQ", 422, "cursor-invalid", "#/after"),
        ("/I01/values.csv?period=Q", 422, "period-invalid", "#/period"),
    ],
)
def test_what_is_asked_wrongly_is_told_with_its_place(
    client: FlaskClient, counted: City, address: str, status: int, code: str, pointer: str | None
) -> None:
    reply = client.get(URL + address)
    assert reply.status_code == status, reply.text
    assert reply.content_type == "application/problem+json"
    problem = json.loads(reply.text)
    assert problem["type"].endswith(f"/problems/{code}")
    assert [fault["pointer"] for fault in problem.get("errors", [])] == [pointer] * bool(pointer)


def test_the_document_describes_every_field_that_is_sent(
    client: FlaskClient, counted: City
) -> None:
    document = client.get("/api/v1/openapi.json").json
    assert document is not None
    described = document["components"]["schemas"]["Value"]["properties"]
    [value] = items(client, f"{URL}/I01/values?period=2026&area=33.71")
    assert set(described) == set(value)
    assert f"{URL}/{{code}}/values.csv" in document["paths"]


ADDRESSES = [
    URL,
    f"{URL}/I05",
    *[f"{URL}/I0{n}/values?limit=1000" for n in range(1, 6)],
    *[f"{URL}/I0{n}/values.csv" for n in range(1, 6)],
    "/indikator",
    *[f"/indikator/I0{n}?wilayah=33.71" for n in range(1, 6)],
]


def test_answers_are_the_same_in_a_world_without_what_is_not_public(
    client: FlaskClient, session: Session, magelang: City
) -> None:
    def answers() -> list[tuple[bytes, list[tuple[str, str]]]]:
        recompute(session, magelang, cut_off=CUT_OFF)
        session.commit()
        replies = [client.get(address) for address in ADDRESSES]
        assert {reply.status_code for reply in replies} == {200}
        for reply in replies:
            for volatile in ("Date", "RateLimit"):
                reply.headers.pop(volatile, None)
        return [(reply.data, sorted(reply.headers.items())) for reply in replies]

    for events in random_streams(5, 25):
        store(session, events)
    without = answers()
    for events in random_streams(6, 50):
        kept = [e for e in events if e.type != "released"]
        kept[0].payload["visibility"] = "confidential"  # type: ignore[index]
        kept[0].payload["area_code"] = TIDAR_UTARA  # type: ignore[index]
        store(session, kept)
    assert answers() == without
