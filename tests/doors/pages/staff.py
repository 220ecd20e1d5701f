"""Staff at work behind the pages: what they release, move and answer, through the real acts."""

from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, Visibility
from citizenreport.core.clock import utcnow
from citizenreport.core.ids import normalise_tracking_code
from citizenreport.core.keys import KeyRing
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.models import Report
from citizenreport.pipeline.handle import move_ticket, raise_visibility, reply_publicly
from citizenreport.pipeline.release import TextRelease, release_photo, release_report
from citizenreport.publication.rules import ReleaseState
from citizenreport.storage.rules import Storage
from citizenreport.triage.models import Ticket
from citizenreport.triage.queries import of_report
from citizenreport.triage.rules import Act
from citizenreport.triage.states import Party, State


@dataclass
class Staff:
    session: Session
    city: City
    keys: KeyRing
    storage: Storage

    def ticket(self, code: str) -> Ticket:
        wanted = normalise_tracking_code(code)
        report_id = self.session.scalars(
            select(Report.id).where(Report.tracking_code == wanted)
        ).one()
        return of_report(self.session, report_id)[0]

    def act(self, ticket: Ticket, party: Party = Party.AGENCY) -> Act:
        actor = uuid4() if party is Party.AGENCY else None
        return Act(parties=frozenset({party}), at=utcnow(), seen=ticket.version, actor_id=actor)

    def release(self, code: str, text: str | None = "Lampu jalan mati.", **more: str) -> None:
        ticket = self.ticket(code)
        state = ReleaseState.RELEASED if text else ReleaseState.REFUSED
        release = TextRelease(state=state, public_text=text, **more)
        ticket.needs_check = False  # all tests of a browser come from one network, a busy one
        release_report(self.session, self.city, ticket, release, act=self.act(ticket))

    def release_photos(self, code: str) -> None:
        ticket = self.ticket(code)
        for photo in intake_queries.photos_of(self.session, ticket.report_id):
            release_photo(
                self.session,
                self.city,
                self.storage,
                ticket,
                photo.id,
                state=ReleaseState.RELEASED,
                act=self.act(ticket),
            )

    def move(self, code: str, *targets: State, reason: str = "Sudah dicek di tempat.") -> None:
        ticket = self.ticket(code)
        for target in targets:
            act = self.act(ticket)
            move_ticket(self.session, self.city, self.keys, ticket, target, act=act, reason=reason)

    def reply(self, code: str, text: str) -> None:
        ticket = self.ticket(code)
        reply_publicly(self.session, self.city, self.keys, ticket, text, act=self.act(ticket))

    def hide(self, code: str) -> None:
        ticket = self.ticket(code)
        act = self.act(ticket)
        raise_visibility(
            self.session,
            self.city,
            self.keys,
            self.storage,
            ticket,
            Visibility.CONFIDENTIAL,
            act=act,
        )
