"""`/petugas/aturan`: the rules edited as a draft, tried, put into force and taken back, by the city desk."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.keys import KeyRing
from citizenreport.intake.rules import Subject
from citizenreport.jobs import rules as jobs
from citizenreport.routing import drafts
from citizenreport.routing.draft_models import RuleDraft, RuleReplay
from citizenreport.triage.models import Ticket
from citizenreport.web.context import EXTENSION
from tests.doors.console.conftest import Desk, Visitor
from tests.doors.console.people import DESK
from tests.scenes import PANJANG

RULES, LAMPS = "/petugas/aturan", "/petugas/aturan/kategori/A04"


@pytest.fixture
def office(app: Flask, session: Session, magelang: City, keys: KeyRing) -> Desk:
    return Desk(app, session, magelang, keys)


@pytest.fixture
def person(app: Flask, office: Desk) -> Iterator[Visitor]:
    yield office.person(DESK)
    app.extensions[EXTENSION].city_holder.forget()


def lamps(session: Session, visitor: Visitor, agency: str = "DPUPR", **fields: str):  # type: ignore[no-untyped-def]
    session.expire_all()
    draft = session.scalar(select(RuleDraft))
    given = {
        "seen": str(draft.version if draft else drafts.last_version(session)),
        "rule_id-0": "R-A04",
        "agency_code-0": agency,
        "rule_id-1": "R-A04-gang",
        "agency_code-1": "@KELURAHAN",
        "answers-1": "jenis_jalan=gang",
    }
    return visitor.send(LAMPS, page=LAMPS, **(given | fields))


def tried(session: Session, visitor: Visitor) -> RuleReplay:
    draft = session.scalar(select(RuleDraft))
    assert draft is not None
    today = (utcnow() + timedelta(hours=7)).date().isoformat()
    sent = visitor.send(f"{RULES}/uji", page=RULES, seen=str(draft.version), from_day=today)
    assert sent.status_code == 303, sent.text
    row = session.scalars(select(RuleReplay).order_by(RuleReplay.asked_at.desc())).first()
    assert row is not None
    return row


class TestEditing:
    def test_a_saved_draft_changes_nothing_that_is_in_force(
        self, session: Session, person: Visitor, office: Desk
    ) -> None:
        assert lamps(session, person).status_code == 303
        page = person.get(RULES).text
        assert "DPUPR" in page
        assert "diubah" in page
        assert office.report("A04", at=utcnow(), position=PANJANG).agency_code == "DLH"

    def test_two_editors_get_a_clear_conflict_and_the_second_keeps_what_was_typed(
        self, session: Session, person: Visitor
    ) -> None:
        assert lamps(session, person, seen="0").status_code == 303
        second = lamps(session, person, "SATPOLPP", seen="0")
        assert second.status_code == 409
        assert "Orang lain baru saja menyimpan" in second.text
        assert 'value="SATPOLPP" selected' in second.text
        assert 'name="seen" value="1"' in second.text
        assert second.headers["ETag"] == '"1"'

    def test_a_category_without_an_agency_is_refused_in_clear_words(
        self, session: Session, person: Visitor
    ) -> None:
        none = lamps(session, person, **{"drop-0": "1", "drop-1": "1"})
        assert none.status_code == 422
        assert "A04 tidak punya baris" in none.text
        some = lamps(session, person, **{"drop-0": "1"})
        assert some.status_code == 422
        assert "kombinasi tanpa baris" in some.text
        assert session.scalar(select(RuleDraft)) is None

    def test_a_complaint_about_officials_is_not_sent_to_one_who_may_be_the_accused(
        self, session: Session, person: Visitor
    ) -> None:
        page = "/petugas/aturan/kategori/H05"
        fields = {"seen": "0", "rule_id-0": "R-H05", "agency_code-0": "SATPOLPP"}
        sent = person.send(page, page=page, **fields)
        assert sent.status_code == 422
        assert "pihak yang diadukan" in sent.text

    @pytest.mark.parametrize("agency", ["NOSUCH", "X_POLRES", "DROP TABLE"])
    def test_an_agency_that_is_none_is_refused(
        self, session: Session, person: Visitor, agency: str
    ) -> None:
        assert lamps(session, person, agency).status_code == 422

    def test_a_form_from_before_an_activation_does_not_pass_for_the_next_draft(
        self, session: Session, person: Visitor
    ) -> None:
        lamps(session, person)
        row = tried(session, person)
        jobs.replay_rules(replay_id=str(row.id))
        address = f"{RULES}/uji/{row.id}"
        person.send(f"{address}/berlaku", page=address, reason="Reorganisasi dinas.")
        assert lamps(session, person, "SATPOLPP", seen="0").status_code == 409
        assert lamps(session, person, "SATPOLPP").status_code == 303
        assert lamps(session, person, "DLH", seen="1").status_code == 409

    def test_a_draft_can_be_thrown_away(self, session: Session, person: Visitor) -> None:
        lamps(session, person)
        assert person.send(f"{RULES}/buang", page=RULES, seen="1").status_code == 303
        assert "diubah" not in person.get(RULES).text


class TestTrying:
    def test_the_difference_is_shown_then_done_then_undone(
        self, session: Session, person: Visitor, office: Desk
    ) -> None:
        ticket = office.report("A04", at=utcnow(), position=PANJANG)
        assert ticket.agency_code == "DLH"
        lamps(session, person)
        row = tried(session, person)
        address = f"{RULES}/uji/{row.id}"
        waiting = person.get(address)
        assert "Menunggu giliran" in waiting.text
        assert waiting.headers["Refresh"]
        jobs.replay_rules(replay_id=str(row.id))
        shown = person.get(address).text
        assert "Dari 1 laporan, 1 akan diterima instansi lain" in shown
        assert office.last.tracking_code in shown

        bare = person.send(f"{address}/berlaku", page=address, reason="")
        assert bare.status_code == 422
        done = person.send(f"{address}/berlaku", page=address, reason="Reorganisasi dinas.")
        assert done.status_code == 303, done.text
        jobs.apply_rules(replay_id=str(row.id))
        session.expire_all()
        assert session.get_one(Ticket, ticket.id).agency_code == "DPUPR"
        assert "Reorganisasi dinas." in person.get(address).text

        person.send(f"{address}/batal", page=address, reason="Keliru.")
        jobs.restore_rules(replay_id=str(row.id))
        session.expire_all()
        assert session.get_one(Ticket, ticket.id).agency_code == "DLH"
        assert "1 tiket dikembalikan" in person.get(address).text

    def test_a_confidential_ticket_counts_only_as_a_number(
        self, session: Session, person: Visitor, office: Desk
    ) -> None:
        office.report("H05", at=utcnow(), position=PANJANG)
        page = "/petugas/aturan/kategori/H05"
        fields = {"seen": "0", "rule_id-0": "R-H05", "agency_code-0": "SETDA"}
        assert person.send(page, page=page, **fields).status_code == 303
        row = tried(session, person)
        jobs.replay_rules(replay_id=str(row.id))
        shown = person.get(f"{RULES}/uji/{row.id}").text
        assert "hanya boleh dilihat penangannya" in shown
        assert office.last.tracking_code not in shown

    def test_a_day_that_has_passed_is_refused(self, session: Session, person: Visitor) -> None:
        lamps(session, person)
        fields = {"seen": "1", "from_day": "2026-01-01"}
        assert person.send(f"{RULES}/uji", page=RULES, **fields).status_code == 422
        assert session.scalar(select(RuleReplay)) is None

    def test_a_report_about_the_new_agency_stays_away_from_it(
        self, session: Session, person: Visitor, office: Desk
    ) -> None:
        about = Subject(agency_code="DPUPR")
        ticket = office.report("A04", at=utcnow(), position=PANJANG, subject=about)
        lamps(session, person)
        row = tried(session, person)
        jobs.replay_rules(replay_id=str(row.id))
        page = person.get(f"{RULES}/uji/{row.id}").text
        assert "bukan yang diadukan" in page
        address = f"{RULES}/uji/{row.id}"
        person.send(f"{address}/berlaku", page=address, reason="Reorganisasi.")
        jobs.apply_rules(replay_id=str(row.id))
        session.expire_all()
        assert session.get_one(Ticket, ticket.id).agency_code != "DPUPR"
