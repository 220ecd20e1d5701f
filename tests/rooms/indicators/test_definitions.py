import pytest

from citizenreport.cities.pack import read_city
from citizenreport.indicators.definitions import all_definitions
from citizenreport.indicators.rules.definitions import Status, parse_definition
from tests.shared_data import rows_of, shared_data

FLOWS = ["C01", "C02", "H01", "H02", "H03", "H04", "K01", "K02", "L01", "P01", "P02"]
FLOWS += ["R01", "R02", "R03", "U01", "W01", "W02", "W03"]
COMPUTED = ["I01", "I02", "I03", "I04", "I05", "I09", "I12", "I13", "I14", "I15", "I19", "I22"]


def test_there_are_22_of_which_twelve_are_computed() -> None:
    definitions = all_definitions()
    ours = [code for code in definitions if code not in FLOWS]
    assert ours == [f"I{n:02}" for n in range(1, 23)]
    assert [code for code in ours if definitions[code].is_computed] == COMPUTED


def test_what_is_beyond_the_citys_rows_is_all_computed() -> None:
    assert all(all_definitions()[code].is_computed for code in FLOWS)


@pytest.mark.real_data
def test_the_formula_is_the_citys_own_wording() -> None:
    for row in rows_of(shared_data("magelang", "indicators.csv")):
        definition = all_definitions()[row["kode"]]
        assert definition.formula == row["rumus"]
        assert definition.names["id"] == row["nama"]
        is_foreign = "DIIMPOR" in row["peran_layanan"]
        assert (definition.status is Status.IMPORTED) is is_foreign


def test_every_definition_speaks_three_languages_and_names_a_dimension() -> None:
    dimensions = {d.dimension_code for d in read_city("magelang").dimensions}
    for definition in all_definitions().values():
        assert set(definition.names) == {"id", "en", "jv"}
        assert all(definition.names.values())
        assert definition.dimension in dimensions
        assert definition.interpretation.endswith(".")
        for language in ("en", "jv"):
            assert set(definition.translations[language]) == {
                *("concept", "definition", "interpretation")
            }


def test_a_definition_with_a_missing_field_is_refused() -> None:
    with pytest.raises(ValueError, match=r"I99: missing or unknown: .*formula"):
        parse_definition({"code": "I99"}, {}, {})
