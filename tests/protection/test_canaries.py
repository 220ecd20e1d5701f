"""Personal data are where they belong and nowhere else.

Canaries are planted in every field a reporter fills, through a real server; then a full dump of
the database, the storage, the logs, the queue and every answer are searched for them.
"""

import io
import json
import os
import secrets
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image

from citizenreport.core.postgres import find_binaries
from tests.databases import FreshDatabase
from tests.servers import LiveServer

PANJANG = {"lon": 110.22199, "lat": -7.478474}


class Canaries:
    """One recognisable text per field."""

    def __init__(self) -> None:
        self.by_field = {
            name: f"kanari{name}{secrets.token_hex(4)}"
            for name in ("nama", "email", "telepon", "orang", "teks", "patokan", "exif")
        }

    def __getitem__(self, name: str) -> str:
        return self.by_field[name]

    def found_in(self, content: bytes) -> set[str]:
        return {name for name, canary in self.by_field.items() if canary.encode() in content}


def report_of(canaries: Canaries, category_code: str) -> dict[str, object]:
    return {
        "category_code": category_code,
        "position": PANJANG,
        "description": f"Laporan {canaries['teks']}",
        "landmark": canaries["patokan"],
        "contact": {
            "name": canaries["nama"],
            "email": f"{canaries['email']}@example.org",
            "phone": canaries["telepon"],
        },
        "subject": {"person": canaries["orang"]},
    }


def photo_of(canaries: Canaries) -> bytes:
    exif = Image.Exif()
    exif[0x9286] = canaries["exif"]  # UserComment
    exif[0x013B] = canaries["exif"]  # Artist
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "orange").save(file, "JPEG", exif=exif)
    assert canaries["exif"].encode() in file.getvalue()
    return file.getvalue()


def send(server: LiveServer, canaries: Canaries, category_code: str) -> dict[str, str]:
    reply = httpx.post(
        f"{server.base_url}/api/v1/reports",
        data={"report": json.dumps(report_of(canaries, category_code))},
        files={"photo": ("x.jpg", photo_of(canaries), "image/jpeg")},
        headers={"Idempotency-Key": secrets.token_urlsafe(24)},
    )
    assert reply.status_code == 201, reply.text
    assert canaries.found_in(reply.content) == set()
    found: dict[str, str] = reply.json()
    return found


def dump(database: FreshDatabase) -> bytes:
    """Return pg_dump of the whole database, with bytea as text that could be read."""
    url = urlsplit(database.url.replace("+psycopg", ""))
    command = [str(find_binaries() / "pg_dump"), url.geturl()]
    return subprocess.run(command, check=True, capture_output=True, env=os.environ).stdout


def stored(server: LiveServer) -> bytes:
    folder = Path(str(server.database.settings["STORAGE_DIR"]))
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("category_code", ["A12", "H05", "T01"])
def test_a_confidential_report_leaves_nothing_readable(
    live_server: LiveServer, category_code: str
) -> None:
    canaries = Canaries()
    sent = send(live_server, canaries, category_code)
    refused(live_server, canaries)

    assert canaries.found_in(dump(live_server.database)) == set()
    assert canaries.found_in(stored(live_server)) == set()
    assert canaries.found_in(live_server.log.read_bytes()) == set()
    assert b"JFIF" not in photo_bytes(live_server, sent)


def test_of_a_public_report_only_its_own_words_stand_where_they_belong(
    live_server: LiveServer,
) -> None:
    canaries = Canaries()
    send(live_server, canaries, "A04")

    content = dump(live_server.database)
    assert canaries.found_in(content) == {"teks", "patokan"}
    with live_server.database.owner() as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        holding = {
            table
            for (table,) in tables
            if connection.execute(
                f"SELECT 1 FROM {table} t WHERE t::text LIKE %s LIMIT 1",  # type: ignore[arg-type]
                (f"%{canaries['teks']}%",),
            ).fetchone()
        }
    assert holding == {"report"}
    assert canaries.found_in(stored(live_server)) == set()
    assert canaries.found_in(live_server.log.read_bytes()) == set()


def test_the_search_finds_what_is_there(live_server: LiveServer) -> None:
    canaries = Canaries()
    with live_server.database.owner() as connection:
        connection.execute("CREATE TABLE planted AS SELECT %s::text AS word", (canaries["nama"],))
    assert canaries.found_in(dump(live_server.database)) == {"nama"}


def refused(server: LiveServer, canaries: Canaries) -> None:
    """Send what is refused; neither the answer nor a log may repeat it."""
    broken = report_of(canaries, "A12") | {"position": {"lon": 999, "lat": 999}}
    reply = httpx.post(f"{server.base_url}/api/v1/reports", json=broken)
    assert reply.status_code == 422
    assert canaries.found_in(reply.content) == set()
    wrong = httpx.get(
        f"{server.base_url}/api/v1/reports/{canaries['nama']}",
        headers={"Authorization": f"Bearer {canaries['telepon']}"},
    )
    assert wrong.status_code == 404
    assert canaries.found_in(wrong.content) == set()


def photo_bytes(server: LiveServer, sent: dict[str, str]) -> bytes:
    with server.database.owner() as connection:
        rows = connection.execute(
            "SELECT storage_key FROM photo JOIN report ON report.id = report_id"
            " WHERE tracking_code = %s",
            (sent["tracking_code"],),
        ).fetchall()
    [(key,)] = rows
    folder = Path(str(server.database.settings["STORAGE_DIR"]))
    return (folder / key[:2] / key[2:4] / key).read_bytes()
