"""A town of two areas, three offices and four categories, for the console's tests."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import Flask
from shapely import box
from sqlalchemy.orm import Session

from citizenreport.cities.models import PackVersion
from citizenreport.cities.rules import (
    Agency,
    Area,
    AreaLevel,
    Aspect,
    Calendar,
    Category,
    City,
    HandlerLine,
    Priority,
    ProtectionClass,
    PublicPrecision,
    RoutingRow,
    Visibility,
)
from citizenreport.geo.areas import AreaIndex
from citizenreport.geo.position import Position
from citizenreport.web.context import EXTENSION
from tests import made_cities

INSIDE = Position(lon=110.22, lat=-7.47)

NAMES = {
    "roads": "Dinas Jalan",
    "parks": "Dinas Taman",
    "women": "Dinas Perempuan dan Anak",
    "desk": "Diskominsta",
    "inspect": "Inspektorat",
}


def category(code: str, name: str, lead: str, **changes: object) -> Category:
    """Return a category as it usually is, under a name of its own."""
    return made_cities.category(code, lead, **{"names": {"id": name}, **changes})


def small_town() -> City:
    categories = [
        category("pothole", "Jalan berlubang", "roads"),
        category("tree", "Pohon rawan tumbang", "parks", priority=Priority.HIGH),
        category("noise", "Bising", "parks", visibility=Visibility.RESTRICTED),
        category(
            "violence",
            "Kekerasan di rumah",
            "women",
            aspect=Aspect.SAFETY,
            visibility=Visibility.CONFIDENTIAL,
            protection_class=ProtectionClass.VIOLENCE,
            public_precision=PublicPrecision.NONE,
            public_photo=False,
        ),
    ]
    areas = {"a1": box(110.21, -7.48, 110.23, -7.46), "a2": box(110.23, -7.48, 110.25, -7.46)}
    return City(
        city_code="town",
        name="Kota Contoh",
        languages=("id",),
        metric_crs=32749,
        calendar=Calendar(time_zone=ZoneInfo("Asia/Jakarta"), holidays={}),
        areas={
            code: Area(area_code=code, level=AreaLevel.VILLAGE, name=f"Kelurahan {code.upper()}")
            for code in areas
        },
        area_index=AreaIndex(areas, metric_crs=32749),
        agencies={
            code: Agency(agency_code=code, name=name, short_name=name, kind="opd")
            for code, name in NAMES.items()
        },
        categories={c.category_code: c for c in categories},
        routing=tuple(
            RoutingRow(
                rule_id=f"R-{c.category_code}", category_code=c.category_code, agency_code=c.lead
            )
            for c in categories
        ),
        handlers=(
            HandlerLine(
                protection_class=ProtectionClass.VIOLENCE,
                agency_code="women",
                positions=("Kepala bidang", "Konselor"),
                escalation=("inspect",),
            ),
        ),
        emergency_numbers=(),
        dimensions=(),
        desk_agency_code="desk",
        conflict_order={"*": "inspect", "inspect": "desk"},
        contest_days=10,
        retention_days={},
        release_tables=(),
        texts={},
        digest="0" * 64,
        pack_version=1,
    )


def serve_town(app: Flask, session: Session) -> City:
    """Make the town the one that database and application run on."""
    version = PackVersion(
        city_code="town",
        digest=small_town().digest,
        loaded_at=datetime(2026, 1, 1, tzinfo=UTC),
        content={},
        is_current=True,
    )
    session.add(version)
    session.commit()
    city = replace(small_town(), pack_version=version.pack_version)
    app.extensions[EXTENSION].city_holder.replace(city)
    return city
