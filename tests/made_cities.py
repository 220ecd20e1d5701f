"""Cities for the importer's tests, made of polygons and a few categories."""

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from shapely.geometry.base import BaseGeometry

from citizenreport.cities.rules import (
    Agency,
    Area,
    AreaLevel,
    Aspect,
    Calendar,
    Category,
    City,
    ComplaintClass,
    HandlerLine,
    Priority,
    ProtectionClass,
    PublicPrecision,
    RoutingRow,
    Visibility,
)
from citizenreport.geo.areas import AreaIndex

DESK = "DESK"


def category(code: str, lead: str = "WORKS", **changes: object) -> Category:
    """Return a public category of medium priority; `changes` are fields of Category."""
    given: dict[str, object] = {
        "category_code": code,
        "aspect": Aspect.COMFORT,
        "names": {"id": code, "en": code},
        "examples": {},
        "keywords": {},
        "questions": (),
        "lead": lead,
        "supporting": (),
        "external": (),
        "complaint_class": ComplaintClass.ORDINARY,
        "priority": Priority.MEDIUM,
        "emergency_numbers": (),
        "may_be_emergency": False,
        "visibility": Visibility.PUBLIC,
        "protection_class": ProtectionClass.NONE,
        "public_precision": PublicPrecision.EXACT,
        "public_photo": True,
        "village_access": "ya",
        "may_be_suggested": True,
        "mediation": False,
        "sensitive_flags": (),
        "first_response_hours": 48,
        "verification_working_days": 3,
        "settlement_working_days": 14,
        "deadline_basis": "",
        "national_categories": (),
        "is_confirmed": False,
    }
    return Category(**{**given, **changes})  # type: ignore[arg-type]


def city_of(
    areas: Mapping[str, BaseGeometry],
    *,
    metric_crs: int,
    zone: str,
    categories: Iterable[Category] = (),
    agencies: Iterable[str] = ("WORKS",),
    handlers: tuple[HandlerLine, ...] = (),
    pack_version: int = 1,
) -> City:
    """Return a city whose smallest areas are these polygons (WGS 84)."""
    chosen = {c.category_code: c for c in (*categories, category("OTHER", DESK))}
    names = (DESK, "INSPECT", *agencies)
    return City(
        city_code="TEST",
        name="Test",
        languages=("id", "en"),
        metric_crs=metric_crs,
        calendar=Calendar(time_zone=ZoneInfo(zone), holidays={}),
        areas={
            code: Area(area_code=code, level=AreaLevel.VILLAGE, name=f"Area {code}")
            for code in areas
        },
        area_index=AreaIndex(areas, metric_crs=metric_crs),
        agencies={n: Agency(agency_code=n, name=n, short_name=n, kind="opd") for n in names},
        categories=chosen,
        routing=tuple(
            RoutingRow(
                rule_id=f"R-{c.category_code}", category_code=c.category_code, agency_code=c.lead
            )
            for c in chosen.values()
        ),
        handlers=handlers,
        emergency_numbers=(),
        dimensions=(),
        desk_agency_code=DESK,
        conflict_order={"*": "INSPECT", "INSPECT": DESK},
        contest_days=10,
        retention_days={},
        release_tables=(),
        texts={},
        digest="0" * 64,
        pack_version=pack_version,
    )
