"""docs/import.md says what there is, and its example works."""

import re

from citizenreport.cities.rules import City, Visibility
from citizenreport.pipeline.importing.files import FORMATS
from citizenreport.pipeline.importing.mapping import TIMES, read_mapping
from citizenreport.triage.states import State
from tests.shared_data import ROOT

TEXT = (ROOT / "docs" / "import.md").read_text(encoding="utf-8")
SOURCE = (ROOT / "citizenreport" / "pipeline" / "importing" / "mapping.py").read_text("utf-8")
KEY = re.compile(r'\.(?:text|table|truth|texts|text_map|points|one_of)\("(\w+)"')


def test_the_example_is_a_good_mapping_for_magelang(city: City) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    assert read_mapping(example, city).columns == ["id", "kind", "opened", "closed"]


def test_every_key_and_every_choice_is_explained() -> None:
    keys = set(KEY.findall(SOURCE))
    assert len(keys) > 25
    for name in (*keys, *TIMES, *FORMATS, *State, *Visibility, "epoch_s", "epoch_ms", "iso"):
        assert re.search(rf"\b{name}\b", TEXT), f"docs/import.md does not tell about {name}"
