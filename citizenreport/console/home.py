"""The first page after signing in, and the menu that every page of the console carries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, render_template, request, url_for
from sqlalchemy.orm import Session

from citizenreport.console.queue import QUEUE_READERS, Count, counted
from citizenreport.core.db import transaction
from citizenreport.core.text import _n
from citizenreport.identity.rules import Actor, Grant, Permission, Role
from citizenreport.triage.models import Ticket
from citizenreport.triage.work import own_parts, unseen_mentions
from citizenreport.web.context import current_city
from citizenreport.web.guards import requires
from citizenreport.web.sessions import current_actor, signed_in
from citizenreport.web.translate import _

bp = Blueprint("console", __name__, url_prefix="/petugas", template_folder="templates")

ROLE_NAMES: Final = {
    Role.OFFICER: _n("Petugas instansi"),
    Role.AGENCY_LEAD: _n("Pimpinan instansi"),
    Role.CONFIDENTIAL_HANDLER: _n("Penangan laporan rahasia"),
    Role.CITY_DESK: _n("Meja kota"),
    Role.ANALYST: _n("Analis"),
    Role.CITY_LEADER: _n("Pimpinan kota"),
    Role.INSPECTORATE: _n("Inspektorat"),
    Role.ADMINISTRATOR: _n("Admin"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuItem:
    """One entry of the menu, for those with one of the permissions.

    `blueprints`: whose pages the entry is marked on as the present place.
    """

    label: str
    endpoint: str
    blueprints: tuple[str, ...]
    permissions: tuple[Permission, ...]


MENU: Final = (
    MenuItem(
        label=_n("Beranda"),
        endpoint="console.home",
        blueprints=("console",),
        permissions=(Permission.OPEN_CONSOLE,),
    ),
    MenuItem(
        label=_n("Tiket"),
        endpoint="queue.show",
        blueprints=(
            "outside",
            "board",
            "mediation",
            "questions",
            "referrals",
            "work_order",
            "queue",
            "searches",
            "views",
            "bulk",
            "export",
            "ticket",
            "acts",
            "work",
            "replies",
            "joint",
            "suggestion_card",
        ),
        permissions=QUEUE_READERS,
    ),
    MenuItem(
        label=_n("Terima laporan"),
        endpoint="counter.ask",
        blueprints=("counter", "counter_similar"),
        permissions=(Permission.TAKE_REPORT,),
    ),
    MenuItem(
        label=_n("Piket"),
        endpoint="roster.show",
        blueprints=("roster", "roster_trail", "calls", "reach", "leave"),
        permissions=(Permission.MANAGE_ROSTER, Permission.MOVE_TICKET),
    ),
    MenuItem(
        label=_n("Lapangan"),
        endpoint="field.show",
        blueprints=("field",),
        permissions=(Permission.MOVE_TICKET,),
    ),
    MenuItem(
        label=_n("Rasa aman"),
        endpoint="held_answers.show",
        blueprints=("held_answers",),
        permissions=(Permission.DECIDE_HELD_ANSWERS,),
    ),
    MenuItem(
        label=_n("Indikator"),
        endpoint="imported_indicators.show",
        blueprints=("imported_indicators",),
        permissions=(Permission.ENTER_INDICATORS,),
    ),
    MenuItem(
        label=_n("Inovasi"),
        endpoint="innovations.show",
        blueprints=("innovations", "innovation_form", "innovation_effect", "innovation_index"),
        permissions=(Permission.READ_INNOVATIONS,),
    ),
    MenuItem(
        label=_n("Satu inovasi"),
        endpoint="movement.show",
        blueprints=("movement",),
        permissions=(Permission.SEE_MOVEMENT,),
    ),
    MenuItem(
        label=_n("Kendali"),
        endpoint="control_room.show",
        blueprints=(
            "control_room",
            "carriers",
            "rules",
            "rule_replays",
            "pack_edits",
            "pack_changes",
        ),
        permissions=(Permission.STEER_CITY,),
    ),
    MenuItem(
        label=_n("Impor"),
        endpoint="imports.show_all",
        blueprints=("imports", "import_mapping"),
        permissions=(Permission.IMPORT_REPORTS,),
    ),
    MenuItem(
        label=_n("Rekap"),
        endpoint="recaps.show",
        blueprints=("recaps",),
        permissions=(Permission.READ_RECAPS,),
    ),
    MenuItem(
        label=_n("Rilis"),
        endpoint="releases.show",
        blueprints=("releases",),
        permissions=(Permission.RELEASE_NUMBERS,),
    ),
    MenuItem(
        label=_n("Pertanyaan"),
        endpoint="body_questions.show",
        blueprints=("body_questions",),
        permissions=(Permission.ANSWER_FOR_BODY,),
    ),
    MenuItem(
        label=_n("Jejak"),
        endpoint="trail.show",
        blueprints=("trail",),
        permissions=(Permission.SEARCH_TRAIL,),
    ),
    MenuItem(
        label=_n("Petugas"),
        endpoint="staff.show",
        blueprints=("staff", "sso_state"),
        permissions=(Permission.MANAGE_STAFF,),
    ),
    MenuItem(
        label=_n("Kunci API"),
        endpoint="api_keys.show",
        blueprints=("api_keys",),
        permissions=(Permission.END_KEYS,),
    ),
    MenuItem(
        label=_n("Webhook"),
        endpoint="webhooks.show",
        blueprints=("webhooks",),
        permissions=(Permission.MANAGE_WEBHOOKS,),
    ),
)


CONSOLE: Final = (
    *("console", "login", "queue", "searches", "ticket", "acts", "work", "held_answers"),
    *("replies", "joint"),
    *("account", "second_step", "factors", "proof", "passkeys", "passkey_login"),
    *("staff", "delegation", "api_keys", "webhooks", "suggestion_card", "reveal"),
    *("counter", "counter_similar", "field", "roster", "roster_trail"),
    *("views", "bulk", "export"),
    *("calls", "reach", "recaps", "questions", "body_questions", "notice_choice", "leave"),
    *("trail", "imported_indicators", "releases", "imports", "import_mapping"),
    *("innovations", "innovation_form", "innovation_effect", "innovation_index", "movement"),
    *("control_room", "rules", "rule_replays", "pack_edits", "pack_changes", "sso_state"),
    "carriers",
    *("board", "columns", "outside", "mediation", "referrals", "work_order"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    label: str
    url: str
    is_here: bool


@bp.get("")
@requires(Permission.OPEN_CONSOLE)
def home() -> str:
    """Greet, and say what this account may do."""
    actor = current_actor()
    held = [(_(ROLE_NAMES[grant.role]), place_of(grant)) for grant in actor.grants]
    with transaction() as session:
        return render_template(
            "console/home.html",
            held=held,
            counts=_counts(session, actor),
            wish=None,
            mentions=_mentions(session, actor),
            parts=_parts(session, actor),
        )


def _counts(session: Session, actor: Actor) -> list[Count]:
    """Return the tiles of the queue for those who have one."""
    if not any(actor.may(permission) for permission in QUEUE_READERS):
        return []
    return counted(session, current_city(), actor)


def _mentions(session: Session, actor: Actor) -> Sequence[tuple[Ticket, str]]:
    """Return tickets, with their codes, in which a colleague named this person."""
    if not actor.may(Permission.READ_TICKETS):
        return []
    return unseen_mentions(session, current_city(), actor)


def _parts(session: Session, actor: Actor) -> Sequence[tuple[Ticket, str]]:
    """Return tickets of others, with their codes, of which this person's agency has a part."""
    if not actor.agencies(Permission.READ_TICKETS):
        return []
    return own_parts(session, current_city(), actor)


def place_of(grant: Grant) -> str | None:
    """Return the short name of the agency a role is held for, or its code when unknown."""
    if grant.agency_code is None:
        return None
    agency = current_city().agencies.get(grant.agency_code)
    return agency.short_name if agency else grant.agency_code


@bp.app_context_processor
def staff_page() -> dict[str, object]:
    """Give console pages `actor` and `staff_menu`; other pages never look at the session."""
    if request.blueprint not in CONSOLE:
        return {}
    actor = signed_in()
    return {"actor": actor, "staff_menu": menu(actor) if actor else []}


def menu(actor: Actor) -> list[Link]:
    """Return what this person may open."""
    return [
        Link(
            label=_(item.label),
            url=url_for(item.endpoint),
            is_here=request.blueprint in item.blueprints,
        )
        for item in MENU
        if any(actor.may(permission) for permission in item.permissions)
    ]
