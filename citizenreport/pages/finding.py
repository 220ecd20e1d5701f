"""`/sitemap.xml`, `/robots.txt`, `/.well-known/security.txt`: what search engines and finders of faults are told.

A page is found by search engines only when its endpoint is named in FINDABLE: a new page is
private until somebody says otherwise.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Final
from xml.etree import ElementTree as ET

from flask import Blueprint, Response, abort, current_app, render_template, request, url_for

from citizenreport.core.clock import utcnow
from citizenreport.core.db import public_reading
from citizenreport.i18n.languages import LANGUAGES
from citizenreport.indicators.definitions import all_definitions
from citizenreport.publication import queries as publication_queries
from citizenreport.web.context import current_city
from citizenreport.web.guards import public
from citizenreport.web.locale import page_language
from citizenreport.web.versions import unless_known

bp = Blueprint("finding", __name__, template_folder="templates")

FINDABLE: Final = frozenset(
    {
        "front.show",
        "report.ask",
        "published.index",
        "published.show",
        "about.show",
        "about.accessibility",
        "pulse.ask",
        "indicator_pages.index",
        "indicator_pages.show",
        "pulse.results",
        "subscriptions.ask",
    }
)
SITEMAP_REPORTS: Final = 10_000
"""Newest changes first. Source: sitemaps.org allows 50,000 addresses and 50 MB in a file."""
SITEMAP_NAMESPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
SECURITY_TXT_DAYS: Final = 180
"""How long a security.txt holds from the first of the month. Source: RFC 9116, 2.5.5: under a year."""


@bp.get("/sitemap.xml")
@public
def sitemap() -> Response:
    """List the pages that anyone may find: fixed ones, and released reports."""
    root = ET.Element("urlset", xmlns=SITEMAP_NAMESPACE)
    for path in _fixed_paths():
        ET.SubElement(ET.SubElement(root, "url"), "loc").text = absolute(path)
    with public_reading() as session:
        changed = publication_queries.changes(session, limit=SITEMAP_REPORTS)
    for code, changed_on in changed:
        entry = ET.SubElement(root, "url")
        path = url_for("published.show", tracking_code=code)
        ET.SubElement(entry, "loc").text = absolute(path)
        ET.SubElement(entry, "lastmod").text = changed_on.isoformat()
    return conditional(ET.tostring(root, "utf-8", xml_declaration=True), "application/xml")


@bp.get("/robots.txt")
@public
def robots() -> Response:
    """Say where the sitemap is, and which addresses lead nowhere for a machine."""
    text = render_template("pages/robots.txt", sitemap_url=absolute(url_for("finding.sitemap")))
    return conditional(text.encode(), "text/plain")


@bp.get("/.well-known/security.txt")
@public
def security() -> Response:
    """Say whom to tell about a hole (RFC 9116); not there while the service has no contact."""
    contact = str(current_app.config.get("CONTACT_EMAIL", ""))
    if not contact:
        abort(404)
    text = render_template(
        "pages/security.txt",
        contact=contact,
        expires=_security_txt_ends(utcnow()),
        languages=", ".join(LANGUAGES),
        url=absolute(url_for("finding.security")),
    )
    return conditional(text.encode(), "text/plain")


@bp.app_context_processor
def head_links() -> dict[str, object]:
    """Give templates `found_at`: where the page is found in which language; None for a private one."""
    return {"found_at": found_at, "absolute": absolute}


def found_at() -> dict[str, object] | None:
    """Return the addresses of this page for search engines, without filters and pages of lists."""
    if request.endpoint not in FINDABLE or request.method not in ("GET", "HEAD"):
        return None
    here = absolute(url_for(request.endpoint, **(request.view_args or {})))
    languages = {code: f"{here}?lang={code}" for code in LANGUAGES}
    asked = request.args.get("lang")
    return {
        "canonical": languages[page_language()] if asked in languages else here,
        "languages": languages,
        "default": here,
    }


def absolute(path: str) -> str:
    """Return the address of a path as the world sees it, whatever name the request came by."""
    return f"{str(current_app.config['PUBLIC_URL']).rstrip('/')}{path}"


def conditional(content: bytes, media_type: str) -> Response:
    """Return an answer that its own hash names, or 304 to whoever has it already."""
    response = Response(content, mimetype=media_type)
    response.set_etag(hashlib.sha256(content).hexdigest()[:32])
    response.cache_control.no_cache = True
    return unless_known(response)


def _fixed_paths() -> list[str]:
    rules = [rule for rule in current_app.url_map.iter_rules() if rule.endpoint in FINDABLE]
    fixed = sorted(url_for(rule.endpoint) for rule in rules if not rule.arguments)
    return fixed + [
        url_for("indicator_pages.show", code=code) for code in sorted(all_definitions())
    ]


def _security_txt_ends(now: datetime) -> str:
    """Return the end, the same all month long, so that the file has one hash."""
    first = current_city().local_date(now).replace(day=1)
    return f"{first + timedelta(days=SECURITY_TXT_DAYS):%Y-%m-%d}T00:00:00Z"
