"""Numbers under which tickets also stand in channels outside; a confidential one has none."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, Visibility
from citizenreport.core.errors import Conflict, InvalidInput, NotAllowed
from citizenreport.core.ids import new_id
from citizenreport.core.text import _n
from citizenreport.identity.rules import Actor
from citizenreport.triage.letter_models import OutsideCopy
from citizenreport.triage.models import Ticket
from citizenreport.triage.queries import readable_tickets
from citizenreport.triage.rules import Act
from citizenreport.triage.service import change, record

NUMBER_MAX_CHARS: Final = 60


class OutsideNumberWrong(InvalidInput):
    code = "outside-number-wrong"
    title = _n("Tulis nomor laporan di kanal itu, paling panjang 60 huruf.")


class OutsideChannelUnknown(InvalidInput):
    code = "outside-channel-unknown"
    title = _n("Pilih kanal tempat laporan ini disalin.")


class OutsideNumberKnown(Conflict):
    code = "outside-number-known"
    title = _n("Nomor itu sudah tercatat pada tiket ini.")


class NotCopiedOutside(NotAllowed):
    code = "not-copied-outside"
    title = _n("Laporan rahasia tidak disalin ke kanal lain.")


class OnlyReleasedCopied(NotAllowed):
    code = "only-released-copied"
    title = _n("Hanya laporan umum yang sudah ditayangkan yang disalin ke kanal lain.")


def keep(
    session: Session, city: City, ticket: Ticket, channel: str, number: str, *, act: Act
) -> None:
    """Keep the number of a copy.

    Raises:
        NotCopiedOutside: the ticket is confidential.
        OutsideChannelUnknown, OutsideNumberWrong, OutsideNumberKnown, TicketChanged.
    """
    _check_may_have_number(ticket)
    if channel not in city.outside_channels:
        raise OutsideChannelUnknown(pointer="#/channel")
    known = normalised(number)
    if not known or len(known) > NUMBER_MAX_CHARS:
        raise OutsideNumberWrong(pointer="#/external_number")
    change(session, ticket, act=act)
    if any(
        (one.channel, one.external_number) == (channel, known)
        for one in of_ticket(session, ticket.id)
    ):
        raise OutsideNumberKnown(pointer="#/external_number")
    session.add(
        OutsideCopy(
            id=new_id(),
            ticket_id=ticket.id,
            channel=channel,
            external_number=known,
            kept_at=act.at,
            kept_by=act.actor_id,
        )
    )
    session.flush()
    record(session, ticket, "copied_outside", {"channel": channel}, act=act)


def check_may_copy(ticket: Ticket, *, is_released: bool) -> None:
    """Raise when nothing of a ticket may leave for a channel outside: see protection.md, sections 1 and 2.

    What is restricted is its agency's, and of a public one nothing leaves before it is released.

    Raises:
        NotCopiedOutside: it is confidential.
        OnlyReleasedCopied: it is restricted, or was not released.
    """
    _check_may_have_number(ticket)
    if ticket.visibility != Visibility.PUBLIC.value or not is_released:
        raise OnlyReleasedCopied


def _check_may_have_number(ticket: Ticket) -> None:
    """A number kept here tells nobody outside anything; of a confidential ticket there is none."""
    if ticket.visibility == Visibility.CONFIDENTIAL.value:
        raise NotCopiedOutside


def normalised(number: str) -> str:
    """Return a number as it is kept and looked for: upper case, without blanks."""
    return "".join("".join(number.split()).upper().split("\x00"))


def of_ticket(session: Session, ticket_id: UUID) -> Sequence[OutsideCopy]:
    """Return the copies of a ticket, oldest first."""
    query = select(OutsideCopy).where(OutsideCopy.ticket_id == ticket_id).order_by(OutsideCopy.id)
    return session.scalars(query).all()


def by_number(session: Session, city: City, actor: Actor, number: str) -> Ticket | None:
    """Return the readable ticket that has this number outside; a confidential one never."""
    known = normalised(number)
    if not known:
        return None
    query = (
        readable_tickets(city, actor)
        .join(OutsideCopy, OutsideCopy.ticket_id == Ticket.id)
        .where(
            OutsideCopy.external_number == known,
            Ticket.visibility != Visibility.CONFIDENTIAL.value,
        )
        .order_by(Ticket.id)
        .limit(1)
    )
    return session.scalar(query)


def forget(session: Session, ticket_ids: Collection[UUID]) -> None:
    """Delete the numbers of tickets whose reporters are erased: they lead to the same words."""
    session.execute(delete(OutsideCopy).where(OutsideCopy.ticket_id.in_(ticket_ids)))
