"""The product once more, as another government: its own database, pack, keys and server."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from citizenreport.cities.pack import check_pack
from citizenreport.cities.rules import City
from citizenreport.cities.service import load
from citizenreport.core.clock import utcnow
from tests.databases import FreshDatabase
from tests.packs import build_example_pack
from tests.servers import LiveServer, live_server_on
from tests.tls import TlsServer, say_content

CODE = "33.08"


def build_regency_pack(folder: Path) -> Path:
    """Write the handbook's pack as a regency that lies around Kota Magelang."""
    build_example_pack(folder)
    toml = folder / "city.toml"
    named = toml.read_text().replace('"CTH"', f'"{CODE}"').replace("Kota Contoh", "Kabupaten")
    toml.write_text(named)
    features = [
        _rectangle("CTH-B", west=110.10, east=110.22),
        _rectangle("CTH-T", west=110.22, east=110.35),
    ]
    areas = {"type": "FeatureCollection", "features": features}
    (folder / "areas.geojson").write_text(json.dumps(areas))
    return folder


def _rectangle(code: str, *, west: float, east: float) -> dict[str, object]:
    south, north = -7.60, -7.35
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "properties": {"area_code": code},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


@contextmanager
def inside(database: FreshDatabase) -> Generator[Session, None, None]:
    """Work in the second instance's database: the session of this process is the first one's."""
    engine = create_engine(database.url)
    try:
        with Session(engine) as session, session.begin():
            yield session
    finally:
        engine.dispose()


@contextmanager
def regency_on(
    database: FreshDatabase, folder: Path
) -> Generator[tuple[LiveServer, City], None, None]:
    """Run the second instance on a database of its own."""
    pack = build_regency_pack(folder / "kabupaten")
    checked = check_pack(pack)
    assert checked.city is not None, [str(finding) for finding in checked.findings]
    with inside(database) as session:
        load(session, checked.city, content=checked.content, now=utcnow())
    with live_server_on(database, CITIZENREPORT_CITY=str(pack)) as server:
        yield server, checked.city


def passed_on(front: TlsServer, server: LiveServer) -> None:
    """Have a TLS server hand every request to a plain one behind it, as a reverse proxy does."""
    behind = urlsplit(server.base_url)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked = front.asked[-1]
        connection = HTTPConnection(str(behind.hostname), behind.port, timeout=60)
        try:
            headers = {name: value for name, value in asked.headers.items() if name != "host"}
            connection.request(handler.command, asked.path, asked.body or None, headers)
            reply = connection.getresponse()
            body, kind = reply.read(), reply.headers["Content-Type"]
        finally:
            connection.close()
        say_content(handler, reply.status, body, kind)

    front.answer = answer
