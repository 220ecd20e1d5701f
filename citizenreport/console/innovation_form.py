"""Writing a record of the register: `/petugas/inovasi/baru`, `/petugas/inovasi/<id>/ubah`."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from citizenreport.console.innovation_parts import (
    FAULTS,
    Failed,
    agency_choices,
    page_of,
    seen_version,
)
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError
from citizenreport.core.ids import new_id
from citizenreport.identity.rules import Permission
from citizenreport.programme import queries, service
from citizenreport.programme.records import DESIGN, DESIGN_WORDS, OUTCOME, Given
from citizenreport.programme.rules import Form as InnovationForm
from citizenreport.programme.rules import Initiator, Stage
from citizenreport.web.context import current_city
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.innovations import FORMS, INITIATORS, PARTS, STAGES
from citizenreport.web.pack_words import villages
from citizenreport.web.sessions import current_actor

bp = Blueprint(
    "innovation_form", __name__, url_prefix="/petugas/inovasi", template_folder="templates"
)

DAYS: Final = ("trial_on", "applied_on")


@bp.get("/baru")
@requires(Permission.WRITE_INNOVATIONS)
def ask() -> Response:
    """Show an empty form, with the id the record will have: sent twice, it is one record."""
    city, actor = current_city(), current_actor()
    own = queries.own_agencies(city, actor)
    usual = {
        "id": str(new_id()),
        "year": str(city.local_date(utcnow()).year),
        "agency_code": own[0] if len(own) == 1 else "",
        "stage": Stage.INITIATIVE.value,
        "initiator": Initiator.AGENCY.value,
        "form": InnovationForm.PUBLIC_SERVICE.value,
    }
    return _form(usual, set(), set(), action=url_for("innovation_form.add"))


@bp.post("/baru")
@requires(Permission.WRITE_INNOVATIONS)
def add() -> ResponseReturnValue:
    """Begin a record; what is wrong is said above the form, filled in as it was."""
    given = given_record()
    try:
        innovation_id = UUID(form_text("id"))
    except ValueError:
        innovation_id = new_id()
    try:
        with transaction() as session:
            service.create(
                session,
                current_city(),
                current_actor(),
                given,
                innovation_id=innovation_id,
                now=utcnow(),
            )
    except FAULTS as error:
        return _typed_form(given, error, action=url_for("innovation_form.add"))
    return redirect(page_of(innovation_id, "simpan"), 303)


@bp.get("/<uuid:innovation_id>/ubah")
@requires(Permission.WRITE_INNOVATIONS)
def edit(innovation_id: UUID) -> Response:
    """Show the form of a draft."""
    with transaction() as session:
        row = queries.innovation(session, current_city(), current_actor(), innovation_id)
        typed = {name: getattr(row, name) for name in Given.__dataclass_fields__}
        typed |= {name: day.isoformat() if (day := typed[name]) else "" for name in DAYS}
        typed |= {"version": row.version}
        chosen = set(row.category_codes), set(row.area_codes)
    action = url_for("innovation_form.change", innovation_id=innovation_id)
    return _form(typed, *chosen, action=action)


@bp.post("/<uuid:innovation_id>/ubah")
@requires(Permission.WRITE_INNOVATIONS)
def change(innovation_id: UUID) -> ResponseReturnValue:
    """Write a draft anew."""
    given, city, actor = given_record(), current_city(), current_actor()
    try:
        with transaction() as session:
            row = queries.innovation(session, city, actor, innovation_id)
            service.change(session, city, actor, row, given, seen=seen_version(), now=utcnow())
    except FAULTS as error:
        action = url_for("innovation_form.change", innovation_id=innovation_id)
        return _typed_form(given, error, action=action)
    return redirect(page_of(innovation_id, "simpan"), 303)


def given_record() -> Given:
    lists = ("category_codes", "area_codes")
    fields: dict[str, Any] = {name: form_text(name) for name in Given.__dataclass_fields__}
    fields |= {name: tuple(request.form.getlist(name)) for name in lists}
    return Given(**fields | {"is_digital": form_text("is_digital") == "ya"})


def _typed_form(given: Given, error: CitizenReportError, *, action: str) -> Response:
    typed: dict[str, Any] = {name: getattr(given, name) for name in Given.__dataclass_fields__}
    typed |= {"id": form_text("id"), "version": form_text("version")}
    chosen = set(given.category_codes), set(given.area_codes)
    return _form(typed, *chosen, action=action, error=error)


def _form(
    typed: Mapping[str, Any],
    categories: set[str],
    areas: set[str],
    *,
    action: str,
    error: CitizenReportError | None = None,
) -> Response:
    city = current_city()
    failed = Failed.of(error) if error else None
    names = [(code, c.names.get("id", code)) for code, c in city.categories.items()]
    html = render_template(
        "console/innovation_form.html",
        typed=typed,
        action=action,
        agencies=agency_choices(city, queries.own_agencies(city, current_actor())),
        categories=sorted(names, key=lambda pair: pair[1]),
        areas=villages(city),
        chosen={"categories": categories, "areas": areas},
        words={"stages": STAGES, "initiators": INITIATORS, "forms": FORMS, "parts": PARTS},
        design=DESIGN,
        outcome=OUTCOME,
        least=DESIGN_WORDS,
        hosts=city.innovations.video_hosts,
        failed=failed,
    )
    return make_response(html, failed.status if failed else HTTPStatus.OK)
