"""Who asks too much is told so, politely and in the asked format; emergency numbers always come."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.web.guards import PUBLIC, guard_of
from citizenreport.web.limits import NEVER_REFUSED
from tests.doors.limits.conftest import FromNetwork, new_address


def test_a_page_is_refused_in_words_with_a_time_and_the_emergency_numbers(
    from_network: FromNetwork, magelang: City
) -> None:
    client = from_network("read=2/minute")
    assert [client.get("/laporan").status_code for _ in range(2)] == [200, 200]

    reply = client.get("/laporan")

    assert reply.status_code == 429
    assert "Coba lagi dalam" in reply.text
    numbers = [n.number for n in magelang.emergency_numbers if n.verified_on is not None]
    assert numbers
    assert all(f'href="tel:{number}"' in reply.text for number in numbers)
    assert 0 < int(reply.headers["Retry-After"]) <= 60
    assert reply.headers["RateLimit-Policy"] == '"read";q=2;w=60'
    assert reply.headers["RateLimit"].startswith('"read";r=0;t=')


def test_a_machine_gets_a_problem_document(from_network: FromNetwork) -> None:
    client = from_network("read=1/minute")
    client.get("/api/v1/indicators")

    reply = client.get("/api/v1/indicators")

    assert reply.status_code == 429
    assert reply.mimetype == "application/problem+json"
    assert reply.json is not None
    assert reply.json["type"].endswith("/problems/limit-reached")
    assert reply.json["limit"] == "read"
    assert reply.json["retry_after_s"] == int(reply.headers["Retry-After"])


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("203.0.113.1", "203.0.113.254", True),
        ("203.0.114.1", "203.0.115.1", False),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::9", True),
        ("2001:db8:0:2::1", "2001:db8:0:3::1", False),
        ("::ffff:203.0.116.1", "203.0.116.9", True),
    ],
)
def test_a_network_is_a_24_or_a_64(
    from_network: FromNetwork, one: str, other: str, *, is_same: bool
) -> None:
    first = from_network("read=1/minute", address=one)
    second = from_network(address=other)
    first.get("/laporan")
    assert second.get("/laporan").status_code == (429 if is_same else 200)


def test_others_are_not_refused_for_it(from_network: FromNetwork) -> None:
    busy = from_network("read=1/minute")
    statuses = [busy.get("/laporan").status_code for _ in range(3)]
    assert statuses == [200, 429, 429]
    assert from_network().get("/laporan").status_code == 200


@pytest.mark.parametrize("path", ["/", "/lapor", "/lapor?kategori=A12", "/problems/limit-reached"])
def test_what_shows_emergency_numbers_is_never_refused(
    from_network: FromNetwork, path: str
) -> None:
    client = from_network("read=1/minute, act=1/minute")
    assert [client.get(path).status_code for _ in range(5)] == [200] * 5


def test_the_form_for_a_protected_category_is_never_refused(from_network: FromNetwork) -> None:
    client = from_network("read=1/minute, act=1/minute")
    page = client.get("/lapor").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    chosen = {"csrf_token": token, "category_code": "A12"}
    assert [client.post("/lapor/isi", data=chosen).status_code for _ in range(3)] == [200] * 3


def test_all_that_is_never_refused_is_public(app: Flask, session: Session) -> None:
    unknown = {name for name in NEVER_REFUSED if name not in app.view_functions}
    assert unknown == set()
    assert all(guard_of(app.view_functions[name]) == PUBLIC for name in NEVER_REFUSED)


def test_what_was_typed_into_a_refused_form_is_shown_again(from_network: FromNetwork) -> None:
    client = from_network("act=1/minute")
    page = client.get("/lacak").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    words = "Belum beres: tiga lampu masih mati, dan satu berkedip."
    for _ in range(2):
        reply = client.post("/lacak/sanggah", data={"csrf_token": token, "reason": words})
    assert reply.status_code == 429
    assert words in reply.text


def test_an_address_made_up_in_a_header_changes_nothing(from_network: FromNetwork) -> None:
    client = from_network("read=1/minute")
    for number in range(3):
        headers = {"X-Forwarded-For": f"192.0.2.{number}", "Forwarded": f"for=192.0.2.{number}"}
        reply = client.get("/laporan", headers=headers)
    assert reply.status_code == 429


def test_an_unknown_address_is_counted_too(from_network: FromNetwork) -> None:
    client = from_network("read=1/minute", address=f"unix:{new_address()}")
    client.get("/laporan")
    assert client.get("/laporan").status_code == 429
