"""`/petugas/satu-opd-satu-inovasi`: how every agency stands in a year; letters of thanks and of notice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import force_locale

from citizenreport.cities.rules import City
from citizenreport.console.work_order import pdf_response
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import NotFound
from citizenreport.core.text import _n
from citizenreport.documents.pdf import Value, paper
from citizenreport.documents.tables import Cell, csv_text
from citizenreport.i18n.languages import DEFAULT_LANGUAGE
from citizenreport.identity.rules import Permission
from citizenreport.programme.movement import Standing, standings
from citizenreport.programme.rules import Stage
from citizenreport.web.context import current_city
from citizenreport.web.guards import requires
from citizenreport.web.innovations import PHASES, STAGES
from citizenreport.web.locale import day
from citizenreport.web.sessions import current_actor
from citizenreport.web.translate import _

bp = Blueprint(
    "movement", __name__, url_prefix="/petugas/satu-opd-satu-inovasi", template_folder="templates"
)

YEARS_BACK: Final = 4
DEADLINES: Final = {
    "submit": _n("Diajukan"),
    "endorse": _n("Disahkan pimpinan"),
    "apply": _n("Diterapkan"),
}
COLUMNS: Final = ("kode", "instansi", "tahun", "punya", "baru", "diterapkan", "keadaan", "inovasi")


class NoSuchLetter(NotFound):
    code = "movement-letter-not-found"
    title = _n("Surat ini tidak ada untuk instansi dan tahun itu.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One line of the calendar. `open_for`: how many agencies do not meet it yet."""

    label: str
    day_on: date
    days_left: int
    open_for: int


@bp.get("")
@requires(Permission.SEE_MOVEMENT)
def show() -> str:
    """Show every agency: has it one, is it new, is it applied; and the calendar of the year."""
    city, now = current_city(), utcnow()
    year = _year(city, now)
    with transaction() as session:
        lines = standings(session, city, year)
        this_year = city.local_date(now).year
        return render_template(
            "console/movement.html",
            lines=lines,
            year=year,
            years=range(this_year, this_year - YEARS_BACK, -1),
            deadlines=_calendar(city, lines, year, today=city.local_date(now)),
            counts=_counts(lines),
            phases=PHASES,
            stages=STAGES,
            may_write=current_actor().may(Permission.WRITE_MOVEMENT_LETTERS),
            printed_on=city.local_date(now),
        )


@bp.get("/daftar.csv")
@requires(Permission.SEE_MOVEMENT)
def table() -> Response:
    """Give the same as a CSV file: UTF-8, one agency a line."""
    city = current_city()
    year = _year(city, utcnow())
    with transaction() as session:
        text = csv_text(COLUMNS, _rows(standings(session, city, year), year))
    response = Response(text, content_type="text/csv; charset=utf-8; header=present")
    name = f"satu-opd-satu-inovasi-{year}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@bp.get("/surat/<agency_code>/penghargaan.pdf")
@requires(Permission.WRITE_MOVEMENT_LETTERS)
def reward(agency_code: str) -> Response:
    """Give the letter of thanks for an agency that has an innovation this year."""
    return _letter(agency_code, is_reward=True)


@bp.get("/surat/<agency_code>/teguran.pdf")
@requires(Permission.WRITE_MOVEMENT_LETTERS)
def notice(agency_code: str) -> Response:
    """Give the letter of notice for an agency that has none."""
    return _letter(agency_code, is_reward=False)


def _year(city: City, now: datetime) -> int:
    """Return the year that is asked for; this one when it is none of those shown."""
    this_year = city.local_date(now).year
    wanted = request.args.get("tahun", "")
    shown = {str(year): year for year in range(this_year - YEARS_BACK + 1, this_year + 1)}
    return shown.get(wanted, this_year)


def _calendar(city: City, lines: Sequence[Standing], year: int, *, today: date) -> list[Deadline]:
    return [
        Deadline(
            label=_(DEADLINES[name]),
            day_on=day_on,
            days_left=(day_on - today).days,
            open_for=sum(not line.meets(name) for line in lines),
        )
        for name, day_on in city.innovations.deadlines(year)
    ]


def _counts(lines: Sequence[Standing]) -> list[tuple[str, int]]:
    return [
        (_("Punya inovasi"), sum(line.has_one for line in lines)),
        (_("Baru"), sum(line.is_new for line in lines)),
        (_("Diterapkan"), sum(line.is_applied for line in lines)),
        (_("Belum punya"), sum(not line.has_one for line in lines)),
    ]


def _rows(lines: Sequence[Standing], year: int) -> Iterator[Sequence[Cell]]:
    words = {True: "ya", False: "tidak"}
    for line in lines:
        yield (
            line.agency_code,
            line.agency_name,
            year,
            *(words[is_so] for is_so in (line.has_one, line.is_new, line.is_applied)),
            _(PHASES[line.furthest]) if line.furthest else "",
            "; ".join(one.name for one in line.innovations),
        )


def _letter(agency_code: str, *, is_reward: bool) -> Response:
    city, now = current_city(), utcnow()
    with force_locale(DEFAULT_LANGUAGE), transaction() as session:
        year = _year(city, now)
        found = {line.agency_code: line for line in standings(session, city, year)}
        line = found.get(agency_code)
        if line is None or line.has_one is not is_reward:
            raise NoSuchLetter
        data = _words(city, line, year, today=city.local_date(now), is_reward=is_reward)
    name = f"{'penghargaan' if is_reward else 'teguran'}-{agency_code}-{year}"
    return pdf_response(paper("innovation_letter", data, made_at=now), name)


def _words(
    city: City, line: Standing, year: int, *, today: date, is_reward: bool
) -> dict[str, Value]:
    return {
        "title": "Surat penghargaan" if is_reward else "Surat teguran",
        "is_reward": is_reward,
        "city": city.name,
        "agency": "Sekretariat Daerah",
        "agency_address": "",
        "to": line.agency_name,
        "year": str(year),
        "place": city.name.removeprefix("Kota "),
        "made_on": day(today),
        "innovations": [
            [
                one.name,
                _(STAGES[Stage(one.stage)]),
                "Baru" if one.novelty_decision == "new" else "-",
            ]
            for one in line.counting
        ],
        "furthest": _(PHASES[line.furthest]) if line.furthest else "belum ada catatan",
        "deadlines": [
            [_(DEADLINES[name]), day(day_on)] for name, day_on in city.innovations.deadlines(year)
        ],
        "link": url_for("innovations.show", _external=True),
    }
