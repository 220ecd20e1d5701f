"""The OpenAPI document is valid, and it tells the truth: about answers, errors and refusals."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator

from citizenreport.core.keys import KeyRing
from tests.bad_input.intake import LAMP, PROBLEM, URL, VIOLENCE, Intake
from tests.bad_input.test_fuzz import EVERYTHING, mutated, objects, quick

Document = dict[str, Any]
CONVERTED = re.compile(r"<(?:\w+:)?")
METHODS = {"get", "post", "put", "patch", "delete", "head", "options"}


@pytest.fixture
def document(app: Flask) -> Document:
    reply = app.test_client().get("/api/v1/openapi.json")
    assert reply.status_code == 200
    assert reply.json is not None
    return dict(reply.json)


def operations(document: Document) -> Iterator[tuple[str, Document]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                yield f"{method} {path}", operation


def resolved(document: Document, value: Document) -> Document:
    while "$ref" in value:
        steps = value["$ref"].removeprefix("#/").split("/")
        value = document
        for step in steps:
            value = value[step]
    return value


def checker(document: Document, name: str) -> Draft202012Validator:
    """Return what checks a value against one of the document's schemas."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    return Draft202012Validator(schema, format_checker=FormatChecker())


def test_it_is_a_valid_document_of_openapi_3_1(document: Document) -> None:
    assert document["openapi"].startswith("3.1.")
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_it_holds_every_route_of_the_api(app: Flask, document: Document) -> None:
    routes = {
        f"{method.lower()} {CONVERTED.sub('{', rule.rule).replace('>', '}')}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/v1/") and not rule.rule.endswith("openapi.json")
    }
    assert {name for name, _ in operations(document)} == routes


def test_every_error_is_a_problem_document(document: Document) -> None:
    for name, operation in operations(document):
        errors = {
            status: resolved(document, response)
            for status, response in operation["responses"].items()
            if status == "default" or status[0] in "45"
        }
        assert "default" in errors, name
        for status, response in errors.items():
            assert set(response["content"]) == {PROBLEM}, (name, status)
            assert response["content"][PROBLEM]["schema"] == {
                "$ref": "#/components/schemas/Problem"
            }


def test_every_pattern_is_one_that_other_languages_read(document: Document) -> None:
    for name, schema in document["components"]["schemas"].items():
        for field, given_ in schema.get("properties", {}).items():
            pattern = given_.get("pattern", "^$")
            assert pattern[0] == "^", (name, field)
            assert pattern[-1] == "$", (name, field)
            assert "\\Z" not in pattern, (name, field)


def test_answers_are_as_it_says(intake: Intake, document: Document, keys: KeyRing) -> None:
    for body in (LAMP, VIOLENCE, EVERYTHING):
        checker(document, "NewReport").validate(body)
        sent = intake.post(body)
        checker(document, "Acknowledgement").validate(sent.json)
        checker(document, "OwnReport").validate(intake.read(sent))
        refused = intake.post(body | {"ini": "apa"})
        checker(document, "Problem").validate(refused.json)
    missing = intake.client.get(f"{URL}/ABCDEFGHJK")
    checker(document, "Problem").validate(missing.json)


def test_both_views_of_a_report_are_described(document: Document) -> None:
    shown = document["paths"][f"{URL}/{{tracking_code}}"]["get"]["responses"]["200"]
    views = shown["content"]["application/json"]["schema"]["oneOf"]
    assert [view["$ref"].rsplit("/", 1)[1] for view in views] == ["PublicReport", "OwnReport"]


@quick
@given(body=mutated() | objects)
def test_what_it_forbids_is_refused(intake: Intake, document: Document, body: Any) -> None:
    status = intake.post(body).status_code
    if not checker(document, "NewReport").is_valid(body):
        assert status in {400, 413, 422}
