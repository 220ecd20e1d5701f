"""Whole packs: the handbook's, Magelang, Boston, Los Angeles."""

import csv
import gzip
import io
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from citizenreport.cities.findings import BadPack, Severity
from citizenreport.cities.format import bodies, extras, kinds, places
from citizenreport.cities.format.files import MANDATORY, OPTIONAL
from citizenreport.cities.format.tables import Heading
from citizenreport.cities.pack import check_pack, find_pack, read_city
from citizenreport.cities.rules import Category, PublicPrecision
from citizenreport.geo.position import Position
from tests.packs import HANDBOOK, build_boston_pack, build_los_angeles_pack
from tests.rooms.cities.faults import Pack
from tests.shared_data import rows_of, shared_data

HEADINGS = [
    value
    for module in (bodies, extras, kinds, places)
    for value in vars(module).values()
    if isinstance(value, Heading)
]


def test_the_handbook_names_every_file_and_column() -> None:
    text = HANDBOOK.read_text(encoding="utf-8")
    missing = [name for name in (*MANDATORY, *OPTIONAL) if f"`{name}`" not in text]
    for heading in HEADINGS:
        prefixes = [f"{prefix}id" for prefix in heading.by_language]
        columns = (*heading.needed, *heading.optional, *prefixes)
        missing += [f"{heading.file} {column}" for column in columns if f"`{column}`" not in text]
    assert len(HEADINGS) == 12
    assert missing == []


def test_the_city_of_the_handbook(pack: Pack) -> None:
    city = read_city(pack.folder)
    assert (city.city_code, city.name, city.metric_crs) == ("CTH", "Kota Contoh", 32749)
    assert city.area_index.locate(Position(lon=110.205, lat=-7.475)).area_code == "CTH-B"
    assert [row.rule_id for row in city.routing_by_category["PARKIR"]] == [
        "parkir",
        "parkir-timur-siang",
    ]
    assert city.conflict_order == {"*": "INSPEKTORAT", "INSPEKTORAT": "KOMINFO"}
    assert city.contest_days == 10
    assert date(2026, 3, 19) in city.calendar.holidays
    assert city.pack_version == 0
    assert len(city.digest) == 64


def test_what_a_pack_leaves_out_falls_to_the_careful_side(pack: Pack) -> None:
    city = read_city(pack.folder)

    def of(category: Category) -> tuple[object, ...]:
        return category.public_precision, category.public_photo, category.is_confirmed

    assert of(city.categories["LAMPU"]) == (PublicPrecision.GRID_100M, True, False)
    assert of(city.categories["MALING"]) == (PublicPrecision.NONE, False, False)
    assert city.retention_days == {"public": 1825, "restricted": 1095, "confidential": 730}


def test_texts_questions_and_neighbours_arrive(pack: Pack) -> None:
    pack.change("city.toml", '["id"]', '["id", "en", "jv"]')
    pack.add(
        "category_texts.csv",
        "category_code,lang,name,example,keywords",
        "LAMPU,id,,Lampu mati ; Gelap sekali,lampu ; gelap",
        "LAMPU,en,Street light,Light out,lamp",
    )
    pack.add(
        "emergency.csv",
        "number,name_id,situations_id,situations_en,verified_on",
        "113,Pemadam,kebakaran ; gas bocor,fire ; gas leaks,2026-01-01",
    )
    pack.add(
        "questions.csv",
        "category_code,code,order,datatype,required,label_id,label_en,choices",
        "LAMPU,warna,2,string,no,Warna?,,",
        "LAMPU,jalan,1,singlevaluelist,yes,Jalan apa?,What street?,gang=Gang/Alley ; utama=Utama",
    )
    pack.write(
        "neighbours.geojson",
        pack.read("areas.geojson")
        .replace(
            '"area_code": "CTH-B"', '"code": "N1", "name": "Sebelah", "channel_agency": "X_POLISI"'
        )
        .replace('"area_code": "CTH-T"', '"code": "N2", "name": "Jauh"')
        .replace("110.2", "110.3"),
    )
    city = read_city(pack.folder)
    lamp = city.categories["LAMPU"]
    assert lamp.names == {"id": "Lampu jalan padam", "en": "Street light"}
    assert lamp.examples == {"id": ("Lampu mati", "Gelap sekali"), "en": ("Light out",)}
    assert city.emergency_numbers[0].situations == {
        "id": ("kebakaran", "gas bocor"),
        "en": ("fire", "gas leaks"),
        "jv": (),
    }
    assert lamp.keywords["id"] == ("lampu", "gelap")
    assert [(q.code, q.required) for q in lamp.questions] == [("jalan", True), ("warna", False)]
    assert lamp.questions[0].choices[0] == ("gang", {"id": "Gang", "en": "Alley"})
    assert city.neighbours["N1"].channel_agency_code == "X_POLISI"
    assert city.area_index.locate(Position(lon=110.305, lat=-7.475)).neighbour_name == "Sebelah"


def test_the_packs_own_days_change_the_librarys(pack: Pack) -> None:
    pack.add(
        "holidays.csv",
        "date,name,kind",
        "2026-12-09,Pilkada,libur_nasional",
        "2026-12-25,Natal digeser,hari_kerja",
    )
    calendar = read_city(pack.folder).calendar
    assert not calendar.is_working_day(date(2026, 12, 9))
    assert calendar.is_working_day(date(2026, 12, 25))
    assert calendar.known_until == date(2027, 12, 31)  # joint leave of 2028 is not decreed yet


def test_the_digest_follows_every_file(pack: Pack) -> None:
    digests = {read_city(pack.folder).digest}
    pack.write("SOURCES.md", "where it comes from")
    digests.add(read_city(pack.folder).digest)
    pack.write("notes.txt", "not part of a pack")
    digests.add(read_city(pack.folder).digest)
    assert len(digests) == 2


def test_a_bad_pack_raises_with_everything_in_it(pack: Pack) -> None:
    (pack.folder / "routing.csv").unlink()
    pack.change("areas.csv", "Timur,CTH", "Timur,XX")
    with pytest.raises(BadPack) as caught:
        read_city(pack.folder)
    assert [finding.file for finding in caught.value.findings] == ["areas.csv", "routing.csv"]
    assert "areas.csv:4: Induk CTH-T" in caught.value.detail


def test_a_pack_is_found_by_path_or_by_name(pack: Pack) -> None:
    assert find_pack(str(pack.folder)) == pack.folder
    assert (find_pack("magelang") / "city.toml").is_file()


def test_magelang_is_good() -> None:
    checked = check_pack("magelang", on=date(2026, 6, 1))
    assert [str(finding) for finding in checked.of(Severity.ERROR)] == []
    assert checked.city is not None
    assert len(checked.city.area_index.codes) == 17
    assert len(checked.city.categories) == 65
    assert checked.city.alternative_area_index is not None
    assert any("Nomor 112 belum dipastikan" in point for point in checked.city.open_points)


@pytest.mark.real_data
def test_the_42_points_fall_where_they_should_in_the_pack() -> None:
    index = read_city("magelang").area_index
    for row in rows_of(shared_data("magelang", "geo", "titik_uji.csv")):
        located = index.locate(Position(lon=float(row["lon"]), lat=float(row["lat"])))
        is_outside = row["jenis"] == "luar_kota"
        assert located.area_code == (None if is_outside else row["kode_kemendagri_harap"])
        assert located.neighbour_code == (row["kode_kemendagri_harap"] if is_outside else None)


def agreement(folder: Path, rows: list[tuple[str, float, float]]) -> float:
    """Return the share of located rows whose area is the one the city says."""
    index = read_city(folder).area_index
    found = [(code, index.locate(Position(lon=lon, lat=lat)).area_code) for code, lon, lat in rows]
    return sum(code == area for code, area in found) / len(found)


def unzipped(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(gzip.decompress(path.read_bytes()).decode())))


@pytest.mark.real_data
def test_boston_agrees_with_the_district_the_city_says(tmp_path: Path) -> None:
    cases = unzipped(shared_data("reports", "boston", "boston_2011_jul_sep.csv.gz"))
    default_point, count = Counter((c["latitude"], c["longitude"]) for c in cases).most_common(1)[0]
    assert count > 500  # City Hall, where the city puts what it could not place
    rows = [
        (case["police_district"].strip(), float(case["longitude"]), float(case["latitude"]))
        for case in cases
        if case["police_district"].strip()
        and (case["latitude"], case["longitude"]) != default_point
    ]
    assert len(rows) > 29_000
    assert agreement(build_boston_pack(tmp_path), rows) >= 0.996


@pytest.mark.real_data
def test_los_angeles_agrees_with_the_district_the_city_says(tmp_path: Path) -> None:
    requests = unzipped(shared_data("reports", "losangeles", "MyLA311_2017_subset.csv.gz"))
    rows = [
        (request["CD"], float(request["Longitude"]), float(request["Latitude"]))
        for request in requests
        if request["CD"] and request["Latitude"]
    ]
    assert len(rows) > 8_200
    assert agreement(build_los_angeles_pack(tmp_path), rows) >= 0.997
