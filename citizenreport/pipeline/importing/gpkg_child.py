"""The process that reads a stranger's GeoPackage: a path in, JSON lines out, and nothing else.

Started by `files.py` as a script of its own (`python -I gpkg_child.py PATH LAYER`) with an empty
environment. SQLite, GDAL and GEOS meet the file here, within limits; the importer reads only the
lines: first what the layer is, then one object a feature, with its point as short WKT.
It imports nothing of this package.
"""

import json
import math
import resource
import sys
from collections.abc import Iterator
from typing import Any

import pyogrio
import shapely

GEOMETRY = "geometry"
ROWS_AT_ONCE = 5_000
MEMORY_BYTES = 3_000_000_000
CPU_S = 3_600
OPEN_FILES = 32  # the file itself, and what GDAL and PROJ look things up in


def limit_process() -> None:
    """Take away what reading does not need: writing files above all."""
    for kind, limit in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, 0),  # pipes are not files
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))


def lines_of(path: str, wanted: str) -> Iterator[dict[str, Any]]:
    """Yield what the layer is, then its features. `wanted` empty: the only layer."""
    layers = [str(name) for name, _ in pyogrio.list_layers(path)]
    layer = wanted or (layers[0] if len(layers) == 1 else "")
    if layer not in layers:
        yield {"layers": layers}
        return
    about = pyogrio.read_info(path, layer=layer, force_feature_count=True)
    names = [str(name) for name in about["fields"]]
    yield {"columns": [*names, GEOMETRY], "total": int(about["features"]), "crs": about["crs"]}
    for start in range(0, int(about["features"]), ROWS_AT_ONCE):
        _, _, shapes, fields = pyogrio.raw.read(
            path,
            layer=layer,
            skip_features=start,
            max_features=ROWS_AT_ONCE,
            datetime_as_string=True,
        )
        columns = [values.tolist() for values in fields]
        for offset, shape in enumerate(shapes):
            cells = {n: known(column[offset]) for n, column in zip(names, columns, strict=True)}
            yield cells | {GEOMETRY: text_of(shape)}


def text_of(wkb: bytes | None) -> str | None:
    """Return a point as WKT; of any other shape its kind alone, in valid WKT."""
    shape = None if wkb is None else shapely.from_wkb(wkb, on_invalid="ignore")
    if shape is None:
        return None
    if isinstance(shape, shapely.Point) and not shape.is_empty:
        return f"POINT ({shape.x!r} {shape.y!r})"
    return f"{shape.geom_type.upper()} EMPTY"


def known(value: object) -> object:
    """Return None for a number that is none: what an empty cell of a number column reads as."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def plain(value: object) -> str:
    """Return what JSON does not know (bytes, for one) as text."""
    return value.hex() if isinstance(value, bytes) else str(value)


def main() -> None:
    limit_process()
    try:
        for line in lines_of(sys.argv[1], sys.argv[2]):
            sys.stdout.write(json.dumps(line, default=plain) + "\n")
    except pyogrio.errors.DataSourceError:
        sys.exit(3)


if __name__ == "__main__":
    main()
