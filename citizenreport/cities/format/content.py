"""A pack as one JSON value: what the database keeps, and what two versions are compared by."""

import csv
import io
import json
import tomllib
from typing import Any

from citizenreport.cities.findings import Findings
from citizenreport.cities.format.files import PackFiles
from citizenreport.core.text import _n


def content_of(files: PackFiles, findings: Findings) -> dict[str, Any]:
    """Return each file that could be read: rows of CSV, values of TOML and GeoJSON, plain text.

    Records text that no database can hold.
    """
    content: dict[str, Any] = {}
    for name, text in files.texts.items():
        if findings.has_errors_in(name):
            continue  # it is refused anyway, and may not even parse
        value = _parse(name, text)
        if _is_storable(value):
            content[name] = value
        else:
            findings.error(
                name,
                problem=_n("Ada karakter yang tidak dapat disimpan (NUL atau separuh pasangan)."),
                remedy=_n("Cari \\\\u0000 atau \\\\ud800 di berkas itu dan hapus."),
            )
    return content


def _parse(name: str, text: str) -> Any:
    if name.endswith(".csv"):
        rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""))]
        return [dict(zip(rows[0], row, strict=False)) for row in rows[1:] if any(row)]
    if name.endswith(".toml"):
        return json.loads(json.dumps(tomllib.loads(text), default=str))
    return json.loads(text) if name.endswith(".geojson") else text


def _is_storable(value: Any) -> bool:
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\\u0000" not in text
