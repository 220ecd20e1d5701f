"""`/petugas/impor/…/pemetaan`: which column of a file holds what, and what its words mean."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from citizenreport.console import import_words
from citizenreport.console.imports import means, own
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import Conflict, InvalidInput
from citizenreport.core.text import _n
from citizenreport.identity.rules import Permission
from citizenreport.pipeline import import_mapping, import_runs
from citizenreport.pipeline.importing.chosen import ASKED, BLANK, DATES, FIELDS, Chosen, Thing
from citizenreport.pipeline.importing.mapping import MappingInvalid
from citizenreport.pipeline.importing.profiles import guess_words, profile_of
from citizenreport.pipeline.importing.sketch import Sketch
from citizenreport.web.context import current_city
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.problems import describe
from citizenreport.web.sessions import current_actor
from citizenreport.web.translate import _

bp = Blueprint("import_mapping", __name__, url_prefix="/petugas/impor", template_folder="templates")

JOIN: Final = " + "
OPEN_WAYS: Final = {
    Thing.AGENCY: _n("Menurut aturan kota"),
    Thing.AREA: _n("Menurut titiknya"),
}
"""What a word may stand for beside a code: nothing is said."""


@bp.get("/<uuid:import_id>/pemetaan")
@requires(Permission.IMPORT_REPORTS)
def show(import_id: UUID) -> Response:
    """Show what was guessed or chosen so far."""
    return _render(import_id)


@bp.post("/<uuid:import_id>/pemetaan")
@requires(Permission.IMPORT_REPORTS)
def save(import_id: UUID) -> ResponseReturnValue:
    """Keep what was chosen. Another column brings other words: they are shown before it is final."""
    try:
        with transaction() as session:
            run = own(session, import_id)
            chosen = _typed()
            sketch = import_runs.save(run, means(), chosen)
            chosen, has_new = _with_words(run.profile, chosen, sketch)
            import_runs.save(run, means(), chosen)
        if has_new or form_text("langkah") != "simpan":
            return redirect(url_for("import_mapping.show", import_id=import_id, beres="kata"), 303)
        with transaction() as session:
            import_runs.confirm(
                session,
                means(),
                own(session, import_id),
                chosen,
                by=current_actor().staff_id,
                now=utcnow(),
            )
    except (InvalidInput, Conflict) as error:
        return _render(import_id, error)
    return redirect(url_for("imports.show", import_id=import_id, beres="siap"), 303)


def _typed() -> Chosen:
    """Return what the form says, its words apart."""
    dates = form_text("tanggal")
    return Chosen(
        columns={
            name: (column,) for name in FIELDS if (column := request.form.get(f"kolom-{name}"))
        },
        words={},
        defaults={
            Thing.CATEGORY: form_text("umum-category"),
            Thing.STATUS: form_text("umum-status"),
        },
        dates=dates if dates in DATES else "dmy",
        outside="keep" if form_text("luar") == "keep" else "reject",
    )


def _with_words(profile_code: str, chosen: Chosen, sketch: Sketch) -> tuple[Chosen, bool]:
    """Return a choice with what the form says of its words; a column's first words are guessed."""
    words: dict[str, dict[str, str]] = {}
    has_new = False
    for thing, found in chosen.asked(sketch):
        if request.form.get(f"kata-dari-{thing}") == _columns_of(chosen, thing):
            words[thing] = {
                word: form_text(f"kata-{thing}-{number}") for number, word in enumerate(found)
            }
        else:
            words[thing] = guess_words(profile_of(profile_code), current_city(), thing, found)
            has_new = has_new or bool(found)
    return chosen.with_words(words), has_new


def _columns_of(chosen: Chosen, thing: Thing) -> str:
    return JOIN.join(name for field in ASKED[thing] if (name := chosen.column(field)))


def _render(import_id: UUID, error: InvalidInput | Conflict | None = None) -> Response:
    problem = describe(error) if error else None
    city = current_city()
    with transaction() as session:
        run = own(session, import_id)
        sketch = import_mapping.sketch_kept(means().keys, run)
        chosen = import_mapping.chosen_kept(means().keys, run)
        html = render_template(
            "console/import_mapping.html",
            run=run,
            profile=import_words.profile_name(run.profile),
            sketch=sketch,
            chosen=chosen,
            fields=import_words.FIELDS,
            needed=("category", "submitted"),
            asked=[
                (
                    thing,
                    _(import_words.THINGS[thing]),
                    _columns_of(chosen, thing),
                    _lines(chosen, sketch, thing, found),
                    _(OPEN_WAYS[thing]) if thing in OPEN_WAYS else None,
                    import_words.choices(city, thing),
                )
                for thing, found in chosen.asked(sketch)
            ],
            categories=import_words.choices(city, Thing.CATEGORY),
            states=import_words.choices(city, Thing.STATUS),
            blank=BLANK,
            has_words=request.args.get("beres") == "kata",
            problem=problem,
            faults=error.faults if isinstance(error, MappingInvalid) else (),
        )
    response = make_response(html, problem.status if problem else HTTPStatus.OK)
    response.headers["Cache-Control"] = "no-store"
    return response


def _lines(
    chosen: Chosen, sketch: Sketch, thing: Thing, found: Sequence[str]
) -> list[tuple[str, int, str]]:
    """Return the words of a thing with how often they stand there and what they mean."""
    names = [name for field in ASKED[thing] if (name := chosen.column(field))]
    counted = sketch.words.get(names[0], {}) if len(names) == 1 else sketch.pairs
    meant = chosen.words.get(thing, {})
    return [(word, counted.get(word, 0), meant.get(word, "")) for word in found]
