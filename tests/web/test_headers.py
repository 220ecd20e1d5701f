"""Security headers of every answer."""

import re

from flask import render_template_string
from flask.testing import FlaskClient

from tests.web.conftest import small_app


def test_every_answer_carries_them(small: FlaskClient) -> None:
    for path in ("/problems/", "/nothing", "/api/nothing", "/api/hidden"):
        headers = small.get(path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'"), path
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "*" not in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "geolocation=(self)" in headers["Permissions-Policy"]


def test_nobody_shows_a_stored_answer_without_asking(small: FlaskClient) -> None:
    assert small.get("/problems/").headers["Cache-Control"] == "no-cache"
    assert small.get("/token").headers["Cache-Control"] == "private, no-cache"
    assert small.get("/nothing").headers["Cache-Control"] == "no-store"


def test_a_nonce_is_fresh_and_only_where_asked_for() -> None:
    app = small_app()
    app.add_url_rule(
        "/n", "n", lambda: render_template_string("<script nonce={{csp_nonce()}}></script>")
    )
    client = app.test_client()
    replies = [client.get("/n") for _ in range(2)]
    nonces = [re.findall(r"nonce=([\w-]+)", reply.text)[0] for reply in replies]
    assert nonces[0] != nonces[1]
    for nonce, reply in zip(nonces, replies, strict=True):
        assert f"'nonce-{nonce}'" in reply.headers["Content-Security-Policy"]
    assert "nonce" not in client.get("/problems/").headers["Content-Security-Policy"]


def test_hsts_only_over_https(small: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in small.get("/nothing").headers
    secure = small_app(PUBLIC_URL="https://lapor.example").test_client()
    assert "max-age=31536000" in secure.get("/nothing").headers["Strict-Transport-Security"]


def test_pages_load_nothing_from_elsewhere(small: FlaskClient) -> None:
    page = small.get("/problems/").text
    assert re.findall(r'(?:src|href)="(?:https?:)?//', page) == []
    assert "<style" not in page
    assert " style=" not in page
