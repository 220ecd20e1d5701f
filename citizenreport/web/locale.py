"""Which language and which clock a page speaks."""

from datetime import date, datetime, tzinfo
from typing import Final
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from flask import Flask, Response, current_app, has_request_context, request
from flask_babel import Babel, format_date, format_time, get_locale, refresh

from citizenreport.cities.rules import Names
from citizenreport.core.errors import Unavailable
from citizenreport.i18n.languages import (
    CATALOGUES,
    DEFAULT_LANGUAGE,
    LANGUAGE_NAMES,
    LANGUAGES,
    choose_language,
)
from citizenreport.web.context import current_city
from citizenreport.web.paths import is_machine_path
from citizenreport.web.scratch import scratch

LANGUAGE_COOKIE: Final = "lang"
LANGUAGE_COOKIE_S: Final = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    """Translate what the application says; remember the language a link asked for."""
    Babel(
        app,
        default_locale=DEFAULT_LANGUAGE,
        default_translation_directories=str(CATALOGUES),
        locale_selector=_asked_language,
        timezone_selector=_page_zone,
    )
    app.before_request(refresh)  # it remembers the language in the application context
    app.after_request(_remember)
    app.context_processor(
        lambda: {
            "page_language": page_language(),
            "language_names": LANGUAGE_NAMES,
            "language_url": language_url,
        }
    )
    app.add_template_filter(day)
    app.add_template_filter(moment)
    app.add_template_filter(in_page_language)


def language_url(code: str) -> str:
    """Return where this page is in another language; what was posted leads to the front page."""
    if request.method not in ("GET", "HEAD"):
        return f"/?lang={code}"
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return f"{quote(request.path)}?{urlencode([*kept, ('lang', code)])}"


def page_language() -> str:
    """Return the language of this request; where a paper is written without one, the paper's."""
    return _asked_language() if has_request_context() else str(get_locale())


def _asked_language() -> str:
    """Return the language of this request: `?lang=`, the cookie, Accept-Language, Indonesian."""
    language = choose_language(
        asked=request.args.get("lang"),
        remembered=request.cookies.get(LANGUAGE_COOKIE),
        accepted=[tag for tag, _ in request.accept_languages],
    )
    scratch()["language_was_chosen"] = True
    return language


def in_page_language(names: Names) -> str:
    """Return a name of the city pack in the language of this request, else in Indonesian."""
    return names.get(page_language()) or names[DEFAULT_LANGUAGE]


def day(instant: datetime | date) -> str:
    """Write a day as people here do: 24 Nov 2026. Instants count in the city's time."""
    return str(format_date(instant, "d MMM y"))


def moment(instant: datetime) -> str:
    """Write an instant in the city's time: 24 Nov 2026, 08.15."""
    return f"{day(instant)}, {format_time(instant, 'short')}"


def _page_zone() -> str:
    """Return the city's time zone by name; UTC until a city is loaded."""
    try:
        return str(_city_zone())
    except Unavailable:
        return "UTC"


def _city_zone() -> tzinfo:
    zone: ZoneInfo = current_city().calendar.time_zone
    return zone


def _remember(response: Response) -> Response:
    """Tell caches what the page depended on, and keep an explicit choice for the next pages."""
    if "language_was_chosen" in scratch():
        response.vary.update(("Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", str(get_locale()))
    if not request.query_string or is_machine_path(request.path):
        return response
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE,
            asked,
            max_age=LANGUAGE_COOKIE_S,
            secure=str(current_app.config["PUBLIC_URL"]).startswith("https:"),
            httponly=True,
            samesite="Lax",
        )
    return response
