"""Calling a ticket settled: with photos of what was done, or with the reason why there are none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.errors import InvalidInput
from citizenreport.core.keys import KeyRing
from citizenreport.core.text import _n
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.rules import PreparedPhoto
from citizenreport.intake.service import add_photos
from citizenreport.pipeline.handle import move_ticket, sealing_key
from citizenreport.pipeline.submit import all_or_none
from citizenreport.storage.rules import Storage
from citizenreport.triage import service as triage
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import Act
from citizenreport.triage.states import State

NO_PHOTO_MAX_CHARS: Final = 300
WITHOUT: Final = "Tanpa foto sesudah: "


class AfterPhotoMissing(InvalidInput):
    code = "after-photo-missing"
    title = _n("Tambahkan foto hasil pekerjaan, atau tuliskan mengapa tidak ada fotonya.")


class NoPhotoReasonTooLong(InvalidInput):
    code = "no-photo-reason-too-long"
    title = _n("Alasan tanpa foto paling panjang 300 huruf.")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Outcome:
    """What staff say of a settled ticket. `why_no_photo`: in words, where there is none."""

    reason: str
    photos: Sequence[PreparedPhoto] = ()
    why_no_photo: str = ""


def resolve(
    session: Session,
    city: City,
    keys: KeyRing,
    storage: Storage,
    ticket: Ticket,
    outcome: Outcome,
    *,
    act: Act,
) -> None:
    """Call a ticket settled. What is built or repaired is shown, or it is said why not.

    Raises:
        AfterPhotoMissing: of a physical category, without photo and without a reason.
        NoPhotoReasonTooLong.
        As `move_ticket` and `add_photos`.
    """
    why = outcome.why_no_photo.strip()
    if len(why) > NO_PHOTO_MAX_CHARS:
        raise NoPhotoReasonTooLong(pointer="#/why_no_photo")
    if not outcome.photos and not why and wants_photo(session, city, ticket):
        raise AfterPhotoMissing(pointer="#/photos")
    with all_or_none(storage) as put:
        if outcome.photos:
            _add(session, keys, ticket, outcome.photos, put, act=act)
            act = replace(act, seen=ticket.version)
        reason = outcome.reason
        if why and reason.strip():
            reason = f"{reason.strip()}\n\n{WITHOUT}{why}"
        move_ticket(session, city, keys, ticket, State.RESOLVED, act=act, reason=reason)


def wants_photo(session: Session, city: City, ticket: Ticket) -> bool:
    """Tell whether a ticket is of a kind whose end can be seen, and nobody has shown it yet."""
    category = city.categories.get(ticket.category_code)
    if category is None or not category.is_physical:
        return False
    photos = intake_queries.photos_of(session, ticket.report_id)
    return all(photo.added_by is None for photo in photos)


def _add(
    session: Session,
    keys: KeyRing,
    ticket: Ticket,
    photos: Sequence[PreparedPhoto],
    put: Callable[[bytes], str],
    *,
    act: Act,
) -> None:
    report = intake_queries.by_id(session, ticket.report_id)
    data_key = sealing_key(session, keys, ticket)
    triage.change(session, ticket, act=act)
    ids = add_photos(session, put, report, photos, data_key, added_by=act.actor_id)
    payload = {"photo_ids": [str(id_) for id_ in ids]}
    triage.record(session, ticket, "work_shown", payload, act=act)
