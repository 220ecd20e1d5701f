"""A town of two areas with an agency for each kind of report; keys of its own."""

import pytest
from shapely import box
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, HandlerLine, ProtectionClass, Visibility
from citizenreport.core.keys import KeyRing
from tests.imports import loaded, make_keys
from tests.made_cities import category, city_of


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    return make_keys(tmp_path_factory.mktemp("keys") / "set")


@pytest.fixture
def city(session: Session, town: City) -> City:
    return loaded(session, town)


@pytest.fixture(scope="module")
def town() -> City:
    handler = HandlerLine(
        protection_class=ProtectionClass.VIOLENCE,
        agency_code="CARE",
        positions=("A", "B"),
        escalation=("INSPECT",),
    )
    return city_of(
        {"WEST": box(110, -8, 110.4, -7), "EAST": box(110.4, -8, 111, -7)},
        metric_crs=32749,
        zone="Asia/Jakarta",
        categories=[
            category("LAMP"),
            category("ROAD", "LIGHTS"),
            category(
                "HARM",
                "CARE",
                visibility=Visibility.CONFIDENTIAL,
                protection_class=ProtectionClass.VIOLENCE,
            ),
        ],
        agencies=("WORKS", "LIGHTS", "CARE"),
        handlers=(handler,),
    )
