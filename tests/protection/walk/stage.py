"""Tickets that are hidden from most people, worked on by their handlers, in a world of their own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, ProtectionClass
from citizenreport.core.clock import utcnow
from citizenreport.core.db import db
from citizenreport.core.keys import KeyRing
from citizenreport.duty.calls import begin_round
from citizenreport.geo.position import Position
from citizenreport.identity.rules import Grant, Role
from citizenreport.intake.models import Photo
from citizenreport.intake.rules import Contact, Subject
from citizenreport.triage.models import Ticket
from citizenreport.triage.question_models import BodyQuestion
from tests.doors.api.programs import Program
from tests.doors.console.conftest import Desk, Visitor
from tests.protection.test_two_worlds import a_photo
from tests.protection.walk.asking import Asker, Hidden, ProgramAsker
from tests.scenes import PANJANG

KELURAHAN = "KEL_3371011003"


@dataclass(frozen=True, kw_only=True)
class Secret:
    """The facts of a hidden report that somebody may guess."""

    category_code: str
    agency_code: str
    aspect: str
    area_code: str
    words: str
    person: str
    position: Position | None

    @property
    def told(self) -> Mapping[str, str]:
        names = ("category_code", "agency_code", "aspect", "area_code", "words", "person")
        place = {"lat": str(PANJANG.lat), "lon": str(PANJANG.lon)}
        return {name: getattr(self, name) for name in names} | place


GRAVE: Final = Secret(
    category_code="T03",
    agency_code="KESBANGPOL",
    aspect="toleransi",
    area_code="33.71.03.1005",
    words="Makam leluhur kami dirusak kuburnya.",
    person="Pak Kanari Kasubbag",
    position=PANJANG,
)
GAMBLING: Final = Secret(
    category_code="A23",
    agency_code="SATPOLPP",
    aspect="aman",
    area_code="33.71.01.1003",
    words="Togel di belakang pasar tiap malam.",
    person="Bu Lain Sekali",
    position=None,  # named by its area alone
)


class PatientDesk(Desk):
    """The desk over the session of the moment: the one before ended with a request."""

    @property
    def session(self) -> Session:  # type: ignore[override]
        return db.session()

    @session.setter
    def session(self, _given: Session) -> None:
        pass


class Stage:
    """The city, people who are signed in, and tickets that are hidden from some of them."""

    def __init__(self, app: Flask, session: Session, city: City, keys: KeyRing) -> None:
        self.app, self.city = app, city
        self.desk = PatientDesk(app, session, city, keys)
        self._connection = session.connection()
        session.close()
        self._handlers: dict[tuple[str, ProtectionClass], Visitor] = {}
        for secret in (GRAVE, GAMBLING):
            for agency in (secret.agency_code, "INSPEKTORAT"):
                kind = city.categories[secret.category_code].protection_class
                username = f"{agency}-{kind}".lower().replace("_", "-")
                person = self.desk.person(handler(agency, kind), username=username, name=username)
                self._handlers[agency, kind] = person
        self.desk.report("A04", "Lampu mati.", position=PANJANG)  # so that no list is empty
        self.desk.report("N13", "Bising.", position=PANJANG)

    def asker(self, *grants: Grant) -> Asker:
        visitor = self.desk.person(*grants, username="penyerang", name="Penyerang")
        return Asker(self.app, self._connection, visitor)

    def program(self, agency_code: str) -> ProgramAsker:
        """Return a program of an agency, with all that its key may do."""
        program = Program(self.desk, agency_code)
        return ProgramAsker(self.app, self._connection, program.key)

    @contextmanager
    def world(self, secret: Secret | None) -> Iterator[Hidden]:
        """Have, for a while, two hidden tickets: about the body that leads, and about a kelurahan."""
        db.session.remove()
        point = self._connection.begin_nested()
        try:
            yield self._hidden(secret) if secret else Hidden()
        finally:
            db.session.remove()
            point.rollback()

    def _hidden(self, secret: Secret) -> Hidden:
        ids, codes = [], []
        for body, taker in (
            (secret.agency_code, "INSPEKTORAT"),
            (KELURAHAN, secret.agency_code),
        ):
            ticket = self.desk.report(
                secret.category_code,
                secret.words,
                subject=Subject(agency_code=body, person=secret.person),
                contact=Contact(name=secret.person, email="rahasia@kanari.example"),
                position=secret.position,
                area_code=None if secret.position else secret.area_code,
                photos=(a_photo(),),
            )
            assert ticket.agency_code == taker
            ids.append(ticket.id)
            codes.append(self.desk.last.tracking_code)
        calls = [self._call(ticket_id) for ticket_id in ids]
        for ticket_id in ids:
            text = f"{secret.words} @penyerang"
            self._write(secret, ticket_id, "catatan", text=text, form="catatan")
        self._write(secret, ids[1], "hak-jawab", text="Apakah ada aturannya?")
        named = {"ticket_id": ids, "call_id": [*calls, *ids], **self._made(ids)}
        return Hidden(codes=tuple(codes), ids={name: tuple(of) for name, of in named.items()})

    def _call(self, ticket_id: UUID) -> UUID:
        session = self.desk.session
        ticket = session.get_one(Ticket, ticket_id)
        call_id = begin_round(session, self.city, ticket, round_seq=1, now=utcnow()).id
        session.commit()
        return call_id

    def _made(self, ticket_ids: list[UUID]) -> dict[str, list[UUID]]:
        """Return the ids of what came of the tickets."""
        session = self.desk.session
        tickets = [session.get_one(Ticket, ticket_id) for ticket_id in ticket_ids]
        reports = [ticket.report_id for ticket in tickets]
        photos = session.scalars(select(Photo.id).where(Photo.report_id.in_(reports))).all()
        questions = session.scalars(select(BodyQuestion.id)).all()
        assert len(photos) == len(ticket_ids)
        assert questions
        return {"photo_id": list(photos), "question_id": [*questions, *ticket_ids]}

    def _write(self, secret: Secret, ticket_id: UUID, path: str, **fields: str) -> None:
        """Have a handler send a form about a ticket."""
        ticket = self.desk.session.get_one(Ticket, ticket_id)
        kind = self.city.categories[secret.category_code].protection_class
        writer = self._handlers[ticket.agency_code, kind]
        address, seen = f"/petugas/tiket/{ticket_id}/{path}", str(ticket.version)
        reply = writer.send(address, page="/petugas", seen=seen, **fields)
        assert reply.status_code == 303, (address, reply.text)


def handler(agency_code: str, kind: ProtectionClass) -> Grant:
    return Grant(role=Role.CONFIDENTIAL_HANDLER, agency_code=agency_code, protection_class=kind)
