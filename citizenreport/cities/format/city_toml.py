"""`city.toml`: who the city is, its calendar, clocks and channels."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from pyproj.exceptions import CRSError

from citizenreport.cities.findings import Findings
from citizenreport.cities.format.innovations_toml import read_innovations
from citizenreport.cities.format.releases_toml import read_releases
from citizenreport.cities.format.settings import Section, check_sections, read_toml, section
from citizenreport.cities.innovation_rules import InnovationRules
from citizenreport.cities.release_calendar import ReleaseCalendar
from citizenreport.cities.rules import DutyRules, SimilarReports
from citizenreport.core.text import _n
from citizenreport.geo.areas import BORDER_TOLERANCE_M
from citizenreport.geo.frame import is_in_metres

FILE = "city.toml"
MANY_DAYS = 36_500
SIMILAR_MOST = {"radius_m": 2_000, "days": 366, "most": 10}
"""What is further away, older or more than this helps nobody to tell whether it is the same."""
CONTEST_DAYS = 10
"""Days in which a reporter may contest a solution. Source: LAPOR! ("Selesai otomatis dalam 10
hari"); calendar days until the city settles it (domain.md, section 3)."""
DUTY_MOST = {"answer_minutes": 240, "warn_working_days": 10, "step_hours": 240}
"""Whoever is told later than this is told too late."""
SLIVER_TOLERANCE_M = 0.5
"""Overlaps and gaps between areas up to this thick are rounding and only noted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """[city]. `metric_crs` is 0 and `time_zone` UTC where they are unusable."""

    code: str
    bps_code: str | None
    name: str
    time_zone: ZoneInfo
    metric_crs: int
    languages: tuple[str, ...]
    desk_agency: str
    official_area_km2: float | None
    boundaries_source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarSettings:
    """[calendar]. An empty country: no holidays but those of `holidays.csv`."""

    country: str
    categories: tuple[str, ...]
    weekend: frozenset[int]
    office_opens: str
    office_closes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """[deadlines]: on what the three clocks rest."""

    basis: str
    source: str
    valid_from: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveySettings:
    """In days, see `City`."""

    open_days: int
    change_days: int
    link_days: int
    pulse_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    city: Identity
    calendar: CalendarSettings
    deadlines: Deadlines
    contest_days: int
    surveys: SurveySettings
    conflict: Mapping[str, str]
    border_tolerance_m: float
    general_channel: str
    takes_georeport_without_key: bool
    sliver_tolerance_m: float
    has_enclaves: bool
    similar_reports: SimilarReports
    duty: DutyRules
    outside_channels: Mapping[str, str]
    releases: ReleaseCalendar
    innovations: InnovationRules


def read_settings(text: str | None, findings: Findings) -> Settings:
    """Return what `city.toml` says; stand-ins where it is silent or wrong."""
    values = read_toml(FILE, text, findings)
    if not values:
        # Absent or broken was said already; a list of every missing key would only hide it.
        findings = Findings()
    names = (
        *("city", "calendar", "contest", "conflict", "deadlines", "intake", "geometry"),
        *("survey", "similar", "duty", "outside_channels", "releases", "innovations"),
    )
    check_sections(FILE, values, names, findings)
    sections = {name: section(FILE, values, name, findings) for name in names}
    intake, geometry = sections["intake"], sections["geometry"]
    intake.check_keys("border_tolerance_m", "general_channel", "georeport_without_key")
    geometry.check_keys("sliver_tolerance_m", "has_enclaves")
    return Settings(
        city=_identity(sections["city"]),
        calendar=_calendar(sections["calendar"]),
        deadlines=_deadlines(sections["deadlines"]),
        contest_days=_contest_days(sections["contest"]),
        surveys=_surveys(sections["survey"]),
        conflict=_conflict(sections["conflict"]),
        border_tolerance_m=intake.number("border_tolerance_m", least=0, default=BORDER_TOLERANCE_M),
        general_channel=intake.text("general_channel", default=""),
        takes_georeport_without_key=intake.flag("georeport_without_key", default=True),
        sliver_tolerance_m=geometry.number(
            "sliver_tolerance_m", least=0, default=SLIVER_TOLERANCE_M
        ),
        has_enclaves=geometry.flag("has_enclaves", default=False),
        similar_reports=_similar_reports(sections["similar"]),
        duty=_duty(sections["duty"]),
        outside_channels=_outside_channels(sections["outside_channels"]),
        releases=read_releases(sections["releases"]),
        innovations=read_innovations(sections["innovations"]),
    )


def _identity(city: Section) -> Identity:
    city.check_keys(
        "code",
        "bps_code",
        "name",
        "time_zone",
        "metric_crs",
        "languages",
        "desk_agency",
        "official_area_km2",
        "boundaries_source",
    )
    official = "official_area_km2" in city.values
    return Identity(
        code=city.text("code"),
        bps_code=city.text("bps_code", default="") or None,
        name=city.text("name"),
        time_zone=_time_zone(city),
        metric_crs=_metric_crs(city),
        languages=city.texts("languages", default=("id",)) or ("id",),
        desk_agency=city.text("desk_agency"),
        official_area_km2=city.number("official_area_km2", least=0.01) if official else None,
        boundaries_source=city.text("boundaries_source", default=""),
    )


def _time_zone(city: Section) -> ZoneInfo:
    name = city.text("time_zone")
    try:
        return ZoneInfo(name or "UTC")
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        city.error(
            "time_zone",
            problem=_n("%(key)s “%(value)s” tidak dikenal."),
            remedy=_n("Pakai nama dari basis data IANA, seperti Asia/Jakarta."),
        )
        return ZoneInfo("UTC")


def _metric_crs(city: Section) -> int:
    number = city.whole("metric_crs", least=1024)
    try:
        if is_in_metres(number):
            return number
    except CRSError:
        pass
    if "metric_crs" in city.values:
        city.error(
            "metric_crs",
            problem=_n("%(key)s EPSG:%(value)s bukan sistem koordinat bersatuan meter."),
            remedy=_n("Pakai zona UTM kota itu, misalnya 32749 untuk Jawa Tengah."),
        )
    return 0


def _calendar(calendar: Section) -> CalendarSettings:
    calendar.check_keys("country", "categories", "weekend", "office_opens", "office_closes")
    settings = CalendarSettings(
        country=calendar.text("country", default=""),
        categories=calendar.texts("categories", default=("public",)),
        weekend=calendar.wholes("weekend", least=1, most=7, default=[6, 7]),
        office_opens=calendar.clock("office_opens", default="07:30"),
        office_closes=calendar.clock("office_closes", default="16:00"),
    )
    if len(settings.weekend) == 7:
        calendar.error(
            "weekend",
            problem=_n("%(key)s memuat ketujuh hari: tidak ada hari kerja."),
            remedy=_n("Sisakan paling sedikit satu hari kerja (1 = Senin, 7 = Minggu)."),
        )
    if settings.office_opens >= settings.office_closes:
        calendar.error(
            "office_closes",
            problem=_n("Jam tutup kantor tidak sesudah jam buka."),
            remedy=_n("Perbaiki office_opens atau office_closes."),
        )
    return settings


def _deadlines(deadlines: Section) -> Deadlines:
    deadlines.check_keys(
        "basis",
        "source",
        "first_response_unit",
        "verification_unit",
        "settlement_unit",
        "valid_from",
    )
    # A number of days means nothing until the pack says which days.
    deadlines.choice("first_response_unit", ("hours",))
    deadlines.choice("verification_unit", ("working_days",))
    deadlines.choice("settlement_unit", ("working_days",))
    return Deadlines(
        basis=deadlines.text("basis"),
        source=deadlines.text("source", default=""),
        valid_from=deadlines.day("valid_from"),
    )


def _contest_days(contest: Section) -> int:
    contest.check_keys("days", "unit")
    if "days" in contest.values:
        contest.choice("unit", ("calendar_days",))
    return contest.whole("days", least=1, default=CONTEST_DAYS)


def _surveys(survey: Section) -> SurveySettings:
    survey.check_keys("open_days", "change_days", "link_days", "pulse_days")
    settings = SurveySettings(
        open_days=survey.whole("open_days", least=1, default=30),
        change_days=survey.whole("change_days", least=0, default=14),
        link_days=survey.whole("link_days", least=1, default=365),
        pulse_days=survey.whole("pulse_days", least=62, default=730),
    )
    for key, days in survey.values.items():
        if isinstance(days, int) and days > MANY_DAYS:
            survey.error(
                key,
                problem=_n("%(key)s lebih dari seratus tahun."),
                remedy=_n("Tulis jumlah hari, paling besar 36500."),
            )
    if settings.link_days <= settings.change_days:
        survey.error(
            "link_days",
            problem=_n("%(key)s tidak lebih lama daripada change_days."),
            remedy=_n("Tautan jawaban dengan laporannya harus ada selama jawaban boleh diubah."),
        )
    return settings


def _conflict(conflict: Section) -> dict[str, str]:
    return {subject: conflict.text(subject) for subject in conflict.values}


def _outside_channels(channels: Section) -> dict[str, str]:
    return {code: channels.text(code) for code in channels.values}


def _similar_reports(similar: Section) -> SimilarReports:
    similar.check_keys(*SIMILAR_MOST)
    usual = SimilarReports()
    settings = SimilarReports(
        radius_m=similar.number("radius_m", least=0, default=usual.radius_m),
        days=similar.whole("days", least=1, default=usual.days),
        most=similar.whole("most", least=1, default=usual.most),
    )
    _check_most(similar, SIMILAR_MOST)
    return settings


def _duty(duty: Section) -> DutyRules:
    duty.check_keys(*DUTY_MOST, "supervisory", "ordinary")
    usual = DutyRules()
    settings = DutyRules(
        answer_minutes=duty.whole("answer_minutes", least=1, default=usual.answer_minutes),
        warn_working_days=duty.whole("warn_working_days", least=1, default=usual.warn_working_days),
        step_hours=duty.whole("step_hours", least=1, default=usual.step_hours),
        supervisory=duty.texts("supervisory", default=()),
        ordinary=duty.texts("ordinary", default=()),
    )
    _check_most(duty, DUTY_MOST)
    return settings


def _check_most(section: Section, limits: Mapping[str, float]) -> None:
    for key, most in limits.items():
        value = section.values.get(key)
        if isinstance(value, int | float) and value > most:
            section.error(
                key,
                problem=_n("%(key)s berisi “%(value)s”."),
                remedy=_n("Tulis angka, paling besar %(most)s."),
                most=most,
            )
