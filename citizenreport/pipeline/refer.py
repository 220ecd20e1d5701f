"""Referring a ticket to a body outside the city by letter, and by program where the body takes it so;
the reporter's identity stays here.
"""

import re
from dataclasses import replace

from sqlalchemy.orm import Session

from citizenreport.cities.rules import Agency, City
from citizenreport.core.errors import InvalidInput
from citizenreport.core.keys import KeyRing
from citizenreport.core.text import _n
from citizenreport.intake import queries as intake_queries
from citizenreport.pipeline.handle import move_ticket, sealing_key
from citizenreport.pipeline.refer_by_program import send_if_it_may
from citizenreport.triage import referrals
from citizenreport.triage.letter_models import Referral
from citizenreport.triage.models import Ticket
from citizenreport.triage.referrals import Words
from citizenreport.triage.rules import Act
from citizenreport.triage.states import State

NAME_MIN_CHARS = 4  # a shorter name is a word like any other
PHONE_TAIL = 8  # digits by which a number is known, however its beginning is written


class NoSuchBody(InvalidInput):
    code = "no-such-body"
    title = _n("Pilih instansi luar yang dituju.")


class BodyIsAccused(InvalidInput):
    code = "body-is-accused"
    title = _n("Laporan ini menyangkut instansi itu. Rujuk ke instansi lain.")


class LetterNamesReporter(InvalidInput):
    code = "letter-names-reporter"
    title = _n("Surat memuat nama atau kontak pelapor. Hapus, atau catat persetujuannya dulu.")


def bodies_for(city: City, ticket: Ticket) -> list[Agency]:
    """Return the outside bodies a ticket may be referred to: those of its category first."""
    category = city.categories.get(ticket.category_code)
    own = category.external if category else ()
    found = [
        body
        for body in city.agencies.values()
        if body.is_external and body.agency_code != ticket.subject_agency_code
    ]
    return sorted(found, key=lambda body: (body.agency_code not in own, body.name))


def refer(
    session: Session,
    city: City,
    keys: KeyRing,
    ticket: Ticket,
    *,
    body_code: str,
    words: Words,
    act: Act,
) -> Referral:
    """Write the letter, and end the ticket as referred unless it is already. The reporter reads
    the reason.

    Raises:
        NoSuchBody, BodyIsAccused.
        LetterNamesReporter: their name or contact stands in it and no consent is noted.
        TextMissing, and as `move_ticket`.
    """
    _check_body(city, ticket, body_code, act=act)
    _check_identity(session, keys, ticket, words)
    if ticket.state != State.REFERRED.value:
        move_ticket(session, city, keys, ticket, State.REFERRED, act=act, reason=words.reason)
        act = replace(act, seen=ticket.version)
    data_key = sealing_key(session, keys, ticket)
    made = referrals.make(session, city, ticket, body_code, words, act=act, data_key=data_key)
    send_if_it_may(session, city, ticket, made, act=act)
    return made


def _check_body(city: City, ticket: Ticket, body_code: str, *, act: Act) -> None:
    body = city.agency_on(body_code, city.local_date(act.at))
    if body is None or not body.is_external:
        raise NoSuchBody(pointer="#/body_code")
    if body_code == ticket.subject_agency_code:
        raise BodyIsAccused(pointer="#/body_code")


def _check_identity(session: Session, keys: KeyRing, ticket: Ticket, words: Words) -> None:
    if words.consent.strip():
        return
    report = intake_queries.by_id(session, ticket.report_id)
    data_key = intake_queries.data_key_of(session, keys, report.id)
    contact = intake_queries.contact_of(report, data_key)
    for pointer, written in (("#/reason", words.reason), ("#/ask", words.ask)):
        plain = " ".join(written.casefold().split())
        digits = re.sub(r"\D", "", written)
        phone = re.sub(r"\D", "", contact.phone or "")[-PHONE_TAIL:]
        name = " ".join((contact.name or "").casefold().split())
        is_named = len(name) >= NAME_MIN_CHARS and name in plain
        is_mailed = bool(contact.email) and (contact.email or "").casefold() in plain
        is_called = len(phone) == PHONE_TAIL and phone in digits
        if is_named or is_mailed or is_called:
            raise LetterNamesReporter(pointer=pointer)
