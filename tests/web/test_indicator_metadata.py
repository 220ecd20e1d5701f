"""The dictionary in the forms of Satu Data."""

import json
from collections import defaultdict

import pytest

from citizenreport.cities.pack import read_city
from citizenreport.indicators.definitions import all_versions
from citizenreport.web.indicator_metadata import metadata
from tests.shared_data import rows_of, shared_data


@pytest.mark.real_data
def test_every_field_of_the_three_forms_is_there() -> None:
    wanted: dict[str, set[str]] = defaultdict(set)
    for row in rows_of(shared_data("magelang", "satudata_metadata_fields.csv")):
        name = row["field"].split("[")[0].split(" ")[0]
        wanted[row["kelompok"]].add(name)
    found = metadata(read_city("magelang"), all_versions())
    assert wanted["MS-Keg"] <= set(found["ms_keg"])
    for form, name in (("MS-Ind", "ms_ind"), ("MS-Var", "ms_var")):
        assert found[name]
        for filled in found[name]:
            assert wanted[form] <= set(filled)


def test_it_is_json_and_holds_every_version_once() -> None:
    found = json.loads(json.dumps(metadata(read_city("magelang"), all_versions())))
    versions = [(d.code, d.version) for all_ in all_versions().values() for d in all_]
    assert [(row["kode"], row["versi"]) for row in found["ms_ind"]] == versions
    for row in found["ms_ind"]:
        said = {"nama", "definisi", "konsep", "interpretasi", "rumus", "satuan", "produsen_data"}
        assert all(row[name] for name in said), row["kode"]
        assert set(row["terjemahan"]) == {"en", "jv"}
        assert not row["produsen_data"].startswith("@")
    names = {row["nama"] for row in found["ms_var"]}
    assert {v["nama"] for row in found["ms_ind"] for v in row["variabel_pembangun"]} == names


def test_variables_of_confidential_counts_are_not_open_to_all() -> None:
    found = metadata(read_city("magelang"), all_versions())
    by_code = {row["kode"]: row["apakah_variabel_bisa_diakses_umum"] for row in found["ms_var"]}
    assert by_code["I01-pembilang"] is True
    assert by_code["I12-pembilang"] is False
