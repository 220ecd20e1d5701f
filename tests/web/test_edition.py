"""A change of the pack is in force in every process at once, whichever put it there."""

from dataclasses import replace

import httpx
from sqlalchemy.orm import Session

from citizenreport.cities.edits import QUESTIONS
from citizenreport.cities.queries import current_pack
from citizenreport.cities.rules import City
from citizenreport.cities.service import put_files
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.web.context import CityHolder
from tests.databases import FreshDatabase, dispose, load_magelang
from tests.servers import LiveServer

DEFINITION = "/open311/v2/services/A01.json"


def asked_no_more(session: Session) -> None:
    """Put into force that nothing is asked of category A01, as the console does."""
    pack = current_pack(session)
    assert pack is not None
    rows = [row for row in pack.content[QUESTIONS] if row["category_code"] != "A01"]
    put_files(session, {QUESTIONS: rows}, now=utcnow())


def test_another_process_tells_it_with_its_next_answer(live_server: LiveServer) -> None:
    address, page = (
        f"{live_server.base_url}{DEFINITION}",
        f"{live_server.base_url}/lapor?kategori=A01",
    )
    assert "jenis" in httpx.get(address).text
    assert "Kejadian apa?" in httpx.get(page).text
    with live_server.database.app.app_context(), transaction() as session:
        asked_no_more(session)
    assert httpx.get(address).json()["attributes"] == []
    assert "Kejadian apa?" not in httpx.get(page).text


def test_what_was_taken_back_is_back_everywhere(fresh_database: FreshDatabase) -> None:
    one = fresh_database.app
    with one.app_context(), transaction() as session:
        load_magelang(session)
    other = FreshDatabase(url=fresh_database.url, settings=fresh_database.settings).app
    clients = (one.test_client(), other.test_client())
    assert all("jenis" in client.get(DEFINITION).text for client in clients)
    with one.app_context(), transaction() as session:
        pack = current_pack(session)
        assert pack is not None
        before = pack.content[QUESTIONS]
        asked_no_more(session)
    assert all("jenis" not in client.get(DEFINITION).text for client in clients)
    with other.app_context(), transaction() as session:
        put_files(session, {QUESTIONS: before}, now=utcnow())
    assert all("jenis" in client.get(DEFINITION).text for client in clients)
    with other.app_context():
        dispose()


def test_a_city_is_read_once_for_an_edition(magelang: City) -> None:
    edition, reads = [7], list[int]()

    def load() -> City:
        reads.append(edition[0])
        return replace(magelang, pack_version=edition[0])

    holder = CityHolder(load)
    holder.keep_up(7)
    assert reads == [], "it is read when it is first needed"
    assert holder.city.pack_version == 7
    holder.keep_up(7)
    edition[0] = 8
    holder.keep_up(8)
    holder.keep_up(8)
    assert holder.city.pack_version == 8
    assert reads == [7, 8]
