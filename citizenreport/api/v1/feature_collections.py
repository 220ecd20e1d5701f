"""The collections of OGC API – Features: published reports, areas, and where agencies serve.

Each gives a page of GeoJSON features and one by its id. Places of reports only as published.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from citizenreport.cities.rules import Agency, Area, AreaLevel, City
from citizenreport.core.db import public_reading
from citizenreport.core.errors import NotFound
from citizenreport.core.ids import normalise_tracking_code
from citizenreport.core.text import _n
from citizenreport.publication.rules import PublishedReportNotFound
from citizenreport.publication.service_requests import Box, Wanted, found
from citizenreport.web.open_reads import site
from citizenreport.web.paging import cursor_of, read_cursor
from citizenreport.web.published_query import read_interval, wanted_of
from citizenreport.web.published_rows import Names, feature_of

Feature = Mapping[str, object]
DECIMALS: Final = 7  # of a degree: about 1 cm


class CollectionNotFound(NotFound):
    code = "collection-not-found"
    title = _n("Kumpulan data ini tidak ada. Yang ada: reports, kelurahan, agency-areas.")


class FeatureNotFound(NotFound):
    code = "feature-not-found"
    title = _n("Objek ini tidak ada dalam kumpulan datanya, atau tidak untuk umum.")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeaturePage:
    """Some features; `after`: the cursor of the next page, None on the last; `matched` where known."""

    features: Sequence[Feature]
    after: str | None
    matched: int | None = field(default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """One kind of feature. Texts are Indonesian and English: their readers are programs."""

    id: str
    title: str
    description: str
    has_time: bool
    filters: tuple[str, ...]
    page: Callable[[City, Mapping[str, Any]], FeaturePage]
    one: Callable[[City, str], Feature]


def reports_page(city: City, asked: Mapping[str, Any]) -> FeaturePage:
    """Return published reports, newest day first."""
    since, until = read_interval(asked.get("datetime", "../.."))
    wanted = wanted_of(city, asked, since=since, until=until, pointer="#/datetime")
    with public_reading() as session:
        rows = found(session, replace(wanted, days_are_whole=True))
    shown, names = rows[: asked["limit"]], Names(city, site())
    after = None
    if len(rows) > len(shown):
        after = cursor_of([shown[-1].submitted_on.isoformat(), shown[-1].tracking_code])
    return FeaturePage(features=[feature_of(names, row) for row in shown], after=after)


def one_report(city: City, feature_id: str) -> Feature:
    """Return a published report. Raises PublishedReportNotFound, for none and for not public."""
    wanted = Wanted(
        time_zone=str(city.calendar.time_zone), codes=[normalise_tracking_code(feature_id)]
    )
    with public_reading() as session:
        rows = found(session, wanted)
    if not rows:
        raise PublishedReportNotFound
    return feature_of(Names(city, site()), rows[0])


def still_page(
    features_of: Callable[[City], Sequence[tuple[BaseGeometry, Feature]]],
) -> Callable[[City, Mapping[str, Any]], FeaturePage]:
    """Return what gives pages of features that only a new pack changes, in the order of their ids."""

    def page(city: City, asked: Mapping[str, Any]) -> FeaturePage:
        read_interval(asked.get("datetime", "../.."))  # without a time they fit any
        fitting = [
            feature for shape, feature in features_of(city) if _is_in(shape, asked.get("bbox"))
        ]
        last = (
            read_cursor(asked["after"], parts=1, pointer="#/after") if "after" in asked else ("",)
        )
        later = [feature for feature in fitting if str(feature["id"]) > last[0]]
        shown = later[: asked["limit"]]
        after = cursor_of([str(shown[-1]["id"])]) if len(later) > len(shown) else None
        return FeaturePage(features=shown, after=after, matched=len(fitting))

    return page


def still_one(
    features_of: Callable[[City], Sequence[tuple[BaseGeometry, Feature]]],
) -> Callable[[City, str], Feature]:
    def one(city: City, feature_id: str) -> Feature:
        for _, feature in features_of(city):
            if feature["id"] == feature_id:
                return feature
        raise FeatureNotFound

    return one


def areas(city: City) -> Sequence[tuple[BaseGeometry, Feature]]:
    """Return the smallest areas with their outlines, by code."""
    return _areas(_Held(city))


def agency_areas(city: City) -> Sequence[tuple[BaseGeometry, Feature]]:
    """Return the city's agencies, each with the area it serves: its own, or all of the city."""
    return _agency_areas(_Held(city))


class _Held:
    """A city as a key: the same while the pack is the same."""

    def __init__(self, city: City) -> None:
        self.city = city

    def __hash__(self) -> int:
        return hash(self.city.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.city.digest == self.city.digest


@lru_cache(maxsize=2)
def _areas(held: _Held) -> Sequence[tuple[BaseGeometry, Feature]]:
    return [
        (held.city.area_index.outline(code), _area(held.city, held.city.areas[code]))
        for code in sorted(held.city.area_index.codes)
        if code in held.city.areas
    ]


def _area(city: City, area: Area) -> Feature:
    parent = city.areas.get(area.parent_code or "")
    latest = max(area.populations, key=lambda population: population.year, default=None)
    return _feature(
        area.area_code,
        city.area_index.outline(area.area_code),
        {
            "area_code": area.area_code,
            "bps_code": area.bps_code,
            "name": area.name,
            "level": area.level.value,
            "parent_code": area.parent_code,
            "parent_name": parent.name if parent else None,
            "persons": latest.persons if latest else None,
            "persons_year": latest.year if latest else None,
        },
    )


@lru_cache(maxsize=2)
def _agency_areas(held: _Held) -> Sequence[tuple[BaseGeometry, Feature]]:
    city = held.city
    served = [agency for agency in city.agencies.values() if not agency.is_external]
    return [
        (shape, _agency(city, agency, shape))
        for agency in sorted(served, key=lambda agency: agency.agency_code)
        for shape in [_served(city, agency.area_code)]
    ]


def _agency(city: City, agency: Agency, shape: BaseGeometry) -> Feature:
    area = city.areas.get(agency.area_code or "")
    return _feature(
        agency.agency_code,
        shape,
        {
            "agency_code": agency.agency_code,
            "name": agency.name,
            "short_name": agency.short_name,
            "kind": agency.kind,
            "area_code": agency.area_code or city.city_code,
            "area_name": area.name if area else city.name,
            "area_level": (area.level if area else AreaLevel.CITY).value,
        },
    )


def _served(city: City, area_code: str | None) -> BaseGeometry:
    """Return the outline of an area of any level; None: of the whole city."""
    codes = [code for code in city.area_index.codes if _is_below(city, code, area_code)]
    return shapely.union_all([city.area_index.outline(code) for code in codes])


def _is_below(city: City, code: str, area_code: str | None) -> bool:
    if area_code in (None, code, city.city_code):
        return True
    known = city.areas.get(code)
    return known is not None and known.parent_code == area_code


def _feature(feature_id: str, shape: BaseGeometry, properties: Mapping[str, object]) -> Feature:
    rounded = shapely.transform(shape, lambda points: points.round(DECIMALS))
    return {
        "type": "Feature",
        "id": feature_id,
        "geometry": mapping(rounded),
        "properties": properties,
    }


def _is_in(shape: BaseGeometry, box: Box | None) -> bool:
    return box is None or bool(shapely.intersects(shape, shapely.box(*box)))


COLLECTIONS: Final = {
    collection.id: collection
    for collection in (
        Collection(
            id="reports",
            title="Laporan warga yang tayang / Published reports",
            description="Released reports with their place as published: exact, the middle of a"
            " 100 m cell, or none. Nothing else.",
            has_time=True,
            filters=("category", "aspect", "area", "agency", "status"),
            page=reports_page,
            one=one_report,
        ),
        Collection(
            id="kelurahan",
            title="Kelurahan / Urban villages",
            description="The smallest areas of the city, with their codes and people.",
            has_time=False,
            filters=(),
            page=still_page(areas),
            one=still_one(areas),
        ),
        Collection(
            id="agency-areas",
            title="Wilayah layanan instansi / Areas that agencies serve",
            description="The city's agencies, each with the area it serves.",
            has_time=False,
            filters=(),
            page=still_page(agency_areas),
            one=still_one(agency_areas),
        ),
    )
}


def collection_of(collection_id: str) -> Collection:
    """Return a collection. Raises CollectionNotFound."""
    found_ = COLLECTIONS.get(collection_id)
    if found_ is None:
        raise CollectionNotFound
    return found_


def every_collection() -> Iterator[Collection]:
    yield from COLLECTIONS.values()
