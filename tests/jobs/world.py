"""A city with its services, in which reports come in and jobs are run by hand."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.cities.service import load
from citizenreport.core.ids import new_public_id
from citizenreport.core.keys import KeyRing, make_key_files, read_key_files
from citizenreport.core.queue import enqueue
from citizenreport.geo.position import Position
from citizenreport.intake.rules import Channel, Contact, Draft
from citizenreport.jobs.dispatch import dispatch
from citizenreport.jobs.registry import BY_NAME
from citizenreport.messaging.queries import check_of
from citizenreport.messaging.service import begin_check, confirm_contact
from citizenreport.pipeline.handle import move_ticket, reply_publicly
from citizenreport.pipeline.submit import Send, Submitted, submit_report
from citizenreport.storage.files import FileStorage
from citizenreport.triage.models import Ticket
from citizenreport.triage.queries import of_report
from citizenreport.triage.rules import Act
from citizenreport.triage.states import Party, State
from citizenreport.web.context import CityHolder, Services

ALUN_ALUN = Position(lon=110.2178, lat=-7.4766)
NOON = datetime(2026, 3, 17, 5, 0, tzinfo=UTC)
DUTY = {"SATPOLPP": "piket@satpolpp.example", "DISKOMINSTA": "meja@kota.example"}
ROAD, FIRE, VIOLENCE = "A08", "A05", "A12"  # public; public and critical; confidential, critical
CONTACT = Contact(name="Budi Santoso", email="budi@warga.example", phone="+6281234567890")


def with_duty(city: City, addresses: Mapping[str, str]) -> City:
    """Return the city with these on-call addresses and no others."""
    agencies = {
        code: replace(agency, duty_email=addresses.get(code))
        for code, agency in city.agencies.items()
    }
    return replace(city, agencies=agencies)


@dataclass
class World:
    """`session` is the test's own, or one that the test commits."""

    app: Flask
    session: Session
    city: City
    keys: KeyRing
    storage: FileStorage

    def report(self, category_code: str = ROAD, *, now: datetime = NOON, **draft: Any) -> Submitted:
        given = {
            "description": "Lubang besar di depan warung",
            "channel": Channel.WEB,
            "position": ALUN_ALUN,
        } | draft
        return submit_report(
            self.session,
            self.city,
            self.keys,
            self.storage,
            Draft(category_code=category_code, **given),
            send=Send(door="test", key=new_public_id(), body_hmac=b"1"),
            now=now,
        )

    def confirm(self, sent: Submitted) -> Submitted:
        """Have the reporter confirm the mail address: the next work sends the receipt."""
        begin_check(self.session, sent.report_id, now=NOON)
        check = check_of(self.session, sent.report_id)
        assert check is not None
        assert confirm_contact(self.session, check, now=NOON)
        enqueue(self.session, "send_receipt", ticket_id=self.ticket(sent).id, seq=1)
        return sent

    def confirmed(self, category_code: str = ROAD, **draft: Any) -> Submitted:
        """Return a report whose reporter has had the receipt."""
        return self.confirm(self.report(category_code, contact=CONTACT, **draft))

    def ticket(self, sent: Submitted) -> Ticket:
        return of_report(self.session, sent.report_id)[0]

    def act(self, ticket: Ticket, party: Party = Party.AGENCY, *, at: datetime = NOON) -> Act:
        actor = uuid4() if party in (Party.AGENCY, Party.DESK) else None
        return Act(parties=frozenset({party}), at=at, seen=ticket.version, actor_id=actor)

    def move(
        self,
        sent: Submitted,
        *targets: State,
        by: Party = Party.AGENCY,
        at: datetime = NOON,
        reason: str = "Sudah ditambal.",
    ) -> None:
        ticket = self.ticket(sent)
        for target in targets:
            act = self.act(ticket, by, at=at)
            move_ticket(self.session, self.city, self.keys, ticket, target, act=act, reason=reason)

    def reply(self, sent: Submitted, words: str) -> None:
        ticket = self.ticket(sent)
        reply_publicly(self.session, self.city, self.keys, ticket, words, act=self.act(ticket))

    def jobs(self) -> list[tuple[str, dict[str, Any]]]:
        """Return name and ids of all queued jobs, in the order they would run."""
        rows = self.session.execute(
            text("SELECT task_name, args FROM procrastinate_jobs ORDER BY priority DESC, id")
        )
        return [(name, args) for name, args in rows]

    def work(self) -> list[str]:
        """Dispatch what is new, run what is queued in place, and return the names of the jobs."""
        dispatch()
        jobs = self.jobs()
        self.session.execute(text("DELETE FROM procrastinate_jobs"))
        for name, ids in jobs:
            BY_NAME[name].run(**ids)
        return [name for name, _ in jobs]


def serve_world(
    app: Flask, session: Session, city: City, folder: Path, put: Callable[[Services], None]
) -> World:
    """Load the city into the database and give the application its services."""
    loaded = load(session, city, content={}, now=NOON)
    numbered = replace(city, pack_version=loaded.pack_version)
    make_key_files(folder / "keys", demo=True)
    keys, storage = read_key_files(folder / "keys"), FileStorage(folder / "storage")
    holder = CityHolder(lambda: numbered)
    put(Services(city_holder=holder, keys=keys, storage=storage))
    return World(app=app, session=session, city=numbered, keys=keys, storage=storage)


def queued_text(session: Session) -> str:
    """Return everything the queue holds, as one text to search in."""
    rows = session.execute(text("SELECT to_jsonb(j) FROM procrastinate_jobs j"))
    return json.dumps([row for (row,) in rows])
