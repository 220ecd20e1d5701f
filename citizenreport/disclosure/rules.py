"""Visibility, and what the public may see of a place and a time. Pure."""

from dataclasses import dataclass
from datetime import date, datetime

from citizenreport.cities.rules import (
    AreaLevel,
    Category,
    City,
    ProtectionClass,
    PublicPrecision,
    Visibility,
)
from citizenreport.core.errors import InvalidInput
from citizenreport.core.text import _n
from citizenreport.geo.grid import cell_centre
from citizenreport.geo.position import Position

GRID_CELL_M = 100


class NotStricter(InvalidInput):
    code = "not-stricter"
    title = _n("Perlindungan hanya dapat dibuat lebih ketat, tidak lebih longgar.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPlace:
    """What the public may see. `position` is None where only the area, or nothing, may be seen."""

    position: Position | None
    area_code: str | None


def stricter(first: Visibility, second: Visibility | None) -> Visibility:
    """Return the stricter of two; None asks for nothing."""
    if second is None:
        return first
    return max(first, second, key=lambda visibility: visibility.strictness)


def initial_visibility(category: Category, wish: Visibility | None) -> Visibility:
    """Return the visibility of a new report: the category's, or stricter when the reporter asks."""
    return stricter(category.visibility, wish)


def check_raise(current: Visibility, wanted: Visibility) -> None:
    """Refuse a change that would loosen, or change nothing. Raises NotStricter."""
    if wanted.strictness <= current.strictness:
        raise NotStricter(pointer="#/visibility")


def is_protected(category: Category, visibility: Visibility) -> bool:
    """Return whether content is for named handlers only, sealed, and each read of it recorded."""
    return (
        visibility is Visibility.CONFIDENTIAL
        or category.protection_class is not ProtectionClass.NONE
    )


def published_place(
    city: City, category: Category, *, position: Position | None, area_code: str | None
) -> PublishedPlace:
    """Return the place as the public may see it, computed once and stored by the act of release.

    `tepat`: the point. `100m`: the centre of the cell of a fixed grid in the city's metric frame,
    never a random shift, which averages out. `kelurahan`: the area, no point, never a centroid.
    `tidak_ada`: nothing.
    """
    precision = category.public_precision
    area = area_code if area_code in city.areas else None
    if precision is PublicPrecision.NONE:
        return PublishedPlace(position=None, area_code=None)
    if precision is PublicPrecision.AREA or position is None:
        return PublishedPlace(position=None, area_code=area)
    if precision is PublicPrecision.GRID_100M:
        centre = cell_centre(position, metric_crs=city.metric_crs, cell_m=GRID_CELL_M)
        return PublishedPlace(position=centre, area_code=area)
    return PublishedPlace(position=position, area_code=area)


def published_instant(category: Category, instant: datetime) -> datetime | None:
    """Return the exact time where the category shows exact places; None: show the day only."""
    return instant if category.public_precision is PublicPrecision.EXACT else None


def published_day(city: City, instant: datetime) -> date:
    """Return the city's calendar day."""
    return city.local_date(instant)


def counting_area(city: City, area_code: str | None) -> str | None:
    """Return the smallest-level area a report counts in; None is the row "tidak disebut"."""
    area = city.areas.get(area_code) if area_code else None
    return area.area_code if area is not None and area.level is AreaLevel.VILLAGE else None
