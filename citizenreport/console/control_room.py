"""`/petugas/kendali`: what the city desk watches over, on one page."""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from citizenreport.cities.rules import City
from citizenreport.console import words
from citizenreport.console.queue_filters import address
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.text import _n
from citizenreport.identity.rules import Permission
from citizenreport.jobs import floods
from citizenreport.jobs.stuck import StuckJob, retry, stuck_jobs, waiting_events
from citizenreport.triage import control
from citizenreport.triage.control import Lying, Volume, Waiting
from citizenreport.triage.queue import DueWhen
from citizenreport.triage.states import State
from citizenreport.web.context import current_city
from citizenreport.web.guards import requires
from citizenreport.web.sessions import current_actor
from citizenreport.web.translate import _

bp = Blueprint("control_room", __name__, url_prefix="/petugas/kendali", template_folder="templates")

SHOWN_JOBS: Final = 50
NOTICE_JOBS: Final = ("send_", "mail_", "push_", "tell_", "alert_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One number with the list behind it."""

    label: str
    url: str
    waiting: Waiting


@bp.get("")
@requires(Permission.STEER_CITY)
def show() -> str:
    """Show what lies, who is slow, what is stuck, and whether today is usual."""
    city, actor, now = current_city(), current_actor(), utcnow()
    with transaction() as session:
        jobs = stuck_jobs(session)
        return render_template(
            "console/control_room.html",
            tiles=_tiles(city, control.lying(session, city, actor, now=now)),
            agencies=[
                (words.agency_short_name(city, one.agency_code), _late_url(one.agency_code), one)
                for one in control.slow_agencies(session, city, actor, now=now)
            ],
            volume=_volume(control.volume(session, city, now=now)),
            jobs=[(job, _kind(job)) for job in jobs[:SHOWN_JOBS]],
            more_jobs=max(0, len(jobs) - SHOWN_JOBS),
            floods=floods.lately(session, now=now),
            late_events=waiting_events(session, now=now),
            notice=_("Pekerjaan dijalankan lagi.")
            if request.args.get("beres") == "ulang"
            else None,
        )


@bp.post("/pekerjaan/<int:job_id>/ulang")
@requires(Permission.STEER_CITY)
def run_again(job_id: int) -> ResponseReturnValue:
    """Have a failed job run once more."""
    with transaction() as session:
        retry(session, job_id)
    return redirect(url_for("control_room.show", beres="ulang"), 303)


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


def _kind(job: StuckJob) -> str:
    return _("Kabar") if job.name.startswith(NOTICE_JOBS) else _("Pekerjaan")
