"""What the OpenAPI documents promise holds for whatever a program sends: schemathesis over every operation.

Every status below 400 stands in the document, every error is of the door's own form, every body has the
form and every answer the type it says; never an error of ours. A short run with the same examples
each time; `CITIZENREPORT_SCHEMATHESIS_S=600` goes on with ever new ones for so many seconds.
"""

import os
import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import text
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.keys import KeyRing
from citizenreport.identity import api_keys
from citizenreport.identity.scopes import Scope
from citizenreport.triage.states import State
from tests.bad_input.intake import LAMP, PROBLEM
from tests.scenes import Scene

API: Final = "/api/v1/openapi.json"
GEOREPORT: Final = "/open311/v2/openapi.json"
ERRORS: Final = {
    API: (PROBLEM,),
    GEOREPORT: ("application/json; charset=utf-8", "text/xml; charset=utf-8"),
}
LONG_S: Final = float(os.environ.get("CITIZENREPORT_SCHEMATHESIS_S", "0"))
EXAMPLES: Final = 40
SCOPES: Final = (Scope.READ_KEY, Scope.READ_TICKETS, Scope.WRITE_TICKETS, Scope.ROUTE_TICKETS)
GOOD: Final[dict[str, dict[str, Any]]] = {
    "POST /api/v1/reports": LAMP,
    "POST /requests.{form}": {
        "service_code": "A04",
        "lat": -7.478474,
        "long": 110.22199,
        "description": "Lampu mati.",
    },
    "POST /servicerequestupdates.{form}": {
        "service_request_id": "",
        "update_id": "U-1",
        "description": "Sedang dikerjakan.",
    },
}
"""Bodies that are taken; what is generated is laid among them."""
CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
QUICK: Final = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@dataclass(frozen=True, kw_only=True)
class Known:
    """What there is in the city, so that a request may be about something."""

    values: dict[str, list[str]]
    bearers: list[str | None]
    keys: list[str]
    session: Session

    def version(self, case: Any, choice: random.Random) -> int:
        """Return the version of the ticket that a case is about; of none, or at times, another."""
        query = text("SELECT version FROM ticket WHERE id::text = :id")
        id_ = (case.path_parameters or {}).get("ticket_id", "")
        found = self.session.scalar(query, {"id": str(id_)}) if "\x00" not in str(id_) else None
        return int(found) if found and choice.random() < 0.8 else choice.randint(1, 9)

    def usual(self, label: str) -> list[str | None]:
        """Return who mostly asks for an operation: a program of the city, or anybody."""
        is_staff = "/tickets" in label or "POST /servicerequestupdates" in label
        return [*self.keys, *self.keys] if is_staff else [None, None]


@pytest.fixture
def known(app: Flask, session: Session, scene: Scene, magelang: City, keys: KeyRing) -> Known:
    codes, tickets, secrets = [], [], []
    for category_code in ("A04", "A08", "N06"):
        done = scene.released(category_code)
        codes.append(done.tracking_code)
        secrets.append(done.secret)
        tickets.append(str(scene.ticket_of(done).id))
    hidden = scene.submit("A12")
    codes.append(hidden.tracking_code)
    scene.move(scene.ticket_of(scene.submit("A04")), State.VERIFIED, State.IN_PROGRESS)
    bearers = [
        api_keys.make(
            session,
            name="Program",
            scopes=[scope.value for scope in scopes],
            days=30,
            now=utcnow(),
            agency_code=agency_code,
            is_desk=agency_code == magelang.desk_agency_code,
        )[1]
        for agency_code, scopes in ((magelang.desk_agency_code, SCOPES), ("DLH", SCOPES[:3]))
    ]
    session.commit()
    return Known(
        values={
            "tracking_code": codes,
            "ticket_id": tickets,
            "service_request_id": codes,
            "token": codes,
            "code": ["I01", "I02", "I16", "A04", "A12"],
            "agency_code": ["DLH"],
            "category_code": ["A04"],
        },
        bearers=[None, *bearers, *secrets],
        keys=bearers,
        session=session,
    )


def operations(app: Flask, document: str) -> Iterator[Any]:
    schema = schemathesis.openapi.from_wsgi(document, app)
    for found in schema.get_all_operations():
        yield found.ok()


def labels(app: Flask, document: str) -> set[str]:
    return {operation.label for operation in operations(app, document)}


def ask(case: Any, document: str, known: Known, choice: random.Random) -> None:
    """Send a case, now and then about something that is there, and as somebody who may."""
    for name in case.path_parameters or {}:
        if name in known.values and choice.random() < 0.6:
            case.path_parameters[name] = choice.choice(known.values[name])
    good = GOOD.get(case.operation.label)
    if good is not None and isinstance(case.body, dict) and choice.random() < 0.6:
        kept = choice.sample(sorted(case.body), min(2, len(case.body)))
        case.body = {**{name: case.body[name] for name in kept}, **good}
        if "service_request_id" in good:
            case.body["service_request_id"] = choice.choice(known.values["tracking_code"])
            case.body["api_key"] = known.keys[1]
    headers = {"Accept-Encoding": "identity", "If-Match": f'"{known.version(case, choice)}"'}
    bearer = choice.choice([choice.choice(known.bearers), *known.usual(case.operation.label)])
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    answer = case.call(headers=headers)
    case.validate_response(answer, checks=CHECKS)
    documented = case.operation.definition.raw["responses"]
    status = answer.status_code
    assert status >= 400 or str(status) in documented, (case.operation.label, status)
    if status >= 400:
        [said] = answer.headers["content-type"]
        assert said in ERRORS[document], (case.operation.label, status, said)


def try_all(app: Flask, document: str, known: Known, *, number: int) -> None:
    for operation in operations(app, document):

        @seed(number)
        @settings(QUICK, derandomize=False)
        @given(case=operation.as_strategy(), choice=st.randoms(use_true_random=False))
        def one(case: Any, choice: random.Random) -> None:
            ask(case, document, known, choice)

        one()


def chain(app: Flask, document: str, known: Known, *, number: int) -> None:
    """Let schemathesis follow what answers say, one request after the other."""
    schema = schemathesis.openapi.from_wsgi(document, app)

    class Steps(schema.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            bearer = known.keys[0] if "/tickets" in case.operation.label else None
            headers = {"Accept-Encoding": "identity"}
            return {"headers": headers | ({"Authorization": f"Bearer {bearer}"} if bearer else {})}

        def validate_response(self, response: Any, case: Any, **given: Any) -> None:
            case.validate_response(response, checks=CHECKS)

    chained = seed(number)(Steps.TestCase)
    chained.settings = settings(QUICK, derandomize=False, max_examples=8, stateful_step_count=6)
    chained().runTest()


@pytest.mark.parametrize("document", [API, GEOREPORT])
def test_every_answer_is_as_the_document_says(app: Flask, known: Known, document: str) -> None:
    assert len(labels(app, document)) >= 10
    try_all(app, document, known, number=0)


@pytest.mark.parametrize("document", [API, GEOREPORT])
def test_one_answer_leads_to_the_next_request(app: Flask, known: Known, document: str) -> None:
    chain(app, document, known, number=0)


@pytest.mark.skipif(not LONG_S, reason="CITIZENREPORT_SCHEMATHESIS_S is not given")
def test_it_stays_so_for_long(app: Flask, known: Known) -> None:
    end, number = time.monotonic() + LONG_S, 1
    while time.monotonic() < end:
        for document in (API, GEOREPORT):
            try_all(app, document, known, number=number)
            chain(app, document, known, number=number)
        number += 1


def test_the_document_of_georeport_is_valid_and_holds_every_route(app: Flask) -> None:
    reply = app.test_client().get(GEOREPORT)
    assert reply.json is not None
    assert list(OpenAPIV31SpecValidator(reply.json).iter_errors()) == []
    told = {
        f"{method} {re.sub(r'{[^}]+}', '{}', path)}"
        for path, methods in reply.json["paths"].items()
        for method in methods
    }
    routes = {
        f"{method.lower()} {re.sub(r'<[^>]+>', '{}', rule.rule.removeprefix('/open311/v2'))}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/open311/v2/") and not rule.rule.endswith("openapi.json")
    }
    assert told == routes
