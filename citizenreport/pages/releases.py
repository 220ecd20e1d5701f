"""/indikator/rilis: numbered releases, their files, the list of keys, and how to check them."""

import json
from typing import Any, Final

from flask import Blueprint, Response, render_template
from flask_babel import format_date, format_decimal

from citizenreport.cities.rules import City
from citizenreport.core.db import public_reading
from citizenreport.core.text import _n
from citizenreport.indicators.rules.periods import Period, PeriodKind, last_day_before
from citizenreport.publication.snapshots.errors import SnapshotNotFound
from citizenreport.publication.snapshots.models import PublishedSnapshot, PublishedSnapshotFile
from citizenreport.publication.snapshots.queries import (
    published_files,
    published_keys,
    published_snapshot,
    published_snapshots,
)
from citizenreport.publication.snapshots.rules import Key, keys_body
from citizenreport.web.context import current_city
from citizenreport.web.guards import public
from citizenreport.web.indicator_lines import period_name
from citizenreport.web.snapshots.downloads import send
from citizenreport.web.translate import _

bp = Blueprint(
    "releases_public", __name__, url_prefix="/indikator/rilis", template_folder="templates"
)

KIBIBYTE: Final = 1024
FILE_WORDS: Final = {
    ".zip": _n("Semua berkas rilis ini dalam satu ZIP"),
    "ringkasan-id.pdf": _n("Ringkasan (PDF, bahasa Indonesia)"),
    "ringkasan-en.pdf": _n("Ringkasan (PDF, bahasa Inggris)"),
    "ringkasan-jv.pdf": _n("Ringkasan (PDF, bahasa Jawa)"),
    "buku-kerja.xlsx": _n("Buku kerja untuk kementerian (XLSX)"),
    "nilai.csv": _n("Nilai indikator (CSV)"),
    "nilai.json": _n("Nilai indikator (JSON)"),
    "tabel_rilis.csv": _n("Tabel rilis, juga laporan terbatas (CSV)"),
    "tabel_rilis.json": _n("Tabel rilis, juga laporan terbatas (JSON)"),
    "seluruh.csv": _n("Semua laporan menurut tahun (CSV)"),
    "seluruh.json": _n("Semua laporan menurut tahun (JSON)"),
    "lembaga-lain.csv": _n("Angka lembaga lain dengan sumbernya (CSV)"),
    "lembaga-lain.json": _n("Angka lembaga lain dengan sumbernya (JSON)"),
    "peringkat.csv": _n("Peringkat instansi dan wilayah (CSV)"),
    "peringkat.json": _n("Peringkat instansi dan wilayah (JSON)"),
    "komposit.csv": _n("Komposit dengan bagian-bagiannya (CSV)"),
    "komposit.json": _n("Komposit dengan bagian-bagiannya (JSON)"),
    "wilayah.geojson": _n("Wilayah dengan nilainya (GeoJSON)"),
    "rilis.gpkg": _n("Wilayah dan nilai (GeoPackage)"),
    "metadata.json": _n("Metadata MS-Keg, MS-Ind, MS-Var (JSON)"),
    "dcat.jsonld": _n("Catatan katalog DCAT (JSON-LD)"),
    "perubahan.json": _n("Yang berubah dari rilis sebelumnya (JSON)"),
    "manifest.json": _n("Daftar berkas dan dasarnya, yang ditandatangani"),
    "signatures.json": _n("Tanda tangan"),
    "keys.json": _n("Daftar kunci pada hari terbit"),
}
TABLE_WORDS: Final = _n("Keterangan lajur CSV (CSVW)")


@bp.get("")
@public
def index() -> str:
    """List the releases, the newest first."""
    city = current_city()
    with public_reading() as session:
        rows = published_snapshots(session)
        replaced = {row.replaces: row.number for row in rows if row.replaces}
        shown = [_line(city, row) | {"replaced_by": replaced.get(row.number)} for row in rows]
        keys = [_key_line(city, key) for key in published_keys(session)]
    return render_template("pages/releases.html", releases=shown, keys=keys)


@bp.get("/kunci.json")
@public
def key_list() -> Response:
    """Send the list of keys: whoever checks a release takes it from here, not from the release."""
    with public_reading() as session:
        body = keys_body(published_keys(session))
    text = json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return Response(text, mimetype="application/json")


@bp.get("/<int:number>")
@public
def show(number: int) -> str:
    """Show one release: what it rests on, who signed, its files."""
    city = current_city()
    with public_reading() as session:
        row = published_snapshot(session, number)
        files = [_file_line(file) for file in published_files(session, number)]
        later = [one.number for one in published_snapshots(session) if one.replaces == number]
        line = _line(city, row)
        signers = row.signers["signed"]
    files.sort(key=lambda file: file["place"])
    return render_template(
        "pages/release.html",
        release=line | {"replaced_by": later[0] if later else None},
        files=files,
        signers=[(one["holder"], one["key_id"]) for one in signers],
        package=next((one["name"] for one in files if one["name"].endswith(".zip")), ""),
    )


@bp.get("/<int:number>/<name>")
@public
def download(number: int, name: str) -> Response:
    """Send a file of a release."""
    with public_reading() as session:
        sha256 = {file.name: file.sha256 for file in published_files(session, number)}.get(name)
    if sha256 is None:
        raise SnapshotNotFound
    return send(number, name, sha256=sha256)


def _line(city: City, row: PublishedSnapshot) -> dict[str, Any]:
    zone = city.calendar.time_zone
    period = Period(start_on=row.period_start_on, kind=PeriodKind(row.period_kind))
    until = last_day_before(row.cut_off_at, zone)
    return {
        "number": row.number,
        "period": period_name(period),
        "code": period.code,
        "revision": row.revision,
        "replaces": row.replaces,
        "reason": row.reason,
        "published_on": format_date(row.published_at.astimezone(zone).date(), "d MMMM y"),
        "until": format_date(until, "d MMMM y"),
        "sha256": row.manifest_sha256,
    }


def _file_line(file: PublishedSnapshotFile) -> dict[str, Any]:
    known = list(FILE_WORDS)
    ending = ".zip" if file.name.endswith(".zip") else file.name
    words = FILE_WORDS.get(ending, TABLE_WORDS)
    return {
        "name": file.name,
        "words": _(words),
        "size": format_decimal(-(-file.size // KIBIBYTE)),
        "sha256": file.sha256,
        "place": known.index(ending) if ending in known else len(known),
    }


def _key_line(city: City, key: Key) -> dict[str, Any]:
    zone = city.calendar.time_zone

    def day(instant: Any) -> str:
        return str(format_date(instant.astimezone(zone).date(), "d MMMM y")) if instant else ""

    return {
        "key_id": key.key_id,
        "holder": key.holder,
        "public_key": key.public_key.hex(),
        "valid_from": day(key.valid_from),
        "valid_to": day(key.valid_to),
        "revoked_on": day(key.revoked_at),
        "reason": key.revocation_reason,
    }
