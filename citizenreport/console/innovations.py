"""`/petugas/inovasi`: the register of innovations; a record, its files and its way to the public."""

from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.console.innovation_history import history_of
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
from citizenreport.core.text import _n
from citizenreport.identity.rules import Permission
from citizenreport.programme import files, queries, service
from citizenreport.programme.faults import InnovationNotFound
from citizenreport.programme.models import Innovation
from citizenreport.programme.movement import alike
from citizenreport.programme.records import DESIGN_WORDS, design_words
from citizenreport.programme.rules import EDITABLE, FileKind, Phase, Side, Stage, open_steps
from citizenreport.storage.rules import StoredFileNotFound
from citizenreport.web.context import current_city, current_storage
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.innovations import FILES, FORMS, INITIATORS, NOVELTIES, PARTS, PHASES, STAGES
from citizenreport.web.sessions import current_actor
from citizenreport.web.translate import _

bp = Blueprint("innovations", __name__, url_prefix="/petugas/inovasi", template_folder="templates")

MOST_ROWS: Final = 300
MAX_UPLOAD_BYTES: Final = 15_000_001
NOTICES: Final = {
    "simpan": _n("Catatan tersimpan."),
    "berkas": _n("Berkas tersimpan."),
    "hapus": _n("Berkas dihapus dari catatan ini."),
    "langkah": _n("Langkahnya tercatat."),
}
STEP_WORDS: Final = {
    Phase.SUBMITTED: _n("Ajukan"),
    Phase.VALIDATED: _n("Validasi"),
    Phase.REVISE: _n("Kembalikan untuk diperbaiki"),
    Phase.APPROVED: _n("Setujui"),
    Phase.ENDORSED: _n("Sahkan sebagai pimpinan"),
    Phase.PUBLISHED: _n("Tayangkan untuk umum"),
    Phase.WITHDRAWN: _n("Tarik"),
}


@bp.get("")
@requires(Permission.READ_INNOVATIONS)
def show() -> str:
    """List what this person may read: by year, agency, stage and state."""
    city, actor = current_city(), current_actor()
    asked = {name: request.args.get(name, "") for name in ("tahun", "instansi", "tahap", "keadaan")}
    year = int(asked["tahun"]) if asked["tahun"].isascii() and asked["tahun"].isdigit() else None
    stage = Stage(asked["tahap"]) if asked["tahap"] in set(Stage) else None
    phase = Phase(asked["keadaan"]) if asked["keadaan"] in set(Phase) else None
    agency = asked["instansi"] if asked["instansi"] in city.agencies else None
    with transaction() as session:
        rows = queries.innovations(
            session,
            city,
            actor,
            year=year if year and year < 10_000 else None,
            agency_code=agency,
            stage=stage,
            phase=phase,
            limit=MOST_ROWS,
        )
        return render_template(
            "console/innovations.html",
            rows=rows,
            most=MOST_ROWS,
            years=queries.innovation_years(session),
            agencies=agency_choices(city, list(city.agencies)),
            asked=asked,
            may_write=bool(queries.own_agencies(city, actor)),
            words={"stages": STAGES, "phases": PHASES},
        )


@bp.get("/<uuid:innovation_id>")
@requires(Permission.READ_INNOVATIONS)
def record(innovation_id: UUID) -> Response:
    """Show a record with its files, its history and what this person may do."""
    return _record(innovation_id)


@bp.post("/<uuid:innovation_id>/langkah")
@requires(
    Permission.WRITE_INNOVATIONS, Permission.ENDORSE_INNOVATIONS, Permission.DECIDE_INNOVATIONS
)
def move(innovation_id: UUID) -> ResponseReturnValue:
    """Make a step."""
    city, actor = current_city(), current_actor()
    target = form_text("target")
    try:
        with transaction() as session:
            row = queries.innovation(session, city, actor, innovation_id)
            decided = service.Decided(
                target=Phase(target) if target in set(Phase) else Phase.DRAFT,
                reason=form_text("reason"),
                novelty=form_text("novelty"),
                novelty_reason=form_text("novelty_reason"),
            )
            service.move(session, city, actor, row, decided, seen=seen_version(), now=utcnow())
    except FAULTS as error:
        return _record(innovation_id, error)
    return redirect(page_of(innovation_id, "langkah"), 303)


@bp.post("/<uuid:innovation_id>/berkas")
@requires(Permission.WRITE_INNOVATIONS)
def attach(innovation_id: UUID) -> ResponseReturnValue:
    """Keep a paper or a photo."""
    city, actor = current_city(), current_actor()
    file = request.files.get("file")
    content = file.stream.read(MAX_UPLOAD_BYTES) if file is not None else b""
    kind = FileKind.PHOTO if form_text("kind") == FileKind.PHOTO.value else FileKind.DOCUMENT
    try:
        with transaction() as session:
            row = queries.innovation(session, city, actor, innovation_id)
            files.attach(
                session,
                city,
                current_storage(),
                actor,
                row,
                files.NewFile(
                    content=content,
                    kind=kind,
                    title=form_text("title"),
                    is_public=form_text("is_public") == "ya",
                ),
                now=utcnow(),
            )
    except FAULTS as error:
        return _record(innovation_id, error)
    return redirect(page_of(innovation_id, "berkas"), 303)


@bp.post("/<uuid:innovation_id>/berkas/<uuid:file_id>/hapus")
@requires(Permission.WRITE_INNOVATIONS)
def detach(innovation_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """Take a file off a draft."""
    city, actor = current_city(), current_actor()
    try:
        with transaction() as session:
            row = queries.innovation(session, city, actor, innovation_id)
            files.detach(session, city, actor, row, file_id, now=utcnow())
    except FAULTS as error:
        return _record(innovation_id, error)
    return redirect(page_of(innovation_id, "hapus"), 303)


@bp.get("/<uuid:innovation_id>/berkas/<uuid:file_id>")
@requires(Permission.READ_INNOVATIONS)
def file(innovation_id: UUID, file_id: UUID) -> Response:
    """Give a file: a photo to be seen, a paper to be saved and never shown in place."""
    with transaction() as session:
        queries.innovation(session, current_city(), current_actor(), innovation_id)
        row = queries.file_of(session, innovation_id, file_id)
        key, is_photo = row.storage_key, row.kind == FileKind.PHOTO.value
    try:
        content = current_storage().get(key)
    except StoredFileNotFound:
        raise InnovationNotFound from None
    response = Response(content, mimetype="image/jpeg" if is_photo else "application/pdf")
    if not is_photo:
        name = f"inovasi-{file_id}.pdf"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _record(innovation_id: UUID, error: CitizenReportError | None = None) -> Response:
    city, actor = current_city(), current_actor()
    failed = Failed.of(error) if error else None
    with transaction() as session:
        row = queries.innovation(session, city, actor, innovation_id)
        html = render_template(
            "console/innovation.html",
            **_shown(session, city, row),
            typed=request.form,
            failed=failed,
            notice=_(NOTICES[beres]) if (beres := request.args.get("beres")) in NOTICES else None,
        )
    return make_response(html, failed.status if failed else HTTPStatus.OK)


def _shown(session: Session, city: City, row: Innovation) -> dict[str, Any]:
    """Return what the page of a record shows."""
    sides = queries.sides_of(city, current_actor(), row.agency_code)
    phase = Phase(row.phase)
    steps = open_steps(phase, sides)
    return {
        "row": row,
        "phase": phase,
        "steps": [(s.target.value, _(STEP_WORDS[s.target]), s.wants_reason) for s in steps],
        "alike": alike(session, city, row) if Side.DESK in sides else [],
        "asks_novelty": any(step.target is Phase.VALIDATED for step in steps),
        "may_edit": phase in EDITABLE and Side.AGENCY in sides,
        "files": queries.files_of(session, row.id),
        "history": history_of(session, row.id),
        "design_words": design_words(service.texts_of(row)),
        "least": DESIGN_WORDS,
        "categories": [
            city.categories[code].names.get("id", code)
            for code in row.category_codes
            if code in city.categories
        ],
        "areas": [city.areas[code].name for code in row.area_codes if code in city.areas],
        "words": {
            "stages": STAGES,
            "phases": PHASES,
            "initiators": INITIATORS,
            "forms": FORMS,
            "parts": PARTS,
            "novelties": NOVELTIES,
            "files": FILES,
        },
    }
