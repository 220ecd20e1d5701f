"""Whoever guesses codes or secrets is slowed down, and learns nothing from it."""

import pytest
from flask.testing import FlaskClient

from tests.doors.limits.conftest import FromNetwork
from tests.scenes import Scene

API = "/api/v1/reports"


def ask_page(client: FlaskClient, code: str, secret: str) -> tuple[int, str]:
    page = client.get("/lacak").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    reply = client.post("/lacak", data={"csrf_token": token, "code": code, "secret": secret})
    return reply.status_code, reply.text


def ask_api(client: FlaskClient, code: str, secret: str) -> tuple[int, str]:
    reply = client.get(f"{API}/{code}", headers={"Authorization": f"Bearer {secret}"})
    return reply.status_code, reply.text


@pytest.mark.parametrize("ask", [ask_page, ask_api])
def test_after_too_many_wrong_answers_nothing_is_looked_up(
    from_network: FromNetwork, scene: Scene, ask: object
) -> None:
    assert callable(ask)
    known = scene.submit("A04")
    client = from_network("guess=3/10minutes")
    wrong = [ask(client, known.tracking_code, "x" * 43) for _ in range(2)]
    wrong.append(ask(client, "ZZZZZZZZZZ", known.secret))
    assert [status for status, _ in wrong] == [404] * 3

    right = ask(client, known.tracking_code, known.secret)
    unknown = ask(client, "ZZZZZZZZZZ", known.secret)

    assert right[0] == unknown[0] == 429
    assert "Coba lagi dalam" in right[1]
    assert known.secret not in right[1]


def test_right_answers_do_not_count(from_network: FromNetwork, scene: Scene) -> None:
    known = scene.submit("A04")
    client = from_network("guess=2/10minutes")
    asked = [ask_api(client, known.tracking_code, known.secret)[0] for _ in range(5)]
    assert asked == [200] * 5


@pytest.mark.parametrize("path", ["/laporan/{}", f"{API}/{{}}"])
def test_codes_that_are_not_public_count_like_unknown_ones(
    from_network: FromNetwork, scene: Scene, path: str
) -> None:
    hidden = scene.submit("A12").tracking_code
    for code in (hidden, "ZZZZZZZZZZ"):
        client = from_network("guess=2/10minutes")
        statuses = [client.get(path.format(code)).status_code for _ in range(3)]
        assert statuses == [404, 404, 429]
