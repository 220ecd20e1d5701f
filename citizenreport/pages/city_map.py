"""`/peta/…`: what a map of the city is drawn from. It says nothing about any report."""

from pathlib import Path
from typing import Final

from flask import Blueprint, Response, current_app, json, request, send_file, url_for

from citizenreport.cities.ground import bounds_of, ground_of
from citizenreport.cities.rules import City
from citizenreport.core.errors import NotFound
from citizenreport.pages.finding import conditional
from citizenreport.storage.basemap import Basemap, installed_in
from citizenreport.web.assets import FOREVER_S, asset_url
from citizenreport.web.context import current_city
from citizenreport.web.guards import public
from citizenreport.web.translate import _

bp = Blueprint("city_map", __name__)

STREETS_DAY_S: Final = 24 * 3600
VERSION_CHARS: Final = 16
GEOJSON: Final = "application/geo+json"
BYTES: Final = "bytes="
PMTILES: Final = "application/vnd.pmtiles"
COPYRIGHT_PAGES: Final = {"OpenStreetMap": "https://www.openstreetmap.org/copyright"}
"""Where a source asks to be named with an address. Nothing is loaded from there."""


@bp.get("/peta/kota.json")
@public
def describe() -> Response:
    """Say what the map is made of; the addresses in it change with what they lead to."""
    city, streets = current_city(), _streets()
    told: dict[str, object] = {
        "bounds": bounds_of(city),
        "style": asset_url("pages/map.css"),
        "ground": url_for("city_map.ground", v=_version(city)),
        "streets": streets
        and {
            "url": url_for("city_map.streets", v=streets.version),
            "max_zoom": streets.header.max_zoom,
        },
        "credits": _credits(city, streets),
        "words": _words(city),
    }
    return conditional(compact_json(told), "application/json")


@bp.get("/peta/dasar.json")
@public
def ground() -> Response:
    """Send areas and landmarks as GeoJSON; under its versioned address it never changes."""
    city = current_city()
    response = conditional(compact_json(ground_of(city)), GEOJSON)
    if request.args.get("v") == _version(city):
        response.cache_control.no_cache = None
        response.cache_control.public = True
        response.cache_control.max_age = FOREVER_S
        response.cache_control.immutable = True
    return response


@bp.get("/peta/jalan.pmtiles")
@public
def streets() -> Response:
    """Send the installed streets, whole or the range that is asked for.

    Source: RFC 9110, sections 13.1.5 (If-Range) and 14.2 (Range).
    """
    installed = _streets()
    if installed is None:
        raise NotFound
    if not request.headers.get("Range", BYTES).startswith(BYTES):
        del request.environ["HTTP_RANGE"]  # another unit is to be ignored
    response = send_file(installed.path, mimetype=PMTILES, conditional=True, etag=installed.version)
    if request.args.get("v") == installed.version:
        response.cache_control.no_cache = None
        response.cache_control.public = True
        response.cache_control.max_age = STREETS_DAY_S
    return response


def _streets() -> Basemap | None:
    return installed_in(Path(current_app.config["BASEMAP_DIR"]))


def _version(city: City) -> str:
    return city.digest[:VERSION_CHARS]


def compact_json(told: object) -> bytes:
    """Return JSON in its shortest form, the same for the same content."""
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _credits(city: City, streets: Basemap | None) -> list[dict[str, str]]:
    """Return whose data the map is: of the streets as their file says, of the borders as the pack does."""
    said = []
    if streets and streets.credit:
        said.append({"text": streets.credit, **_copyright_page(streets.credit)})
    if city.boundaries_source:
        said.append({"text": city.boundaries_source, "summary": _("Sumber batas wilayah")})
    return said


def _copyright_page(text: str) -> dict[str, str]:
    return next(({"url": url} for name, url in COPYRIGHT_PAGES.items() if name in text), {})


def _words(city: City) -> dict[str, str]:
    return {
        "label": _(
            "Peta %(city)s. Tombol panah menggeser peta, + dan − mengubah besarnya.", city=city.name
        ),
        "pick": _(
            "Ketuk tempatnya, atau geser peta lalu tekan Enter untuk menaruh titik di tengah."
        ),
        "point": _("Titik lokasi"),
        "point_movable": _("Titik lokasi. Geser, atau pindahkan dengan tombol panah."),
        "zoom_in": _("Perbesar peta"),
        "zoom_out": _("Perkecil peta"),
        "reports": _("{n} laporan"),
        "more": _("dan {n} laporan lagi"),
        "close": _("Tutup"),
    }
