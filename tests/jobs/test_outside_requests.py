"""Referrals by program: what goes out, that it goes once, and what comes back."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from citizenreport.cities.rules import Agency, GeoReportChannel, Visibility
from citizenreport.core.clock import utcnow
from citizenreport.jobs.outside_requests import start_outside_requests, work_outside_request
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import StreamKind
from citizenreport.pipeline import refer_by_program
from citizenreport.pipeline.handle import raise_visibility
from citizenreport.pipeline.refer import refer
from citizenreport.pipeline.release import TextRelease, release_report
from citizenreport.pipeline.submit import Submitted
from citizenreport.publication.rules import ReleaseState
from citizenreport.triage import referrals
from citizenreport.triage.letter_models import Referral
from citizenreport.triage.models import Message
from citizenreport.triage.outside_request_models import OutsideRequest
from citizenreport.triage.outside_requests import (
    WAITS,
    OutsideNotSent,
    OutsideSetAside,
    OutsideState,
    OutsideUnderWay,
)
from citizenreport.triage.referrals import Words
from citizenreport.web.context import current_services
from tests.jobs.outside_body import OutsideBody
from tests.jobs.world import CONTACT, ROAD, VIOLENCE, World
from tests.tls import make_authority, tls_server

BODY = "X_KABMGL"
WORDS = Words(reason="Jalan ini milik Kabupaten.", ask="Mohon ditambal. Rumah pelapor di depannya.")


@pytest.fixture
def body(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OutsideBody]:
    """The Kabupaten takes reports by program."""
    authority = make_authority(tmp_path)
    keys = tmp_path / "partner-keys"
    keys.mkdir()
    (keys / "kabupaten").write_text("kunci-kabupaten\n")
    monkeypatch.setitem(world.app.config, "OUTGOING_TEST_CA", authority.path)
    monkeypatch.setitem(world.app.config, "PARTNER_KEYS_DIR", str(keys))
    with tls_server(authority.server_pem()) as server:
        body = OutsideBody(server=server)
        server.answer = body.answer
        channel = GeoReportChannel(
            url=f"{server.url}/open311/v2",
            jurisdiction_id="33.08",
            key_name="kabupaten",
            services={ROAD: "JALAN", "*": "LAIN"},
        )
        agency = replace(world.city.agencies[BODY], georeport=channel)
        serve(world, agency)
        yield body


def serve(world: World, agency: Agency) -> None:
    world.city = replace(world.city, agencies={**world.city.agencies, BODY: agency})
    current_services().city_holder.replace(world.city)


def released(world: World, category_code: str = ROAD, text: str | None = "Lubang.") -> Submitted:
    sent = world.report(category_code, contact=CONTACT)
    ticket = world.ticket(sent)
    state = ReleaseState.RELEASED if text else ReleaseState.HELD
    release_report(
        world.session,
        world.city,
        ticket,
        TextRelease(state=state, public_text=text),
        act=world.act(ticket),
    )
    return sent


def referred(world: World, sent: Submitted) -> Referral:
    ticket = world.ticket(sent)
    return refer(
        world.session,
        world.city,
        world.keys,
        ticket,
        body_code=BODY,
        words=WORDS,
        act=world.act(ticket, at=utcnow()),
    )


def row_of(world: World, letter: Referral) -> OutsideRequest:
    world.session.expire_all()
    row = world.session.get(OutsideRequest, letter.id)
    assert row is not None
    return row


def run(world: World, letter: Referral, at: datetime | None = None) -> OutsideRequest:
    """Run the job when it is its time, or at an instant."""
    when = at or row_of(world, letter).next_at
    with suppress(OutsideSetAside):
        work_outside_request(referral_id=str(letter.id), now=when)
    return row_of(world, letter)


def notes(world: World, sent: Submitted) -> list[str]:
    ticket = world.ticket(sent)
    rows = world.session.scalars(
        select(Message.text).where(Message.ticket_id == ticket.id, Message.kind == "note")
    )
    return [text for text in rows if text]


def types(world: World, sent: Submitted) -> list[str]:
    events = history(world.session, StreamKind.TICKET, world.ticket(sent).id)
    return [event.type for event in events]


def test_what_is_public_goes_out_and_nothing_else(world: World, body: OutsideBody) -> None:
    sent = released(world)
    letter = referred(world, sent)
    world.work()
    [taken] = body.taken
    number = referrals.letter_number(letter)
    assert taken["service_code"] == ["JALAN"]
    assert taken["description"] == [
        f"Lubang.\n\n[{world.city.name} {number} · {sent.tracking_code}]"
    ]
    assert taken["api_key"] == ["kunci-kabupaten"]
    assert taken["jurisdiction_id"] == ["33.08"]
    assert set(taken) <= {
        *("service_code", "description", "address_string", "lat", "long", "api_key"),
        "jurisdiction_id",
    }
    everything = str(body.server.asked)
    for word in ("Budi", "+6281234567890", "budi@", "Mohon ditambal", "Lubang besar di depan"):
        assert word not in everything
    assert letter.state == "sent"
    assert referrals.words_of(letter, None).external_number == "T-1"
    assert types(world, sent)[-2:] == ["referral_made", "referral_sent"]
    assert row_of(world, letter).state == OutsideState.SENT.value


def test_what_they_tell_is_noted_once_and_their_closing_answers_the_letter(
    world: World, body: OutsideBody
) -> None:
    sent = released(world)
    letter = referred(world, sent)
    world.work()
    body.updates.append(("u1", "Petugas @sri.lestari ke lokasi.", utcnow()))
    for _ in range(2):
        run(world, letter)
    [note] = notes(world, sent)
    assert note.startswith("[GeoReport u1] ")
    assert "IN_PROGRESS: Petugas (at)sri.lestari ke lokasi." in note
    body.status, body.notes = "closed", "Sudah ditambal."
    row = run(world, letter)
    assert (row.state, row.external_status) == (OutsideState.CLOSED.value, "closed")
    world.session.refresh(letter)
    assert letter.state == "answered"
    assert "Sudah ditambal." in referrals.words_of(letter, None).answer
    assert types(world, sent)[-1] == "referral_answered"
    asked = len(body.server.asked)
    run(world, letter, utcnow() + timedelta(days=9))
    assert len(body.server.asked) == asked


def test_what_is_not_shown_there_yet_is_asked_about_again(world: World, body: OutsideBody) -> None:
    body.is_shown, body.gives_tokens = False, True
    sent = released(world)
    letter = referred(world, sent)
    world.work()
    row = run(world, letter)
    assert (row.state, row.failures, row.external_id) == (OutsideState.SENT.value, 0, "T-1")
    assert notes(world, sent) == []
    body.is_shown, body.status = True, "closed"
    assert run(world, letter).state == OutsideState.CLOSED.value
    world.session.refresh(letter)
    assert referrals.words_of(letter, None).answer == "Selesai di sana, tanpa keterangan."


def test_when_the_answer_is_lost_our_own_is_found_and_not_sent_twice(
    world: World, body: OutsideBody
) -> None:
    body.loses_answers, body.knows_again = True, False
    letter = referred(world, released(world))
    world.work()
    assert row_of(world, letter).tried_at is not None
    body.loses_answers = False
    row = run(world, letter)
    assert (row.state, row.external_id, row.tried_at) == (OutsideState.SENT.value, "T-1", None)
    assert len(body.taken) == 1


def test_when_nothing_is_shown_there_the_same_key_makes_it_one(
    world: World, body: OutsideBody
) -> None:
    body.loses_answers, body.is_shown = True, False
    letter = referred(world, released(world))
    world.work()
    body.loses_answers = False
    assert run(world, letter).state == OutsideState.SENT.value
    assert len(body.taken) == 1
    posts = [asked for asked in body.server.asked if asked.body]
    assert len({asked.headers["idempotency-key"] for asked in posts}) == 1 < len(posts)


def test_when_nobody_can_tell_a_person_looks_first(world: World, body: OutsideBody) -> None:
    body.loses_answers, body.is_shown, body.knows_again = True, False, False
    sent = released(world)
    letter = referred(world, sent)
    world.work()
    row = row_of(world, letter)
    assert row.tried_at is not None
    with pytest.raises(OutsideSetAside):
        work_outside_request(referral_id=str(letter.id), now=row.tried_at + timedelta(hours=21))
    row = row_of(world, letter)
    assert (row.state, row.fault) == (OutsideState.SET_ASIDE.value, "answer-lost")
    assert len(body.taken) == 1
    body.loses_answers = False
    ticket = world.ticket(sent)
    refer_by_program.send(
        world.session, world.city, ticket, letter, act=world.act(ticket, at=utcnow())
    )
    assert run(world, letter, utcnow()).state == OutsideState.SENT.value
    with pytest.raises(OutsideUnderWay):
        refer_by_program.send(
            world.session, world.city, ticket, letter, act=world.act(ticket, at=utcnow())
        )


def test_a_body_that_is_down_for_a_day_gets_it_once(world: World, body: OutsideBody) -> None:
    agency = world.city.agencies[BODY]
    assert agency.georeport is not None
    letter = referred(world, released(world))
    down = replace(agency.georeport, url="https://127.0.0.1:9/open311/v2")
    serve(world, replace(agency, georeport=down))
    begun = row_of(world, letter).next_at
    row = run(world, letter)
    while row.next_at < begun + timedelta(days=1):
        assert (row.state, row.fault, row.tried_at) == ("waiting", "not-reached", None)
        row = run(world, letter)
    serve(world, agency)
    assert run(world, letter).state == OutsideState.SENT.value
    assert len(body.taken) == 1


@pytest.mark.parametrize(
    "nonsense",
    [
        pytest.param(b"<html><p>Sedang dirawat", id="page"),
        pytest.param(b"{}", id="json"),
        pytest.param(
            b'<!DOCTYPE b [<!ENTITY a "aaaa">]><service_requests><request>'
            b"<service_request_id>&a;</service_request_id></request></service_requests>",
            id="bomb",
        ),
        pytest.param(b"<service_requests>" + b" " * 9_000_000, id="huge"),
        pytest.param(500, id="fault"),
        pytest.param(302, id="redirect"),
    ],
)
def test_nonsense_is_tried_again_and_nothing_is_lost(
    world: World, body: OutsideBody, nonsense: int | bytes
) -> None:
    sent = released(world)
    letter = referred(world, sent)
    world.work()
    body.status, body.says = "closed", nonsense
    row = run(world, letter)
    assert (row.state, row.failures) == (OutsideState.SENT.value, 1)
    assert row.fault in ("partner-fault", "no-answer")
    assert letter.state == "sent"
    body.says = None
    row = run(world, letter)
    assert (row.state, row.failures, row.fault) == (OutsideState.CLOSED.value, 0, "")


def test_after_three_days_of_nonsense_it_is_set_aside_and_goes_on_when_asked(
    world: World, body: OutsideBody
) -> None:
    sent = released(world)
    letter = referred(world, sent)
    world.work()
    body.says = 500
    for _ in WAITS:
        assert run(world, letter).state == OutsideState.SENT.value
    with pytest.raises(OutsideSetAside):
        work_outside_request(referral_id=str(letter.id), now=row_of(world, letter).next_at)
    assert row_of(world, letter).state == OutsideState.SET_ASIDE.value
    body.says, ticket = None, world.ticket(sent)
    refer_by_program.send(
        world.session, world.city, ticket, letter, act=world.act(ticket, at=utcnow())
    )
    row = run(world, letter, utcnow())
    assert (row.state, row.external_status) == (OutsideState.SENT.value, "open")
    assert len(body.taken) == 1


@pytest.mark.parametrize("status", [400, 403])
def test_a_refusal_is_for_a_person_at_once(world: World, body: OutsideBody, status: int) -> None:
    body.says = status
    letter = referred(world, released(world))
    row = run(world, letter)
    assert (row.state, row.fault) == (OutsideState.SET_ASIDE.value, "partner-refused")
    assert row.tried_at is None


def test_without_its_key_nothing_is_sent(
    world: World, body: OutsideBody, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(world.app.config, "PARTNER_KEYS_DIR", "")
    row = run(world, referred(world, released(world)))
    assert (row.state, row.fault, row.tried_at) == ("waiting", "partner-key-missing", None)
    assert body.server.asked == []


def test_what_is_held_or_protected_goes_by_letter_only(world: World, body: OutsideBody) -> None:
    held = released(world, text=None)
    secret = world.report(VIOLENCE, contact=CONTACT)
    for sent in (held, secret, world.report(ROAD)):
        letter = referred(world, sent)
        ticket = world.ticket(sent)
        with pytest.raises(OutsideNotSent):
            refer_by_program.send(
                world.session, world.city, ticket, letter, act=world.act(ticket, at=utcnow())
            )
    world.work()
    assert world.session.scalars(select(OutsideRequest)).all() == []
    assert body.server.asked == []


def test_a_report_raised_before_its_turn_is_not_sent_and_one_raised_later_not_followed(
    world: World, body: OutsideBody
) -> None:
    early, late = released(world), released(world)
    letters = [referred(world, early), referred(world, late)]
    run(world, letters[1])
    for sent in (early, late):
        ticket = world.ticket(sent)
        raise_visibility(
            world.session,
            world.city,
            world.keys,
            world.storage,
            ticket,
            Visibility.CONFIDENTIAL,
            act=world.act(ticket),
        )
    asked = len(body.server.asked)
    for letter in letters:
        assert run(world, letter).state == OutsideState.STOPPED.value
    assert len(body.server.asked) == asked
    assert len(body.taken) == 1


def test_the_clock_starts_what_is_due_and_a_held_one_is_nobody_elses(
    world: World, body: OutsideBody
) -> None:
    letter = referred(world, released(world))
    world.work()
    row = row_of(world, letter)
    start_outside_requests(now=row.next_at - timedelta(seconds=1))
    assert world.jobs() == []
    start_outside_requests(now=row.next_at)
    assert world.jobs() == [("work_outside_request", {"referral_id": str(letter.id)})]
