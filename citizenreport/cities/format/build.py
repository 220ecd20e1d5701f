"""From parts that were found good to one frozen `City`. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import TypeVar

from citizenreport.cities.format.parts import CategoryText, Line, Parts, Shape
from citizenreport.cities.rules import (
    Area,
    Calendar,
    Category,
    City,
    Dated,
    Population,
    Question,
    is_valid_on,
)
from citizenreport.geo.areas import AreaIndex, NeighbourShape

D = TypeVar("D", bound=Dated)


def build_city(
    parts: Parts, calendar: Calendar, *, digest: str, on: date, open_points: tuple[str, ...]
) -> City:
    """Return the city as it stands on a day, with the other periods beside it."""
    settings = parts.settings
    categories = _periods(_complete_categories(parts), lambda c: c.category_code)
    agencies = _periods((line.value for line in parts.agencies), lambda a: a.agency_code)
    areas = _periods(_complete_areas(parts), lambda a: a.area_code)
    return City(
        city_code=settings.city.code,
        bps_code=settings.city.bps_code,
        name=settings.city.name,
        languages=settings.city.languages,
        metric_crs=settings.city.metric_crs,
        calendar=calendar,
        areas=_standing_on(areas, on),
        area_index=_area_index(parts, parts.shapes),
        alternative_area_index=(
            _area_index(parts, parts.alternative_shapes) if parts.alternative_shapes else None
        ),
        agencies=_standing_on(agencies, on),
        agency_periods=agencies,
        categories=_standing_on(categories, on),
        category_periods=categories,
        routing=tuple(line.value for line in parts.routing),
        handlers=tuple(line.value for line in parts.handlers),
        emergency_numbers=tuple(line.value for line in parts.emergency_numbers),
        dimensions=tuple(line.value for line in parts.dimensions),
        landmarks=tuple(line.value for line in parts.landmarks),
        neighbours={line.value.code: line.value for line in parts.neighbours},
        desk_agency_code=settings.city.desk_agency,
        conflict_order={"*": settings.city.desk_agency, **settings.conflict},
        contest_days=settings.contest_days,
        survey_open_days=settings.surveys.open_days,
        survey_change_days=settings.surveys.change_days,
        survey_link_days=settings.surveys.link_days,
        pulse_days=settings.surveys.pulse_days,
        retention_days=parts.retention_days,
        release_tables=parts.release_tables,
        release_policy=parts.release_policy,
        texts=parts.texts,
        reply_templates=parts.reply_templates,
        similar_reports=settings.similar_reports,
        duty=settings.duty,
        outside_channels=settings.outside_channels,
        releases=settings.releases,
        innovations=settings.innovations,
        border_tolerance_m=settings.border_tolerance_m,
        general_channel=settings.general_channel,
        takes_georeport_without_key=settings.takes_georeport_without_key,
        official_area_km2=settings.city.official_area_km2,
        boundaries_source=settings.city.boundaries_source,
        deadlines_valid_from=settings.deadlines.valid_from,
        deadlines_source=settings.deadlines.source,
        digest=digest,
        open_points=open_points,
    )


def _area_index(parts: Parts, shapes: Iterable[Line[Shape]]) -> AreaIndex:
    names = {line.value.code: line.value.name for line in parts.neighbours}
    return AreaIndex(
        {line.value.code: line.value.geometry for line in shapes},
        [
            NeighbourShape(
                code=line.value.code,
                name=names[line.value.code],
                geometry=line.value.geometry,
            )
            for line in parts.neighbour_shapes
        ],
        metric_crs=parts.settings.city.metric_crs,
        tolerance_m=parts.settings.border_tolerance_m,
    )


def _complete_areas(parts: Parts) -> Iterable[Area]:
    populations: dict[str, list[Population]] = {}
    for line in parts.populations:
        if line.value.population:
            populations.setdefault(line.value.area_code, []).append(line.value.population)
    for area in parts.areas:
        found = sorted(populations.get(area.value.area_code, []), key=lambda p: p.year)
        yield replace(area.value, populations=tuple(found))


def _complete_categories(parts: Parts) -> Iterable[Category]:
    """Yield the categories with their texts and questions."""
    texts: dict[str, list[CategoryText]] = {}
    for text in parts.category_texts:
        texts.setdefault(text.value.category_code, []).append(text.value)
    questions: dict[str, list[Question]] = {}
    for line in sorted(
        parts.questions, key=lambda q: (q.value.question.order, q.value.question.code)
    ):
        questions.setdefault(line.value.category_code, []).append(line.value.question)
    first = parts.settings.city.languages[0]
    for category in parts.categories:
        code = category.value.category_code
        found = texts.get(code, [])
        yield replace(
            category.value,
            names={
                first: category.value.names["id"],
                **{t.language: t.name for t in found if t.name},
                "id": _name_in(found, "id") or category.value.names["id"],
            },
            examples={t.language: t.examples for t in found if t.examples},
            keywords={t.language: t.keywords for t in found},
            questions=tuple(q for q in questions.get(code, ()) if not q.is_retired),
            retired_questions=tuple(q for q in questions.get(code, ()) if q.is_retired),
        )


def _name_in(texts: Iterable[CategoryText], language: str) -> str:
    return next((text.name for text in texts if text.language == language), "")


def _periods(things: Iterable[D], code_of: Callable[[D], str]) -> dict[str, tuple[D, ...]]:
    found: dict[str, list[D]] = {}
    for thing in things:
        found.setdefault(code_of(thing), []).append(thing)
    return {
        code: tuple(sorted(periods, key=lambda p: p.valid_from or date.min))
        for code, periods in found.items()
    }


def _standing_on(periods: Mapping[str, tuple[D, ...]], day: date) -> dict[str, D]:
    """Return, for each code, the period of that day, else the last one begun, else the first."""
    chosen: dict[str, D] = {}
    for code, found in periods.items():
        begun = [period for period in found if (period.valid_from or date.min) <= day]
        valid = [period for period in begun if is_valid_on(period, day)]
        chosen[code] = (valid or begun[-1:] or [found[0]])[0]
    return chosen
