"""`/petugas/tampilan`: the views of the queue that a person keeps."""

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.console import words
from citizenreport.console.queue_filters import SORT_LABELS, address, read_wish, wish_args
from citizenreport.console.stored_words import stored_words
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import Conflict, InvalidInput
from citizenreport.identity.rules import Permission
from citizenreport.triage import views
from citizenreport.triage.queue import DueWhen, QueueWish, Sort, Whose
from citizenreport.triage.queue_models import SavedView
from citizenreport.triage.states import LABELS, State
from citizenreport.web.area_words import ASPECT_NAMES
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.sessions import current_actor
from citizenreport.web.translate import _

bp = Blueprint("views", __name__, url_prefix="/petugas/tampilan", template_folder="templates")

QUERY_MAX_CHARS = 2_000
OF_WORDS = frozenset({views.WORDS_ARG, "mirip"})


@bp.get("")
@requires(Permission.READ_TICKETS)
def show() -> str:
    """List the own views, to rename, delete or open with."""
    return _page()


@bp.post("")
@requires(Permission.READ_TICKETS)
def save() -> ResponseReturnValue:
    """Keep the filters, the words and the order that are on the screen."""
    city = current_city()
    with transaction() as session:
        wish = asked_wish(session, form_text("saringan"), city)
    filters = {name: value for name, value in wish_args(wish, city).items() if name not in OF_WORDS}
    words = wish.wording.text if wish.wording else None

    def work(session: Session, staff_id: UUID) -> str:
        view = views.save(
            session,
            current_keys(),
            staff_id,
            name=form_text("name"),
            filters=filters,
            words=words,
            now=utcnow(),
        )
        return address(view.filters)

    return _carried_out(work)


@bp.post("/<uuid:view_id>/nama")
@requires(Permission.READ_TICKETS)
def rename(view_id: UUID) -> ResponseReturnValue:
    """Give a view another name."""
    return _carried_out(
        lambda session, staff_id: views.rename(session, staff_id, view_id, form_text("name")),
        about=view_id,
    )


@bp.post("/<uuid:view_id>/utama")
@requires(Permission.READ_TICKETS)
def set_default(view_id: UUID) -> ResponseReturnValue:
    """Open the queue with this view from now on, or no longer."""
    is_default = form_text("utama") == "1"
    return _carried_out(
        lambda session, staff_id: views.set_default(
            session, staff_id, view_id, is_default=is_default
        )
    )


@bp.post("/<uuid:view_id>/hapus")
@requires(Permission.READ_TICKETS)
def delete(view_id: UUID) -> ResponseReturnValue:
    """Forget a view."""
    return _carried_out(lambda session, staff_id: views.delete(session, staff_id, view_id))


def asked_wish(session: Session, query: str, city: City) -> QueueWish:
    """Return what a form sends along as an address, from its first page. Raises as `read_wish`."""
    given = dict(parse_qsl(query[:QUERY_MAX_CHARS]))
    return read_wish({**given, "setelah": ""}, city, words_of=stored_words(session))


def said(filters: Mapping[str, str], city: City) -> str:
    """Return a view's filters and order in words."""
    spoken: Mapping[str, Callable[[str], str]] = {
        "keadaan": lambda value: _(LABELS[State(value)]),
        "instansi": lambda value: words.agency_short_name(city, value),
        "kategori": lambda value: words.category_name(city, value),
        "aspek": lambda value: _(next(n for a, n in ASPECT_NAMES.items() if a.value == value)),
        "kelurahan": lambda value: words.area_name(city, value) or value,
        "saluran": lambda value: _(words.CHANNELS[value]),
        "penanggung": lambda value: _(words.WHOSE[Whose(value)]),
        "tenggat": lambda value: _(words.DUE[DueWhen(value)]),
        "urut": lambda value: _(SORT_LABELS[Sort(value)]),
        "dari": lambda value: _("sejak %(day)s", day=value),
        "sampai": lambda value: _("sampai %(day)s", day=value),
    }
    found = [spoken[name](value) for name, value in filters.items() if name in spoken]
    return " · ".join(found) or _("Semua yang terbuka")


def _carried_out(
    work: Callable[[Session, UUID], str | None], *, about: UUID | None = None
) -> ResponseReturnValue:
    """Do it to a view of the person's own; go where it says, else to the list of views."""
    try:
        with transaction() as session:
            then = work(session, current_actor().staff_id)
    except (InvalidInput, Conflict) as error:
        return _page(error=error, about=about), 409 if isinstance(error, Conflict) else 422
    return redirect(then or url_for("views.show"), 303)


def _page(*, error: InvalidInput | Conflict | None = None, about: UUID | None = None) -> str:
    """Render the page; after a refusal with what was typed still in its field."""
    city = current_city()
    with transaction() as session:
        own = views.views_of(session, current_actor().staff_id)
        return render_template(
            "console/views.html",
            views=[_shown(view, city) for view in own],
            error=_(error.title) if error else None,
            about=about,
            typed=request.form,
        )


def _shown(view: SavedView, city: City) -> dict[str, object]:
    return {
        "id": view.id,
        "name": view.name,
        "is_default": view.is_default,
        "url": address(view.filters),
        "said": said(view.filters, city),
        "has_words": views.WORDS_ARG in view.filters,
    }
