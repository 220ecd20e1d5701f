"""Whose address counts: only what as many proxies as we have were seen by."""

import logging
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.middleware.proxy_fix import ProxyFix

from citizenreport.web import limits as limits_module
from tests.doors.limits.conftest import FromNetwork, new_address

PROXY = "127.0.0.1"


@pytest.fixture
def behind_one_proxy(
    app: Flask, from_network: FromNetwork, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], FlaskClient]:
    """The application as TRUSTED_PROXIES=1 starts it."""
    small = Flask("small")
    small.config.from_mapping(TRUSTED_PROXIES=1)
    limits_module.init_app(small)
    fix = small.wsgi_app
    assert isinstance(fix, ProxyFix)
    monkeypatch.setattr(fix, "app", app.wsgi_app)
    monkeypatch.setattr(app, "wsgi_app", fix)
    monkeypatch.setitem(app.config, "TRUSTED_PROXIES", 1)
    return lambda: from_network("read=1/minute", address=PROXY)


def ask(client: FlaskClient, forwarded: str) -> int:
    return client.get("/laporan", headers={"X-Forwarded-For": forwarded}).status_code


def test_behind_a_proxy_residents_count_each_for_themselves(
    behind_one_proxy: Callable[[], FlaskClient],
) -> None:
    client = behind_one_proxy()
    one, other = new_address(), new_address()
    assert [ask(client, one), ask(client, one), ask(client, other)] == [200, 429, 200]


def test_what_a_client_put_before_it_is_not_believed(
    behind_one_proxy: Callable[[], FlaskClient],
) -> None:
    client = behind_one_proxy()
    seen = new_address()
    statuses = [ask(client, f"{new_address()}, {seen}") for _ in range(3)]
    assert statuses == [200, 429, 429]


def test_an_operator_who_forgot_it_is_told_once_without_an_address(
    from_network: FromNetwork, caplog: pytest.LogCaptureFixture
) -> None:
    client = from_network("read=100/minute", address=PROXY)
    shown = new_address()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            ask(client, shown)
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 1
    assert "CITIZENREPORT_TRUSTED_PROXIES" in told[0]
    assert shown not in told[0]
