"""/inovasi: what agencies have invented, once its head and the city desk stand for it."""

from datetime import date
from typing import Final

from flask import Blueprint, Response, render_template, request

from citizenreport.cities.rules import City
from citizenreport.core.db import public_reading
from citizenreport.programme import queries
from citizenreport.programme.faults import InnovationNotFound
from citizenreport.programme.rules import FileKind, Stage
from citizenreport.storage.rules import StoredFileNotFound, is_key
from citizenreport.web.context import current_city, current_storage
from citizenreport.web.guards import public
from citizenreport.web.innovations import FORMS, INITIATORS, PARTS, STAGES
from citizenreport.web.locale import page_language
from citizenreport.web.versions import unless_known

bp = Blueprint(
    "published_innovations", __name__, url_prefix="/inovasi", template_folder="templates"
)

PAGE_ROWS: Final = 30
DAYS: Final = ("trial_on", "applied_on")


@bp.get("")
@public
def index() -> str:
    """List published innovations: by year, agency and stage."""
    asked = {name: request.args.get(name, "") for name in ("tahun", "instansi", "tahap", "setelah")}
    with public_reading() as session:
        years = queries.published_years(session)
        year = next((one for one in years if str(one) == asked["tahun"]), None)
        stage = Stage(asked["tahap"]) if asked["tahap"] in set(Stage) else None
        agency = asked["instansi"] if asked["instansi"] in current_city().agencies else None
        after = asked["setelah"].replace("\x00", "")
        rows = queries.published_innovations(
            session,
            year=year,
            agency_code=agency,
            stage=stage,
            after=after,
            limit=PAGE_ROWS + 1,
        )
        session.expunge_all()
    more = rows[PAGE_ROWS - 1].slug if len(rows) > PAGE_ROWS else ""
    narrowed = {name: asked[name] for name in ("tahun", "instansi", "tahap") if asked[name]}
    return render_template(
        "pages/innovations.html",
        rows=rows[:PAGE_ROWS],
        more=more,
        narrowed=narrowed,
        years=years,
        asked=asked,
        agencies=_agencies(current_city()),
        stages=STAGES,
    )


@bp.get("/<slug>")
@public
def show(slug: str) -> str:
    """Show a published innovation with its photos and papers."""
    city = current_city()
    with public_reading() as session:
        found, files = queries.published_innovation(session, slug.replace("\x00", ""))
        session.expunge_all()
    details = found.details
    return render_template(
        "pages/innovation.html",
        row=found,
        details=details,
        days={name: date.fromisoformat(details[name]) for name in DAYS if details[name]},
        photos=[file for file in files if file.kind == FileKind.PHOTO.value],
        papers=[file for file in files if file.kind == FileKind.DOCUMENT.value],
        categories=_named(city, details["category_codes"]),
        areas=[city.areas[code].name for code in details["area_codes"] if code in city.areas],
        words={"stages": STAGES, "forms": FORMS, "initiators": INITIATORS, "parts": PARTS},
    )


@bp.get("/berkas/<file_code>")
@public
def file(file_code: str) -> Response:
    """Send a photo or a paper. It may be withdrawn, so that caches ask each time."""
    if not is_key(file_code):
        raise InnovationNotFound
    with public_reading() as session:
        row = queries.published_file(session, file_code)
        key, is_photo = row.storage_key, row.kind == FileKind.PHOTO.value
    try:
        content = current_storage().get(key)
    except StoredFileNotFound:
        raise InnovationNotFound from None
    response = Response(content, mimetype="image/jpeg" if is_photo else "application/pdf")
    if not is_photo:
        response.headers["Content-Disposition"] = 'attachment; filename="dokumen-inovasi.pdf"'
    response.set_etag(file_code)
    response.cache_control.public = True
    response.cache_control.no_cache = True
    return unless_known(response)


def _agencies(city: City) -> list[tuple[str, str]]:
    found = [(code, a.name) for code, a in city.agencies.items() if not a.is_external]
    return sorted(found, key=lambda pair: pair[1].lower())


def _named(city: City, codes: list[str]) -> list[str]:
    """Return the names of categories in the reader's language; unknown codes are left out."""
    known = [city.categories[code] for code in codes if code in city.categories]
    return [c.names.get(page_language(), c.names.get("id", c.category_code)) for c in known]
