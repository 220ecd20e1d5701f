"""No foreign page acts through a visitor's browser."""

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import small_app

OWN = "http://localhost"


def token_of(client: FlaskClient) -> str:
    return client.get("/token").text


def send(client: FlaskClient, token: str, **headers: str) -> int:
    return client.post("/change", data={"csrf_token": token}, headers=headers).status_code


def test_a_form_of_ours_passes(small: FlaskClient) -> None:
    token = token_of(small)
    assert send(small, token) == 200
    assert send(small, token, **{"Sec-Fetch-Site": "same-origin", "Origin": "null"}) == 200
    assert send(small, token, Origin=OWN) == 200


def test_a_script_of_ours_may_send_it_as_a_header(small: FlaskClient) -> None:
    reply = small.post("/change", headers={"X-CSRF-Token": token_of(small)})
    assert reply.status_code == 200


def test_each_form_has_another_token_and_all_are_good(small: FlaskClient) -> None:
    first, second = token_of(small), token_of(small)
    assert first != second
    assert send(small, first) == send(small, second) == 200


@pytest.mark.parametrize("token", ["", "x", "ä" * 40, "A" * 88, "A" * 87])
def test_without_the_token_nothing_changes(small: FlaskClient, token: str) -> None:
    token_of(small)
    assert send(small, token) == 403


def test_the_token_of_another_browser_is_worth_nothing(small: FlaskClient) -> None:
    stolen = token_of(small.application.test_client())
    token_of(small)
    assert send(small, stolen) == 403


def test_a_token_without_its_cookie_is_worth_nothing(small: FlaskClient) -> None:
    assert send(small.application.test_client(), token_of(small)) == 403


def test_a_token_of_another_installation_is_worth_nothing(small: FlaskClient) -> None:
    other = small_app(SECRET_KEY="another").test_client()
    foreign = token_of(other)
    seed = other.get_cookie("csrf")
    assert seed is not None
    small.set_cookie("csrf", seed.value)
    assert send(small, foreign) == 403
    assert send(small, token_of(small)) == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "https://localhost"},
        {"Origin": "http://localhost.evil.example"},
        {"Sec-Fetch-Site": "cross-site", "Origin": OWN},
    ],
)
def test_another_origin_is_refused_even_with_a_token(
    small: FlaskClient, headers: dict[str, str]
) -> None:
    assert send(small, token_of(small), **headers) == 403


def test_reading_needs_no_token_and_sets_no_cookie(small: FlaskClient) -> None:
    reply = small.get("/problems/")
    assert reply.status_code == 200
    assert "Set-Cookie" not in reply.headers


def test_machines_need_none_because_their_cookies_do_not_count(small: FlaskClient) -> None:
    assert small.post("/api/json", json={"position": {"lat": 1}}).status_code == 200


@pytest.mark.parametrize("path", ["/API/json", "//api/json", "/apiary", "/x/../api/json"])
def test_only_the_real_prefix_counts_as_a_machine(small: FlaskClient, path: str) -> None:
    assert small.post(path, json={"position": {"lat": 1}}).status_code in (403, 404, 308)


def test_the_cookie_is_bound_to_the_host_over_https() -> None:
    client = small_app(PUBLIC_URL="https://lapor.example").test_client()
    [cookie] = client.get("/token", base_url="https://lapor.example").headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-csrf=")
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert part in cookie
    assert "Domain" not in cookie


def test_a_page_fetched_to_be_kept_changes_nobodys_token(small: FlaskClient) -> None:
    kept = small.get("/token", headers={"X-To-Keep": "1"})
    assert "Set-Cookie" not in kept.headers
    token = token_of(small)
    small.get("/token", headers={"X-To-Keep": "1"})
    assert send(small, token) == 200
