"""Whatever stands in an address: a page, a problem, or "not found"; never an error of ours."""

import re
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.keys import KeyRing
from citizenreport.identity.rules import Grant, Role
from tests.bad_input.intake import Intake
from tests.bad_input.naughty import OWN, naughty
from tests.doors.console.conftest import Desk, desk, town  # noqa: F401
from tests.shared_data import ROOT

STAFF = {
    "/petugas/tiket": [
        "keadaan",
        "instansi",
        "kategori",
        "tenggat",
        "setelah",
        "beres",
        "tak",
        "aspek",
        "kelurahan",
        "saluran",
        "penanggung",
        "dari",
        "sampai",
        "cari",
        "kata",
        "mirip",
        "urut",
    ],
    "/petugas/tiket/perubahan": ["keadaan", "setelah", "urut", "tampil", "papan"],
    "/petugas/tiket/papan": ["keadaan", "setelah", "urut", "beres"],
    "/petugas/tiket/peta": ["keadaan", "kelurahan", "urut"],
    "/petugas/tiket/peta.json": ["keadaan", "setelah", "urut"],
    f"/petugas/tiket/{UUID(int=0)}/perubahan": ["sejak"],
    "/petugas/tiket/ekspor": ["cari", "kata", "dari", "urut", "setelah", "kategori"],
    "/petugas": ["lang"],
    "/petugas/lapangan": ["beres"],
    "/petugas/kabar": ["beres"],
    "/petugas/rekap": ["pekan", "instansi"],
    "/petugas/rekap/lembar.pdf": ["pekan", "instansi"],
    "/petugas/akun": ["beres"],
    "/petugas/akun/pastikan": ["next"],
    "/petugas/piket": ["instansi", "beres"],
    "/petugas/piket/kabar": ["beres"],
    "/petugas/piket/riwayat": ["instansi", "setelah"],
    "/petugas/aturan": ["beres"],
    "/petugas/isi/libur": ["beres"],
    "/petugas/indikator": ["beres"],
    "/petugas/satu-opd-satu-inovasi": ["tahun"],
    "/petugas/satu-opd-satu-inovasi/daftar.csv": ["tahun"],
    "/petugas/inovasi": ["tahun", "instansi", "tahap", "keadaan"],
    f"/petugas/inovasi/{UUID(int=0)}": ["beres"],
    "/petugas/kendali/pekerjaan": ["setelah", "beres"],
    "/petugas/kunci": ["beres"],
    "/petugas/webhook": ["beres"],
    f"/petugas/webhook/{UUID(int=0)}": ["beres", "setelah"],
    f"/petugas/impor/{UUID(int=0)}": ["beres"],
    f"/petugas/impor/{UUID(int=0)}/pemetaan": ["beres"],
}
ADMINISTRATORS = {"/petugas/staf": ["beres", "kembali"]}
INSPECTORS = {"/petugas/jejak": ["tiket", "petugas", "jenis", "dari", "sampai", "setelah"]}
PUBLIC = {
    "/": ["lang"],
    "/lapor": ["kategori", "cari", "mulai"],
    "/lapor/terkirim": ["lagi"],
    "/lacak": ["kode"],
    "/lacak/laporan": ["pesan", "bagian"],
    "/laporan": [
        *("aspek", "kategori", "kelurahan", "status", "setelah", "dari", "sampai", "tampilan"),
    ],
    "/laporan.geojson": ["kategori", "kelurahan", "dari", "sampai", "setelah"],
    "/laporan/kepadatan.json": ["aspek", "status", "dari", "sampai"],
    "/peta/kota.json": ["lang"],
    "/peta/dasar.json": ["v"],
    "/peta/jalan.pmtiles": ["v"],
    "/langganan": ["kelurahan", "aspek"],
    "/inovasi": ["tahun", "instansi", "tahap", "setelah"],
    "/indikator/peringkat": ["ukuran", "menurut", "tahun"],
    "/indikator/I01": ["jenis", "wilayah"],
    "/indikator/I01/sematkan": ["jenis", "wilayah"],
    "/kanal/whatsapp": ["hub.mode", "hub.verify_token", "hub.challenge"],
    "/petugas/masuk": ["next", "sebab"],
    "/petugas/masuk/sso/kembali": ["code", "state", "iss", "error"],
    "/petugas/masuk/kode": ["next"],
    "/petugas/masuk/pasang": ["next"],
    "/open311/v2/servicerequestupdates.json": ["start_date", "end_date"],
    "/open311/v2/services.json": ["jurisdiction_id", "api_key", "lang", "undefined"],
    "/open311/v2/requests.xml": [
        *("service_request_id", "service_code", "start_date", "end_date", "status", "page"),
        *("page_size", "extensions", "updated_after", "updated_before", "bbox", "lat", "long"),
        *("radius", "q", "sort"),
    ],
    "/api/v1/reports": [
        *("category", "aspect", "area", "agency", "status", "bbox", "since", "until", "fields"),
        *("limit", "after", "lang", "undefined"),
    ],
    "/api/v1/reports.geojson": ["category", "bbox", "since", "after", "undefined"],
    "/api/v1/features": ["f", "lang", "undefined"],
    "/api/v1/features/collections/reports/items": [
        *("limit", "bbox", "datetime", "after", "category", "area", "status", "f", "undefined"),
    ],
    "/api/v1/features/collections/kelurahan/items": ["bbox", "datetime", "after", "category"],
    "/api/v1/indicators/I02/rankings": ["kind", "year", "lang", "undefined"],
    "/api/v1/indicators/I01/values": [
        *("period", "period_kind", "area", "area_level", "limit", "after", "lang", "undefined"),
    ],
}
PATHS = [
    *(
        "/laporan/",
        "/foto/",
        "/indikator/",
        "/inovasi/",
        "/inovasi/berkas/",
        "/petugas/inovasi/",
        "/problems/",
        "/aset/",
        "/berhenti/",
        "/buka/",
        "/lacak/foto/",
        "/petugas/tiket/",
        "/petugas/piket/",
        "/petugas/panggilan/",
        "/petugas/aturan/kategori/",
        "/petugas/aturan/uji/",
        "/petugas/isi/",
        "/petugas/isi/libur/butir/",
        "/petugas/isi/kategori/butir/",
        "/petugas/isi/perubahan/",
        "/petugas/indikator/bukti/",
    ),
    *("/petugas/tiket/foto/", "/api/v1/indicators/", "/api/v1/reports/", "/", "/api/", "/open311/"),
    *("/api/v1/features/collections/", "/api/v1/features/collections/reports/items/"),
    *("/open311/v2/services/", "/open311/v2/requests/", "/open311/v2/tokens/"),
]
"""To each of them a string is appended."""

READ = re.compile(r"""request\.(?:args|values)(?:\.get(?:list)?\(|\[)"([^"]+)\"""")


@pytest.fixture
def visitor(app: Flask, session: Session, magelang: City, keys: KeyRing) -> FlaskClient:
    """Someone from the city desk, who may open every page of the console's queue."""
    office = Desk(app, session, magelang, keys)
    return office.person(Grant(role=Role.CITY_DESK)).client


def sendable(text: str) -> str:
    """Return a text as a part of an address."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def assert_answered(client: FlaskClient, address: str, text: str) -> None:
    reply = client.get(address)
    refused = 400 if address.startswith(("/open311/", "/api/v1/features")) else 422
    assert reply.status_code in {200, 302, 303, 308, 404, refused}, (address, reply.text)
    if len(text) > 8 and re.search("<[a-z]", text) and reply.mimetype == "text/html":
        assert text not in reply.text, address
    if reply.status_code == 422 and reply.mimetype == "text/html":
        assert 'lang="id"' in reply.text
    location = reply.headers.get("Location", "/")
    assert location.startswith(("/", "http://localhost/")), (address, location)
    assert not location.startswith("//"), address


def test_every_parameter_that_is_read_is_tried() -> None:
    sources = Path(ROOT / "citizenreport").rglob("*.py")
    read = {name for path in sources for name in READ.findall(path.read_text())}
    tried = {
        name for names in (STAFF | ADMINISTRATORS | INSPECTORS | PUBLIC).values() for name in names
    }
    assert len(read) > 5
    assert read <= tried


@pytest.mark.real_data
def test_a_parameter_of_any_content_is_answered(visitor: FlaskClient) -> None:
    pairs = [(path, name) for path, names in (STAFF | PUBLIC).items() for name in names]
    tried = [(pairs[n % len(pairs)], text) for n, text in enumerate(naughty())]
    tried += [(pair, text) for pair in pairs for text in OWN[:4]]
    for (path, name), text in tried:
        assert_answered(visitor, f"{path}?{name}={sendable(text)}", text)


@pytest.mark.parametrize("name", ADMINISTRATORS["/petugas/staf"])
def test_a_parameter_of_the_accounts_page_is_answered(
    desk: Desk,  # noqa: F811
    name: str,
) -> None:
    client = desk.person(Grant(role=Role.ADMINISTRATOR)).client
    for text in OWN[:8]:
        assert_answered(client, f"/petugas/staf?{name}={sendable(text)}", text)


@pytest.mark.parametrize("name", INSPECTORS["/petugas/jejak"])
def test_a_parameter_of_the_trail_is_answered(desk: Desk, name: str) -> None:  # noqa: F811
    client = desk.person(Grant(role=Role.INSPECTORATE)).client
    for text in OWN[:8]:
        assert_answered(client, f"/petugas/jejak?{name}={sendable(text)}", text)


@pytest.mark.real_data
def test_the_filters_that_reach_the_database_take_such_strings(
    client: FlaskClient, city: City, intake: Intake
) -> None:
    for text in [*naughty()[::5], *OWN]:
        query = "&".join(f"{name}={sendable(text)}" for name in PUBLIC["/laporan"][:4])
        reply = client.get(f"/laporan?{query}")
        assert reply.status_code == 200, ascii(text)


@pytest.mark.real_data
def test_a_path_of_any_content_is_answered(visitor: FlaskClient) -> None:
    tried = [(PATHS[n % len(PATHS)], text) for n, text in enumerate(naughty())]
    tried += [(path, text) for path in PATHS for text in OWN[:4]]
    for path, text in tried:
        assert_answered(visitor, path + sendable(text), text)


@pytest.mark.real_data
def test_what_filters_indicators_is_refused_with_its_name(intake: Intake) -> None:
    address = "/api/v1/indicators/I01/values"
    for text in naughty():
        for name in ("period", "period_kind", "area", "area_level", "limit", "after"):
            reply = intake.client.get(f"{address}?{name}={sendable(text)}")
            if name == "limit" and is_limit(text):
                assert reply.status_code == 200
                continue
            assert reply.status_code == 422, (name, ascii(text), reply.text)
            assert intake.pointers(reply) == {f"#/{name}"}, ascii(text)


def is_limit(text: str) -> bool:
    try:
        return 1 <= int(text) <= 1_000
    except ValueError:
        return False


CURSORS = [
    "W10",  # []
    "W1tdLFtdXQ",  # [[],[]]
    "WzEsMl0",  # [1,2]
    "WyIyMDI2LTAxLTAxIiwiXHUwMDAwIl0",  # a NUL in the code
    "WyIyMDI2LTAxLTAxIiwiXHVkODAwIl0",  # a lone surrogate
    "WyI5OTk5OS0wMS0wMSIsIkEiXQ",  # the year 99999
    "e30",  # {}
    "bnVsbA",  # null
    "W1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tb" * 500,
    "MDAwMS0wMS0wMVQwMDowMDowMCswMDowMCAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMA",
    "OTk5OS0xMi0zMVQyMzo1OTo1OS0yMzo1OSAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMA",
    "=",
    "====",
    "a",
    "%",
    "\x00",
]


@pytest.mark.parametrize("cursor", CURSORS, ids=lambda cursor: cursor[:20])
def test_a_cursor_that_was_tampered_with_is_answered(visitor: FlaskClient, cursor: str) -> None:
    for path, name in [
        ("/laporan", "setelah"),
        ("/petugas/tiket", "setelah"),
        ("/api/v1/indicators/I01/values", "after"),
    ]:
        reply = visitor.get(f"{path}?{name}={sendable(cursor)}")
        assert reply.status_code in {200, 422}, (path, reply.text)
