"""`/petugas/tiket/ekspor`: the list on the screen as a file, without what is protected."""

import os
import tempfile
from collections.abc import Iterator
from typing import IO, Final
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from citizenreport.cities.rules import City
from citizenreport.console import words
from citizenreport.console.queue import line_of
from citizenreport.console.queue_filters import BadFilter, address, end_of_day, wish_args
from citizenreport.console.views import asked_wish, said
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.text import _n
from citizenreport.documents.sheets import Cell, write_csv, write_xlsx
from citizenreport.identity.rules import Permission
from citizenreport.triage import exports
from citizenreport.triage.exports import TooManyRows
from citizenreport.triage.queue import Instants, QueueRow
from citizenreport.web.context import current_city
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.sessions import current_actor
from citizenreport.web.translate import _

bp = Blueprint("export", __name__, url_prefix="/petugas/tiket/ekspor", template_folder="templates")

COLUMNS: Final = (
    *(_n("Kode"), _n("Kategori"), _n("Kelurahan"), _n("Keadaan"), _n("Prioritas")),
    *(_n("Jenis tenggat"), _n("Tenggat"), _n("Sisa waktu"), _n("Instansi")),
    *(_n("Penanggung jawab"), _n("Masuk")),
)
WRITERS: Final = {
    "csv": (write_csv, "text/csv; charset=utf-8"),
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
CHUNK_BYTES: Final = 64 * 1024


@bp.get("")
@requires(Permission.READ_TICKETS)
def show() -> str:
    """Say what the file would hold and what it leaves out, before anything leaves."""
    return _page(urlencode(request.args))


@bp.post("")
@requires(Permission.READ_TICKETS)
def download() -> ResponseReturnValue:
    """Write the file, note that it was taken, and send it."""
    city, actor, now = current_city(), current_actor(), utcnow()
    kind = form_text("bentuk")
    if kind not in WRITERS:
        raise BadFilter(pointer="#/bentuk")
    write, media_type = WRITERS[kind]
    at = Instants(now=now, day_ends_at=end_of_day(city, now))
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it has been sent
    try:
        with transaction() as session:
            wish = asked_wish(session, form_text("saringan"), city)
            counted = exports.sizes(session, city, actor, wish, at=at)
            exports.record(
                session,
                staff_id=actor.staff_id,
                file_kind=kind,
                filters=wish_args(wish, city),
                counted=counted,
                now=now,
            )
            rows = exports.open_rows(session, city, actor, wish, at=at)
            write(file, [_(name) for name in COLUMNS], (cells(city, row, at=at) for row in rows))
    except TooManyRows:
        file.close()
        return _page(form_text("saringan")), 409
    except BaseException:
        file.close()
        raise
    return _sent(file, media_type, name=f"tiket-{city.local_date(now).isoformat()}.{kind}")


def cells(city: City, row: QueueRow, *, at: Instants) -> list[Cell]:
    """Return what the list shows of a ticket, as cells in the order of COLUMNS."""
    line = line_of(city, row, now=at.now)
    zone = city.calendar.time_zone
    return [
        row.tracking_code,
        line.category,
        line.area,
        line.state,
        _(words.PRIORITIES[line.ticket.priority]),
        line.clock.label,
        line.clock.due_at.astimezone(zone),
        line.clock.words,
        line.agency,
        line.assignee,
        line.ticket.submitted_at.astimezone(zone),
    ]


def _page(query: str) -> str:
    city, now = current_city(), utcnow()
    at = Instants(now=now, day_ends_at=end_of_day(city, now))
    with transaction() as session:
        wish = asked_wish(session, query, city)
        counted = exports.sizes(session, city, current_actor(), wish, at=at)
    args = wish_args(wish, city)
    return render_template(
        "console/export.html",
        counted=counted,
        max_rows=exports.MAX_ROWS,
        said=said(args, city),
        words=wish.wording.text if wish.wording else None,
        filters=urlencode(args),
        back=address(args),
    )


def _sent(file: IO[bytes], media_type: str, *, name: str) -> Response:
    """Send a file in pieces; its length is known, so that a browser shows how far it is."""
    length = file.seek(0, os.SEEK_END)
    file.seek(0)
    reply = Response(_pieces(file), content_type=media_type)
    reply.call_on_close(file.close)
    reply.headers["Content-Length"] = str(length)
    reply.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return reply


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(CHUNK_BYTES):
            yield piece
