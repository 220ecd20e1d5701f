"""Splitting: one report that holds two problems becomes two tickets.

The report stays one, with one secret and one page; its words belong to every ticket of it. So a
part may not be stricter or of another protection class: who may read one may read the other.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy.orm import Session

from citizenreport.cities.rules import AreaLevel, Category, City, ProtectionClass, Visibility
from citizenreport.core.errors import Conflict, InvalidInput
from citizenreport.core.keys import KeyRing
from citizenreport.core.text import _n
from citizenreport.disclosure.rules import stricter
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.models import Report
from citizenreport.pipeline.handle import sealing_key
from citizenreport.routing.models import Assignment
from citizenreport.routing.rules import Decision, RoutingInput, decide
from citizenreport.routing.service import make_assignment
from citizenreport.triage import queries as triage_queries
from citizenreport.triage import service as triage
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import Act, TransitionNotAllowed, TransitionNotYours, check_task
from citizenreport.triage.service import Opening, make_ticket
from citizenreport.triage.states import OPEN, Party, State

MOST_TICKETS: Final = 4
"""Of one report. Who writes of more than four things has written a letter, not a report."""


class SplitRefused(Conflict):
    code = "split-refused"
    title = _n("Laporan ini sudah dipecah menjadi empat tiket.")


class SplitStricter(InvalidInput):
    code = "split-stricter"
    title = _n(
        "Bagian itu harus dilindungi lebih ketat daripada laporannya. "
        "Betulkan dahulu jenis laporan ini, agar semuanya terlindungi."
    )


class UnknownPart(InvalidInput):
    code = "unknown-part"
    title = _n("Jenis masalah atau kelurahan ini tidak ada.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What the new ticket is about: staff's words for it. `area_code` None: no place is stated."""

    category_code: str
    area_code: str | None
    text: str


def split(
    session: Session, city: City, keys: KeyRing, ticket: Ticket, piece: Piece, *, act: Act
) -> Ticket:
    """Open a second ticket on the same report, routed by its own kind and place.

    Its clocks begin now. It is never released: the report has one public page, that of its first
    ticket.

    Raises:
        SplitRefused, SplitStricter, UnknownPart, TextMissing, TextTooLong, TransitionNotYours,
        TransitionNotAllowed, TicketChanged.
    """
    category = _check(city, ticket, piece, act)
    text = check_task(piece.text)
    if len(triage_queries.of_report(session, ticket.report_id)) >= MOST_TICKETS:
        raise SplitRefused
    report = intake_queries.by_id(session, ticket.report_id)
    triage.change(session, ticket, act=act)
    given, decision = _decided(city, ticket, piece, act)
    row = make_assignment(city, given, decision, report_id=report.id, now=act.at)
    session.add(Assignment(**row | {"inputs": row["inputs"].obj, "actor_id": act.actor_id}))
    session.flush()
    opening = _opening(ticket, report, decision, row, piece)
    new = triage.open_beside(
        session, make_ticket(city, category, opening, now=act.at), ticket, act=act
    )
    to_new = replace(act, seen=new.version)
    data_key = sealing_key(session, keys, new)
    message = triage.write(session, new, "split", text, act=to_new, data_key=data_key)
    payload = {
        "split_from_ticket_id": str(ticket.id),
        "lead_agency_code": ticket.agency_code,
        "message_id": str(message.id),
    }
    triage.record(session, new, "split_off", payload, act=to_new)
    payload = {"split_ticket_id": str(new.id), "split_agency_code": new.agency_code}
    triage.record(session, ticket, "split", payload, act=act)
    return new


def _check(city: City, ticket: Ticket, piece: Piece, act: Act) -> Category:
    if not act.parties & {Party.AGENCY, Party.DESK}:
        raise TransitionNotYours
    if State(ticket.state) not in OPEN:
        raise TransitionNotAllowed(source=ticket.state)
    category = city.categories.get(piece.category_code)
    if category is None:
        raise UnknownPart(pointer="#/category_code")
    area = city.areas.get(piece.area_code) if piece.area_code else None
    if piece.area_code and (area is None or area.level is not AreaLevel.VILLAGE):
        raise UnknownPart(pointer="#/area_code")
    visibility = Visibility(ticket.visibility)
    is_stricter = stricter(visibility, category.visibility) is not visibility
    is_confidential = visibility is Visibility.CONFIDENTIAL
    is_of_others = category.protection_class.value != ticket.protection_class
    if is_stricter or (is_confidential and is_of_others):
        raise SplitStricter(pointer="#/category_code")
    return category


def _decided(city: City, ticket: Ticket, piece: Piece, act: Act) -> tuple[RoutingInput, Decision]:
    """Return which agency the rules name. The reporter's answers were about the other problem."""
    is_confidential = ticket.visibility == Visibility.CONFIDENTIAL.value
    given = RoutingInput(
        category_code=piece.category_code,
        area_code=piece.area_code,
        answers={},
        at=act.at,
        subject_agency_code=ticket.subject_agency_code,
        handlers_for=ProtectionClass(ticket.protection_class) if is_confidential else None,
    )
    return given, decide(city, given)


def _opening(
    ticket: Ticket, report: Report, decision: Decision, assignment: dict[str, Any], piece: Piece
) -> Opening:
    return Opening(
        report_id=report.id,
        assignment_id=assignment["id"],
        agency_code=decision.agency_code,
        area_code=piece.area_code,
        subject_agency_code=ticket.subject_agency_code,
        visibility=Visibility(ticket.visibility),
        channel=report.channel,
        is_demo=ticket.is_demo,
        occurred_at=report.occurred_at or ticket.submitted_at,
        decided_by=decision.decided_by.value,
        rule_id=decision.rule_id,
        needs_check=ticket.needs_check,
    )
