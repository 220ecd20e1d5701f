"""Reads a whole pack: files, then rows, then the checks over all of it, then the `City`.

`read_city` is what a program wants, `check_pack` what a pack maker wants. The format is
documented in docs/city-pack.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from citizenreport.cities.checks import check_parts
from citizenreport.cities.edited_files import overlay
from citizenreport.cities.edits import Files
from citizenreport.cities.findings import BadPack, Finding, Findings, Severity
from citizenreport.cities.format import bodies, extras, kinds, places
from citizenreport.cities.format.build import build_city
from citizenreport.cities.format.city_toml import FILE as CITY_TOML
from citizenreport.cities.format.city_toml import read_settings
from citizenreport.cities.format.content import content_of
from citizenreport.cities.format.files import PackFiles, find_pack, read_files
from citizenreport.cities.format.parts import Line, Parts, Shape
from citizenreport.cities.format.replies import read_reply_templates
from citizenreport.cities.rules import Calendar, City
from citizenreport.core.clock import utcnow

__all__ = ["BadPack", "Checked", "check_pack", "find_pack", "good_city", "read_city"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A pack and everything found in it. `city` is None where an error stands in the way."""

    city: City | None
    content: Mapping[str, object]
    findings: tuple[Finding, ...]

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        """Return the findings of one severity."""
        return tuple(finding for finding in self.findings if finding.severity == severity)


def check_pack(
    city: str | Path,
    *,
    on: date | None = None,
    edited: Files | None = None,
    edited_from: str | None = None,
) -> Checked:
    """Read a pack and report everything wrong with it; never raises for what a pack may contain.

    `city` is a folder, or the name of a pack that comes with the product. `on` is the day whose
    periods of validity count; today in the city when None. `edited` are files in the place of the
    pack's own, where those have the digest `edited_from` or that is None.
    """
    findings = Findings()
    files = read_files(find_pack(city), findings)
    if edited and edited_from in (None, files.digest):
        overlay(files.texts, edited)
    parts, calendar = _read_parts(files, findings)
    check_parts(parts, calendar, findings)
    content = content_of(files, findings)
    found: City | None = None
    if not findings.of(Severity.ERROR):
        found = build_city(
            parts,
            calendar,
            digest=files.digest,
            on=on or utcnow().astimezone(calendar.time_zone).date(),
            open_points=tuple(str(finding) for finding in findings.of(Severity.OPEN)),
        )
    return Checked(city=found, content=content, findings=findings.all())


def read_city(city: str | Path, *, on: date | None = None) -> City:
    """Return the city of a pack that is good.

    Raises:
        BadPack: something is wrong with it; carries every finding.
    """
    return good_city(check_pack(city, on=on), str(city))


def good_city(checked: Checked, name: str) -> City:
    """Return the city of a checked pack.

    Raises:
        BadPack: something is wrong with it; carries every finding.
    """
    if checked.city is None:
        raise BadPack(name, checked.of(Severity.ERROR))
    return checked.city


def _read_parts(files: PackFiles, findings: Findings) -> tuple[Parts, Calendar]:
    text = files.texts.get
    settings = read_settings(text(CITY_TOML), findings)
    languages, metric_crs = settings.city.languages, settings.city.metric_crs
    holidays = extras.read_holidays(text("holidays.csv"), findings)

    def shapes(file: str, code_property: str = "area_code") -> list[Line[Shape]]:
        return places.read_shapes(
            file, text(file), findings, code_property=code_property, metric_crs=metric_crs
        )

    neighbour_shapes = shapes("neighbours.geojson", "code")
    parts = Parts(
        settings=settings,
        areas=places.read_areas(text("areas.csv"), findings),
        populations=places.read_populations(text("population.csv"), findings),
        landmarks=places.read_landmarks(text("landmarks.csv"), findings, metric_crs=metric_crs),
        shapes=shapes("areas.geojson"),
        alternative_shapes=shapes("areas_alternative.geojson"),
        boundary=shapes("boundary.geojson"),
        neighbour_shapes=neighbour_shapes,
        neighbours=places.neighbours_of(neighbour_shapes),
        agencies=bodies.read_agencies(text("agencies.csv"), findings),
        handlers=bodies.read_handlers(text("handlers.csv"), findings),
        emergency_numbers=bodies.read_emergency(
            text("emergency.csv"), findings, languages=languages
        ),
        categories=kinds.read_categories(
            text("categories.csv"), findings, deadline_basis=settings.deadlines.basis
        ),
        category_texts=kinds.read_category_texts(text("category_texts.csv"), findings),
        questions=kinds.read_questions(text("questions.csv"), findings, languages=languages),
        dimensions=kinds.read_dimensions(text("dimensions.csv"), findings, languages=languages),
        routing=kinds.read_routing(text("routing.csv"), findings),
        holidays=holidays,
        release_tables=extras.read_release_tables(text("release_tables.toml"), findings),
        release_policy=extras.read_release_policy(text("release_tables.toml"), findings),
        retention_days=extras.read_retention(text("retention.toml"), findings),
        texts=extras.read_texts(text("texts.toml"), findings, languages=languages),
        reply_templates=read_reply_templates(
            text("reply_templates.toml"), findings, languages=languages
        ),
        present=frozenset(files.texts),
    )
    calendar = extras.build_calendar(settings.city, settings.calendar, holidays, findings)
    return parts, calendar
