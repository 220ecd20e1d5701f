"""Correcting what kind of problem a report is, and where: routed anew, protected anew, hidden at once.

The report keeps what its resident chose; the ticket carries what staff found. Both stay.
"""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from citizenreport.cities.rules import (
    AreaLevel,
    Category,
    City,
    Priority,
    ProtectionClass,
    Visibility,
)
from citizenreport.core.errors import Conflict, InvalidInput
from citizenreport.core.keys import KeyRing
from citizenreport.core.text import _n
from citizenreport.disclosure.rules import NotStricter, stricter
from citizenreport.indicators import service as indicators
from citizenreport.intake import queries as intake_queries
from citizenreport.pipeline.handle import protect_siblings, raise_visibility, sealing_key
from citizenreport.pipeline.joint import end_unsuited
from citizenreport.publication import queries as publication_queries
from citizenreport.publication import service as publication
from citizenreport.routing.models import Assignment
from citizenreport.routing.rules import RoutingInput, decide
from citizenreport.routing.service import make_assignment
from citizenreport.storage.rules import Storage
from citizenreport.triage import service as triage
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import Act, TransitionNotYours, check_reason, told_area
from citizenreport.triage.states import OPEN, Party, State
from citizenreport.triage.ticket_clocks import due_values


class NotCorrectable(Conflict):
    code = "not-correctable"
    title = _n("Jenis dan tempat hanya dapat dibetulkan selama tiket terbuka.")


class NothingCorrected(InvalidInput):
    code = "nothing-corrected"
    title = _n("Jenis dan kelurahannya masih sama. Pilih yang benar dahulu.")


class UnknownCategory(InvalidInput):
    code = "unknown-new-category"
    title = _n("Jenis masalah ini tidak ada.")


class UnknownVillage(InvalidInput):
    code = "unknown-new-area"
    title = _n("Kelurahan ini tidak ada.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a ticket is to be about. `area_code` None: no place is stated."""

    category_code: str
    area_code: str | None


def reclassify(
    session: Session,
    city: City,
    keys: KeyRing,
    storage: Storage,
    ticket: Ticket,
    correction: Correction,
    *,
    reason: str,
    act: Act,
) -> list[str]:
    """Correct category and area of an open ticket.

    What was public is withdrawn and waits for another release. Where the rules name another agency
    for what is now known, it gets the ticket. A stricter category makes the ticket stricter; a
    laxer one changes nothing (protection.md, section 1). Returns storage keys that are no longer
    used; the door deletes them after the commit.

    Raises:
        NotCorrectable, NothingCorrected, UnknownCategory, UnknownVillage, NotStricter,
        TransitionNotYours, ReasonMissing, TextTooLong, TicketChanged.
    """
    category = _check(city, ticket, correction, act)
    text = check_reason(reason)
    before = Correction(category_code=ticket.category_code, area_code=ticket.area_code)
    visibility = stricter(Visibility(ticket.visibility), category.visibility)
    was_released = publication_queries.release_of(session, ticket.id) is not None
    unused = publication.withdraw(session, ticket_id=ticket.id)  # what was released was another
    data_key = sealing_key(session, keys, ticket)
    triage.change(session, ticket, act=act, **_values(city, ticket, category, correction))
    message = triage.write(session, ticket, "reason", text, act=act, data_key=data_key)
    payload = _payload(ticket, category, before) | {"message_id": str(message.id)}
    triage.record(session, ticket, "corrected", payload, act=act)
    if was_released:
        triage.record(session, ticket, "unreleased", {}, act=act)
    act = end_unsuited(session, city, ticket, act=replace(act, seen=ticket.version))
    if category.protection_class is not ProtectionClass.NONE:
        protect_siblings(session, city, ticket, act=act)
    if visibility is not Visibility(ticket.visibility):
        unused += raise_visibility(session, city, keys, storage, ticket, visibility, act=act)
        act = replace(act, seen=ticket.version)
    _route(session, city, keys, ticket, before, act=act)
    indicators.forget_ticket(session, ticket.id)
    return unused


def _check(city: City, ticket: Ticket, correction: Correction, act: Act) -> Category:
    """Return the category a ticket is to have."""
    if not act.parties & {Party.AGENCY, Party.DESK}:
        raise TransitionNotYours
    if State(ticket.state) not in OPEN:
        raise NotCorrectable
    category = city.categories.get(correction.category_code)
    if category is None:
        raise UnknownCategory(pointer="#/category_code")
    area = city.areas.get(correction.area_code) if correction.area_code else None
    if correction.area_code and (area is None or area.level is not AreaLevel.VILLAGE):
        raise UnknownVillage(pointer="#/area_code")
    is_same_area = correction.area_code == ticket.area_code
    if correction.category_code == ticket.category_code and is_same_area:
        raise NothingCorrected(pointer="#/category_code")
    was_protected = ticket.protection_class != ProtectionClass.NONE.value
    if was_protected and category.protection_class is ProtectionClass.NONE:
        raise NotStricter(pointer="#/category_code")
    return category


def _values(
    city: City, ticket: Ticket, category: Category, correction: Correction
) -> dict[str, Any]:
    """Return the columns that change. A priority that staff chose stays."""
    old = city.categories.get(ticket.category_code)
    is_chosen = old is not None and ticket.priority != old.priority.value
    priority = Priority(ticket.priority) if is_chosen else category.priority
    return {
        "category_code": category.category_code,
        "aspect": category.aspect.value,
        "protection_class": category.protection_class.value,
        "area_code": correction.area_code,
        "priority": priority.value,
        **due_values(city, ticket, priority=priority, category=category),
    }


def _payload(ticket: Ticket, category: Category, before: Correction) -> dict[str, Any]:
    return {
        "from_category_code": before.category_code,
        "from_area_code": told_area(ticket.visibility, before.area_code),
        "category_code": ticket.category_code,
        "area_code": told_area(ticket.visibility, ticket.area_code),
        "aspect": ticket.aspect,
        "complaint_class": category.complaint_class.value,
        "protection_class": ticket.protection_class,
        "priority": ticket.priority,
        "verification_due_at": ticket.verification_due_at.isoformat(),
        "settlement_due_at": ticket.settlement_due_at.isoformat(),
    }


def _route(
    session: Session,
    city: City,
    keys: KeyRing,
    ticket: Ticket,
    before: Correction,
    *,
    act: Act,
) -> None:
    """Give the ticket to the agency that the rules name for what it is now about.

    Where they name the same one as before, a person's decision to hand it elsewhere stands.
    """
    report = intake_queries.by_id(session, ticket.report_id)
    answers = intake_queries.answers_of(
        report, intake_queries.data_key_of(session, keys, ticket.report_id)
    )
    is_confidential = ticket.visibility == Visibility.CONFIDENTIAL.value
    given = RoutingInput(
        category_code=ticket.category_code,
        area_code=ticket.area_code,
        answers=answers,
        at=ticket.submitted_at,
        subject_agency_code=ticket.subject_agency_code,
        handlers_for=ProtectionClass(ticket.protection_class) if is_confidential else None,
    )
    was = replace(given, category_code=before.category_code, area_code=before.area_code)
    decision = decide(city, given)
    if decision.agency_code in (ticket.agency_code, decide(city, was).agency_code):
        return
    row = make_assignment(city, given, decision, report_id=ticket.report_id, now=act.at)
    assignment = Assignment(**row | {"inputs": row["inputs"].obj, "actor_id": act.actor_id})
    session.add(assignment)
    session.flush()
    triage.assign(
        session,
        ticket,
        agency_code=decision.agency_code,
        assignment_id=assignment.id,
        decided_by=decision.decided_by.value,
        act=act,
    )
