"""/open311/v2/discovery: where this endpoint is, what it speaks, whom to ask for a key."""

from typing import Final

from flask import Blueprint, Response, current_app

from citizenreport.open311.answers import answer, conditional, read_query
from citizenreport.partners.georeport import MEDIA_TYPES, SPECIFICATION, Content, Repeated
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.guards import public
from citizenreport.web.translate import _

bp = Blueprint("georeport_discovery", __name__, url_prefix="/open311/v2")

CHANGESET: Final = "2026-11-24T00:00:00+07:00"
"""When what this endpoint answers last changed its shape."""


@bp.get("/discovery.<any(xml, json):form>")
@public
def show(form: str) -> Response:
    """Describe the endpoint, and the one to try things out on. A demo is such a one, and says so."""
    city = current_city()
    read_query(city, ())
    url = f"{str(current_app.config['PUBLIC_URL']).rstrip('/')}/open311/v2"
    formats = [media_type.split(";")[0] for media_type in MEDIA_TYPES.values()]
    kind = "test" if current_keys().is_demo else "production"
    found = [(url, kind)]
    other = str(current_app.config["GEOREPORT_TEST_URL"]).rstrip("/")
    if other and kind == "production":
        found.append((other, "test"))
    endpoints: list[Content] = [
        {
            "specification": SPECIFICATION,
            "url": address,
            "changeset": CHANGESET,
            "type": type_,
            "formats": Repeated(item="format", items=formats),
        }
        for address, type_ in found
    ]
    desk = city.agencies.get(city.desk_agency_code)
    content: dict[str, Content] = {
        "changeset": CHANGESET,
        "contact": _("%(agency)s, %(city)s", agency=desk.name if desk else "", city=city.name),
        "key_service": _(
            "Kunci diberikan oleh %(agency)s.", agency=desk.name if desk else city.name
        ),
        "endpoints": Repeated(item="endpoint", items=endpoints),
    }
    return conditional(answer("discovery", content, form=form))
