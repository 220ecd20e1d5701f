"""What somebody would try who knows the policy: each claim here was a hole once."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from citizenreport.cities.rules import City, ProtectionClass, Visibility
from citizenreport.core.clock import utcnow
from citizenreport.intake.models import Report
from citizenreport.pipeline.reclassify import Correction, reclassify
from citizenreport.pipeline.split import Piece, split
from citizenreport.pipeline.submit import Submitted
from citizenreport.publication.models import PublishedReport
from citizenreport.publication.rules import NotChecked
from citizenreport.routing.models import Assignment
from citizenreport.routing.rules import DecidedBy, RoutingInput, decide, has_handlers
from citizenreport.triage.states import State
from tests.doors.pages.resident import Resident
from tests.scenes import Scene

LAMP, ABOUT = "A04", "jenis_jalan"


def stored_answers(scene: Scene, report_id: object) -> list[object]:
    query = select(Assignment).where(Assignment.report_id == report_id)
    return [one.inputs.get("answers") for one in scene.session.scalars(query)]


def test_what_decided_a_confidential_routing_is_kept_sealed_only(scene: Scene) -> None:
    answers = {ABOUT: "gang"}
    plain = scene.submit(LAMP, answers=answers)
    sealed = scene.submit(LAMP, answers=answers, wish=Visibility.CONFIDENTIAL)
    assert stored_answers(scene, plain.report_id) == [answers]
    assert stored_answers(scene, sealed.report_id) == [{}]


def test_made_confidential_a_report_takes_its_answers_out_of_the_decisions(scene: Scene) -> None:
    sent = scene.submit(LAMP, answers={ABOUT: "gang"})
    scene.raise_(scene.ticket_of(sent))
    scene.session.expire_all()
    assert {str(found) for found in stored_answers(scene, sent.report_id)} == {"None"}


@pytest.mark.parametrize("access", ["tidak", "per_kasus"])
def test_no_rule_sends_a_kelurahan_what_only_a_person_may_grant(city: City, access: str) -> None:
    given = RoutingInput(category_code="A16", area_code="33.71.03.1005", answers={}, at=utcnow())
    assert decide(city, given).agency_code.startswith("KEL_")
    changed = replace(city.categories["A16"], village_access=access)
    closed = replace(city, categories={**city.categories, "A16": changed})
    decision = decide(closed, given)
    assert decision.agency_code == city.desk_agency_code
    assert decision.decided_by is DecidedBy.DESK_ASKED


def test_what_is_to_be_looked_at_twice_is_verified_before_anybody_sees_it(scene: Scene) -> None:
    ticket = scene.ticket_of(scene.submit())
    ticket.needs_check = True
    scene.session.commit()
    for words in ("Lampu mati.", None):
        with pytest.raises(NotChecked):
            scene.release(ticket, words)
        scene.session.rollback()
    assert scene.session.scalars(select(PublishedReport)).all() == []
    scene.move(ticket, State.VERIFIED)
    scene.release(ticket)
    assert len(scene.session.scalars(select(PublishedReport)).all()) == 1


@pytest.fixture
def resident(app: Flask, scene: Scene) -> Resident:
    """A browser before the scene's service."""
    return Resident(app.test_client())


def opened(resident: Resident, sent: Submitted) -> None:
    page = resident.open("/lacak")
    resident.press(page, "/lacak", code=sent.tracking_code, secret=sent.secret)


def test_a_form_left_open_never_reaches_the_report_of_another_tab(
    scene: Scene, resident: Resident
) -> None:
    secret_one = scene.submit("A12", description="Tetangga dipukuli.")
    other = scene.submit()
    opened(resident, secret_one)
    writing, erasing = resident.open("/lacak/laporan"), resident.open("/lacak/hapus")
    opened(resident, other)

    refused = resident.press(writing, "/lacak/tambah", addition="Suaminya bernama Kanari.")
    assert refused.status == 409
    assert "Suaminya bernama Kanari." in refused.response.text
    assert resident.press(erasing, "/lacak/hapus").status == 409
    scene.session.expire_all()
    for sent in (secret_one, other):
        assert scene.session.get_one(Report, sent.report_id).erased_at is None
    assert "Kanari" not in resident.open("/lacak/laporan").text

    own = resident.open("/lacak/laporan")
    assert resident.press(own, "/lacak/tambah", addition="Masih gelap.").status == 200


def test_tickets_of_one_report_are_read_by_the_handlers_of_one_class(scene: Scene) -> None:
    first = scene.ticket_of(scene.submit(wish=Visibility.CONFIDENTIAL))
    piece = Piece(category_code="A08", area_code=first.area_code, text="Ada lubang juga.")
    act = scene.act(first)
    second = split(scene.session, scene.city, scene.keys, first, piece, act=act)
    scene.session.commit()
    assert second.protection_class == ProtectionClass.NONE.value
    reclassify(
        scene.session,
        scene.city,
        scene.keys,
        scene.storage,
        first,
        Correction(category_code="A12", area_code=first.area_code),
        reason="Ternyata kekerasan di rumah.",
        act=scene.act(first),
    )
    scene.session.commit()
    assert first.protection_class == second.protection_class == ProtectionClass.VIOLENCE.value
    assert has_handlers(scene.city, second.agency_code, ProtectionClass.VIOLENCE)
    assert not has_handlers(scene.city, "DPUPR", ProtectionClass.VIOLENCE)
