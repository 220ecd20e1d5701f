"""`/petugas/kendali`: what the city desk watches over, on one page."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from citizenreport.cities.rules import City
from citizenreport.console import words
from citizenreport.console.job_words import is_known, job_words, kind_words, reason_words
from citizenreport.console.queue_filters import address
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.text import _n
from citizenreport.identity.rules import Permission
from citizenreport.jobs import floods
from citizenreport.jobs.stuck import StuckJob, retry, stuck_count, stuck_jobs, waiting_events
from citizenreport.triage import control
from citizenreport.triage.control import Lying, Volume, Waiting
from citizenreport.triage.queue import DueWhen
from citizenreport.triage.states import LABELS, State
from citizenreport.web.context import current_city
from citizenreport.web.guards import requires
from citizenreport.web.sessions import current_actor
from citizenreport.web.translate import _

bp = Blueprint("control_room", __name__, url_prefix="/petugas/kendali", template_folder="templates")

SHOWN_JOBS: Final = 10
JOBS_A_PAGE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One number with the list behind it."""

    label: str
    url: str
    waiting: Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownJob:
    """A stuck job in words. `is_known`: the reason has words of its own."""

    job: StuckJob
    kind: str
    name: str
    reason: str
    is_known: bool


@bp.get("")
@requires(Permission.STEER_CITY)
def show() -> str:
    """Show what lies, who is slow, what is stuck, and whether today is usual."""
    city, actor, now = current_city(), current_actor(), utcnow()
    with transaction() as session:
        return render_template(
            "console/control_room.html",
            tiles=_tiles(city, control.lying(session, city, actor, now=now)),
            agencies=[
                (words.agency_short_name(city, one.agency_code), _late_url(one.agency_code), one)
                for one in control.slow_agencies(session, city, actor, now=now)
            ],
            volume=_volume(control.volume(session, city, now=now)),
            floods=floods.lately(session, now=now),
            jobs=_shown(stuck_jobs(session, most=SHOWN_JOBS)),
            job_count=stuck_count(session),
            late_events=waiting_events(session, now=now),
        )


@bp.get("/pekerjaan")
@requires(Permission.STEER_CITY)
def jobs() -> str:
    """List every stuck job, a page at a time."""
    after = request.args.get("setelah", "")
    is_number = after.isascii() and after.isdigit() and len(after) < 19
    with transaction() as session:
        found = stuck_jobs(session, after=int(after) if is_number else 0, most=JOBS_A_PAGE + 1)
        return render_template(
            "console/stuck_jobs.html",
            jobs=_shown(found[:JOBS_A_PAGE]),
            job_count=stuck_count(session),
            next_after=found[JOBS_A_PAGE - 1].id if len(found) > JOBS_A_PAGE else None,
            notice=_("Pekerjaan dijalankan lagi.")
            if request.args.get("beres") == "ulang"
            else None,
        )


@bp.get("/hari-ini")
@requires(Permission.STEER_CITY)
def today() -> str:
    """Show what came in today by state, each number with its list."""
    city, actor, now = current_city(), current_actor(), utcnow()
    day = city.local_date(now).isoformat()
    with transaction() as session:
        counts = control.day_counts(session, city, actor, now=now)
        return render_template(
            "console/control_day.html",
            rows=[
                (
                    _(LABELS[state]),
                    count,
                    address({"keadaan": state.value, "dari": day, "sampai": day}),
                )
                for state, count in sorted(counts.by_state.items(), key=lambda one: one[0].value)
            ],
            counts=counts,
            volume=_volume(control.volume(session, city, now=now)),
        )


@bp.post("/pekerjaan/<int:job_id>/ulang")
@requires(Permission.STEER_CITY)
def run_again(job_id: int) -> ResponseReturnValue:
    """Have a failed job run once more."""
    with transaction() as session:
        retry(session, job_id)
    return redirect(url_for("control_room.jobs", beres="ulang"), 303)


def _tiles(city: City, found: Lying) -> list[Tile]:
    desk = {"instansi": city.desk_agency_code, "keadaan": State.NEW.value}
    kinds = (
        (_n("Belum tersalurkan"), desk, found.unrouted),
        (_n("Dikembalikan instansi"), {"keadaan": State.RETURNED.value}, found.returned),
        (_n("Lewat tenggat"), {"tenggat": DueWhen.OVERDUE.value}, found.overdue),
        (_n("Disanggah pelapor"), {"keadaan": State.CONTESTED.value}, found.contested),
    )
    return [
        Tile(label=_(label), url=address(args), waiting=waiting) for label, args, waiting in kinds
    ]


def _late_url(agency_code: str) -> str:
    return address({"instansi": agency_code, "tenggat": DueWhen.OVERDUE.value})


def _volume(found: Volume) -> tuple[Volume, str]:
    """Return the volume with what it means in plain words."""
    if not found.is_unusual:
        return found, _("Seperti biasa.")
    if found.today > found.usual:
        return found, _("Lebih banyak daripada biasanya.")
    return found, _("Lebih sedikit daripada biasanya.")


def _shown(jobs: Iterable[StuckJob]) -> list[ShownJob]:
    return [
        ShownJob(
            job=job,
            kind=kind_words(job.name),
            name=job_words(job.name),
            reason=reason_words(job.reason),
            is_known=is_known(job.reason),
        )
        for job in jobs
    ]
