"""Suggestions learned from released texts: from which, kept how long, shown to whom."""

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from citizenreport.cities.rules import Visibility
from citizenreport.commands.suggest import suggest_cli
from citizenreport.core.clock import utcnow
from citizenreport.core.ids import new_public_id
from citizenreport.jobs.suggestions import learn_again, learn_suggestions
from citizenreport.pipeline import suggest
from citizenreport.publication.models import PublishedReport
from citizenreport.publication.released_texts import released_texts
from citizenreport.suggestions import service
from citizenreport.suggestions.learned import CATEGORY
from citizenreport.triage.states import State
from tests.rooms.suggestions.made_texts import made
from tests.scenes import Scene

WORD = "kanaritayang"


@pytest.fixture
def today(scene: Scene) -> date:
    return scene.city.local_date(utcnow())


@pytest.fixture
def published(session: Session, scene: Scene, today: date) -> int:
    """Publish 240 confirmed reports of the last sixty days."""
    examples = made(240, first=today - timedelta(days=60))
    for one in examples:
        category = scene.city.categories[one.category_code]
        session.add(
            PublishedReport(
                tracking_code=new_public_id(),
                category_code=one.category_code,
                aspect=category.aspect.value,
                complaint_class=category.complaint_class.value,
                area_code=None,
                position=None,
                agency_code=one.agency_code,
                state=State.CLOSED.value,
                text=one.text,
                submitted_on=one.day,
                settlement_due_on=one.day,
                changed_on=one.day,
            )
        )
    session.commit()
    return len(examples)


def vocabulary(session: Session) -> set[str]:
    version = service.current_version(session)
    assert version is not None
    learned = service.learned_of(session, version)
    assert learned is not None
    return set(learned.vocabulary)


def run(app: Flask, *arguments: str) -> list[str]:
    result = app.test_cli_runner().invoke(suggest_cli, list(arguments))
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


def test_every_night_a_version_is_learned_measured_and_only_its_weights_kept(
    session: Session, scene: Scene, published: int, today: date
) -> None:
    learn_suggestions()
    learn_suggestions()
    newest, older = service.cards(session)
    assert newest.version > older.version
    assert (newest.example_count, newest.category_count, newest.agency_count) == (published, 4, 3)
    assert newest.measured_from == today - timedelta(days=29)
    assert newest.figures[CATEGORY]["accuracy"] > 0.9
    assert newest.figures[CATEGORY]["top3"] >= newest.figures[CATEGORY]["accuracy"]
    assert set(newest.figures) == {"category", "agency", "pack"}
    kept = session.scalars(
        text("SELECT version FROM suggestion_model WHERE content IS NOT NULL")
    ).all()
    assert kept == [newest.version]


def test_only_released_texts_that_staff_confirmed_are_read(
    session: Session, scene: Scene, today: date
) -> None:
    def texts() -> list[str]:
        return [one.text for one in released_texts(session, scene.city, until=today)]

    scene.submit("A04", description="Belum ditayangkan.")
    held = scene.ticket_of(scene.submit("A04", description="Teksnya ditahan."))
    scene.release(held, None)
    scene.move(held, State.VERIFIED)
    fresh = scene.ticket_of(scene.released("A04"))
    assert texts() == [], "released, but nobody confirmed its category"
    scene.move(fresh, State.VERIFIED)
    assert texts() == ["Lampu jalan mati."], "as published, not as the reporter wrote"
    for category in ("A08", "A12"):
        scene.submit(category, description="Terbatas atau rahasia.")
    assert texts() == ["Lampu jalan mati."]
    scene.raise_(fresh, Visibility.RESTRICTED)
    assert texts() == []


@pytest.mark.usefixtures("published")
def test_what_was_learned_of_a_text_goes_in_the_act_that_takes_it_back(
    session: Session, scene: Scene
) -> None:
    tickets = []
    for _ in range(3):
        ticket = scene.ticket_of(scene.submit("A04"))
        scene.release(ticket, f"Lampu mati {WORD}.")
        scene.move(ticket, State.VERIFIED)
        tickets.append(ticket)
    learn_suggestions()
    assert WORD in vocabulary(session)
    scene.raise_(tickets[0])
    assert service.current_version(session) is None
    asked = "SELECT task_name FROM procrastinate_jobs WHERE task_name = 'learn_again'"
    assert session.scalars(text(asked)).all() == ["learn_again"]
    learn_again()
    assert WORD not in vocabulary(session)
    version = service.current_version(session)
    learn_again()
    assert service.current_version(session) == version, "done already"
    scene.release(tickets[1], "Lampu mati.")
    assert service.current_version(session) is None, "an edited text was taken back too"


def test_a_lesson_of_a_text_taken_back_meanwhile_is_not_kept(
    session: Session, scene: Scene, published: int, today: date
) -> None:
    examples = released_texts(session, scene.city, until=today)
    assert len(examples) == published
    found = suggest.lesson(scene.city, examples, until=today)
    assert found is not None
    session.execute(
        text("DELETE FROM published_report WHERE text = :text"), {"text": examples[0].text}
    )
    assert suggest.keep(session, scene.city, found, now=utcnow()) is None
    assert service.current_version(session) is None


@pytest.mark.usefixtures("published")
def test_the_command_prints_how_good_it_is_on_later_reports(
    app: Flask, session: Session, today: date
) -> None:
    until = (today - timedelta(days=20)).isoformat()
    lines = run(app, "evaluate", "--until", until)
    assert [line.split()[0] for line in lines] == ["category", "agency", "pack"]
    for name in ("accuracy", "macro_f1", "top3", "ece", "brier"):
        assert re.search(rf"{name}=\d\.\d{{3}}", lines[0]), name
    assert service.current_version(session) is None, "it keeps nothing"
    first, *figures = run(app, "train", "--until", until)
    assert re.fullmatch(rf"Version \d+: \d+ texts until {until}\.", first)
    assert figures
    assert service.current_version(session) is not None


@pytest.mark.usefixtures("scene")
def test_a_new_city_is_told_that_its_pack_suggests(app: Flask) -> None:
    refused = app.test_cli_runner().invoke(suggest_cli, ["train"])
    assert refused.exit_code == 1
    assert "examples and keywords" in refused.output
