"""Published values of indicators in words and numbers of the reader's language."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import format_date, format_decimal

from citizenreport.indicators.definitions import definition_at
from citizenreport.indicators.models import PublishedIndicatorValue
from citizenreport.indicators.rules.definitions import Definition
from citizenreport.indicators.rules.periods import Period, PeriodKind
from citizenreport.indicators.rules.values import ValueStatus
from citizenreport.web.indicator_charts import QUARTERS
from citizenreport.web.indicators import (
    CHANNEL_NAMES,
    SURVEY_WORDS,
    VALUE_STATUS_NAMES,
    WAITS,
    apart_words,
    interval_of,
    period_of,
)
from citizenreport.web.locale import page_language
from citizenreport.web.translate import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the table, ready to be read."""

    period: str
    value: str
    second: str  # the 90th percentile of a wait
    interval: str
    numerator: str
    denominator: str
    status: str
    is_final: bool
    remark: str


def name_of(definition: Definition) -> str:
    """Return the name in the reader's language."""
    return definition.names.get(page_language(), definition.names["id"])


def line_of(row: PublishedIndicatorValue) -> Line:
    """Return a published value as words and localised numbers."""
    interval = interval_of(row)
    return Line(
        period=period_name(period_of(row)),
        value=_value_words(row),
        second=_quantile_words(row, "p90"),
        interval=f"{format_decimal(interval[0])}–{format_decimal(interval[1])}"
        if interval
        else "–",
        numerator=format_decimal(row.numerator),
        denominator="–" if row.denominator is None else format_decimal(row.denominator),
        status=_(VALUE_STATUS_NAMES[ValueStatus(row.status)]),
        is_final=row.status == ValueStatus.FINAL.value,
        remark=_remark(row.extra, row.unit),
    )


def period_name(period: Period) -> str:
    """Return a period in the reader's language."""
    if period.kind is PeriodKind.MONTH:
        return str(format_date(period.start_on, "MMMM y"))
    if period.kind is PeriodKind.QUARTER:
        number = QUARTERS[(period.start_on.month - 1) // 3]
        return _("Triwulan %(number)s %(year)s", number=number, year=str(period.start_on.year))
    return str(period.start_on.year)


def _quantile_words(row: PublishedIndicatorValue, name: str) -> str:
    said = str(row.extra.get(name, ""))
    mark = "> " if said.startswith("> ") else ""
    number = said.removeprefix(mark)
    return f"{mark}{format_decimal(Decimal(number))}" if number else "–"


def _value_words(row: PublishedIndicatorValue) -> str:
    if row.unit in WAITS:
        return _quantile_words(row, "median")
    if row.value is None:
        return "–"
    places = definition_at(row.code, row.definition_version).decimals
    return str(format_decimal(row.value, format=f"#,##0.{'0' * places}"))


def _remark(extra: dict[str, Any], unit: str) -> str:
    parts = []
    if extra.get("missing") == "population":
        parts.append(_("belum ada angka penduduk"))
    if "population_year" in extra:
        parts.append(_("penduduk %(year)s", year=str(extra["population_year"])))
    if "grade" in extra:
        parts.append(f"{_(SURVEY_WORDS['grade'])} {extra['grade']}")
    parts += [
        f"{_(SURVEY_WORDS[key])} {format_decimal(Decimal(extra[key]))}"
        for key in ("response_rate", "counting_error", "effective_n")
        if key in extra
    ]
    if extra.get("weighted_by_sex"):
        parts.append(_("ditimbang menurut jenis kelamin"))
    parts += [
        f"{_(CHANNEL_NAMES.get(name, name))} {format_decimal(Decimal(share))} %"
        for name, share in extra.get("channels", {}).items()
    ]
    parts += [
        f"{_(words)} {format_decimal(Decimal(extra[key]))}"
        for key, words in apart_words(unit).items()
        if extra.get(key)
    ]
    return "; ".join(parts)
