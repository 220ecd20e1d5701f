"""What the public sees: only what was released, as exactly as the category allows, in step."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from citizenreport.cities.rules import PublicPrecision, Visibility
from citizenreport.core.clock import utcnow
from citizenreport.core.db import public_reading
from citizenreport.intake.queries import photos_of
from citizenreport.intake.rules import PreparedPhoto
from citizenreport.pipeline import release
from citizenreport.publication import queries as public
from citizenreport.publication.models import PublishedPhoto, PublishedReport
from citizenreport.publication.rules import (
    NotReleasable,
    NotReleased,
    PhotoNotReleasable,
    PublicTextInvalid,
    ReleaseState,
)
from citizenreport.storage.rules import StoredFileNotFound
from citizenreport.triage.rules import TicketChanged
from citizenreport.triage.states import State
from tests.scenes import PANJANG, Scene

PHOTO = PreparedPhoto(content=b"\xff\xd8 a photo", media_type="image/jpeg", width=4, height=3)


def test_nothing_is_public_before_release(scene: Scene) -> None:
    scene.submit()
    assert scene.session.scalars(select(PublishedReport)).all() == []


def test_a_released_report_shows_the_edited_text_and_never_the_own_words(scene: Scene) -> None:
    sent = scene.submit(description="Lampu di depan rumah Pak Budi mati.", landmark="rumah Budi")
    scene.release(scene.ticket_of(sent), "Lampu jalan mati.")
    published = public.by_code(scene.session, sent.tracking_code)
    assert published.text == "Lampu jalan mati."
    assert published.landmark is None
    assert published.position == PANJANG
    assert published.submitted_at is not None


def test_held_text_shows_a_report_without_words(scene: Scene) -> None:
    sent = scene.submit()
    scene.release(scene.ticket_of(sent), None)
    assert public.by_code(scene.session, sent.tracking_code).text is None


def test_a_coarse_category_shows_a_grid_point_and_the_day(scene: Scene) -> None:
    coarse = next(
        c
        for c in scene.city.categories.values()
        if c.public_precision is PublicPrecision.GRID_100M and c.visibility is Visibility.PUBLIC
    )
    sent = scene.submit(coarse.category_code)
    scene.release(scene.ticket_of(sent))
    published = public.by_code(scene.session, sent.tracking_code)
    assert published.position is not None
    assert published.position != PANJANG
    assert published.submitted_at is None


@pytest.mark.parametrize("category_code", ["A01", "A12", "H05", "Z99"])
def test_what_is_not_public_is_never_released(scene: Scene, category_code: str) -> None:
    ticket = scene.ticket_of(scene.submit(category_code))
    with pytest.raises(NotReleasable):
        scene.release(ticket)


def test_a_public_category_made_stricter_is_never_released(scene: Scene) -> None:
    ticket = scene.ticket_of(scene.submit(wish=Visibility.RESTRICTED))
    with pytest.raises(NotReleasable):
        scene.release(ticket)


@pytest.mark.parametrize("words", ["", "   ", "x" * 4_001])
def test_public_text_has_bounds(scene: Scene, words: str) -> None:
    ticket = scene.ticket_of(scene.submit())
    with pytest.raises(PublicTextInvalid):
        scene.release(ticket, words)


def test_the_public_row_follows_its_ticket(scene: Scene) -> None:
    sent = scene.released()
    ticket = scene.ticket_of(sent)
    scene.move(ticket, State.VERIFIED, State.IN_PROGRESS)
    scene.reply(ticket, "Petugas berangkat pagi ini.")
    scene.move(ticket, State.RESOLVED)
    published = public.by_code(scene.session, sent.tracking_code)
    assert published.state == "resolved"
    assert published.settled_on == scene.city.local_date(utcnow())
    [reply] = public.replies_of(scene.session, sent.tracking_code)
    assert reply.text == "Petugas berangkat pagi ini."


def test_a_reply_to_a_report_without_public_text_stays_between_two(scene: Scene) -> None:
    sent = scene.submit()
    ticket = scene.ticket_of(sent)
    scene.release(ticket, None)
    scene.reply(ticket)
    assert public.replies_of(scene.session, sent.tracking_code) == []


def test_a_photo_is_public_only_once_released_and_is_a_copy(scene: Scene) -> None:
    sent = scene.submit(photos=(PHOTO, PHOTO))
    ticket = scene.ticket_of(sent)
    first, second = photos_of(scene.session, sent.report_id)
    with pytest.raises(NotReleased):
        decide(scene, ticket, first.id, ReleaseState.RELEASED)
    scene.release(ticket)
    decide(scene, ticket, first.id, ReleaseState.RELEASED)
    decide(scene, ticket, second.id, ReleaseState.REFUSED)

    [published] = public.photos_of(scene.session, sent.tracking_code)
    assert published.storage_key != first.storage_key
    assert scene.storage.get(published.storage_key) == PHOTO.content


def test_a_category_without_public_photos_shows_none(scene: Scene) -> None:
    closed = next(
        c
        for c in scene.city.categories.values()
        if not c.public_photo and c.visibility is Visibility.PUBLIC
    )
    sent = scene.submit(closed.category_code, photos=(PHOTO,))
    ticket = scene.ticket_of(sent)
    scene.release(ticket)
    [photo] = photos_of(scene.session, sent.report_id)
    with pytest.raises(PhotoNotReleasable):
        decide(scene, ticket, photo.id, ReleaseState.RELEASED)


def test_raising_takes_everything_off_the_public_and_seals_it(scene: Scene) -> None:
    sent = scene.submit(description="kanari-teks", landmark="kanari-tempat", photos=(PHOTO,))
    ticket = scene.ticket_of(sent)
    scene.release(ticket, "kanari-umum")
    [photo] = photos_of(scene.session, sent.report_id)
    plain_key = photo.storage_key
    decide(scene, ticket, photo.id, ReleaseState.RELEASED)
    scene.reply(ticket, "kanari-jawaban")

    unused = scene.raise_(ticket)

    assert scene.session.scalars(select(PublishedReport)).all() == []
    assert scene.session.scalars(select(PublishedPhoto)).all() == []
    assert plain_key in unused
    for key in unused:
        scene.storage.delete(key)
    with pytest.raises(StoredFileNotFound):
        scene.storage.get(plain_key)
    assert PHOTO.content not in scene.storage.get(photo.storage_key)
    everything = " ".join(
        scene.session.execute(text(f"SELECT {table}::text FROM {table}")).scalars().all().__str__()
        for table in ("report", "message", "ticket", "event", "published_report", "published_reply")
    )
    assert "kanari" not in everything


def test_two_officers_at_once_only_the_first_is_taken(scene: Scene) -> None:
    ticket = scene.ticket_of(scene.submit())
    stale = scene.act(ticket)
    scene.move(ticket, State.VERIFIED)
    before = ticket.version
    with pytest.raises(TicketChanged):
        release.release_report(
            scene.session,
            scene.city,
            ticket,
            release.TextRelease(state=ReleaseState.HELD),
            act=stale,
        )
    assert ticket.version == before
    assert scene.session.scalars(select(PublishedReport)).all() == []


def test_public_reading_may_read_published_rows_and_nothing_else(scene: Scene) -> None:
    scene.released()
    with public_reading() as session:
        assert session.scalar(text("SELECT count(*) FROM published_report")) == 1
    tables = scene.session.scalars(
        text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    ).all()
    told = {"spatial_ref_sys", "imported_indicator_value"}
    others = [name for name in tables if not name.startswith("published_") and name not in told]
    assert len(others) > 10
    for table in others:
        with (
            public_reading() as session,
            pytest.raises(ProgrammingError, match="permission denied"),
        ):
            session.execute(text(f"SELECT 1 FROM {table}"))
    with public_reading() as session:  # figures of other bodies, not who entered them
        session.execute(text("SELECT code, year, value, source FROM imported_indicator_value"))
    for column in ("entered_by", "entered_at", "evidence_key", "correction"):
        with (
            public_reading() as session,
            pytest.raises(ProgrammingError, match="permission denied"),
        ):
            session.execute(text(f"SELECT {column} FROM imported_indicator_value"))
    with public_reading() as session, pytest.raises(DBAPIError, match="read-only"):
        session.execute(text("DELETE FROM published_report"))


def test_deadlines_shown_are_days(scene: Scene) -> None:
    sent = scene.released()
    published = public.by_code(scene.session, sent.tracking_code)
    assert published.settlement_due_on > scene.city.local_date(utcnow() + timedelta(days=10))


def decide(scene: Scene, ticket, photo_id, state: ReleaseState) -> None:
    release.release_photo(
        scene.session,
        scene.city,
        scene.storage,
        ticket,
        photo_id,
        state=state,
        act=scene.act(ticket),
    )
    scene.session.commit()
