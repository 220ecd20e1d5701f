"""What the Magelang pack promises beyond being well-formed; read as files, but for the first test."""

import tomllib
from collections import Counter
from datetime import date
from pathlib import Path

import holidays
import pytest
import shapely
from shapely.geometry import Point

import citizenreport
from citizenreport.cities.pack import Severity, check_pack
from tests.shared_data import features_of, rows_of, shared_data

PACK = Path(citizenreport.__file__).parent / "cities" / "packs" / "magelang"
LANGUAGES = ("id", "en", "jv")

AREAS = rows_of(PACK / "areas.csv")
AGENCIES = {row["agency_code"]: row for row in rows_of(PACK / "agencies.csv")}
CATEGORIES = {row["category_code"]: row for row in rows_of(PACK / "categories.csv")}
CATEGORY_TEXTS = rows_of(PACK / "category_texts.csv")
QUESTIONS = rows_of(PACK / "questions.csv")
ROUTING = rows_of(PACK / "routing.csv")
HANDLERS = {(r["protection_class"], r["agency_code"]): r for r in rows_of(PACK / "handlers.csv")}
EMERGENCY = {row["number"]: row for row in rows_of(PACK / "emergency.csv")}
DIMENSIONS = {row["dimension_code"]: row for row in rows_of(PACK / "dimensions.csv")}
RULES_WITH_CONDITIONS = [row for row in ROUTING if row["answers"] or row["office_hours"]]


def toml_of(name: str) -> dict[str, dict[str, object]]:
    values = tomllib.loads((PACK / name).read_text(encoding="utf-8"))
    values.pop("proposed", None)
    return values


def list_of(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def choices_of(question: dict[str, str]) -> dict[str, list[str]]:
    pairs = [choice.split("=", 1) for choice in list_of(question["choices"])]
    return {value: labels.split("/") for value, labels in pairs}


def offices_for(agency_code: str) -> list[str]:
    """Return the bodies a routing target may turn out to be."""
    kinds = {"@KELURAHAN": "kelurahan", "@KECAMATAN": "kecamatan"}
    if agency_code in kinds:
        return [code for code, row in AGENCIES.items() if row["kind"] == kinds[agency_code]]
    return ["DISKOMINSTA"] if agency_code == "@OPD_TERKAIT" else [agency_code]


def test_the_pack_passes_every_check_and_lists_what_waits_for_the_city() -> None:
    checked = check_pack(PACK)
    assert [str(finding) for finding in checked.of(Severity.ERROR)] == []
    assert {finding.file for finding in checked.of(Severity.NOTE)} == {"emergency.csv"}
    waiting = {finding.file for finding in checked.of(Severity.OPEN)}
    assert {"categories.csv", "category_texts.csv", "questions.csv", "routing.csv"} <= waiting


def test_the_city_has_17_kelurahan_in_3_kecamatan() -> None:
    assert Counter(row["level"] for row in AREAS) == {"kota": 1, "kecamatan": 3, "kelurahan": 17}
    parents = Counter(row["parent_code"] for row in AREAS if row["level"] == "kelurahan")
    assert parents == {"33.71.01": 6, "33.71.02": 5, "33.71.03": 6}


def test_every_area_has_both_codes_and_they_are_unique() -> None:
    for column in ("area_code", "bps_code"):
        codes = [row[column] for row in AREAS]
        assert all(codes)
        assert len(set(codes)) == len(AREAS)


@pytest.mark.parametrize("file", ["areas.geojson", "areas_alternative.geojson"])
def test_each_boundary_set_covers_exactly_the_kelurahan_without_overlap(file: str) -> None:
    features = features_of(PACK / file)
    villages = {row["area_code"] for row in AREAS if row["level"] == "kelurahan"}
    assert sorted(properties["area_code"] for properties, _ in features) == sorted(villages)
    assert shapely.coverage_is_valid([geometry for _, geometry in features])


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("file", "original"),
    [
        ("areas.geojson", "kelurahan_kemendagri_clean.geojson"),
        ("areas_alternative.geojson", "kelurahan_hdx_bps2020.geojson"),
        ("neighbours.geojson", "tetangga_desa_kab_magelang.geojson"),
    ],
)
def test_boundaries_are_the_published_ones_to_the_last_digit(file: str, original: str) -> None:
    ours = {p.get("area_code") or p["code"]: shape for p, shape in features_of(PACK / file)}
    published = features_of(shared_data("magelang", "geo", original))
    assert len(ours) == len(published)
    for properties, geometry in published:
        assert ours[properties["kode_kemendagri"]].equals_exact(geometry, tolerance=0)


@pytest.mark.real_data
def test_points_outside_the_city_lie_in_the_neighbouring_desa_they_should() -> None:
    desa = {
        properties["code"]: (properties, g)
        for properties, g in features_of(PACK / "neighbours.geojson")
    }
    assert len(desa) == 15
    assert {properties["channel_agency"] for properties, _ in desa.values()} == {"X_KABMGL"}
    points = rows_of(shared_data("magelang", "geo", "titik_uji.csv"))
    outside = [row for row in points if row["jenis"] == "luar_kota"]
    assert len(outside) == 15
    for row in outside:
        properties, geometry = desa[row["kode_kemendagri_harap"]]
        assert properties["name"] == row["nama"]
        assert geometry.covers(Point(float(row["lon"]), float(row["lat"])))


def test_only_the_city_has_a_known_population_and_it_names_year_and_source() -> None:
    rows = rows_of(PACK / "population.csv")
    known = {(row["area_code"], row["year"]): row for row in rows if row["persons"]}
    assert {code for code, _ in known} == {"33.71"}
    assert known["33.71", "2025"]["persons"] == "128709"
    assert all(row["source"] for row in rows)
    assert len([row for row in rows if not row["persons"]]) == 17


def test_sixty_agencies_stand_today_and_predecessors_name_their_successor() -> None:
    assert len([row for row in AGENCIES.values() if not row["valid_to"]]) == 60
    former = [row for row in AGENCIES.values() if row["valid_to"]]
    assert {row["agency_code"] for row in former} == {"BAPPEDA", "DISPERINDAG"}
    for row in former:
        successor = AGENCIES[row["successor_code"]]
        day_after = date.fromisoformat(row["valid_to"]).toordinal() + 1
        assert date.fromisoformat(successor["valid_from"]).toordinal() == day_after


def test_every_kelurahan_and_kecamatan_has_its_office() -> None:
    served = Counter(row["area_code"] for row in AGENCIES.values() if row["area_code"])
    assert served == {row["area_code"]: 1 for row in AREAS if row["level"] != "kota"}


def test_outside_bodies_say_how_to_reach_them_and_never_receive_a_ticket() -> None:
    outside = {code for code, row in AGENCIES.items() if row["is_external"] == "yes"}
    assert len(outside) == 13
    assert all(AGENCIES[code]["channel"] for code in outside)
    assert not outside & {row["agency_code"] for row in ROUTING}
    assert not outside & {row["lead"] for row in CATEGORIES.values()}


def test_there_are_65_categories_by_aspect() -> None:
    aspects = Counter(row["aspect"] for row in CATEGORIES.values())
    assert aspects == {"aman": 23, "nyaman": 18, "toleransi": 10, "harmoni": 13, "lainnya": 1}


def test_a_protection_class_closes_every_public_door() -> None:
    protected = [row for row in CATEGORIES.values() if row["protection_class"] != "none"]
    assert len(protected) == 21
    for row in protected:
        assert row["visibility"] == "confidential"
        assert row["public_precision"] == "tidak_ada"
        assert (row["public_photo"], row["may_be_suggested"]) == ("no", "no")
        assert row["village_access"] != "ya"


def test_every_agency_of_a_category_exists() -> None:
    tokens = {"@KELURAHAN", "@KECAMATAN", "@OPD_TERKAIT"}
    for row in CATEGORIES.values():
        named = {row["lead"], *row["supporting"].split(), *row["external"].split()}
        assert named <= tokens | set(AGENCIES), row["category_code"]


@pytest.mark.real_data
def test_national_categories_are_those_of_lapor() -> None:
    rows = rows_of(shared_data("magelang", "lapor_categories.csv"))
    national = {f"{row['kategori_utama']} > {row['sub_kategori']}" for row in rows}
    for row in CATEGORIES.values():
        assert set(list_of(row["national_categories"])) <= national, row["category_code"]


def test_every_category_has_name_example_and_keywords_in_three_languages() -> None:
    found = Counter((row["category_code"], row["lang"]) for row in CATEGORY_TEXTS)
    assert found == {(code, lang): 1 for code in CATEGORIES for lang in LANGUAGES}
    for row in CATEGORY_TEXTS:
        keywords = list_of(row["keywords"])
        assert row["name"]
        assert row["example"]
        assert 5 <= len(set(keywords)) == len(keywords) <= 12, row


def test_the_indonesian_name_is_that_of_the_category() -> None:
    names = {row["category_code"]: row["name"] for row in CATEGORY_TEXTS if row["lang"] == "id"}
    assert names == {code: row["name"] for code, row in CATEGORIES.items()}


@pytest.mark.parametrize(
    ("word", "category_code"),
    [
        ("peteng", "A04"),
        ("pju", "A04"),
        ("mbludak", "N07"),
        ("uwuh", "N06"),
        ("jalan berlubang", "A08"),
    ],
)
def test_words_that_residents_type_lead_to_the_category(word: str, category_code: str) -> None:
    found = {row["category_code"] for row in CATEGORY_TEXTS if word in list_of(row["keywords"])}
    assert found == {category_code}


def test_questions_and_their_choices_are_in_three_languages() -> None:
    for row in QUESTIONS:
        assert row["category_code"] in CATEGORIES
        assert all(row[f"label_{lang}"] for lang in LANGUAGES), row
        is_list = row["datatype"] in {"singlevaluelist", "multivaluelist"}
        assert is_list == bool(row["choices"]), row
        for labels in choices_of(row).values():
            assert len(labels) == len(LANGUAGES), row
            assert all(labels), row


def test_no_follow_up_question_stands_in_the_way_of_a_report() -> None:
    assert {row["required"] for row in QUESTIONS} == {"no"}
    assert max(Counter(row["category_code"] for row in QUESTIONS).values()) <= 3


def test_every_category_has_one_rule_without_conditions_and_it_goes_to_the_lead() -> None:
    defaults = {r["category_code"]: r for r in ROUTING if not (r["answers"] or r["office_hours"])}
    assert len(ROUTING) - len(RULES_WITH_CONDITIONS) == len(defaults) == len(CATEGORIES)
    for code, row in defaults.items():
        assert (row["rule_id"], row["agency_code"]) == (f"R-{code}", CATEGORIES[code]["lead"])


def test_a_rule_with_conditions_changes_the_agency_and_asks_for_an_answer_that_exists() -> None:
    questions = {(row["category_code"], row["code"]): row for row in QUESTIONS}
    assert RULES_WITH_CONDITIONS
    for row in RULES_WITH_CONDITIONS:
        assert row["agency_code"] != CATEGORIES[row["category_code"]]["lead"], row["rule_id"]
        for answer in list_of(row["answers"]):
            code, value = answer.split("=")
            question = questions[row["category_code"], code]
            assert question["datatype"] == "singlevaluelist", row["rule_id"]
            assert value in choices_of(question), row["rule_id"]


def test_every_agency_that_may_receive_a_class_has_two_handlers_for_it() -> None:
    for row in ROUTING:
        protection_class = CATEGORIES[row["category_code"]]["protection_class"]
        for agency_code in offices_for(row["agency_code"]):
            line = HANDLERS[protection_class, agency_code]
            assert len(set(list_of(line["positions"]))) >= 2, line


def test_whoever_takes_reports_about_a_body_has_handlers_for_every_class() -> None:
    takers = {str(code) for code in toml_of("city.toml")["conflict"].values()}
    assert takers == {"INSPEKTORAT", "SETDA"}
    classes = {row["protection_class"] for row in CATEGORIES.values()}
    assert {(c, taker) for c in classes for taker in takers} <= set(HANDLERS)


def test_no_lapse_is_told_to_the_body_that_let_it_pass() -> None:
    for (_, agency_code), row in HANDLERS.items():
        told = row["escalation"].split()
        assert told
        assert agency_code not in told
        assert set(told) <= set(AGENCIES)


def test_a_number_nobody_confirmed_stands_in_no_text() -> None:
    unverified = {number for number, row in EMERGENCY.items() if not row["verified_on"]}
    assert unverified == {"112", "123", "129"}
    shown = [row["channel"] for row in AGENCIES.values()]
    shown += [row["name"] for row in AGENCIES.values()]
    shown += [str(text) for texts in toml_of("texts.toml").values() for text in texts.values()]
    shown += [cell for row in QUESTIONS for cell in row.values()]
    shown += [cell for row in CATEGORY_TEXTS for cell in row.values()]
    shown += [str(toml_of("city.toml")["intake"]["general_channel"])]
    words = {word.strip(".,;:()") for text in shown for word in text.split()}
    assert "CCTV" in words  # the walk does see the cells
    assert not unverified & words


def test_every_emergency_category_names_numbers_that_exist() -> None:
    for row in CATEGORIES.values():
        numbers = row["emergency_numbers"].split()
        assert (row["may_be_emergency"] == "yes") == bool(numbers), row["category_code"]
        assert set(numbers) <= set(EMERGENCY)
        verified = [number for number in numbers if EMERGENCY[number]["verified_on"]]
        assert bool(verified) == bool(numbers), row["category_code"]


def test_decreed_holidays_are_those_the_library_knows() -> None:
    decreed = {date.fromisoformat(row["date"]) for row in rows_of(PACK / "holidays.csv")}
    library = holidays.country_holidays(
        "ID", years=(2026, 2027), categories=("public", "government")
    )
    assert decreed == set(library)


def test_society_has_community_learning_and_security_among_six_dimensions() -> None:
    top = [code for code, row in DIMENSIONS.items() if not row["parent_code"]]
    assert len(top) == 6
    society = {code for code, row in DIMENSIONS.items() if row["parent_code"] == "society"}
    assert society == {"society_community", "society_learning", "society_security"}
    used = {row["dimension"] for row in CATEGORIES.values()} - {""}
    assert used <= set(DIMENSIONS) - set(top)


def test_at_most_six_tables_leave_the_service_universe() -> None:
    tables = toml_of("release_tables.toml")["table"]
    assert 1 <= len(tables) <= 6
    assert {table["universe"] for table in tables} == {"service"}  # type: ignore[index]


def test_every_visibility_and_class_has_an_end_of_retention_and_a_sentence() -> None:
    days, texts = toml_of("retention.toml")["days"], toml_of("texts.toml")
    visibilities = {row["visibility"] for row in CATEGORIES.values()}
    classes = {row["protection_class"] for row in CATEGORIES.values()}
    assert set(days) == visibilities | (classes - {"none"})
    assert all(isinstance(number, int) and number > 0 for number in days.values())
    assert {f"visibility_{v}" for v in visibilities} <= set(texts)
    assert {f"protection_{c}" for c in classes} <= set(texts)
    assert all(set(text) == set(LANGUAGES) for text in texts.values())


def test_sources_carry_the_licence_notices() -> None:
    sources = (PACK / "SOURCES.md").read_text(encoding="utf-8")
    assert "Copyright (c) 2024 Cahya DSN" in sources
    assert "CC BY-IGO" in sources


@pytest.mark.parametrize("path", sorted(PACK.iterdir()), ids=lambda path: path.name)
def test_files_are_plain_utf8_with_unix_lines(path: Path) -> None:
    content = path.read_bytes()
    assert content.decode("utf-8")
    assert b"\r" not in content
    assert not content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\n")
