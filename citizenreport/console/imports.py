"""`/petugas/impor`: reports of another system, from the uploaded file to the list, and back.

What stands in the file (samples, first rows, refused rows) is shown to whoever uploaded it alone;
colleagues see counts, and may stop or take back an import.
"""

import tempfile
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Final
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.console import import_words
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError, Conflict, InvalidInput
from citizenreport.core.text import _n
from citizenreport.identity import queries as identity_queries
from citizenreport.identity.rules import Permission
from citizenreport.pipeline import import_mapping, import_runs, import_undo
from citizenreport.pipeline.import_harvest import begin_harvest, wish_of
from citizenreport.pipeline.import_mapping import Means
from citizenreport.pipeline.import_runs import AT_WORK, ImportNotFound, RunState
from citizenreport.pipeline.importing import keeping
from citizenreport.pipeline.importing.models import ImportRun
from citizenreport.pipeline.importing.profiles import PROFILES
from citizenreport.triage.imported import shown_kept
from citizenreport.web.context import current_city, current_keys, current_storage
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.problems import describe
from citizenreport.web.sessions import current_actor
from citizenreport.web.translate import _

bp = Blueprint("imports", __name__, url_prefix="/petugas/impor", template_folder="templates")

REFRESH_S: Final = 3
PREVIEWED: Final = (RunState.READY, RunState.STOPPED)
NOTICES: Final = {
    "siap": _n("Pemetaan tersimpan. Periksa baris pertamanya, lalu uji coba."),
    "hapus": _n("Berkasnya sudah dihapus."),
}


@bp.get("")
@requires(Permission.IMPORT_REPORTS)
def show_all() -> Response:
    """Show the imports there were, and the form for a new one."""
    return _render_all()


@bp.post("")
@requires(Permission.IMPORT_REPORTS)
def upload() -> ResponseReturnValue:
    """Keep a file; go on to say what its columns are."""
    try:
        with tempfile.TemporaryDirectory() as folder, transaction() as session:
            run = import_runs.begin(
                session,
                means(),
                _uploaded(Path(folder)),
                profile_code=form_text("profile"),
                source=form_text("source"),
                by=current_actor().staff_id,
                now=utcnow(),
            )
            import_id = run.id
    except CitizenReportError as error:
        return _render_all(error)
    return redirect(url_for("import_mapping.show", import_id=import_id), 303)


@bp.post("/ambil")
@requires(Permission.IMPORT_REPORTS)
def harvest() -> ResponseReturnValue:
    """Have another city's reports fetched."""
    try:
        wish = wish_of(
            form_text("url"),
            form_text("first"),
            form_text("last"),
            own_url=current_app.config["PUBLIC_URL"],
        )
        with transaction() as session:
            run = begin_harvest(
                session,
                means(),
                wish,
                source=form_text("source"),
                by=current_actor().staff_id,
                now=utcnow(),
            )
            import_id = run.id
    except InvalidInput as error:
        return _render_all(error, is_harvest=True)
    return redirect(url_for("imports.show", import_id=import_id), 303)


@bp.get("/<uuid:import_id>")
@requires(Permission.IMPORT_REPORTS)
def show(import_id: UUID) -> Response:
    """Show one import: its first rows, how far it is, what came of it."""
    return _render(import_id)


@bp.post("/<uuid:import_id>/uji")
@requires(Permission.IMPORT_REPORTS)
def try_(import_id: UUID) -> ResponseReturnValue:
    """Have every row read and judged; nothing is stored."""
    return _ask(import_id, RunState.CHECKING)


@bp.post("/<uuid:import_id>/jalankan")
@requires(Permission.IMPORT_REPORTS)
def take_in(import_id: UUID) -> ResponseReturnValue:
    """Have the reports taken in."""
    return _ask(import_id, RunState.IMPORTING)


@bp.post("/<uuid:import_id>/henti")
@requires(Permission.IMPORT_REPORTS)
def stop(import_id: UUID) -> ResponseReturnValue:
    """Have the worker stop at the next batch."""
    try:
        with transaction() as session:
            run = import_runs.run_of(session, import_id, lock=True)
            import_runs.stop(session, run, by=current_actor().staff_id, now=utcnow())
    except Conflict as error:
        return _render(import_id, error)
    return redirect(url_for("imports.show", import_id=import_id), 303)


@bp.post("/<uuid:import_id>/batal")
@requires(Permission.IMPORT_REPORTS)
def undo(import_id: UUID) -> ResponseReturnValue:
    """Take the whole import back."""
    reason = form_text("reason")
    try:
        with transaction() as session:
            run = import_runs.run_of(session, import_id, lock=True)
            import_runs.ask_undo(session, run, reason, by=current_actor().staff_id, now=utcnow())
    except (InvalidInput, Conflict) as error:
        return _render(import_id, error)
    return redirect(url_for("imports.show", import_id=import_id), 303)


@bp.post("/<uuid:import_id>/hapus-berkas")
@requires(Permission.IMPORT_REPORTS)
def remove(import_id: UUID) -> ResponseReturnValue:
    """Delete the uploaded file now, before its time."""
    try:
        with transaction() as session:
            run = import_runs.run_of(session, import_id, lock=True)
            keys = import_runs.remove(session, run, by=current_actor().staff_id, now=utcnow())
    except Conflict as error:
        return _render(import_id, error)
    current_storage().delete_all(keys)
    return redirect(url_for("imports.show", import_id=import_id, beres="hapus"), 303)


@bp.get("/<uuid:import_id>/ditolak.csv")
@requires(Permission.IMPORT_REPORTS)
def rejects(import_id: UUID) -> Response:
    """Give the refused rows with their reasons to whoever uploaded them."""
    with transaction() as session:
        run = own(session, import_id)
        if run.rejects_key is None:
            raise ImportNotFound
        content = keeping.get(
            current_keys(), current_storage(), run, "rejects_key", run.rejects_key
        )
    response = Response(content, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="baris-ditolak.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


def means() -> Means:
    """Return what an import of this application works with."""
    return Means(city=current_city(), keys=current_keys(), storage=current_storage())


def own(session: Session, import_id: UUID) -> ImportRun:
    """Return an import of the person who asks. Raises ImportNotFound, also for a colleague's."""
    run = import_runs.run_of(session, import_id)
    if run.by_id != current_actor().staff_id:
        raise ImportNotFound
    return run


def _ask(import_id: UUID, wanted: RunState) -> ResponseReturnValue:
    try:
        with transaction() as session:
            own(session, import_id)
            run = import_runs.run_of(session, import_id, lock=True)
            import_runs.ask(session, run, wanted, by=current_actor().staff_id, now=utcnow())
    except (InvalidInput, Conflict) as error:
        return _render(import_id, error)
    return redirect(url_for("imports.show", import_id=import_id), 303)


def _uploaded(folder: Path) -> Path:
    """Return the uploaded file, under a name of ours with its kind. Raises ImportFileMissing."""
    file = request.files.get("file")
    suffix = Path(file.filename or "").suffix.lower() if file is not None else ""
    if file is None or suffix not in import_runs.SUFFIXES:
        raise import_runs.ImportFileMissing(pointer="#/file")
    path = folder / f"unggahan{suffix}"
    file.save(path)
    return path


def _render_all(error: CitizenReportError | None = None, *, is_harvest: bool = False) -> Response:
    problem = describe(error) if error else None
    with transaction() as session:
        runs = import_runs.latest(session)
        html = render_template(
            "console/imports.html",
            lines=[(run, import_words.profile_name(run.profile)) for run in runs],
            states=import_words.STATES,
            people=_people(session, runs),
            profiles=PROFILES.values(),
            typed={} if is_harvest else request.form,
            wished=request.form if is_harvest else {},
            is_harvest=is_harvest,
            problem=problem,
            faulty=(error.pointer or "#/").removeprefix("#/") if error else "",
        )
    return make_response(html, problem.status if problem else HTTPStatus.OK)


def _render(import_id: UUID, error: InvalidInput | Conflict | None = None) -> Response:
    problem = describe(error) if error else None
    city, actor = current_city(), current_actor()
    with transaction() as session:
        run = import_runs.run_of(session, import_id)
        state = RunState(run.state)
        is_own = run.by_id == actor.staff_id
        rows = []
        if is_own and run.mapping_sealed is not None and state in PREVIEWED:
            rows = import_mapping.preview(means(), run, now=utcnow())
        html = render_template(
            "console/import_run.html",
            run=run,
            state=state,
            state_name=import_words.STATES[state],
            profile=import_words.profile_name(run.profile),
            people=_people(session, [run]),
            is_own=is_own,
            is_at_work=state in AT_WORK,
            rows=[import_words.preview_line(city, row) for row in rows],
            notes=_told(run.counts.get("notes", {})),
            reasons=_told(run.counts.get("reasons", {})),
            fault=import_words.fault(run.fault),
            undo=import_undo.counts(session, run.id),
            kept=shown_kept(session, city, actor, import_undo.kept_ids(session, run.id)),
            reason=form_text("reason"),
            notice=_(NOTICES[notice]) if (notice := request.args.get("beres")) in NOTICES else None,
            problem=problem,
        )
    response = make_response(html, problem.status if problem else HTTPStatus.OK)
    response.headers["Cache-Control"] = "no-store"
    if state in AT_WORK and error is None:
        response.headers["Refresh"] = str(REFRESH_S)
    return response


def _told(counted: dict[str, int]) -> list[tuple[str, int]]:
    """Return sentences with how often they hold, the most frequent first."""
    lines = [(import_words.without_values(_(text)), count) for text, count in counted.items()]
    return sorted(lines, key=lambda line: -line[1])


def _people(session: Session, runs: Iterable[ImportRun]) -> dict[str, str]:
    ids = {id_ for run in runs for id_ in (run.by_id, run.undone_by_id) if id_ is not None}
    return {str(id_): name for id_, name in identity_queries.staff_names(session, ids).items()}
