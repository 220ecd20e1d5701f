"""What staff do with a ticket, with its public row kept in step: move, answer, make stricter."""

from dataclasses import replace

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, ProtectionClass, Visibility
from citizenreport.core.ids import new_id
from citizenreport.core.keys import KeyRing
from citizenreport.disclosure.rules import check_raise, published_day
from citizenreport.indicators import service as indicators
from citizenreport.intake import queries as intake_queries
from citizenreport.intake import service as intake
from citizenreport.pipeline.release import follow_ticket
from citizenreport.publication import queries as publication_queries
from citizenreport.publication import service as publication
from citizenreport.publication.rules import ReleaseState
from citizenreport.routing import service as routing
from citizenreport.routing.models import Assignment
from citizenreport.routing.rules import DecidedBy, has_handlers, stand_in
from citizenreport.storage.rules import Storage
from citizenreport.triage import queries as triage_queries
from citizenreport.triage import referrals
from citizenreport.triage import service as triage
from citizenreport.triage.field import forget_positions
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import Act
from citizenreport.triage.states import State


def move_ticket(
    session: Session,
    city: City,
    keys: KeyRing,
    ticket: Ticket,
    target: State,
    *,
    act: Act,
    reason: str = "",
    reason_code: str | None = None,
) -> None:
    """Make one transition and let the public row follow. Raises as `triage.service.move`.

    Withdrawing ends publication (protection.md, section 6).
    """
    data_key = sealing_key(session, keys, ticket)
    triage.move(
        session,
        city,
        ticket,
        target,
        act=act,
        reason=reason,
        data_key=data_key,
        beside=triage.Beside(reason_code=reason_code),
    )
    if target is State.WITHDRAWN:
        publication.withdraw(session, ticket_id=ticket.id)  # files go with the nightly sweep
        indicators.forget_ticket(session, ticket.id)
    follow_ticket(session, city, ticket, now=act.at)


def sealing_key(session: Session, keys: KeyRing, ticket: Ticket) -> bytes | None:
    """Return the key that texts of a confidential ticket are sealed with; others need none."""
    if ticket.visibility != Visibility.CONFIDENTIAL.value:
        return None
    return intake_queries.data_key_of(session, keys, ticket.report_id)


def reply_publicly(
    session: Session,
    city: City,
    keys: KeyRing,
    ticket: Ticket,
    text: str,
    *,
    act: Act,
) -> None:
    """Answer the reporter; the public reads it too where the report's text is released.

    Raises:
        TextMissing, TextTooLong, TicketChanged.
    """
    data_key = sealing_key(session, keys, ticket)
    message = triage.reply(session, ticket, text, act=act, data_key=data_key)
    release = publication_queries.release_of(session, ticket.id)
    if release is not None and release.text_state == ReleaseState.RELEASED.value:
        publication.publish_reply(
            session,
            tracking_code=release.tracking_code,
            agency_code=ticket.agency_code,
            text=message.text or "",
            replied_on=published_day(city, act.at),
        )
    follow_ticket(session, city, ticket, now=act.at)


def raise_visibility(
    session: Session,
    city: City,
    keys: KeyRing,
    storage: Storage,
    ticket: Ticket,
    wanted: Visibility,
    *,
    act: Act,
) -> list[str]:
    """Make a ticket stricter and take it off every public surface, in one transaction.

    Every other ticket of the same report becomes as strict: they share its words. Made
    confidential, its text and photos are sealed too, and an agency without handlers for it loses it
    to one that names some. Returns storage keys that are no longer used; the door deletes them after
    the commit.

    Raises:
        NotStricter, TicketChanged.
    """
    before = Visibility(ticket.visibility)
    check_raise(before, wanted)
    parts = tuple(ticket.joint_agency_codes)
    triage.change(
        session,
        ticket,
        act=act,
        visibility=wanted.value,
        parent_ticket_id=None,
        assignee_id=None,  # who had it may not be among those who may read it now
        joint_agency_codes=[],
    )
    triage.part_duplicates(session, ticket)
    unused = publication.withdraw(session, ticket_id=ticket.id)
    if wanted is Visibility.CONFIDENTIAL:
        unused += _seal(session, keys, storage, ticket)
    payload = {"from": before.value, "to": wanted.value}
    triage.record(session, ticket, "visibility_raised", payload, act=act)
    triage.record_ended_parts(session, ticket, parts, act=act)
    if wanted is Visibility.CONFIDENTIAL:
        give_to_handlers(session, city, ticket, act=act)
    indicators.forget_ticket(session, ticket.id)
    for sibling in triage_queries.of_report(session, ticket.report_id):
        if Visibility(sibling.visibility).strictness < wanted.strictness:
            seen = replace(act, seen=sibling.version)
            unused += raise_visibility(session, city, keys, storage, sibling, wanted, act=seen)
    return unused


def _seal(session: Session, keys: KeyRing, storage: Storage, ticket: Ticket) -> list[str]:
    """Seal what was written and photographed; return the storage keys of what is plain no more."""
    data_key = intake_queries.data_key_of(session, keys, ticket.report_id)
    report = intake_queries.by_id(session, ticket.report_id)
    data_key = intake.seal_report(session, keys, report, data_key)
    unused = intake.seal_photos(session, storage, report.id, data_key)
    triage.seal_messages(session, ticket, data_key)
    routing.forget_inputs(session, [report.id], "answers")  # they are in the report, sealed
    referrals.seal_words(session, ticket, data_key)
    forget_positions(session, [ticket.id])
    return unused


def protect_siblings(session: Session, city: City, ticket: Ticket, *, act: Act) -> None:
    """Give the other tickets of a report the protection class of this one: they share its words.

    Who had them may not be among those who may read them now.
    """
    for sibling in triage_queries.of_report(session, ticket.report_id):
        if sibling.protection_class == ticket.protection_class:
            continue
        parts = tuple(sibling.joint_agency_codes)
        values = {"protection_class": ticket.protection_class, "assignee_id": None}
        seen = replace(act, seen=sibling.version)
        triage.change(session, sibling, act=seen, joint_agency_codes=[], **values)
        payload = {
            "from": sibling.visibility,
            "to": sibling.visibility,
            "protection_class": sibling.protection_class,
        }
        triage.record(session, sibling, "visibility_raised", payload, act=seen)
        triage.record_ended_parts(session, sibling, parts, act=seen)
        if sibling.visibility == Visibility.CONFIDENTIAL.value:
            give_to_handlers(session, city, sibling, act=seen)


def give_to_handlers(session: Session, city: City, ticket: Ticket, *, act: Act) -> None:
    """Take a confidential ticket from an agency where nobody may read it (decision 4)."""
    kind = ProtectionClass(ticket.protection_class)
    if has_handlers(city, ticket.agency_code, kind):
        return
    taker = stand_in(city, ticket.agency_code, kind, about=ticket.subject_agency_code)
    seen = replace(act, seen=ticket.version)
    reassign(session, city, ticket, taker, decided_by=DecidedBy.NO_HANDLER, act=seen)


def reassign(
    session: Session,
    city: City,
    ticket: Ticket,
    agency_code: str,
    *,
    decided_by: DecidedBy,
    act: Act,
) -> None:
    """Make another agency responsible, with the decision kept. Raises TicketChanged."""
    assignment = Assignment(
        id=new_id(),
        report_id=ticket.report_id,
        agency_code=agency_code,
        decided_by=decided_by.value,
        rule_id=None,
        pack_version=city.pack_version,
        inputs={"category_code": ticket.category_code, "area_code": ticket.area_code},
        decided_at=act.at,
        actor_id=act.actor_id,
    )
    session.add(assignment)
    session.flush()
    triage.assign(
        session,
        ticket,
        agency_code=agency_code,
        assignment_id=assignment.id,
        decided_by=decided_by.value,
        act=act,
    )
