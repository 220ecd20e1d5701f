"""Packs that tests build: the one in the handbook, Boston, Los Angeles."""

import csv
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.shared_data import ROOT, shared_data

HANDBOOK = ROOT / "docs" / "city-pack.md"
EXAMPLE = re.compile(r"^```\w+ (?P<name>[\w.]+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)

BOSTON_REASONS = {  # what the city calls `reason`, and the department that has most of its cases
    "Sanitation": "PWDx",
    "Highway Maintenance": "PWDx",
    "Trees": "PARK",
    "Street Lights": "PWDx",
    "Housing": "ISD",
    "Recycling": "PWDx",
    "Signs & Signals": "BTDT",
    "Building": "ISD",
    "Street Cleaning": "PWDx",
    "Graffiti": "PROP",
    "Employee & General Comments": "INFO",
    "Environmental Services": "ISD",
    "Enforcement & Abandoned Vehicles": "BTDT",
    "Notification": "INFO",
    "Health": "ISD",
    "Administrative & General Requests": "INFO",
    "Park Maintenance & Safety": "PARK",
    "Operations": "INFO",
    "Traffic Management & Engineering": "BTDT",
    "Other": "INFO",
}
LOS_ANGELES_TYPES = {
    "Bulky Items": "BOS",
    "Graffiti Removal": "OCB",
    "Illegal Dumping Pickup": "BOS",
    "Metal/Household Appliances": "BOS",
    "Electronic Waste": "BOS",
    "Homeless Encampment": "BOS",
    "Dead Animal Removal": "BOS",
    "Single Streetlight Issue": "BSL",
    "Multiple Streetlight Issue": "BSL",
    "Report Water Waste": "LADWP",
    "Other": "BOS",
}


@dataclass(frozen=True, kw_only=True)
class Town:
    """What a pack of a foreign city needs beside its outlines."""

    code: str
    name: str
    time_zone: str
    metric_crs: int
    country: str
    desk: str
    inspector: str
    geometry: str = ""


BOSTON = Town(
    code="BOS",
    name="City of Boston",
    time_zone="America/New_York",
    metric_crs=32619,
    country="US",
    desk="INFO",
    inspector="ISD",
)
LOS_ANGELES = Town(
    code="LA",
    name="City of Los Angeles",
    time_zone="America/Los_Angeles",
    metric_crs=32611,
    country="US",
    desk="BOS",
    inspector="OCB",
    # Drawn at another scale than its enclaves (Beverly Hills, Santa Monica) and its own neighbours.
    geometry="[geometry]\nsliver_tolerance_m = 10\nhas_enclaves = true\n",
)


def slug(text: str) -> str:
    """Return the category code that the builders below give to a city's own word."""
    return re.sub(r"[^A-Z0-9]+", "_", text.upper()).strip("_")


def build_example_pack(folder: Path) -> Path:
    """Write the smallest pack of the handbook into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for block in EXAMPLE.finditer(HANDBOOK.read_text(encoding="utf-8")):
        (folder / block["name"]).write_text(block["text"], encoding="utf-8")
    return folder


def build_boston_pack(folder: Path) -> Path:
    """Write a pack of Boston: areas are its police districts, categories its reasons."""
    outlines = shared_data("reports", "boston", "Police_Districts.geojson")
    return build_town_pack(folder, BOSTON, outlines, "DISTRICT", BOSTON_REASONS)


def build_los_angeles_pack(folder: Path) -> Path:
    """Write a pack of Los Angeles: areas are its council districts, categories its request types."""
    outlines = shared_data("reports", "losangeles", "la-city-council-districts-2012.json")
    return build_town_pack(folder, LOS_ANGELES, outlines, "external_id", LOS_ANGELES_TYPES)


def build_town_pack(
    folder: Path, town: Town, outlines: Path, area_property: str, kinds: Mapping[str, str]
) -> Path:
    """Write a pack from the outlines of areas and a mapping of kinds of problem to agencies."""
    folder.mkdir(parents=True, exist_ok=True)
    features = json.loads(outlines.read_text(encoding="utf-8"))["features"]
    codes = [str(feature["properties"][area_property]) for feature in features]
    (folder / "city.toml").write_text(_city_toml(town), encoding="utf-8")
    (folder / "areas.geojson").write_text(_collection(features, codes), encoding="utf-8")
    write_csv(
        folder / "areas.csv",
        [{"area_code": town.code, "level": "kota", "name": town.name, "parent_code": ""}]
        + [
            {"area_code": code, "level": "kelurahan", "name": code, "parent_code": town.code}
            for code in codes
        ],
    )
    agencies = sorted({town.desk, town.inspector, *kinds.values()})
    write_csv(folder / "agencies.csv", [{"agency_code": c, "name": c} for c in agencies])
    write_csv(folder / "categories.csv", [_category(k, agency) for k, agency in kinds.items()])
    write_csv(
        folder / "routing.csv",
        [
            {"rule_id": slug(k), "category_code": slug(k), "agency_code": agency}
            for k, agency in kinds.items()
        ],
    )
    return folder


def write_csv(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    """Write rows with the keys of the first as heading."""
    rows = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _city_toml(town: Town) -> str:
    return f"""
[city]
code = "{town.code}"
name = "{town.name}"
time_zone = "{town.time_zone}"
metric_crs = {town.metric_crs}
languages = ["en"]
desk_agency = "{town.desk}"

[calendar]
country = "{town.country}"

[conflict]
"*" = "{town.inspector}"
{town.inspector} = "{town.desk}"

[deadlines]
basis = "test"
first_response_unit = "hours"
verification_unit = "working_days"
settlement_unit = "working_days"

{town.geometry}"""


def _category(kind: str, agency: str) -> dict[str, str]:
    return {
        "category_code": slug(kind),
        "aspect": "nyaman",
        "name": kind,
        "lead": agency,
        "priority": "sedang",
        "visibility": "public",
        "first_response_hours": "48",
        "verification_working_days": "3",
        "settlement_working_days": "14",
    }


def _collection(features: list[Any], codes: list[str]) -> str:
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"area_code": code},
                    "geometry": feature["geometry"],
                }
                for code, feature in zip(codes, features, strict=True)
            ],
        }
    )
