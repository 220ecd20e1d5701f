"""Built files under hashed names, cached for ever; `manifest.json` says which name is current."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from flask import Blueprint, Flask, Response, send_from_directory, url_for

from citizenreport.web.guards import public

BUILT: Final = Path(__file__).parent / "static"
FOREVER_S: Final = 365 * 24 * 3600

bp = Blueprint("assets", __name__)


@cache
def manifest() -> Mapping[str, str]:
    """Return built file names by source name (`base.css` → `base-5KX2.css`); empty before a build."""
    path = BUILT / "manifest.json"
    if not path.exists():
        return {}
    names: dict[str, str] = json.loads(path.read_text())
    return names


@cache
def parts() -> Mapping[str, list[str]]:
    """Return, by the path of a built module, the modules it cannot do without."""
    path = BUILT / "parts.json"
    if not path.exists():
        return {}
    found: dict[str, list[str]] = json.loads(path.read_text())
    return found


def asset_url(name: str) -> str:
    """Return the address of a built file, by the name of its source."""
    return url_for("assets.show", name=manifest().get(name, name))


def asset_parts(name: str) -> list[str]:
    """Return the addresses of the modules that a built module imports, and those they import."""
    found: dict[str, None] = {}
    waiting = [manifest().get(name, name)]
    while waiting:
        for part in parts().get(waiting.pop(), []):
            if part not in found:
                found[part] = None
                waiting.append(part)
    return [url_for("assets.show", name=part) for part in found]


@bp.get("/aset/<path:name>")
@public
def show(name: str) -> Response:
    """Send a built file. A name carries the hash of its content, so it never changes."""
    response = send_from_directory(BUILT, name, max_age=FOREVER_S)
    if name in manifest().values():
        response.cache_control.public = True
        response.cache_control.immutable = True
    else:
        response.cache_control.no_cache = True
        response.cache_control.max_age = None
    return response


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.context_processor(lambda: {"asset_url": asset_url, "asset_parts": asset_parts})
