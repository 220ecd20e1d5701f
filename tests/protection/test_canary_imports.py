"""What stands in an uploaded file is readable nowhere: not in the database, the storage, logs or addresses.

A column of names, one of words that mean nothing here, a confidential report and a row that is set
aside are planted; a real server takes the file and a real worker tries it and takes it in.
"""

from collections.abc import Iterator

import httpx
import pytest

from citizenreport.identity.rules import Grant, Role
from tests.doors.console.test_imports import typed
from tests.messaging.post_office import PostOffice
from tests.protection.test_canary_console import (
    TOKEN,
    Colleague,
    Planted,
    office,  # noqa: F401 - a fixture
    one,
    walk,
)
from tests.servers import LiveServer

PAGE = "/petugas/impor"


@pytest.fixture
def importer(live_server: LiveServer) -> Iterator[Colleague]:
    person = Colleague(live_server, Grant(role=Role.CITY_DESK))
    yield person
    person.close()


def file_of(planted: Planted) -> bytes:
    lines = [
        f"Nomor,Kategori,Isi Laporan,Tanggal,Status,{planted['judul']}",
        f"1,A12,{planted['rahasia']},02/05/2024 10:00,baru,{planted['nama']}",
        f"{planted['nomor']},{planted['jenis']},{planted['ditolak']},02/05/2024,baru,x",
        f"3,A04,Lampu mati,{planted['waktu']},{planted['keadaan']},x",
    ]
    return "\n".join(lines).encode()


def upload(server: LiveServer, person: Colleague, planted: Planted) -> str:
    token = TOKEN.search(person.get(PAGE).text)
    assert token is not None
    reply: httpx.Response = person._http.post(
        PAGE,
        data={"csrf_token": token[1], "profile": "own", "source": "lama"},
        files={"file": (f"{planted['berkas']}.csv", file_of(planted))},
    )
    assert reply.status_code == 303, reply.text
    person._remember(reply)
    return reply.headers["Location"]


def test_what_an_uploaded_file_holds_is_readable_nowhere(
    live_server: LiveServer,
    office: PostOffice,  # noqa: F811
    importer: Colleague,
    caplog: pytest.LogCaptureFixture,
) -> None:
    planted = Planted()
    mapping = upload(live_server, importer, planted)
    address = mapping.removesuffix("/pemetaan")
    fields = typed(importer.get(mapping).text)
    assert importer.send(mapping, page=mapping, **fields).status_code == 303
    assert planted["ditolak"] not in importer.get(address).text, "a refused row shows its reason"
    assert importer.send(f"{address}/uji", page=address).status_code == 303
    walk(live_server, office, planted, caplog)
    assert importer.send(f"{address}/jalankan", page=address).status_code == 303
    places = walk(live_server, office, planted, caplog)
    assert one(live_server, "SELECT counts->>'added' FROM import_run") == "1"
    assert one(live_server, "SELECT counts->>'rejected' FROM import_run") == "2"
    kept = importer.get(f"{address}/ditolak.csv").text
    assert planted["ditolak"] in kept, "whoever uploaded it reads it"
    found = {place: planted.found_in(content) for place, content in places.items()}
    found["told"] = planted.found_in(importer.told)
    assert {place: words for place, words in found.items() if words} == {}
