"""The language of a page."""

import pytest
from flask.testing import FlaskClient

from citizenreport.i18n.languages import choose_language


@pytest.mark.parametrize(
    ("asked", "remembered", "accepted", "language"),
    [
        (None, None, [], "id"),
        (None, None, ["fr", "en-GB", "jv"], "en"),
        (None, "jv", ["en"], "jv"),
        ("en", "jv", ["id"], "en"),
        ("xx", "jv", ["id"], "jv"),
        ("../../etc", None, ["*"], "id"),
        (None, None, ["JV-Latn"], "jv"),
    ],
)
def test_the_nearest_wish_counts(
    asked: str | None, remembered: str | None, accepted: list[str], language: str
) -> None:
    assert choose_language(asked=asked, remembered=remembered, accepted=accepted) == language


def test_a_link_is_remembered(small: FlaskClient) -> None:
    assert '<html lang="en"' in small.get("/problems/?lang=en").text
    assert '<html lang="en"' in small.get("/problems/").text


def test_caches_are_told(small: FlaskClient) -> None:
    reply = small.get("/problems/", headers={"Accept-Language": "jv"})
    assert {"Accept-Language", "Cookie"} <= set(reply.vary)
    assert reply.headers["Content-Language"] == "jv"


def test_machines_get_no_cookie(small: FlaskClient) -> None:
    assert "Set-Cookie" not in small.get("/api/hidden?lang=en").headers


def test_an_unknown_language_is_not_remembered(small: FlaskClient) -> None:
    assert "Set-Cookie" not in small.get("/problems/?lang=xx").headers
