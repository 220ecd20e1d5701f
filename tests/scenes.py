"""Things as they usually are, made through the real pipeline; a test names only what it is about."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, Visibility
from citizenreport.core.clock import utcnow
from citizenreport.core.keys import KeyRing
from citizenreport.geo.position import Position
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.rules import Channel, Draft
from citizenreport.pipeline import handle, release
from citizenreport.pipeline.release import TextRelease
from citizenreport.pipeline.submit import Send, Submitted, submit_report
from citizenreport.publication import queries as publication_queries
from citizenreport.publication.rules import ReleaseState
from citizenreport.storage.rules import Storage
from citizenreport.triage.models import Ticket
from citizenreport.triage.rules import Act
from citizenreport.triage.states import Party, State

PANJANG = Position(lon=110.22199, lat=-7.478474)
NO_SEND = Send(door="test", key="", body_hmac=b"")


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A city at work: its database session, keys and storage."""

    session: Session
    city: City
    keys: KeyRing
    storage: Storage
    officer_id: UUID = field(default_factory=uuid4)

    def draft(self, category_code: str = "A04", **fields: Any) -> Draft:
        usual: dict[str, Any] = {
            "description": "Lampu jalan mati sejak kemarin.",
            "channel": Channel.WEB,
            "position": PANJANG,
        }
        return Draft(category_code=category_code, **(usual | fields))

    def submit(
        self, category_code: str = "A04", *, now: datetime | None = None, **fields: Any
    ) -> Submitted:
        done = submit_report(
            self.session,
            self.city,
            self.keys,
            self.storage,
            self.draft(category_code, **fields),
            send=NO_SEND,
            now=now or utcnow(),
        )
        self.session.commit()
        return done

    def ticket_of(self, submitted: Submitted) -> Ticket:
        query = select(Ticket).where(Ticket.report_id == submitted.report_id)
        return self.session.scalars(query).one()

    def act(self, ticket: Ticket, *parties: Party, at: datetime | None = None) -> Act:
        by = frozenset(parties or {Party.AGENCY})
        who = self.officer_id if by & {Party.AGENCY, Party.DESK} else None
        return Act(parties=by, at=at or utcnow(), seen=ticket.version, actor_id=who)

    def move(self, ticket: Ticket, *states: State, reason: str = "Sudah diperiksa.") -> None:
        for state in states:
            party = Party.REPORTER if state is State.CONTESTED else Party.AGENCY
            handle.move_ticket(
                self.session,
                self.city,
                self.keys,
                ticket,
                state,
                act=self.act(ticket, party),
                reason=reason,
            )
            self.session.commit()

    def reply(self, ticket: Ticket, text: str = "Petugas kami ke lokasi besok.") -> None:
        handle.reply_publicly(
            self.session, self.city, self.keys, ticket, text, act=self.act(ticket)
        )
        self.session.commit()

    def release(self, ticket: Ticket, public_text: str | None = "Lampu jalan mati.") -> None:
        state = ReleaseState.HELD if public_text is None else ReleaseState.RELEASED
        release.release_report(
            self.session,
            self.city,
            ticket,
            TextRelease(state=state, public_text=public_text),
            act=self.act(ticket),
        )
        self.session.commit()

    def release_photos(self, ticket: Ticket) -> list[str]:
        """Put every photo of a released ticket before the public; return their public codes."""
        for photo in intake_queries.photos_of(self.session, ticket.report_id):
            release.release_photo(
                self.session,
                self.city,
                self.storage,
                ticket,
                photo.id,
                state=ReleaseState.RELEASED,
                act=self.act(ticket),
            )
        self.session.commit()
        decided = publication_queries.photo_releases_of(self.session, ticket.id).values()
        return [one.photo_code for one in decided if one.photo_code is not None]

    def raise_(self, ticket: Ticket, wanted: Visibility = Visibility.CONFIDENTIAL) -> list[str]:
        unused = handle.raise_visibility(
            self.session,
            self.city,
            self.keys,
            self.storage,
            ticket,
            wanted,
            act=self.act(ticket),
        )
        self.session.commit()
        return unused

    def released(self, category_code: str = "A04", **fields: Any) -> Submitted:
        submitted = self.submit(category_code, **fields)
        self.release(self.ticket_of(submitted))
        return submitted
