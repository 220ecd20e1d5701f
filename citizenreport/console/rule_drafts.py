"""`/petugas/aturan`: the rules of routing edited as a draft, by category, one editor at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.cities.edited_files import ROUTING
from citizenreport.cities.edited_rules import RuleCells, cells_of, merged
from citizenreport.cities.findings import Severity
from citizenreport.cities.pack import check_pack
from citizenreport.cities.rules import AreaLevel, City
from citizenreport.cities.service import edits_in_force
from citizenreport.console import words
from citizenreport.console.edits.faults import faults_of
from citizenreport.console.rule_words import agency_choices, receiver_name, rule_conditions
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import Conflict, InvalidInput, NotFound
from citizenreport.core.text import _n
from citizenreport.identity.rules import Permission
from citizenreport.routing import drafts
from citizenreport.routing.drafts import DraftRefused
from citizenreport.web.context import current_city
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.problems import describe
from citizenreport.web.sessions import current_actor
from citizenreport.web.translate import _

bp = Blueprint("rules", __name__, url_prefix="/petugas/aturan", template_folder="templates")

ROWS_MAX: Final = 60
CELLS: Final = ("rule_id", "area_code", "answers", "office_hours", "agency_code")
NOTICES: Final = {
    "simpan": _n("Rancangan tersimpan. Aturan yang berlaku belum berubah."),
    "buang": _n("Rancangan dikembalikan ke aturan yang berlaku."),
}


class NoSuchCategory(NotFound):
    code = "no-such-category"
    title = _n("Kategori ini tidak ada.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCategory:
    """A category of the list. `is_changed`: the draft differs from what is in force."""

    code: str
    name: str
    receivers: tuple[str, ...]
    rule_count: int
    is_changed: bool


@bp.get("")
@requires(Permission.STEER_CITY)
def show() -> str:
    """List the categories with who takes them in the draft, and the latest trials."""
    city, now = current_city(), utcnow()
    today = city.local_date(now)
    with transaction() as session:
        version, rows = drafts.drafted_rows(session, city, today)
        return render_template(
            "console/rules.html",
            version=version,
            categories=_categories(city, rows, drafts.rows_in_force(city, today)),
            replays=drafts.replays(session),
            today=today.isoformat(),
            notice=_notice(),
        )


@bp.get("/kategori/<category_code>")
@requires(Permission.STEER_CITY)
def edit(category_code: str) -> ResponseReturnValue:
    """Show the rules of one category as a form."""
    return render_category(category_code)


@bp.post("/kategori/<category_code>")
@requires(Permission.STEER_CITY)
def save(category_code: str) -> ResponseReturnValue:
    """Save the rules of one category into the draft, if the whole still passes the check."""
    city, now = current_city(), utcnow()
    typed = _typed(category_code)
    try:
        with transaction() as session:
            version, rows = drafts.drafted_rows(session, city, city.local_date(now))
            others = [row for row in rows if row["category_code"] != category_code]
            wanted = [*others, *_finished(typed, rows)]
            if version == _seen():
                check_rules(session, city, wanted)
            drafts.save(
                session,
                city,
                wanted,
                seen=_seen(),
                about=category_code,
                by=current_actor().staff_id,
                now=now,
            )
    except (InvalidInput, Conflict) as error:
        return render_category(category_code, error=error, typed=typed)
    return redirect(url_for("rules.show", beres="simpan"), 303)


@bp.post("/buang")
@requires(Permission.STEER_CITY)
def discard() -> ResponseReturnValue:
    """Begin the draft anew from what is in force."""
    with transaction() as session:
        drafts.discard(
            session, current_city(), seen=_seen(), by=current_actor().staff_id, now=utcnow()
        )
    return redirect(url_for("rules.show", beres="buang"), 303)


def check_rules(session: Session, city: City, wanted: Sequence[RuleCells]) -> None:
    """Check what a draft would put into force today. Raises DraftRefused."""
    day = city.local_date(utcnow())
    current = [cells_of(row) for row in city.routing]
    check_table(session, merged(current, wanted, from_day=day))


def check_table(session: Session, rows: Sequence[RuleCells]) -> None:
    """Check a whole table with the checker of packs. Raises DraftRefused, carrying what is wrong."""
    edited = {**edits_in_force(session), ROUTING: rows}
    checked = check_pack(str(current_app.config["CITY"]), edited=edited)
    found = checked.of(Severity.ERROR)
    if found:
        raise DraftRefused(found)


def render_category(
    category_code: str,
    *,
    error: InvalidInput | Conflict | None = None,
    typed: Sequence[Mapping[str, str]] | None = None,
) -> Response:
    """Render the form; after a refused save with what was typed. Raises NoSuchCategory."""
    city = current_city()
    category = city.categories.get(category_code)
    if category is None:
        raise NoSuchCategory
    with transaction() as session:
        version, rows = drafts.drafted_rows(session, city, city.local_date(utcnow()))
    own = [row for row in rows if row["category_code"] == category_code]
    problem = describe(error) if error else None
    html = render_template(
        "console/rule_category.html",
        category_code=category_code,
        name=words.category_name(city, category_code),
        version=version,
        rows=typed if typed is not None else [*own, {}],
        in_force=[
            (row["rule_id"], rule_conditions(city, row), receiver_name(city, row["agency_code"]))
            for row in own
        ],
        questions=[q for q in category.questions if q.choices],
        villages=sorted(
            (a.name, a.area_code) for a in city.areas.values() if a.level is AreaLevel.VILLAGE
        ),
        agencies=agency_choices(city),
        problem=problem,
        faults=faults_of(city, error),
    )
    response = make_response(html, problem.status if problem else HTTPStatus.OK)
    response.headers["ETag"] = f'"{version}"'
    return response


def _typed(category_code: str) -> list[dict[str, str]]:
    """Read the rows of the form, empty ones left out."""
    rows = []
    for number in range(ROWS_MAX):
        cells = {name: form_text(f"{name}-{number}").strip() for name in CELLS}
        if cells["agency_code"] and not form_text(f"drop-{number}"):
            rows.append({**cells, "category_code": category_code})
    return rows


def _finished(
    typed: Sequence[Mapping[str, str]], drafted: Sequence[RuleCells]
) -> list[dict[str, str]]:
    """Give rows what the form does not carry, and new ones a name of their own."""
    known = {row["rule_id"]: row for row in drafted}
    used, rows = set(known), []
    for cells in typed:
        before = known.get(cells["rule_id"])
        days = {name: before[name] if before else "" for name in ("valid_from", "valid_to")}
        rule_id = cells["rule_id"] or _new_name(cells["category_code"], used)
        used.add(rule_id)
        rows.append({**cells, **days, "rule_id": rule_id, "status": "confirmed"})
        if before and {**rows[-1], "status": before["status"]} == dict(before):
            rows[-1] = dict(before)
    return rows


def _new_name(category_code: str, used: set[str]) -> str:
    number = 1
    while f"K-{category_code}-{number}" in used:
        number += 1
    return f"K-{category_code}-{number}"


def _categories(
    city: City, rows: Sequence[RuleCells], in_force: Sequence[RuleCells]
) -> list[ShownCategory]:
    def of(table: Sequence[RuleCells], code: str) -> list[RuleCells]:
        return sorted(
            (row for row in table if row["category_code"] == code), key=lambda r: r["rule_id"]
        )

    return [
        ShownCategory(
            code=code,
            name=words.category_name(city, code),
            receivers=tuple(
                dict.fromkeys(receiver_name(city, row["agency_code"]) for row in of(rows, code))
            ),
            rule_count=len(of(rows, code)),
            is_changed=of(rows, code) != of(in_force, code),
        )
        for code in sorted(city.categories)
    ]


def _seen() -> int:
    text = form_text("seen")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _notice() -> str | None:
    message = NOTICES.get(request.args.get("beres", ""))
    return _(message) if message else None
