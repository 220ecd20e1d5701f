"""A recap in words: for the page, the sheet and the mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import current_app
from flask_babel import force_locale, format_date

from citizenreport.cities.rules import City
from citizenreport.core.text import _n
from citizenreport.documents.pdf import Value, paper
from citizenreport.i18n.languages import DEFAULT_LANGUAGE
from citizenreport.pipeline.recaps.rules import Band, Counted, Figure, Recap, Slow, Week
from citizenreport.web.translate import _, ngettext

NAMES: Final = {
    Counted.OVERDUE: _n("Lewat target selesai"),
    Counted.CONTESTED: _n("Disanggah pelapor"),
    Counted.RETURNED: _n("Dikembalikan: bukan wewenang"),
    Counted.OPEN: _n("Masih terbuka"),
    Counted.RECEIVED: _n("Laporan masuk"),
    Counted.SETTLED: _n("Dinyatakan selesai"),
}
COLUMNS: Final = (Counted.OVERDUE, Counted.CONTESTED, Counted.RETURNED, Counted.OPEN)
BANDS: Final = {
    Band.FEW: _n("kurang dari 10"),
    Band.SOME: _n("10 sampai 19"),
    Band.MANY: _n("20 sampai 49"),
    Band.VERY_MANY: _n("50 atau lebih"),
}
ON_PAPER_MAX: Final = 18
"""So many agencies fit on one sheet beside the rest; those without anything late come last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRow:
    """An agency in words. `cells` go with `COLUMNS`."""

    agency_code: str
    agency: str
    cells: tuple[Figure, ...]
    hidden_overdue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSlow:
    tracking_code: str
    what: str
    agency: str
    late: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRecap:
    """A recap in the language of the moment."""

    whose: str
    week: Week
    week_words: str
    figures: tuple[tuple[str, Figure], ...]
    columns: tuple[str, ...]
    rows: tuple[ShownRow, ...]  # of the city's edition only
    hidden_overdue: str  # of an agency's edition only
    slowest: tuple[ShownSlow, ...]


def shown_recap(city: City, recap: Recap, *, language: str) -> ShownRecap:
    """Put a recap into words."""
    is_city = recap.agency_code is None
    rows = tuple(
        ShownRow(
            agency_code=row.agency_code,
            agency=_short(city, row.agency_code),
            cells=tuple(row.figures[what] for what in COLUMNS),
            hidden_overdue=_(BANDS[row.hidden_overdue]),
        )
        for row in recap.agencies
    )
    return ShownRecap(
        whose=whose_words(city, recap.agency_code),
        week=recap.week,
        week_words=week_words(recap.week),
        figures=tuple((_(name), recap.figures[what]) for what, name in NAMES.items()),
        columns=tuple(_(NAMES[what]) for what in COLUMNS),
        rows=rows if is_city else (),
        hidden_overdue="" if is_city else rows[0].hidden_overdue,
        slowest=tuple(_slow(city, one, language) for one in recap.slowest),
    )


def whose_words(city: City, agency_code: str | None) -> str:
    """Return whose recap it is: the city's or an agency's."""
    return city.name if agency_code is None else _short(city, agency_code)


def week_words(week: Week) -> str:
    """Return a week as people say it: 16 Nov – 22 Nov 2026."""
    return f"{format_date(week.monday, 'd MMM')} – {format_date(week.sunday, 'd MMM y')}"


def recap_paper(city: City, recap: Recap, *, made_at: datetime) -> bytes:
    """Return a recap as one A4 in Indonesian."""
    with force_locale(DEFAULT_LANGUAGE):
        shown = shown_recap(city, recap, language=DEFAULT_LANGUAGE)
        data = _data(city, recap, shown)
    return paper("recap", data, made_at=made_at)


def recap_name(recap: Recap) -> str:
    """Return how the file of a recap is called, of codes only."""
    return f"rekap-{recap.week.code}-{recap.agency_code or 'kota'}"


def recap_link(recap: Recap) -> str:
    """Return the page of a recap; opening it needs a login."""
    whose = f"&instansi={recap.agency_code}" if recap.agency_code else ""
    return f"{current_app.config['PUBLIC_URL']}/petugas/rekap?pekan={recap.week.code}{whose}"


def figure_lines(shown: ShownRecap) -> str:
    """Return the figures as lines of a mail."""
    return "\n".join(
        "- "
        + _(
            "%(name)s: %(now)s (pekan sebelumnya %(before)s)", name=name, now=f.now, before=f.before
        )
        for name, f in shown.figures
    )


def row_lines(shown: ShownRecap) -> str:
    """Return the agencies and the slowest as lines of a mail."""
    blocks = []
    if shown.rows:
        late = [f"- {row.agency}: {row.cells[0].now}" for row in shown.rows if row.cells[0].now]
        blocks.append([_("Lewat target selesai, menurut instansi:"), *late])
    if shown.slowest:
        lines = [f"- {one.tracking_code} · {one.what} · {one.late}" for one in shown.slowest]
        blocks.append([_("Paling lama melewati target:"), *lines])
    told = "\n\n".join("\n".join(block) for block in blocks if len(block) > 1)
    return told or _("Tidak ada laporan tayang yang melewati target pada akhir pekan ini.")


def hidden_line(shown: ShownRecap) -> str:
    """Return the sentence about what is overdue and not public."""
    if not shown.hidden_overdue:
        return _("Yang lewat target tetapi belum atau tidak tayang: lihat halaman rekap.")
    return _("Lewat target tetapi belum atau tidak tayang: %(band)s.", band=shown.hidden_overdue)


def _data(city: City, recap: Recap, shown: ShownRecap) -> dict[str, Value]:
    agency = city.agencies.get(recap.agency_code or city.desk_agency_code)
    fitting = shown.rows[:ON_PAPER_MAX]
    return {
        "title": f"Rekap pekanan {shown.whose}",
        "city": "Pemerintah " + city.name,
        "agency": agency.name if agency else shown.whose,
        "agency_address": agency.address if agency else "",
        "week": f"{shown.week_words} ({shown.week.code})",
        "figures": [[name, *_two(figure)] for name, figure in shown.figures],
        "columns": list(shown.columns),
        "rows": [
            [row.agency, *(_cell(cell) for cell in row.cells), row.hidden_overdue]
            for row in fitting
        ],
        "left": len(shown.rows) - len(fitting),
        "hidden": shown.hidden_overdue,
        "slowest": [[one.tracking_code, one.what, one.agency, one.late] for one in shown.slowest],
    }


def _two(figure: Figure) -> Sequence[str]:
    return [str(figure.now), str(figure.before)]


def _cell(figure: Figure) -> str:
    return f"{figure.now} ({figure.before})"


def _slow(city: City, one: Slow, language: str) -> ShownSlow:
    category, area = city.categories.get(one.category_code), city.areas.get(one.area_code or "")
    name = (category.names.get(language) or category.names["id"]) if category else one.category_code
    return ShownSlow(
        tracking_code=one.tracking_code,
        what=f"{name}, {area.name}" if area else name,
        agency=_short(city, one.agency_code),
        late=ngettext("%(num)d hari", "%(num)d hari", one.days_late),
    )


def _short(city: City, agency_code: str) -> str:
    agency = city.agencies.get(agency_code)
    return agency.short_name if agency else agency_code
