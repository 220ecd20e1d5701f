"""The areas cover the city: every area once, none twice, no place left out."""

from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from citizenreport.cities.findings import Findings
from citizenreport.cities.format.parts import Line, Parts, Shape
from citizenreport.cities.rules import AreaLevel
from citizenreport.core.text import _n
from citizenreport.geo.frame import metric_frame, scale_error
from citizenreport.geo.position import Position

MAX_SCALE_ERROR = 0.01
"""A UTM zone stays below 0.002 near its edge; web Mercator reaches 0.35 at Boston."""
NOTED_AREA_ERROR = 0.02
MAX_AREA_ERROR = 0.25
"""Share by which the outlines may differ from the official area: beyond it something is missing."""
NOISE_M2 = 1.0
FILE = "areas.geojson"


def check_geometry(parts: Parts, findings: Findings) -> None:
    """Record areas without outline, outlines without area, overlaps and gaps."""
    for file, lines in (
        (FILE, parts.shapes),
        ("areas_alternative.geojson", parts.alternative_shapes),
    ):
        _check_codes(file, lines, parts, findings)
    if not parts.shapes or not parts.settings.city.metric_crs or not _fits(parts, findings):
        return
    frame = metric_frame(parts.settings.city.metric_crs)
    outlines = np.array([frame.project(line.value.geometry) for line in parts.shapes])
    check = _Coverage(parts=parts, findings=findings)
    check.overlaps(outlines)
    # Rounding may leave an outline invalid in metres; the union must not fail on it.
    union = shapely.union_all(shapely.make_valid(outlines))
    check.gaps(union)
    check.boundary(union)
    check.official_area(float(union.area))


def _check_codes(file: str, lines: Sequence[Line[Shape]], parts: Parts, findings: Findings) -> None:
    if file not in parts.present or findings.has_errors_in(file, "areas.csv"):
        return
    villages = {
        line.value.area_code: line for line in parts.areas if line.value.level == AreaLevel.VILLAGE
    }
    for line in lines:
        if line.value.code not in villages:
            findings.error(
                file,
                line.row,
                problem=_n("Wilayah “%(code)s” tidak ada di areas.csv sebagai kelurahan."),
                remedy=_n("Samakan kodenya, atau tambahkan barisnya di areas.csv."),
                code=line.value.code,
            )
    drawn = {line.value.code for line in lines}
    for code, area in villages.items():
        if code not in drawn:
            findings.error(
                area.file,
                area.row,
                problem=_n(
                    "%(name)s (%(code)s) tidak punya poligon yang dapat dipakai di %(file)s."
                ),
                remedy=_n("Tambahkan atau perbaiki Feature dengan area_code itu."),
                name=area.value.name,
                code=code,
                file=file,
            )


def _fits(parts: Parts, findings: Findings) -> bool:
    """Say whether metres of the metric frame are metres on the ground here."""
    west, south, east, north = shapely.total_bounds([line.value.geometry for line in parts.shapes])
    centre = Position(lon=float(west + east) / 2, lat=float(south + north) / 2)
    error = scale_error(parts.settings.city.metric_crs, centre)
    if error > MAX_SCALE_ERROR:
        findings.error(
            "city.toml",
            problem=_n("Satu meter EPSG:%(epsg)s meleset %(percent)s %% di kota ini."),
            remedy=_n("Pakai zona UTM tempat kota ini berada."),
            epsg=parts.settings.city.metric_crs,
            percent=f"{error * 100:.1f}" if isfinite(error) else "∞",
        )
    return error <= MAX_SCALE_ERROR


class _Coverage:
    """The checks that compare outlines in metres; keeps what all of them need."""

    def __init__(self, *, parts: Parts, findings: Findings) -> None:
        self._parts = parts
        self._findings = findings
        self._tolerance_m = parts.settings.sliver_tolerance_m

    def overlaps(self, outlines: "np.ndarray[Any, Any]") -> None:
        """Record pairs of areas that share ground."""
        pairs = shapely.STRtree(outlines).query(outlines, predicate="intersects")
        left, right = pairs[:, pairs[0] < pairs[1]]
        shared = shapely.intersection(outlines[left], outlines[right])
        thin: list[BaseGeometry] = []
        for index in np.flatnonzero(shapely.area(shared) > NOISE_M2):
            thick, slivers = self._sort(_polygons(shared[index]))
            thin += slivers
            if thick:
                one, other = self._parts.shapes[left[index]], self._parts.shapes[right[index]]
                self._findings.error(
                    FILE,
                    other.row,
                    problem=_n("%(one)s dan %(other)s bertumpang tindih %(area)s m² di %(place)s."),
                    remedy=_n("Tarik satu garis batas untuk keduanya."),
                    one=one.value.code,
                    other=other.value.code,
                    **self._describe(thick),
                )
        self._note_slivers(thin, _n("%(count)s tumpang tindih tipis, %(area)s m²."))

    def gaps(self, union: BaseGeometry) -> None:
        """Record holes in the city: ground that no area covers."""
        rings = [ring for part in _polygons(union) for ring in part.interiors]
        thick, thin = self._sort([shapely.Polygon(ring) for ring in rings])
        record = self._findings.note if self._parts.settings.has_enclaves else self._findings.error
        for hole in thick:
            record(
                FILE,
                problem=_n("Ada lubang %(area)s m² di %(place)s yang bukan wilayah mana pun."),
                remedy=_n(
                    "Tutup lubangnya; bila di sana memang daerah lain, "
                    "tulis has_enclaves = true di bawah [geometry]."
                ),
                **self._describe([hole]),
            )
        self._note_slivers(thin, _n("%(count)s celah tipis, %(area)s m²."))

    def boundary(self, union: BaseGeometry) -> None:
        """Record where the areas and the outline of the city differ, when the pack has one."""
        if not self._parts.boundary:
            return
        frame = metric_frame(self._parts.settings.city.metric_crs)
        city = shapely.union_all(
            [shapely.make_valid(frame.project(b.value.geometry)) for b in self._parts.boundary]
        )
        self._difference(city, union, problem=_n("%(area)s m² kota tidak tercakup, di %(place)s."))
        self._difference(union, city, problem=_n("%(area)s m² wilayah di luar kota, di %(place)s."))

    def official_area(self, found_m2: float) -> None:
        """Record a total that is far from the official area."""
        official_km2 = self._parts.settings.city.official_area_km2
        if official_km2 is None:
            return
        error = abs(found_m2 / 1e6 - official_km2) / official_km2
        record = self._findings.error if error > MAX_AREA_ERROR else self._findings.note
        if error > NOTED_AREA_ERROR:
            record(
                FILE,
                problem=_n("Luas poligon %(found)s km², luas resmi %(official)s km²."),
                remedy=_n("Periksa apakah ada wilayah yang kurang, lebih, atau salah digambar."),
                found=f"{found_m2 / 1e6:.3f}",
                official=f"{official_km2:g}",
            )

    def _difference(self, whole: BaseGeometry, part: BaseGeometry, *, problem: str) -> None:
        thick, thin = self._sort(_polygons(shapely.difference(whole, part)))
        for piece in thick:
            self._findings.error(
                FILE,
                problem=problem,
                remedy=_n("Samakan garis luar areas.geojson dengan boundary.geojson."),
                **self._describe([piece]),
            )
        self._note_slivers(thin, _n("%(count)s selisih tipis dengan batas kota, %(area)s m²."))

    def _sort(
        self, polygons: Iterable[shapely.Polygon]
    ) -> tuple[list[shapely.Polygon], list[shapely.Polygon]]:
        """Return the polygons thicker than the tolerance, and the slivers; noise is dropped."""
        real = [polygon for polygon in polygons if polygon.area > NOISE_M2]
        return (
            [polygon for polygon in real if _thickness_m(polygon) > self._tolerance_m],
            [polygon for polygon in real if _thickness_m(polygon) <= self._tolerance_m],
        )

    def _note_slivers(self, slivers: Sequence[BaseGeometry], problem: str) -> None:
        if slivers:
            self._findings.note(
                FILE,
                problem=problem,
                remedy=_n("Boleh dibiarkan; titik di sana tetap mendapat satu wilayah."),
                count=len(slivers),
                area=round(sum(sliver.area for sliver in slivers)),
            )

    def _describe(self, polygons: Sequence[shapely.Polygon]) -> dict[str, object]:
        """Return the area in m² and a place inside, as longitude and latitude."""
        point = max(polygons, key=lambda polygon: polygon.area).representative_point()
        frame = metric_frame(self._parts.settings.city.metric_crs)
        place = frame.to_position(point.x, point.y)
        return {
            "area": round(sum(polygon.area for polygon in polygons)),
            "place": f"{place.lon:.5f}, {place.lat:.5f}",
        }


def _polygons(geometry: BaseGeometry) -> list[shapely.Polygon]:
    return [part for part in shapely.get_parts(geometry) if isinstance(part, shapely.Polygon)]


def _thickness_m(polygon: shapely.Polygon) -> float:
    """Return twice the area over the outline: about the width of a long thin polygon."""
    return 2 * float(polygon.area) / float(polygon.length)
