"""Choosing an agency: properties, and the decisions of Magelang's table."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizenreport.cities.rules import City, ProtectionClass, RoutingRow
from citizenreport.routing.rules import (
    SENTENCES,
    DecidedBy,
    RoutingInput,
    choose,
    decide,
    sentence_values,
)

codes = st.sampled_from(["a", "b", "c"])
rows = st.lists(
    st.builds(
        RoutingRow,
        rule_id=st.uuids().map(str),
        category_code=codes,
        area_code=codes | st.none(),
        agency_code=codes,
        office_hours=st.booleans() | st.none(),
        answers=st.just(()),
    ),
    max_size=8,
)
AT = datetime(2026, 3, 3, 3, 0, tzinfo=UTC)  # Tuesday 10:00 in Magelang


def given_(category_code: str, **fields: object) -> RoutingInput:
    usual = {"area_code": "33.71.03.1005", "answers": {}, "at": AT}
    return RoutingInput(category_code=category_code, **usual | fields)  # type: ignore[arg-type]


@given(rows=rows, category_code=codes, area_code=codes, office=st.booleans(), data=st.data())
def test_the_order_of_rows_never_matters(rows, category_code, area_code, office, data) -> None:
    shuffled = data.draw(st.permutations(rows))
    wanted = given_(category_code, area_code=area_code)
    day = date(2026, 3, 3)
    assert choose(rows, wanted, day=day, office_hours=office) == choose(
        shuffled, wanted, day=day, office_hours=office
    )


@given(rows=rows, category_code=codes, area_code=codes)
def test_a_rule_for_the_area_beats_one_for_the_city(rows, category_code, area_code) -> None:
    plain = [replace(row, office_hours=None) for row in rows]
    wanted = given_(category_code, area_code=area_code)
    chosen = choose(plain, wanted, day=date(2026, 3, 3), office_hours=True)
    if any(r.category_code == category_code and r.area_code == area_code for r in plain):
        assert chosen is not None
        assert chosen.area_code == area_code


def test_a_rule_counts_from_its_first_day_to_its_last(city: City) -> None:
    row = RoutingRow(
        rule_id="r",
        category_code="a",
        agency_code="X",
        valid_from=date(2026, 3, 3),
        valid_to=date(2026, 3, 4),
    )
    found = [
        choose([row], given_("a"), day=date(2026, 3, day), office_hours=True) is not None
        for day in (2, 3, 4, 5)
    ]
    assert found == [False, True, True, False]


@pytest.mark.parametrize(
    ("answer", "is_met"), [("b", True), ("a b", True), ("ab", False), ("", False)]
)
def test_of_several_chosen_answers_one_is_enough(answer: str, is_met: bool) -> None:
    row = RoutingRow(rule_id="r", category_code="a", agency_code="X", answers=(("q", "b"),))
    wanted = given_("a", answers={"q": answer})
    found = choose([row], wanted, day=date(2026, 3, 3), office_hours=True)
    assert (found is not None) == is_met


def test_a_broken_street_lamp_goes_to_the_environment_agency(city: City) -> None:
    decision = decide(city, given_("A04"))
    assert (decision.agency_code, decision.decided_by) == ("DLH", DecidedBy.RULE)
    assert decision.rule_id is not None


def test_the_office_of_the_kelurahan_is_found_by_area(city: City) -> None:
    assert decide(city, given_("A16")).agency_code == city.office_by_area["33.71.03.1005"]
    assert decide(city, given_("H01")).agency_code == city.office_by_area["33.71.03"]


def test_without_an_area_the_city_desk_decides(city: City) -> None:
    decision = decide(city, given_("A16", area_code=None))
    assert decision.agency_code == city.desk_agency_code
    assert decision.decided_by is DecidedBy.DESK_NO_AREA


def test_without_a_rule_the_city_desk_decides(city: City) -> None:
    bare = replace(city, routing=())
    decision = decide(bare, given_("A04"))
    assert decision.agency_code == city.desk_agency_code
    assert decision.decided_by is DecidedBy.DESK_NO_RULE


@pytest.mark.parametrize("category_code", ["A04", "H05", "N03", "A16", "Z99"])
def test_the_body_a_report_is_about_never_receives_it(city: City, category_code: str) -> None:
    usual = decide(city, given_(category_code)).agency_code
    decision = decide(city, given_(category_code, subject_agency_code=usual))
    assert decision.agency_code != usual
    assert decision.decided_by is DecidedBy.CONFLICT
    assert usual in decision.excluded


def test_every_agency_accused_of_anything_is_passed_over(city: City) -> None:
    for accused in city.agencies:
        for category_code in city.categories:
            decision = decide(city, given_(category_code, subject_agency_code=accused))
            assert decision.agency_code != accused
            assert not city.agencies[decision.agency_code].is_external


def test_a_confidential_report_goes_to_an_agency_with_handlers(city: City) -> None:
    for category in city.categories.values():
        decision = decide(
            city, given_(category.category_code, handlers_for=category.protection_class)
        )
        lines = [line for line in city.handlers if line.agency_code == decision.agency_code]
        assert lines, category.category_code
        assert any(line.protection_class is category.protection_class for line in lines)


def test_a_confidential_wish_at_an_agency_without_handlers_goes_to_one_that_has_them(
    city: City,
) -> None:
    without = tuple(line for line in city.handlers if line.agency_code != "DLH")
    bare = replace(city, handlers=without)
    decision = decide(bare, given_("A04", handlers_for=ProtectionClass.NONE))
    assert (decision.agency_code, decision.decided_by) == ("INSPEKTORAT", DecidedBy.NO_HANDLER)


@pytest.mark.parametrize("category_code", ["A04", "A16", "H03", "Z99"])
def test_each_decision_reads_as_a_sentence_that_names_the_agency(
    city: City, category_code: str
) -> None:
    decision = decide(city, given_(category_code))
    inputs = {"category_code": category_code, "area_code": "33.71.03.1005"}
    values = sentence_values(
        city, agency_code=decision.agency_code, rule_id=decision.rule_id, inputs=inputs
    )
    sentence = SENTENCES[decision.decided_by] % values
    assert city.agencies[decision.agency_code].name in sentence
    assert city.categories[category_code].names["id"] in sentence


def test_what_fills_a_sentence_speaks_the_readers_language(city: City) -> None:
    said = {"di %(area)s": "in %(area)s", "pada jam kerja": "during office hours"}
    inputs = {"category_code": "A04", "area_code": "33.71.03.1005", "is_office_hours": True}
    values = sentence_values(
        city,
        agency_code="DLH",
        rule_id="R-A04",
        inputs=inputs,
        language="en",
        translate=said.__getitem__,
    )
    assert values["category"] == city.categories["A04"].names["en"]
    assert values["where"] == " in " + city.areas["33.71.03.1005"].name
    assert values["when"] == ", during office hours"


def test_every_way_of_deciding_has_a_sentence() -> None:
    assert set(SENTENCES) == set(DecidedBy)
