"""The examples of the document are sent as they stand, and the answers are as it says."""

from typing import Any

import pytest
from flask import Flask

from citizenreport.web.guards import PUBLIC, guard_of
from tests.bad_input.test_openapi import Document, checker, document  # noqa: F401
from tests.doors.api.programs import URL, Program
from tests.doors.console.conftest import Desk, desk, town  # noqa: F401

BEFORE = {"begin": ["accept"], "settle": ["accept", "begin"]}
"""What has to have been done to a new ticket before an example fits it."""


def examples_of(document: Document, path: str) -> dict[str, Any]:  # noqa: F811
    body = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]
    return {name: example["value"] for name, example in body["examples"].items()}


@pytest.mark.parametrize("act", ["steps", "replies", "notes"])
def test_every_example_of_an_act_is_answered_as_described(
    desk: Desk,  # noqa: F811
    document: Document,  # noqa: F811
    act: str,
) -> None:
    program, path = Program(desk, "roads"), f"{URL}/{{ticket_id}}/{act}"
    examples = examples_of(document, path)
    schema = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]
    name = schema["schema"]["$ref"].rsplit("/", 1)[1]
    assert examples
    for example, value in examples.items():
        ticket = desk.report()
        for earlier in BEFORE.get(example, []):
            assert program.post(ticket, "steps", examples[earlier]).status_code == 200
            desk.session.refresh(ticket)
        checker(document, name).validate(value)
        done = program.post(ticket, act, value)
        assert done.status_code == 200, (example, done.text)
        checker(document, "StaffTicket").validate(done.json)
        stale = program.post(ticket, act, value, seen=99)
        assert stale.status_code == 412
        checker(document, "Problem").validate(stale.json)


def test_the_list_and_the_search_are_answered_as_described(
    desk: Desk,  # noqa: F811
    document: Document,  # noqa: F811
) -> None:
    desk.report()
    program = Program(desk, "roads")
    [words] = examples_of(document, f"{URL}/search").values()
    for reply in (program.get(), program.ask("POST", f"{URL}/search", json=words)):
        assert reply.json is not None
        assert len(reply.json["items"]) == 1
        checker(document, "TicketsPage").validate(reply.json)


def test_what_needs_a_key_says_so(app: Flask, document: Document) -> None:  # noqa: F811
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method in ("get", "post"):
                rule = next(
                    rule
                    for rule in app.url_map.iter_rules()
                    if method.upper() in (rule.methods or set())
                    and rule.rule.replace("<uuid:", "<").replace("<", "{").replace(">", "}") == path
                )
                is_public = guard_of(app.view_functions[rule.endpoint]) == PUBLIC
                needs_key = operation.get("security") == [{"apiKey": []}]
                assert needs_key is not is_public, path
