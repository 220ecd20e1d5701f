"""Two instances of the product: what lies just over the border goes there, and its end comes back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, GeoReportChannel
from citizenreport.core.clock import utcnow
from citizenreport.core.keys import KeyRing, read_key_files
from citizenreport.geo.position import Position
from citizenreport.intake.models import Report
from citizenreport.jobs.outside_requests import work_outside_request
from citizenreport.pipeline.handle import move_ticket, reply_publicly
from citizenreport.pipeline.refer import refer
from citizenreport.pipeline.release import TextRelease, release_report
from citizenreport.pipeline.submit import Submitted
from citizenreport.publication.rules import ReleaseState
from citizenreport.triage import referrals
from citizenreport.triage.letter_models import Referral
from citizenreport.triage.models import Ticket
from citizenreport.triage.outside_request_models import OutsideRequest
from citizenreport.triage.referrals import Words
from citizenreport.triage.rules import Act
from citizenreport.triage.states import Party, State
from citizenreport.web.context import current_services
from tests.databases import FreshDatabase
from tests.jobs.second_instance import CODE, inside, passed_on, regency_on
from tests.jobs.world import CONTACT, World
from tests.servers import LiveServer
from tests.tls import make_authority, tls_server

pytestmark = pytest.mark.xdist_group("second-instance")

JUST_OVER = Position(lon=110.23768, lat=-7.49335)
"""Twenty metres east of the city."""
LAMP, BODY = "A04", "X_KABMGL"


@pytest.fixture
def regency(
    world: World, fresh_database: FreshDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[LiveServer, City]]:
    """The Kabupaten runs the product too, and the city's pack says where."""
    authority = make_authority(tmp_path)
    monkeypatch.setitem(world.app.config, "OUTGOING_TEST_CA", authority.path)
    with (
        regency_on(fresh_database, tmp_path) as (server, city),
        tls_server(authority.server_pem()) as front,
    ):
        passed_on(front, server)
        channel = GeoReportChannel(
            url=f"{front.url}/open311/v2", jurisdiction_id=CODE, services={"*": "LAMPU"}
        )
        agency = replace(world.city.agencies[BODY], georeport=channel)
        world.city = replace(world.city, agencies={**world.city.agencies, BODY: agency})
        current_services().city_holder.replace(world.city)
        yield server, city


def referred(world: World) -> tuple[Submitted, Referral]:
    sent = world.report(LAMP, position=JUST_OVER, contact=CONTACT, now=utcnow())
    ticket = world.ticket(sent)
    text = TextRelease(state=ReleaseState.RELEASED, public_text="Lampu jalan padam.")
    release_report(world.session, world.city, ticket, text, act=world.act(ticket, at=utcnow()))
    letter = refer(
        world.session,
        world.city,
        world.keys,
        ticket,
        body_code=BODY,
        words=Words(reason="Di seberang batas.", ask="Mohon diperbaiki."),
        act=world.act(ticket, at=utcnow()),
    )
    return sent, letter


def act(ticket: Ticket) -> Act:
    by = frozenset({Party.AGENCY})
    return Act(parties=by, at=utcnow(), seen=ticket.version, actor_id=uuid4())


def settle_there(session: Session, city: City, keys: KeyRing) -> None:
    """Release the report at the Kabupaten, answer it and settle it, as its staff do."""
    ticket = session.scalars(select(Ticket)).one()
    text = TextRelease(state=ReleaseState.RELEASED, public_text="Lampu padam di batas kota.")
    release_report(session, city, ticket, text, act=act(ticket))
    reply_publicly(session, city, keys, ticket, "Lampu kami ganti hari ini.", act=act(ticket))
    for state in (State.VERIFIED, State.IN_PROGRESS, State.RESOLVED):
        move_ticket(session, city, keys, ticket, state, act=act(ticket), reason="Sudah diganti.")


def test_a_report_just_over_the_border_goes_there_and_its_closing_comes_back(
    world: World, regency: tuple[LiveServer, City]
) -> None:
    server, their_city = regency
    sent, letter = referred(world)
    world.work()
    row = world.session.get(OutsideRequest, letter.id)
    assert row is not None
    assert (row.state, row.fault) == ("sent", "")
    assert letter.state == "sent"
    with inside(server.database) as session:
        [arrived] = session.scalars(select(Report)).all()
        assert (arrived.category_code, arrived.area_code) == ("LAMPU", "CTH-T")
        assert arrived.contact_sealed is None
        assert arrived.tracking_code == row.external_id != sent.tracking_code
    work_outside_request(referral_id=str(letter.id), now=row.next_at)
    world.session.refresh(row)
    assert (row.state, row.external_status) == ("sent", ""), "not released there yet"
    with inside(server.database) as session:
        settle_there(
            session, their_city, read_key_files(Path(str(server.database.settings["KEYS_DIR"])))
        )
    work_outside_request(referral_id=str(letter.id), now=row.next_at + timedelta(days=1))
    world.session.refresh(row)
    world.session.refresh(letter)
    assert (row.state, row.external_status) == ("closed", "closed")
    assert letter.state == "answered"
    answer = referrals.words_of(letter, None).answer
    assert "Dinyatakan selesai" in answer
    assert row.told, "their answer was noted, too"
