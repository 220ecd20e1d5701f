"""`/petugas/webhook`: which systems are told of what is public, and the log of what they were told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final
from uuid import UUID

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

from citizenreport.console.proof import with_fresh_proof
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.errors import CitizenReportError, InvalidInput
from citizenreport.core.outgoing import AddressNotAllowed, NoAnswer, NotReached, Outgoing
from citizenreport.core.queue import enqueue
from citizenreport.core.text import _n
from citizenreport.identity.rules import Permission
from citizenreport.partners.webhooks import queries, service
from citizenreport.partners.webhooks.models import Webhook, WebhookDelivery
from citizenreport.partners.webhooks.rules import (
    KEPT,
    PING,
    BadWebhookWish,
    DeliveryState,
    HookState,
    Kind,
    Note,
    TooManyWebhooks,
)
from citizenreport.pipeline import webhooks as acts
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.problems import describe
from citizenreport.web.sessions import current_actor
from citizenreport.web.translate import _

bp = Blueprint("webhooks", __name__, url_prefix="/petugas/webhook", template_folder="templates")

KINDS: Final = {
    Kind.PUBLISHED: _n("Laporan ditayangkan"),
    Kind.STATUS_CHANGED: _n("Keadaan laporan berubah"),
    Kind.CLOSED: _n("Laporan selesai atau ditutup"),
    Kind.UPDATE_PUBLISHED: _n("Jawaban atau foto ditayangkan"),
    Kind.INDICATORS: _n("Rilis angka diterbitkan"),
}
PING_WORDS: Final = _n("Pesan uji")
STATES: Final = {
    DeliveryState.WAITING: _n("menunggu"),
    DeliveryState.DELIVERED: _n("terkirim"),
    DeliveryState.SET_ASIDE: _n("disisihkan"),
    DeliveryState.DROPPED: _n("batal: tidak lagi tayang"),
}
NOTES: Final = {
    Note.GONE: _n(
        "Dijeda otomatis: penerima menjawab 410, alamat itu sudah tidak dipakai. Kabarnya ditahan."
    ),
    Note.UNREACHABLE: _n(
        "Dijeda otomatis: tiga hari tidak ada kabar yang diterima di sana. Kabarnya ditahan."
    ),
}
FAULTS: Final = {
    AddressNotAllowed.code: _n("alamat tidak boleh dihubungi"),
    NoAnswer.code: _n("tidak ada jawaban"),
    NotReached.code: _n("tidak tercapai"),
}
NOTICES: Final = {
    "jeda": _n("Webhook dijeda. Kabarnya ditahan sampai dilanjutkan."),
    "lanjut": _n("Webhook dilanjutkan. Yang ditahan segera dikirim."),
    "hapus": _n("Webhook dihapus bersama catatannya."),
    "ulang": _n("Kabar dikirim ulang dengan nomor yang sama."),
    "uji": _n("Pesan uji dikirim. Muat ulang halaman ini untuk melihat hasilnya."),
}


class MomentUnreadable(InvalidInput):
    code = "moment-unreadable"
    title = _n("Isi tanggal dan jam, misalnya 2026-01-31T08:00.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A message in the log, in words."""

    row: WebhookDelivery
    kind: str
    state: str
    answer: str


@bp.get("")
@requires(Permission.MANAGE_WEBHOOKS)
def show() -> ResponseReturnValue:
    """List the webhooks."""
    return _page()


@bp.post("")
@requires(Permission.MANAGE_WEBHOOKS)
@with_fresh_proof
def make() -> ResponseReturnValue:
    """Make a webhook and show its secret this once."""
    url = form_text("url")
    try:
        _check_address(url)
        with transaction() as session:
            hook, secret = acts.make(
                session,
                current_keys(),
                url=url,
                description=form_text("description"),
                kinds=request.form.getlist("kind"),
                now=utcnow(),
                by=current_actor().staff_id,
            )
            id_, name = hook.id, hook.description
    except (BadWebhookWish, AddressNotAllowed, NoAnswer, TooManyWebhooks) as error:
        return _page(error)
    return _secret_page(id_, name, secret)


@bp.get("/<uuid:webhook_id>")
@requires(Permission.MANAGE_WEBHOOKS)
def log(webhook_id: UUID) -> ResponseReturnValue:
    """Show one webhook and what it was told, newest first."""
    return _log_page(webhook_id)


@bp.post("/<uuid:webhook_id>/jeda")
@requires(Permission.MANAGE_WEBHOOKS)
def pause(webhook_id: UUID) -> ResponseReturnValue:
    """Keep the messages back until the webhook goes on."""
    return _switch(webhook_id, HookState.PAUSED, "jeda")


@bp.post("/<uuid:webhook_id>/lanjut")
@requires(Permission.MANAGE_WEBHOOKS)
def resume(webhook_id: UUID) -> ResponseReturnValue:
    """Send again, with what was kept back."""
    return _switch(webhook_id, HookState.ON, "lanjut")


@bp.post("/<uuid:webhook_id>/rahasia")
@requires(Permission.MANAGE_WEBHOOKS)
@with_fresh_proof
def rotate(webhook_id: UUID) -> ResponseReturnValue:
    """Show another secret this once; the one before is good for a day more."""
    with transaction() as session:
        hook = queries.one(session, webhook_id, lock=True)
        secret = acts.rotate(
            session, current_keys(), hook, now=utcnow(), by=current_actor().staff_id
        )
        name = hook.description
    return _secret_page(webhook_id, name, secret, is_other=True)


@bp.post("/<uuid:webhook_id>/hapus")
@requires(Permission.MANAGE_WEBHOOKS)
def remove(webhook_id: UUID) -> ResponseReturnValue:
    """Forget a webhook, its secrets and its log. Asks no proof: what leaked is ended without delay."""
    with transaction() as session:
        hook = queries.one(session, webhook_id, lock=True)
        acts.remove(session, hook, now=utcnow(), by=current_actor().staff_id)
    return redirect(url_for("webhooks.show", beres="hapus"), 303)


@bp.post("/<uuid:webhook_id>/uji")
@requires(Permission.MANAGE_WEBHOOKS)
def ping(webhook_id: UUID) -> ResponseReturnValue:
    """Try the address out."""
    with transaction() as session:
        hook = queries.one(session, webhook_id)
        id_ = service.ping(session, hook, now=utcnow())
        enqueue(session, "deliver_webhook", delivery_id=id_)
    return _done(webhook_id, "uji")


@bp.post("/<uuid:webhook_id>/ulang")
@requires(Permission.MANAGE_WEBHOOKS)
def replay(webhook_id: UUID) -> ResponseReturnValue:
    """Send everything since an instant once more."""
    try:
        since = datetime.fromisoformat(form_text("since"))
    except ValueError:
        return _log_page(webhook_id, MomentUnreadable(pointer="#/since"))
    zone = current_city().calendar.time_zone
    moment = since if since.tzinfo else since.replace(tzinfo=zone)
    with transaction() as session:
        hook = queries.one(session, webhook_id, lock=True)
        service.send_again_since(session, hook, moment, now=utcnow())
        enqueue(session, "start_webhooks")
    return _done(webhook_id, "ulang")


@bp.post("/<uuid:webhook_id>/kiriman/<uuid:delivery_id>")
@requires(Permission.MANAGE_WEBHOOKS)
def send_again(webhook_id: UUID, delivery_id: UUID) -> ResponseReturnValue:
    """Send one message once more."""
    with transaction() as session:
        hook = queries.one(session, webhook_id, lock=True)
        service.send_again(session, hook, delivery_id, now=utcnow())
        enqueue(session, "deliver_webhook", delivery_id=delivery_id)
    return _done(webhook_id, "ulang")


def _check_address(url: str) -> None:
    """Raise what is wrong with an address while somebody sits before it; each attempt looks again."""
    outgoing = Outgoing(test_ca=current_app.config["OUTGOING_TEST_CA"])
    try:
        outgoing.check_address(url)
    except AddressNotAllowed:
        raise AddressNotAllowed(pointer="#/url") from None
    except NoAnswer:
        raise NoAnswer(pointer="#/url") from None


def _switch(webhook_id: UUID, state: HookState, notice: str) -> ResponseReturnValue:
    with transaction() as session:
        hook = queries.one(session, webhook_id, lock=True)
        if hook.state != state.value:
            acts.switch(session, hook, state, now=utcnow(), by=current_actor().staff_id)
        if state is HookState.ON:
            enqueue(session, "start_webhooks")
    return _done(webhook_id, notice)


def _done(webhook_id: UUID, notice: str) -> ResponseReturnValue:
    return redirect(url_for("webhooks.log", webhook_id=webhook_id, beres=notice), 303)


def _secret_page(
    webhook_id: UUID, name: str, secret: str, *, is_other: bool = False
) -> ResponseReturnValue:
    keep_out_of_caches()
    return render_template(
        "console/webhook_secret.html",
        webhook_id=webhook_id,
        name=name,
        secret=secret,
        is_other=is_other,
    )


def _page(error: CitizenReportError | None = None) -> Response:
    problem = describe(error) if error else None
    with transaction() as session:
        found = queries.every(session)
        html = render_template(
            "console/webhooks.html",
            hooks=[(one, _kind_words(one.hook), _note(one.hook)) for one in found],
            kinds=[(kind.value, _(label)) for kind, label in KINDS.items()],
            typed=request.form,
            chosen=request.form.getlist("kind"),
            notice=_notice(),
            problem=problem,
            faulty=(error.pointer or "#/").removeprefix("#/") if error else "",
        )
    return make_response(html, problem.status if problem else HTTPStatus.OK)


def _log_page(webhook_id: UUID, error: CitizenReportError | None = None) -> Response:
    problem, now = describe(error) if error else None, utcnow()
    with transaction() as session:
        hook = queries.one(session, webhook_id)
        found = queries.deliveries_of(session, webhook_id, before=_before())
        ending = queries.ending_secret(session, webhook_id, now=now)
        html = render_template(
            "console/webhook.html",
            hook=hook,
            kinds=_kind_words(hook),
            note=_note(hook),
            ending_at=ending.ends_at if ending else None,
            lines=[_line(row) for row in found[: queries.PAGE]],
            older=found[queries.PAGE - 1].id if len(found) > queries.PAGE else None,
            kept_days=KEPT.days,
            typed=request.form,
            notice=_notice(),
            problem=problem,
        )
    return make_response(html, problem.status if problem else HTTPStatus.OK)


def _before() -> UUID | None:
    try:
        return UUID(request.args.get("setelah", ""))
    except ValueError:
        return None


def _kind_words(hook: Webhook) -> Sequence[str]:
    chosen = hook.kinds.split()
    return [_(label) for kind, label in KINDS.items() if kind.value in chosen]


def _note(hook: Webhook) -> str:
    return _(NOTES[Note(hook.note)]) if hook.note else ""


def _line(row: WebhookDelivery) -> Line:
    fault = FAULTS.get(row.last_fault)
    return Line(
        row=row,
        kind=_(PING_WORDS) if row.kind == PING else _(KINDS[Kind(row.kind)]),
        state=_(STATES[DeliveryState(row.state)]),
        answer=str(row.last_status) if row.last_status else _(fault) if fault else "–",
    )


def _notice() -> str | None:
    done = request.args.get("beres", "")
    return _(NOTICES[done]) if done in NOTICES else None
