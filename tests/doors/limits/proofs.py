"""Solving challenges as a client does."""

import base64
import json

import altcha
from flask.testing import FlaskClient

from tests.doors.limits.conftest import FromNetwork

CHALLENGE = "/api/v1/challenge"
HEADER = "X-Proof-Of-Work"


def solve(client: FlaskClient) -> str:
    """Ask for a challenge and return what is sent along."""
    challenge = client.get(CHALLENGE).json
    assert challenge is not None
    found = altcha.solve_challenge(altcha.Challenge.from_dict(challenge))
    assert found is not None
    payload = {"challenge": challenge, "solution": found.to_dict()}
    return base64.b64encode(json.dumps(payload).encode()).decode()


def solved_elsewhere(from_network: FromNetwork) -> str:
    """Return a proof that somebody else has asked for."""
    return solve(from_network())
