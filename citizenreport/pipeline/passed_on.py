"""What of a report went to others: letters to bodies outside, copies in other channels.

The person behind the report may know to whom, when and with which words. What such a body answered
is not part of it: it may tell of other people, and what concerns the reporter is told as a reply.
Source: UU 27/2022, articles 5 and 7 (who asks for data and why; access and a copy).
"""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.routing.rules import agency_name
from citizenreport.triage import outside_copies, referrals
from citizenreport.triage.letter_models import OutsideCopy, Referral
from citizenreport.triage.models import Ticket


def letters_of(
    session: Session, city: City, ticket: Ticket, data_key: bytes | None
) -> list[dict[str, Any]]:
    """Return the letters about a ticket as their reporter may take them along, oldest first."""
    found = referrals.of_ticket(session, ticket.id)
    return [_letter(city, letter, data_key) for letter in found]


def copies_of(session: Session, city: City, ticket: Ticket) -> list[dict[str, str]]:
    """Return under which numbers a ticket also stands in channels outside, oldest first."""
    return [_copy(city, copy) for copy in outside_copies.of_ticket(session, ticket.id)]


def _letter(city: City, letter: Referral, data_key: bytes | None) -> dict[str, Any]:
    words = referrals.words_of(letter, data_key)
    return {
        "to": agency_name(city, letter.body_code),
        "from": agency_name(city, letter.agency_code),
        "number": referrals.letter_number(letter),
        "state": letter.state,
        "made_at": letter.made_at.isoformat(),
        "sent_on": _text(letter.sent_on),
        "answered_on": _text(letter.answered_on),
        "closed_on": _text(letter.closed_on),
        "reason": words.reason,
        "ask": words.ask,
        "consent": words.consent,
    }


def _copy(city: City, copy: OutsideCopy) -> dict[str, str]:
    channel = city.outside_channels.get(copy.channel, copy.channel)
    return {"channel": channel, "number": copy.external_number}


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
