"""Every error of every route: one shape for machines, one page for people."""

import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient

from citizenreport.core.errors import CitizenReportError
from citizenreport.web.problem_pages import explanations, kinds
from citizenreport.web.problems import FRAMEWORK, flatten, status_of
from tests.web.conftest import SECRET, small_app


def test_an_expected_error_is_a_problem_document(small: FlaskClient) -> None:
    reply = small.get("/api/too-far")

    assert reply.status_code == 422
    assert reply.mimetype == "application/problem+json"
    assert reply.json == {
        "type": "http://localhost/problems/test-too-far",
        "title": "Terlalu jauh.",
        "status": 422,
        "far_m": 12,
        "errors": [{"pointer": "#/position", "detail": "Terlalu jauh."}],
    }
    assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "method", "status", "code"),
    [
        ("/api/nothing/here", "GET", 404, "not-found"),
        ("/open311/v2/nothing", "GET", 404, "not-found"),
        ("/api/hidden", "GET", 404, "not-found"),
        ("/api/json", "GET", 405, "method-not-allowed"),
        ("/api/many", "GET", 429, "too-many"),
    ],
)
def test_machines_get_json(
    small: FlaskClient, path: str, method: str, status: int, code: str
) -> None:
    reply = small.open(path, method=method)

    assert reply.status_code == status
    assert reply.mimetype == "application/problem+json"
    assert reply.json["type"] == f"http://localhost/problems/{code}"


def test_unknown_and_hidden_look_the_same(small: FlaskClient) -> None:
    unknown, hidden = small.get("/api/nothing"), small.get("/api/hidden")

    assert unknown.data == hidden.data
    assert dict(unknown.headers) == dict(hidden.headers)


def test_people_get_a_page(small: FlaskClient) -> None:
    for path, status in [("/nothing", 404), ("/too-far", 422), ("/problems/", 200)]:
        reply = small.get(path)
        assert (reply.status_code, reply.mimetype) == (status, "text/html"), path
        assert "<h1>" in reply.text


def test_headers_that_belong_to_a_status_are_kept(small: FlaskClient) -> None:
    assert "POST" in small.get("/api/json").headers["Allow"]
    assert small.get("/api/many").headers["Retry-After"] == "30"


def test_redirects_and_ready_answers_pass(small: FlaskClient) -> None:
    assert small.get("/with-slash").status_code == 308
    assert small.get("/api/refused").data == b"as it is"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": ' + b"9" * 5_000 + b"}",
        b"[" * 100_000,
        b"[" * 40 + b"]" * 40,
        b"\xff\xfe",
        b"",
    ],
)
def test_what_is_not_json_is_400(small: FlaskClient, body: bytes) -> None:
    reply = small.post("/api/json", data=body, content_type="application/json")

    assert reply.status_code == 400
    assert reply.json["type"].endswith("/malformed-request")


def test_another_media_type_is_415(small: FlaskClient) -> None:
    assert small.post("/api/json", data="a=b").status_code == 415


def test_a_wrong_field_is_pointed_at(small: FlaskClient) -> None:
    reply = small.post("/api/json", json={"position": {"lat": "utara"}, "descripton": "?"})

    assert reply.status_code == 422
    assert {fault["pointer"] for fault in reply.json["errors"]} == {
        "#/position/lat",
        "#/descripton",
    }


def test_pointers_escape_what_rfc_6901_escapes(small: FlaskClient) -> None:
    assert small.get("/api/shape").json["errors"][0]["pointer"] == "#/a~1b/~0"


def test_a_message_about_the_whole_has_no_step(small: FlaskClient) -> None:
    with small.application.test_request_context():
        [fault] = flatten({"position": {"_schema": ["salah"]}})
    assert fault.pointer == "#/position"


def test_a_lone_surrogate_in_a_name_does_not_break_the_answer(small: FlaskClient) -> None:
    reply = small.post(
        "/api/json", data=b'{"\\ud800": 1, "position": {"lat": 1}}', content_type="application/json"
    )
    assert reply.status_code == 422


@pytest.mark.parametrize("path", ["/api/bug", "/bug"])
def test_a_bug_tells_nothing_but_an_incident_number(
    path: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = small_app(PROPAGATE_EXCEPTIONS=False).test_client()

    with caplog.at_level(logging.ERROR):
        reply = client.get(path)

    assert reply.status_code == 500
    for word in (SECRET, "RuntimeError", "Traceback", ".py"):
        assert word not in reply.text
    [record] = caplog.records
    assert "RuntimeError" in record.getMessage()
    assert "conftest.py" in record.getMessage()
    assert SECRET not in caplog.text
    incident = record.getMessage().split()[1].rstrip(":")
    assert incident in reply.text


def test_what_was_typed_is_shown_again_but_no_secret(small: FlaskClient) -> None:
    story = "Lampu jalan <b>mati</b> sejak tiga hari"
    reply = small.post("/change", data={"text": story, "password": "rahasia sekali banget ini"})

    assert reply.status_code == 403
    assert "Lampu jalan &lt;b&gt;mati&lt;/b&gt; sejak tiga hari" in reply.text
    assert "rahasia sekali" not in reply.text


def test_every_code_has_a_page(app: Flask) -> None:
    client = app.test_client()
    codes = {kind.code for kind in kinds(CitizenReportError)}
    codes |= {code for code, _ in FRAMEWORK.values()}
    for code in codes:
        reply = client.get(f"/problems/{code}")
        assert reply.status_code == 200, code
        assert code in reply.text


def test_an_unknown_code_has_none(small: FlaskClient) -> None:
    assert small.get("/problems/no-such-code").status_code == 404


def test_one_code_means_one_thing(app: Flask) -> None:
    """Two rooms may use one code (a report not found is not found), but then say the same."""
    meanings: dict[str, set[tuple[str, int]]] = {}
    for kind in kinds(CitizenReportError):
        if kind.__module__.startswith("citizenreport.") and "code" in vars(kind):
            meanings.setdefault(kind.code, set()).add((kind.title, status_of(kind)))
    assert [code for code, said in meanings.items() if len(said) > 1] == []
    assert explanations().keys() >= meanings.keys()
