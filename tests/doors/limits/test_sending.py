"""A report with a proof of work passes high limits; one without is taken in, and looked at twice."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizenreport.core.clock import utcnow
from citizenreport.intake.models import Report, UsedProof
from citizenreport.intake.service import forget_sends
from citizenreport.triage.models import Ticket
from citizenreport.web.proof import HARDEST, LIFE
from tests.doors.limits.conftest import FromNetwork
from tests.doors.limits.proofs import CHALLENGE, HEADER, solve

URL = "/api/v1/reports"
LAMP: dict[str, Any] = {
    "category_code": "A04",
    "position": {"lon": 110.22199, "lat": -7.478474},
    "description": "Lampu jalan di depan sekolah mati sejak kemarin.",
}


def send(client: FlaskClient, proof: str = "", **headers: str) -> TestResponse:
    given = {HEADER: proof} if proof else {}
    return client.post(URL, json=LAMP, headers=given | headers)


def marks(session: Session) -> list[bool]:
    """Return which tickets moderators are asked to look at twice, oldest first."""
    return list(session.scalars(select(Ticket.needs_check).order_by(Ticket.id)))


def count_of(session: Session, model: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_report_with_a_proof_is_told_what_it_was_worth(
    from_network: FromNetwork, session: Session
) -> None:
    client = from_network("send=9/hour")
    reply = send(client, solve(client))
    assert reply.status_code == 201
    assert reply.headers[HEADER] == "accepted"
    assert reply.headers["RateLimit-Policy"] == '"send";q=9;w=3600'
    assert reply.headers["RateLimit"] == '"send";r=8;t=3600'
    assert marks(session) == [False]


def test_a_report_without_one_is_taken_in_too(from_network: FromNetwork, session: Session) -> None:
    reply = send(from_network("send-unproven=9/hour"))
    assert reply.status_code == 201
    assert reply.headers[HEADER] == "missing"
    assert reply.headers["RateLimit-Policy"] == '"send-unproven";q=9;w=3600'
    assert marks(session) == [False]


def test_a_busy_network_without_proofs_is_marked_and_then_refused(
    from_network: FromNetwork, session: Session
) -> None:
    client = from_network("unremarkable=2/hour, send-unproven=4/hour")

    statuses = [send(client).status_code for _ in range(5)]

    assert statuses == [201, 201, 201, 201, 429]
    assert marks(session) == [False, False, True, True]


def test_with_a_proof_the_same_network_goes_on(from_network: FromNetwork, session: Session) -> None:
    client = from_network("unremarkable=1/hour, send-unproven=1/hour")
    assert [send(client).status_code for _ in range(2)] == [201, 429]
    assert send(client, solve(client)).status_code == 201
    assert marks(session) == [False, False]


def test_with_proofs_too_there_is_an_end(from_network: FromNetwork) -> None:
    client = from_network("send=2/hour")
    replies = [send(client, solve(client)) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [201, 201, 429]
    assert int(replies[2].headers["Retry-After"]) > 3_500
    assert replies[2].headers["RateLimit"].startswith('"send";r=0;t=')


def test_a_proof_counts_once(from_network: FromNetwork, session: Session) -> None:
    client = from_network("send-unproven=1/hour")
    proof = solve(client)
    first, second, third = (send(client, proof) for _ in range(3))
    assert [first.headers[HEADER], second.headers[HEADER]] == ["accepted", "used"]
    assert [first.status_code, second.status_code, third.status_code] == [201, 201, 429]
    assert count_of(session, Report) == 2
    assert count_of(session, UsedProof) == 1


def test_a_repeated_send_gets_the_first_answer_whatever_its_proof(
    from_network: FromNetwork, session: Session
) -> None:
    client = from_network()
    proof, key = solve(client), {"Idempotency-Key": "pK3n0vR8w1Zt5yB7qL2mXs"}
    replies = [send(client, given, **key) for given in (proof, proof, solve(client), "")]
    assert [reply.status_code for reply in replies] == [201] * 4
    assert len({reply.text for reply in replies}) == 1
    assert count_of(session, Report) == 1


def test_a_report_that_is_refused_uses_up_no_proof(
    from_network: FromNetwork, session: Session
) -> None:
    client = from_network()
    proof = solve(client)
    wrong = client.post(URL, json=LAMP | {"category_code": "Q99"}, headers={HEADER: proof})
    assert wrong.status_code == 422
    assert send(client, proof).headers[HEADER] == "accepted"


@pytest.mark.parametrize("proof", ["x", "bm90aGluZw==", "A" * 5_000, "{}", "\x7f"])
def test_a_header_that_is_no_proof_is_worth_nothing(
    from_network: FromNetwork, session: Session, proof: str
) -> None:
    reply = send(from_network(), proof)
    assert (reply.status_code, reply.headers[HEADER]) == (201, "invalid")


def test_challenges_get_harder_long_before_anybody_is_refused(
    from_network: FromNetwork, app: Flask
) -> None:
    client = from_network()
    levels = [
        client.get(CHALLENGE).json["parameters"]["data"]["level"]  # type: ignore[index]
        for _ in range(90)
    ]
    assert levels == sorted(levels)
    assert (levels[0], levels[25], levels[-1]) == (0, 1, 3)
    assert from_network().get(CHALLENGE).json["parameters"]["data"]["level"] == 0  # type: ignore[index]


def test_they_get_harder_for_everybody_when_the_service_is_busy(
    from_network: FromNetwork, limits: Callable[[str], Any]
) -> None:
    busy = limits("")
    client = from_network()
    item = busy.items["every-send"]
    busy.quick.hit(item, "anybody", cost=100_000)
    level = client.get(CHALLENGE).json["parameters"]["data"]["level"]  # type: ignore[index]
    assert level >= HARDEST


def test_challenges_are_kept_by_nobody_and_limited_too(from_network: FromNetwork) -> None:
    client = from_network("challenge=1/hour")
    first, second = client.get(CHALLENGE), client.get(CHALLENGE)
    assert first.headers["Cache-Control"] == "no-store"
    assert (first.status_code, second.status_code) == (200, 429)


def test_photos_are_counted_by_size(from_network: FromNetwork, session: Session) -> None:
    client = from_network("photo-kib=1/hour")
    photo = (BytesIO(b"\xff\xd8" + bytes(2_000)), "lampu.jpg")
    reply = client.post(URL, data={"report": json.dumps(LAMP), "photo": photo})
    assert reply.status_code == 429
    assert reply.json is not None
    assert "tanpa foto tetap bisa dikirim" in reply.json["detail"]
    assert send(client).status_code == 201


def test_used_proofs_are_forgotten_when_they_have_expired(
    from_network: FromNetwork, session: Session
) -> None:
    client = from_network()
    send(client, solve(client))
    forget_sends(session, now=utcnow() + LIFE - timedelta(minutes=1))
    assert count_of(session, UsedProof) == 1
    forget_sends(session, now=utcnow() + LIFE + timedelta(minutes=1))
    assert count_of(session, UsedProof) == 0
