"""How the database stores a position."""

from typing import Any

from geoalchemy2 import Geography, WKBElement
from geoalchemy2.shape import to_shape
from shapely import Point
from sqlalchemy import Dialect
from sqlalchemy.types import TypeDecorator

from citizenreport.geo.position import Position


class PositionType(TypeDecorator[Position]):
    """A Position as geography(Point, 4326), so that distances come out in metres."""

    # Indexes are declared beside the column: a decorated Geography would make its own twice.
    impl = Geography("POINT", srid=4326, spatial_index=False)
    cache_ok = True

    def process_bind_param(self, value: Position | None, dialect: Dialect) -> str | None:
        return None if value is None else f"SRID=4326;POINT({value.lon!r} {value.lat!r})"

    def process_result_value(self, value: Any, dialect: Dialect) -> Position | None:
        if value is None:
            return None
        point = to_shape(value if isinstance(value, WKBElement) else WKBElement(value))
        assert isinstance(point, Point)
        return Position(lon=point.x, lat=point.y)
