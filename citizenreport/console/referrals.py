"""Referral to bodies outside: the letter, and what came of it."""

from datetime import date
from uuid import UUID

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, Visibility
from citizenreport.console import words as console_words
from citizenreport.console.acts import UnknownChoice, carry_out
from citizenreport.console.tickets import note_reading
from citizenreport.console.work_order import pdf_response
from citizenreport.core.db import transaction
from citizenreport.documents.pdf import Value, paper
from citizenreport.i18n.languages import DEFAULT_LANGUAGE
from citizenreport.identity.rules import Permission
from citizenreport.intake.models import Report
from citizenreport.pipeline import refer_by_program
from citizenreport.pipeline.handle import sealing_key
from citizenreport.pipeline.refer import refer
from citizenreport.triage import desk, referrals
from citizenreport.triage.letter_models import Referral
from citizenreport.triage.models import Ticket
from citizenreport.triage.referrals import LetterDayWrong, LetterState, LetterStep, Words
from citizenreport.triage.rules import Act
from citizenreport.web.context import current_city, current_keys
from citizenreport.web.forms import form_text
from citizenreport.web.guards import requires
from citizenreport.web.locale import day
from citizenreport.web.sessions import current_actor

bp = Blueprint("referrals", __name__, url_prefix="/petugas/tiket/<uuid:ticket_id>/rujukan")


@bp.post("")
@requires(Permission.MOVE_TICKET)
def make(ticket_id: UUID) -> ResponseReturnValue:
    """Write a letter to a body outside; the ticket ends as referred."""

    def act_on(session: Session, ticket: Ticket, act: Act) -> None:
        words = Words(
            reason=form_text("reason"), ask=form_text("ask"), consent=form_text("consent")
        )
        refer(
            session,
            current_city(),
            current_keys(),
            ticket,
            body_code=form_text("body_code"),
            words=words,
            act=act,
        )

    return carry_out(ticket_id, act_on, permission=Permission.MOVE_TICKET, notice="rujukan")


@bp.post("/<uuid:referral_id>")
@requires(Permission.MOVE_TICKET)
def follow(ticket_id: UUID, referral_id: UUID) -> ResponseReturnValue:
    """Note that a letter was sent, answered or closed."""

    def act_on(session: Session, ticket: Ticket, act: Act) -> None:
        referral = referrals.one(session, ticket, referral_id)
        data_key = sealing_key(session, current_keys(), ticket)
        referrals.take_step(
            session, current_city(), ticket, referral, _step(), act=act, data_key=data_key
        )

    return carry_out(ticket_id, act_on, permission=Permission.MOVE_TICKET, notice="surat")


@bp.post("/<uuid:referral_id>/kirim")
@requires(Permission.MOVE_TICKET)
def send(ticket_id: UUID, referral_id: UUID) -> ResponseReturnValue:
    """Have a referral go to the body's own system, or try again what was set aside."""

    def act_on(session: Session, ticket: Ticket, act: Act) -> None:
        referral = referrals.one(session, ticket, referral_id)
        refer_by_program.send(session, current_city(), ticket, referral, act=act)

    return carry_out(ticket_id, act_on, permission=Permission.MOVE_TICKET, notice="kirim-rujukan")


@bp.get("/<uuid:referral_id>/surat.pdf")
@requires(Permission.MOVE_TICKET)
def letter(ticket_id: UUID, referral_id: UUID) -> Response:
    """Send the letter as PDF, in Indonesian whatever the page's language."""
    city = current_city()
    with force_locale(DEFAULT_LANGUAGE), transaction() as session:
        found = desk.with_report(session, city, current_actor(), ticket_id)
        referral = referrals.one(session, found.ticket, referral_id)
        note_reading(session, found.ticket)
        words = referrals.words_of(referral, sealing_key(session, current_keys(), found.ticket))
        data = letter_data(city, found.ticket, found.report, referral, words)
        made_at, code = referral.made_at, found.report.tracking_code
    return pdf_response(paper("referral", data, made_at=made_at), f"rujukan-{code}")


def letter_data(
    city: City, ticket: Ticket, report: Report, referral: Referral, words: Words
) -> dict[str, Value]:
    """Return what the letter says. Of a confidential report no place goes along, of none a person."""
    made_on = city.local_date(referral.made_at)
    agency = city.agency_on(referral.agency_code, made_on)
    body = city.agency_on(referral.body_code, made_on) or city.agencies.get(referral.body_code)
    is_secret = ticket.visibility == Visibility.CONFIDENTIAL.value
    facts = [
        ["Kode laporan", report.tracking_code],
        ["Jenis masalah", console_words.category_name(city, ticket.category_code)],
        ["Laporan masuk", day(report.submitted_at)],
    ]
    if not is_secret:
        facts.append(["Tempat", console_words.area_name(city, ticket.area_code) or "tidak disebut"])
    return {
        "title": f"Rujukan {report.tracking_code}",
        "code": report.tracking_code,
        "city": city.name,
        "place": city.name.removeprefix("Kota ").removeprefix("Kabupaten "),
        "agency": agency.name if agency else referral.agency_code,
        "agency_address": agency.address if agency else "",
        "number": referrals.letter_number(referral),
        "is_secret": is_secret,
        "made_on": day(made_on),
        "body": body.name if body else referral.body_code,
        "body_address": body.address if body else "",
        "facts": facts,
        "reason": words.reason,
        "ask": words.ask,
        "consent": words.consent,
    }


def _step() -> LetterStep:
    try:
        target = LetterState(form_text("target"))
    except ValueError:
        raise UnknownChoice(pointer="#/target") from None
    try:
        on = date.fromisoformat(form_text("on"))
    except ValueError:
        raise LetterDayWrong(pointer="#/on") from None
    return LetterStep(
        target=target,
        on=on,
        external_number=form_text("external_number"),
        text=form_text("text"),
    )
