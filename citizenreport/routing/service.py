"""Writing down who is responsible."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import ARRAY, Text, literal, update
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.ids import new_id
from citizenreport.routing.models import Assignment
from citizenreport.routing.rules import Decision, RoutingInput


def make_assignment(
    city: City, given: RoutingInput, decision: Decision, *, report_id: UUID, now: datetime
) -> dict[str, Any]:
    """Return the row of a decision made by rule; of a confidential report without its answers."""
    inputs = looked_at(city, given, decision)
    return {
        "id": new_id(),
        "report_id": report_id,
        "agency_code": decision.agency_code,
        "decided_by": decision.decided_by.value,
        "rule_id": decision.rule_id,
        "pack_version": city.pack_version,
        "inputs": Jsonb(inputs),
        "decided_at": now,
        "actor_id": None,
    }


def looked_at(city: City, given: RoutingInput, decision: Decision) -> dict[str, Any]:
    """Return the codes a decision rests on."""
    answers = given.answers if given.handlers_for is None else {}
    asked = {
        code
        for row in city.routing_by_category.get(given.category_code, ())
        for code, _ in row.answers
    }
    return {
        "category_code": given.category_code,
        "area_code": given.area_code,
        "is_office_hours": decision.is_office_hours,
        "answers": {code: value for code, value in answers.items() if code in asked},
        "excluded": list(decision.excluded),
    }


def forget_inputs(session: Session, report_ids: Collection[UUID], *names: str) -> None:
    """Leave of some reports' decisions who was chosen and by which rule, not these inputs."""
    session.execute(
        update(Assignment)
        .where(Assignment.report_id.in_(report_ids))
        .values(inputs=Assignment.inputs.op("-")(literal(names, ARRAY(Text))))
        .execution_options(synchronize_session=False)
    )
