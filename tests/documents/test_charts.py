"""Charts as pictures: what is in them, for whom they have words, and that they stay the same."""

import xml.etree.ElementTree as ET

import pytest

from citizenreport.cities.ground import small_outlines
from citizenreport.cities.rules import City
from citizenreport.documents.charts import (
    CLASSES,
    PAPER,
    Point,
    Shape,
    bars,
    choropleth,
    classes_of,
    line,
    spark,
    step_of,
)

SVG = "{http://www.w3.org/2000/svg}"
MONTHS = tuple(
    Point(label=name, value=value, low=value - 5, high=value + 5, is_final=value < 40)
    for name, value in (("Jan 26", 20.0), ("Feb 26", 30.5), ("Mar 26", 44.0))
)


def drawing(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in drawing(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("draw", [line, bars])
def test_a_chart_names_its_periods_and_says_in_words_what_it_shows(draw) -> None:  # type: ignore[no-untyped-def]
    svg = draw(MONTHS, alt_text='Naik dari 20 ke 44 <"persen">')
    root = drawing(svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'Naik dari 20 ke 44 <"persen">'
    assert {"Jan 26", "Feb 26", "Mar 26"} <= set(texts(svg))


def test_no_chart_carries_what_the_page_policy_refuses() -> None:
    for svg in (
        line(MONTHS, alt_text="a"),
        bars(MONTHS, alt_text="a"),
        spark(MONTHS, alt_text="a"),
    ):
        assert " style=" not in svg
        assert "<style" not in svg
        assert "<script" not in svg
        assert "href" not in svg.replace("xmlns:xlink", "")


def test_the_same_values_give_the_same_bytes_and_others_do_not() -> None:
    drawn = line(MONTHS, alt_text="a")
    line.cache_clear()
    assert line(tuple(MONTHS), alt_text="a") == drawn
    changed = (*MONTHS[:2], Point(label="Mar 26", value=44.5))
    assert line(changed, alt_text="a") != drawn


def test_a_gap_is_not_drawn_as_zero() -> None:
    gap = (MONTHS[0], Point(label="Feb 26", value=None), MONTHS[2])
    svg = line(gap, alt_text="a", theme=PAPER)
    dots = [e for e in drawing(svg).iter(f"{SVG}path") if e.get("stroke-width") == "2"]
    assert len(dots) == 2
    assert "Feb 26" in texts(svg)


def test_provisional_values_are_hollow() -> None:
    svg = line(MONTHS, alt_text="a", theme=PAPER)
    dots = [e for e in drawing(svg).iter(f"{SVG}path") if e.get("stroke-width") == "2"]
    assert sorted(str(dot.get("fill")) for dot in dots) == [PAPER.accent, PAPER.accent, "none"]


def test_numbers_on_axes_are_written_as_the_language_writes_them() -> None:
    small = tuple(Point(label=str(n), value=n / 10) for n in range(4))
    assert any("0,1" in text for text in texts(line(small, alt_text="a")))
    assert any("0.1" in text for text in texts(line(small, alt_text="a", comma=False)))


def test_one_value_makes_no_trend() -> None:
    assert spark(MONTHS[:1], alt_text="a") == ""
    assert spark((Point(label="x", value=None), MONTHS[0]), alt_text="a") == ""


def test_a_map_colours_each_area_by_its_class_and_marks_it(city: City) -> None:
    outlines = small_outlines(city)
    shapes = tuple(
        Shape(
            mark=str(number),
            rings=outline.rings,
            label=outline.label,
            step=None if number == 1 else number % CLASSES,
        )
        for number, outline in enumerate(outlines.values(), start=1)
    )
    svg = choropleth(shapes, alt_text="Peta", theme=PAPER)
    fills = [
        e.get("fill") for e in drawing(svg).iter(f"{SVG}path") if e.get("stroke") == PAPER.soft
    ]
    assert fills == [
        PAPER.empty if shape.step is None else PAPER.classes[shape.step] for shape in shapes
    ]
    assert set(texts(svg)) == {shape.mark for shape in shapes}


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        ([], []),
        ([4.0, 4.0], [4.0]),
        ([0.0, 10.0], [2.0, 4.0, 6.0, 8.0, 10.0]),
    ],
)
def test_classes_have_equal_widths(values: list[float], ends: list[float]) -> None:
    assert classes_of(values) == ends


def test_a_value_at_an_end_belongs_to_the_lower_class() -> None:
    ends = classes_of([0.0, 10.0])
    assert [step_of(value, ends) for value in (0.0, 2.0, 2.1, 9.9, 10.0)] == [0, 0, 1, 4, 4]
