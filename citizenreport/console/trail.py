"""`/petugas/jejak`: the inspectorate looks up what was done to tickets, and who read them.

Events hold codes and ids, never words of a report. Of a confidential ticket the page tells the code,
who and when, and whether it was read; of one about the inspectorate itself it tells nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from citizenreport.cities.rules import City, Visibility
from citizenreport.console.ticket_steps import title_of
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import InvalidInput
from citizenreport.core.ids import normalise_tracking_code
from citizenreport.core.text import _n
from citizenreport.identity.rules import Permission
from citizenreport.ledger.models import Checkpoint
from citizenreport.ledger.queries import latest_checkpoint
from citizenreport.triage.trail import (
    Entry,
    Key,
    TrailWish,
    staff_of_username,
    tickets_of_code,
    trail_page,
)
from citizenreport.web.context import current_city
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.sessions import current_actor
from citizenreport.web.translate import _

bp = Blueprint("trail", __name__, url_prefix="/petugas/jejak", template_folder="templates")

USUAL_DAYS: Final = 30
TYPES: Final[Mapping[str, str]] = {
    "content_read": _n("Isi laporan rahasia dibuka"),
    "contact_revealed": _n("Kontak pelapor dibuka"),
    "assigned": _n("Penyerahan ke instansi"),
    "state_changed": _n("Langkah penanganan"),
    "replied": _n("Jawaban kepada pelapor"),
    "released": _n("Penayangan"),
    "visibility_raised": _n("Perlindungan dinaikkan"),
    "corrected": _n("Pembetulan jenis atau wilayah"),
    "extended": _n("Perpanjangan"),
    "merged": _n("Penggabungan"),
    "escalated": _n("Eskalasi"),
    "deadline_missed": _n("Tenggat terlewati"),
    "erased": _n("Penghapusan data"),
}
"""What one may look for alone."""

READS: Final = frozenset({"content_read", "contact_revealed"})


class BadTrailSearch(InvalidInput):
    code = "bad-trail-search"
    title = _n(
        "Pencarian jejak ini tidak dapat dibaca. Periksa kode, nama pengguna, dan tanggalnya."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    at: datetime
    who: str
    what: str
    tracking_code: str
    ticket_id: UUID
    is_open: bool  # its page may be opened


@bp.get("")
@requires(Permission.SEARCH_TRAIL)
def show() -> str:
    """List what was recorded: of the last days, unless a ticket or a person is asked for."""
    return _page(_asked(), {})


@bp.post("")
@requires(Permission.SEARCH_TRAIL)
def look_up() -> ResponseReturnValue:
    """Turn what was typed into an address that holds ids only."""
    typed = {name: form_text(name) for name in ("kode", "nama", "jenis", "dari", "sampai")}
    found, fault = _ids_of(typed)
    if fault:
        return _page(TrailWish(since=utcnow() - timedelta(days=USUAL_DAYS)), typed, fault), 422
    return redirect(_address(found), 303)


def _ids_of(typed: Mapping[str, str]) -> tuple[dict[str, str], str | None]:
    """Return the parts of the address, and what is wrong with what was typed."""
    given = {name: typed[name] for name in ("jenis", "dari", "sampai") if typed[name]}
    with transaction() as session:
        if typed["kode"]:
            code = normalise_tracking_code(typed["kode"])
            tickets = tickets_of_code(session, current_city(), current_actor(), code)
            if not tickets:
                return {}, _("Tidak ada tiket dengan kode itu.")
            given["tiket"] = str(tickets[0])
        if typed["nama"]:
            staff_id = staff_of_username(session, typed["nama"].lower())
            if staff_id is None:
                return {}, _("Tidak ada petugas dengan nama pengguna itu.")
            given["petugas"] = str(staff_id)
    try:
        _wish_of(current_city(), given)
    except ValueError:
        return {}, _(BadTrailSearch.title)
    return given, None


def _asked() -> TrailWish:
    given = {name: request.args[name] for name in NAMES if request.args.get(name)}
    try:
        return _wish_of(current_city(), given)
    except ValueError as error:
        raise BadTrailSearch from error


NAMES: Final = ("tiket", "petugas", "jenis", "dari", "sampai", "setelah")


def _wish_of(city: City, given: Mapping[str, str]) -> TrailWish:
    """Read an address. Raises ValueError."""
    kind = given.get("jenis")
    if kind is not None and kind not in TYPES:
        raise ValueError
    since = _midnight(city, given["dari"]) if "dari" in given else None
    until = _midnight(city, given["sampai"]) if "sampai" in given else None
    is_narrow = "tiket" in given or "petugas" in given or since is not None
    return TrailWish(
        ticket_id=UUID(given["tiket"]) if "tiket" in given else None,
        staff_id=UUID(given["petugas"]) if "petugas" in given else None,
        type=kind,
        since=since if is_narrow else utcnow() - timedelta(days=USUAL_DAYS),
        before=until + timedelta(days=1) if until else None,
        after=_key_of(given["setelah"]) if "setelah" in given else None,
    )


def _midnight(city: City, text: str) -> datetime:
    day = date.fromisoformat(text)
    if not 2000 <= day.year <= 2200:
        raise ValueError
    return datetime.combine(day, time(), city.calendar.time_zone)


def _key_of(text: str) -> Key:
    at, kind, stream_id, seq = text.split("~")
    moment = datetime.fromisoformat(at)
    if moment.tzinfo is None or not 0 < int(seq) < 2**31 or kind not in ("ticket", "access"):
        raise ValueError
    return moment, kind, UUID(stream_id), int(seq)


def _page(wish: TrailWish, typed: Mapping[str, str], fault: str | None = None) -> str:
    city, actor = current_city(), current_actor()
    with transaction() as session:
        entries, has_more = trail_page(session, city, actor, wish)
        lines = [_line(city, entry) for entry in entries]
        checkpoint = latest_checkpoint(session)
        seal = _seal(checkpoint) if checkpoint else None
    here = {name: request.args[name] for name in NAMES if request.args.get(name)}
    return render_template(
        "console/trail.html",
        lines=lines,
        following=_following(here, entries[-1].key) if has_more else None,
        typed=typed or here,
        is_usual=not here.keys() & {"tiket", "petugas", "dari"},
        usual_days=USUAL_DAYS,
        types=[(name, _(label)) for name, label in TYPES.items()],
        fault=fault,
        seal=seal,
    )


def _following(here: Mapping[str, str], key: Key) -> str:
    at, kind, stream_id, seq = key
    return _address({**here, "setelah": f"{at.isoformat()}~{kind}~{stream_id}~{seq}"})


def _address(parts: Mapping[str, str]) -> str:
    return f"{url_for('trail.show')}?{urlencode(sorted(parts.items()))}"


def _seal(checkpoint: Checkpoint) -> tuple[int, datetime, str]:
    """Return number, moment and hash of a checkpoint, to be kept outside."""
    return checkpoint.number, checkpoint.made_at, checkpoint.hash.hex()


def _line(city: City, entry: Entry) -> Line:
    event = entry.event
    is_open = entry.visibility != Visibility.CONFIDENTIAL.value
    if event.type in READS:
        what = _(TYPES[event.type])
    elif is_open:
        what = title_of(city, event, {})
    else:
        what = _("Peristiwa pada tiket rahasia")
    by_nobody = _("Pelapor atau sistem")
    return Line(
        at=event.recorded_at,
        who=(entry.name or _("Petugas")) if event.actor_id else by_nobody,
        what=what,
        tracking_code=entry.tracking_code,
        ticket_id=event.stream_id,
        is_open=is_open,
    )
