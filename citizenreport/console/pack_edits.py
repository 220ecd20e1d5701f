"""`/petugas/isi`: holidays, replies, texts, categories and agencies edited as drafts, then decided."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from http import HTTPStatus
from typing import Final

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

from citizenreport.cities.edits import HOLIDAYS, EntryChange
from citizenreport.cities.queries import current_pack
from citizenreport.cities.rules import City
from citizenreport.console.edits.editors import EDITORS, NoSuchEntry, editor_of
from citizenreport.console.edits.faults import faults_of
from citizenreport.console.edits.fields import Editor, Entries, Field, Form, Group
from citizenreport.console.edits.words import change_words
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import Conflict, InvalidInput
from citizenreport.core.text import _n
from citizenreport.identity.rules import Permission
from citizenreport.pipeline import pack_change, pack_edits
from citizenreport.pipeline.pack_change import Decision
from citizenreport.pipeline.pack_edits import Drafted, EditRefused, ProtectionLoosened
from citizenreport.routing.drafts import DayPassed
from citizenreport.triage.deadline_moves import DeadlineMoves, deadline_moves
from citizenreport.web.context import current_city, refresh_city
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.problems import describe
from citizenreport.web.sessions import current_actor
from citizenreport.web.translate import _

bp = Blueprint("pack_edits", __name__, url_prefix="/petugas/isi", template_folder="templates")

NEW: Final = "baru"
NOTICES: Final = {
    "simpan": _n("Rancangan tersimpan. Yang berlaku belum berubah."),
    "buang": _n("Rancangan dibuang."),
}


@bp.get("")
@requires(Permission.STEER_CITY)
def show() -> str:
    """List what can be edited, and the latest changes."""
    with transaction() as session:
        city = newest_city(session)
        return render_template(
            "console/pack_kinds.html",
            kinds=[
                (code, _(editor.title), len(pack_edits.drafted(session, city, editor.kind).changes))
                for code, editor in EDITORS.items()
            ],
            changes=[(row, _(EDITORS[row.kind].title)) for row in pack_change.latest(session)],
        )


@bp.get("/<kind>")
@requires(Permission.STEER_CITY)
def show_kind(kind: str) -> ResponseReturnValue:
    """List the entries of a kind, what the draft changes and what that does."""
    return _render_kind(editor_of(kind))


@bp.post("/<kind>/berlaku")
@requires(Permission.STEER_CITY)
def decide(kind: str) -> ResponseReturnValue:
    """Put the draft into force from a day on."""
    editor, city = editor_of(kind), current_city()
    try:
        with transaction() as session:
            row = pack_change.decide(
                session,
                city,
                editor.kind,
                seen=seen_version(),
                from_day=_day(),
                decision=decision(),
            )
            change_id = row.id
    except (InvalidInput, Conflict) as error:
        return _render_kind(editor, error=error)
    refresh_city()
    return redirect(url_for("pack_changes.show", change_id=change_id), 303)


@bp.post("/<kind>/buang")
@requires(Permission.STEER_CITY)
def discard(kind: str) -> ResponseReturnValue:
    """Throw the draft away."""
    editor, city = editor_of(kind), current_city()
    by, now = current_actor().staff_id, utcnow()
    with transaction() as session:
        pack_edits.discard(session, city, editor.kind, seen=seen_version(), by=by, now=now)
    return redirect(url_for("pack_edits.show_kind", kind=kind, beres="buang"), 303)


@bp.get("/<kind>/butir/<key>")
@requires(Permission.STEER_CITY)
def edit(kind: str, key: str) -> ResponseReturnValue:
    """Show one entry, or an empty one, as a form."""
    return _render_entry(editor_of(kind), key)


@bp.post("/<kind>/butir/<key>")
@requires(Permission.STEER_CITY)
def save(kind: str, key: str) -> ResponseReturnValue:
    """Save one entry into the draft, if the whole still passes the check."""
    editor = editor_of(kind)
    form = Form(text=form_text, all_of=request.form.getlist)
    try:
        with transaction() as session:
            city = newest_city(session)
            entries = pack_edits.drafted(session, city, editor.kind).wanted
            patch = editor.read(city, entries, _known(editor, city, entries, key), form)
            pack_edits.save(
                session,
                city,
                editor.kind,
                patch,
                seen=seen_version(),
                pack=str(current_app.config["CITY"]),
                by=current_actor().staff_id,
                now=utcnow(),
            )
    except (InvalidInput, Conflict) as error:
        return _render_entry(editor, key, error=error)
    return redirect(url_for("pack_edits.show_kind", kind=kind, beres="simpan"), 303)


def newest_city(session: Session) -> City:
    """Return the city in force, read anew when another process has put a change into force."""
    pack = current_pack(session)
    if pack is not None and pack.pack_version != current_city().pack_version:
        refresh_city()
    return current_city()


def decision() -> Decision:
    """Return who decides now, and the reason that was typed."""
    return Decision(
        reason=form_text("reason"),
        pack=str(current_app.config["CITY"]),
        by=current_actor().staff_id,
        now=utcnow(),
    )


def shown_changes(
    editor: Editor, city: City, changes: Iterable[EntryChange]
) -> list[tuple[str, EntryChange, list[tuple[str, str, str]]]]:
    """Return each changed entry with its name and what differs, in words."""
    return [(editor.entry_name(city, one.file, one.key), one, change_words(one)) for one in changes]


def seen_version() -> int:
    """Return the version of the draft that the form was made from, -1 for none."""
    text = form_text("seen")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _render_kind(editor: Editor, *, error: InvalidInput | Conflict | None = None) -> Response:
    problem = describe(error) if error else None
    with transaction() as session:
        city = newest_city(session)
        draft = pack_edits.drafted(session, city, editor.kind)
        moves, refused = _effects(session, city, draft)
        sections: dict[str, list[object]] = {}
        for one in editor.listed(city, draft.wanted):
            sections.setdefault(one.section, []).append(one)
        html = render_template(
            "console/pack_kind.html",
            editor=editor,
            draft=draft,
            changed_keys={one.key.split(" ")[-1] for one in draft.changes}
            | {one.key.split(" ")[0] for one in draft.changes},
            changes=shown_changes(editor, city, draft.changes),
            sections=sections,
            waiting=pack_change.waiting(session, city, editor.kind),
            history=pack_change.latest(session, editor.kind),
            moves=moves,
            today=city.local_date(utcnow()).isoformat(),
            from_day=form_text("from_day") if error else "",
            reason=form_text("reason") if error else "",
            problem=problem,
            faults=faults_of(city, error) or faults_of(city, refused),
            refused=refused,
            notice=_notice(),
        )
    response = make_response(html, problem.status if problem else HTTPStatus.OK)
    response.headers["ETag"] = f'"{draft.version}"'
    return response


def _effects(
    session: Session, city: City, draft: Drafted
) -> tuple[DeadlineMoves | None, InvalidInput | None]:
    """Return what the draft would do to open deadlines, or what stands against it."""
    if not draft.patch:
        return None, None
    today = city.local_date(utcnow())
    files, pack = draft.put_together(today), str(current_app.config["CITY"])
    try:
        after = pack_edits.check_files(session, city, files, pack=pack, day=today)
    except (EditRefused, ProtectionLoosened) as error:
        return None, error
    moves = deadline_moves(session, after, current_actor()) if HOLIDAYS in files else None
    return moves, None


def _render_entry(
    editor: Editor, key: str, *, error: InvalidInput | Conflict | None = None
) -> Response:
    problem = describe(error) if error else None
    with transaction() as session:
        city = newest_city(session)
        draft = pack_edits.drafted(session, city, editor.kind)
    known = _known(editor, city, draft.wanted, key)
    groups = editor.groups(city, draft.wanted, known)
    file = editor.kind.files[0]
    saved = [one for one in draft.changes if known is not None and known in one.key.split(" ")]
    html = render_template(
        "console/pack_entry.html",
        editor=editor,
        key=key,
        name=editor.entry_name(city, file, known) if known else _(editor.new_label),
        version=draft.version,
        groups=_refilled(groups) if error else groups,
        problem=problem,
        faults=faults_of(city, error),
        saved=shown_changes(editor, city, saved) if isinstance(error, Conflict) else [],
    )
    response = make_response(html, problem.status if problem else HTTPStatus.OK)
    response.headers["ETag"] = f'"{draft.version}"'
    return response


def _known(editor: Editor, city: City, entries: Entries, key: str) -> str | None:
    """Return the key of an entry that exists, None for a new one. Raises NoSuchEntry."""
    if key == NEW and editor.new_label:
        return None
    if key in entries[editor.kind.files[0]] or key in {
        one.key for one in editor.listed(city, entries)
    }:
        return key
    raise NoSuchEntry


def _refilled(groups: Iterable[Group]) -> list[Group]:
    """Return a form with what was typed."""
    return [replace(group, fields=tuple(map(_refill, group.fields))) for group in groups]


def _refill(field: Field) -> Field:
    if field.is_fixed:
        return field
    if field.kind == "checks":
        return replace(field, chosen=tuple(request.form.getlist(field.name)))
    return replace(field, value=form_text(field.name))


def _day() -> date:
    try:
        return date.fromisoformat(form_text("from_day"))
    except ValueError:
        raise DayPassed(pointer="#/from_day") from None


def _notice() -> str | None:
    message = NOTICES.get(request.args.get("beres", ""))
    return _(message) if message else None
