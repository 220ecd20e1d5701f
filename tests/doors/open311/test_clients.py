"""Two clients that others wrote, against a running server: they read and send without a fault."""

import pytest
import requests
from civicbot.http import HttpError, HttpTransport, RateLimiter
from civicbot.open311 import Open311Client
from civicbot.registry import Endpoint
from georeport import GeoReport

from citizenreport.core.db import transaction
from citizenreport.web.context import current_city, current_keys, current_storage
from tests.scenes import Scene
from tests.servers import LiveServer


@pytest.fixture
def released(live_server: LiveServer) -> list[str]:
    """Codes of three released reports; one more was never released."""
    with live_server.database.app.test_request_context(), transaction() as session:
        scene = Scene(
            session=session, city=current_city(), keys=current_keys(), storage=current_storage()
        )
        codes = [scene.released("A08").tracking_code for _ in range(3)]
        scene.submit("A04")
    return codes


@pytest.mark.parametrize("form", ["json", "xml"])
def test_georeport_reads_services_and_requests(
    live_server: LiveServer, released: list[str], form: str
) -> None:
    city = GeoReport(f"{live_server.base_url}/open311/v2", "33.71", output_format=form)
    services = city.get_service_list()
    assert len(services) > 30
    road = city.get_service_definition("A08")
    assert road["service_code"] == "A08"
    listed = city.get_service_requests(status="open", service_code="A08")
    assert sorted(row["service_request_id"] for row in listed) == sorted(released)
    one = city.get_service_request(released[0])
    assert one["service_request_id"] == released[0]
    assert float(one["lat"]) == pytest.approx(-7.478474)
    with pytest.raises(requests.HTTPError, match="404"):
        city.get_service_request("ZZZZZZZZZZ")


def test_civicbot_checks_a_report_against_the_services_sends_it_and_finds_it_later(
    live_server: LiveServer, released: list[str]
) -> None:
    endpoint = Endpoint(
        id="magelang",
        name="Kota Magelang",
        base_url=f"{live_server.base_url}/open311/v2",
        write=True,
        api_key_required_for_write=False,
    )
    transport = HttpTransport(rate_limiter=RateLimiter(min_interval=0))
    city = Open311Client(endpoint, transport, jurisdiction_id="33.71")
    assert city.get_request(released[0])["service_code"] == "A08"
    assert len(city.list_requests(service_request_ids=released)) == 3
    assert len(city.list_requests(service_code="A08", page_size=2)) == 2
    sent = city.create_request(
        "A08",
        dry_run=False,
        confirm="SEND",
        validate_remote=True,
        lat=-7.478474,
        lng=110.22199,
        description="Jalan berlubang di depan sekolah.",
        attributes={"kelas_jalan": "kota", "bagian": ["permukaan", "trotoar"]},
        email="warga@example.org",
    )
    [told] = sent.response
    assert "/lacak#" in told["service_notice"]
    with pytest.raises(HttpError, match="404"):
        city.get_request(told["service_request_id"])
    with live_server.database.app.test_request_context(), transaction() as session:
        count = session.connection().exec_driver_sql("SELECT count(*) FROM report").scalar_one()
    assert count == len(released) + 2
