"""Holidays, release tables, retention and free texts: the parts of a pack that may be left out."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache

import holidays as holidays_library

from citizenreport.cities.findings import Findings
from citizenreport.cities.format.city_toml import FILE, CalendarSettings, Identity
from citizenreport.cities.format.parts import Holiday, Line
from citizenreport.cities.format.settings import Section, check_sections, read_toml, section
from citizenreport.cities.format.tables import Heading, read_table
from citizenreport.cities.release_policy import ReleasePolicy
from citizenreport.cities.reply_templates import has_stray_brace, placeholders_of
from citizenreport.cities.rules import Calendar, Names, ProtectionClass, Visibility
from citizenreport.core.text import _n

HOLIDAYS = Heading(file="holidays.csv", needed=("date", "name", "kind"), optional=("source",))
KINDS = ("libur_nasional", "cuti_bersama", "hari_kerja")
YEARS = range(2005, 2041)
"""The years for which the library is asked; reports of earlier years are imported, too."""

RETENTION_DAYS = {"public": 1825, "restricted": 1095, "confidential": 730}
"""Used where `retention.toml` is silent, and listed for the city to confirm."""

RETAINED = ("", "_contact", "_photo")
"""A bare key is the report's words; the contact and the photos may go earlier."""

RELEASE_TABLES = "release_tables.toml"
MAX_RELEASE_TABLES = 6
"""At most so many tables leave the service universe. Source: protection.md, section 4."""
PERIODS = ("year", "quarter")
UNIVERSES = ("public", "service", "whole")
SERVICE_ROWS = ("city", "kecamatan", "kelurahan", "agency")
SERVICE_COLUMNS = ("total", "aspect", "category")


def read_holidays(text: str | None, findings: Findings) -> list[Line[Holiday]]:
    """Return the days the pack adds to the library's, or takes out of them."""
    lines: list[Line[Holiday]] = []
    for row in read_table(text, HOLIDAYS, findings):
        row.needed("date")
        holiday = Holiday(
            day=row.day("date") or date.min,
            name=row.needed("name"),
            is_working_day=row.one_of("kind", KINDS) == "hari_kerja",
        )
        lines.append(Line(file=row.file, row=row.number, value=holiday))
    return lines


def build_calendar(
    city: Identity, settings: CalendarSettings, holidays: list[Line[Holiday]], findings: Findings
) -> Calendar:
    """Return the city's calendar: the library's holidays, changed by the pack's own days.

    Known until the end of the last year for which every category of the library has a day (joint
    leave is decreed a year ahead) or of the last year that the pack lists.
    """
    days, known_year = _library_days(settings, findings)
    for line in holidays:
        if line.value.is_working_day:
            days.pop(line.value.day, None)
        else:
            days[line.value.day] = line.value.name
            known_year = max(known_year, line.value.day.year)
    return Calendar(
        time_zone=city.time_zone,
        holidays=days,
        weekend=settings.weekend,
        office_opens=settings.office_opens,
        office_closes=settings.office_closes,
        known_until=date(known_year, 12, 31),
    )


def _library_days(settings: CalendarSettings, findings: Findings) -> tuple[dict[date, str], int]:
    days: dict[date, str] = {}
    known_year = YEARS[-1]
    if not settings.country:
        findings.note(
            FILE,
            problem=_n("[calendar] country kosong: hanya hari di holidays.csv yang libur."),
            remedy=_n("Isi kode negara, misalnya ID, bila pustaka holidays mengenalnya."),
        )
        return days, YEARS[0]
    for category in settings.categories:
        try:
            found = _holidays_of(settings.country, category)
        except (NotImplementedError, ValueError) as error:
            findings.error(
                FILE,
                problem=_n("[calendar] tidak dikenal pustaka holidays: %(reason)s."),
                remedy=_n("Periksa country dan categories, atau kosongkan country."),
                reason=error,
            )
            continue
        days.update(found)
        known_year = min(known_year, max((day.year for day in found), default=YEARS[0]))
    return days, known_year


@lru_cache(maxsize=16)
def _holidays_of(country: str, category: str) -> Mapping[date, str]:
    """Return one category of a country's holidays; a quarter of a second the first time."""
    found = holidays_library.country_holidays(country, categories=category, years=YEARS)
    return {day: str(name) for day, name in found.items()}


def read_retention(text: str | None, findings: Findings) -> Mapping[str, int]:
    """Return the days after which a report erases itself, by visibility and protection class."""
    file = "retention.toml"
    values = read_toml(file, text, findings)
    check_sections(file, values, ("days",), findings)
    days = section(file, values, "days", findings)
    days.check_keys(
        "access_log",
        *(f"{kind}{what}" for kind in (*Visibility, *ProtectionClass) for what in RETAINED),
    )
    found = {key: days.whole(key, least=1) for key in days.values}
    for key in sorted(RETENTION_DAYS.keys() - found.keys()):
        findings.open(
            file,
            problem=_n("Masa simpan %(key)s belum ditetapkan; dipakai %(days)s hari."),
            remedy=_n("Tetapkan [days] %(key)s."),
            key=key,
            days=RETENTION_DAYS[key],
        )
    return {**RETENTION_DAYS, **found}


def read_texts(
    text: str | None, findings: Findings, *, languages: tuple[str, ...]
) -> Mapping[str, Names]:
    """Return the city's own texts by key and language."""
    file = "texts.toml"
    values = read_toml(file, text, findings)
    texts: dict[str, Names] = {}
    for key in values:
        words = section(file, values, key, findings)
        words.check_keys("id", *languages)
        names = {language: words.text(language) for language in words.values}
        texts[key] = {"id": next(iter(names.values()), ""), **names}
        _check_names(words, names)
        for language in languages:
            if language not in names:
                findings.open(
                    file,
                    problem=_n("Teks %(key)s belum ada dalam bahasa %(language)s."),
                    remedy=_n("Tambahkan terjemahannya."),
                    key=key,
                    language=language,
                )
    return texts


def _check_names(words: Section, names: Names) -> None:
    """Record a language that does not fill in what the first one does, and braces that stand alone."""
    wanted = placeholders_of(next(iter(names.values()), ""))
    for language, text in names.items():
        if sorted(placeholders_of(text)) != sorted(wanted):
            words.error(
                language,
                problem=_n("%(key)s tidak memuat nama dalam kurung kurawal yang sama."),
                remedy=_n("Pakai persis: %(names)s.") if wanted else _n("Hapus kurungnya."),
                names=", ".join(f"{{{name}}}" for name in wanted),
            )
        if has_stray_brace(text):
            words.error(
                language,
                problem=_n("%(key)s berisi kurung kurawal yang tidak berpasangan."),
                remedy=_n("Tulis {code} dengan satu kurung buka dan satu kurung tutup."),
            )


def read_release_tables(text: str | None, findings: Findings) -> tuple[Mapping[str, object], ...]:
    """Return the closed list of tables that may be released."""
    values = read_toml(RELEASE_TABLES, text, findings)
    check_sections(RELEASE_TABLES, values, ("table", "policy"), findings)
    tables = values.get("table", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        findings.error(
            RELEASE_TABLES,
            problem=_n("“table” bukan daftar."),
            remedy=_n("Tulis tiap tabel di bawah [[table]]."),
        )
        return ()
    sections = [
        Section(file=RELEASE_TABLES, name=f"table {n}", values=table, findings=findings)
        for n, table in enumerate(tables, start=1)
    ]
    codes = [_check_release_table(table) for table in sections]
    service = [table for table in tables if table.get("universe") == "service"]
    if len(service) > MAX_RELEASE_TABLES or len(set(codes)) != len(codes):
        findings.error(
            RELEASE_TABLES,
            problem=_n("Ada kode tabel yang dobel, atau lebih dari %(limit)s tabel service."),
            remedy=_n("Beri tiap tabel kode sendiri dan sisakan paling banyak %(limit)s."),
            limit=MAX_RELEASE_TABLES,
        )
    return tuple(tables)


def _check_release_table(table: Section) -> str:
    table.check_keys("code", "rows", "columns", "period", "universe")
    for key in ("rows", "columns"):
        if not isinstance(table.values.get(key), list):
            table.text(key)
    table.choice("period", PERIODS)
    if table.choice("universe", UNIVERSES) == "service":
        table.choice("rows", SERVICE_ROWS)
        table.choice("columns", SERVICE_COLUMNS)
    return table.text("code")


def read_release_policy(text: str | None, findings: Findings) -> ReleasePolicy:
    """Return when a count is withheld. A city may ask for more than the first policy, never for less."""
    usual = ReleasePolicy()
    values = section(RELEASE_TABLES, read_toml(RELEASE_TABLES, text, findings), "policy", findings)
    least = {
        "version": usual.version,
        "sensitive_to": usual.sensitive_to,
        "at_least": usual.at_least,
        "follow_up_working_days": usual.follow_up_working_days,
        "merged_below": usual.merged_below,
        "coarsen_above_percent": 0,
    }
    values.check_keys(*least)
    found = {
        key: values.whole(key, least=lowest, default=getattr(usual, key))
        for key, lowest in least.items()
    }
    if found["at_least"] <= found["sensitive_to"]:
        values.error(
            "at_least",
            problem=_n("%(key)s tidak lebih besar daripada sensitive_to."),
            remedy=_n("Tulis paling sedikit sensitive_to + 1."),
        )
    return replace(usual, **found)
