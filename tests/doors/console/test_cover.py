"""Covering faces and plates before a photo is released."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from citizenreport.documents.covering import CELLS
from citizenreport.intake.models import Photo
from citizenreport.intake.rules import PreparedPhoto
from citizenreport.jobs.thumbnails import make_thumbnail
from citizenreport.ledger.models import Event
from citizenreport.publication.models import PublishedPhoto
from citizenreport.storage.rules import Storage
from citizenreport.triage.models import Ticket
from citizenreport.web.context import EXTENSION
from tests.doors.console.conftest import TOKEN, Desk, Visitor
from tests.doors.console.people import INSPECTOR, PARKS, ROADS
from tests.doors.console.test_acts import act
from tests.doors.console.test_ticket import page_of

WHITE = (255, 255, 255)


def striped() -> PreparedPhoto:
    """Return a photo of black and white stripes: covered, they are grey."""
    picture = Image.new("RGB", (1200, 900))
    for x in range(0, 1200, 20):
        picture.paste(WHITE, (x, 0, x + 10, 900))
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=95)
    return PreparedPhoto(
        content=content.getvalue(), media_type="image/jpeg", width=1200, height=900
    )


def is_flat(content: bytes) -> bool:
    """Tell whether a picture shows no stripes."""
    darkest, lightest = Image.open(io.BytesIO(content)).convert("L").getextrema()
    return int(lightest) - int(darkest) < 40  # type: ignore[arg-type]


@pytest.fixture
def storage(app: Flask) -> Storage:
    found: Storage = app.extensions[EXTENSION].storage
    return found


@pytest.fixture
def shown(desk: Desk) -> tuple[Visitor, Ticket, Photo]:
    """An officer, a released ticket, and its photo, which is not released."""
    ticket = desk.report(photos=(striped(),))
    visitor = desk.person(ROADS)
    act(visitor, ticket, "tayang", text_state="held")
    return visitor, ticket, desk.session.scalars(select(Photo)).one()


def release(visitor: Visitor, ticket: Ticket, photo: Photo, *cells: object) -> int:
    page = visitor.get(f"/petugas/tiket/foto/{photo.id}/samarkan").text
    token = TOKEN.search(page)
    assert token is not None
    given = MultiDict(
        [
            ("csrf_token", token[1]),
            ("form", "foto"),
            ("seen", str(ticket.version)),
            ("photo_state", "released"),
            *(("cell", str(cell)) for cell in cells),
        ]
    )
    return visitor.client.post(f"{page_of(ticket)}/foto/{photo.id}", data=given).status_code


def test_the_public_sees_what_is_covered_in_no_size(
    shown: tuple[Visitor, Ticket, Photo], session: Session, storage: Storage, app: Flask
) -> None:
    visitor, ticket, photo = shown
    session.refresh(ticket)
    assert release(visitor, ticket, photo, *range(CELLS)) == 303
    make_thumbnail(photo_id=str(photo.id))  # the handlers' one, which comes later
    public = session.scalars(select(PublishedPhoto)).one()
    assert public.thumbnail_key is not None
    for key in (public.storage_key, public.thumbnail_key):
        assert is_flat(storage.get(key))
    page = app.test_client().get(f"/foto/{public.photo_code}")
    assert is_flat(page.data)
    session.refresh(photo)
    assert photo.thumbnail_key is not None
    assert not is_flat(storage.get(photo.storage_key))
    assert not is_flat(storage.get(photo.thumbnail_key))
    told = session.scalars(select(Event.payload).where(Event.type == "photo_decided")).one()
    assert told["covered"] == CELLS


def test_without_a_cell_the_photo_is_shown_as_it_is(
    shown: tuple[Visitor, Ticket, Photo], session: Session, storage: Storage
) -> None:
    visitor, ticket, photo = shown
    session.refresh(ticket)
    assert release(visitor, ticket, photo) == 303
    public = session.scalars(select(PublishedPhoto)).one()
    assert storage.get(public.storage_key) == storage.get(photo.storage_key)


@pytest.mark.parametrize("cell", [CELLS, -1, "x", "²", "01", ""])
def test_a_cell_that_is_none_releases_nothing(
    shown: tuple[Visitor, Ticket, Photo], session: Session, cell: object
) -> None:
    visitor, ticket, photo = shown
    session.refresh(ticket)
    assert release(visitor, ticket, photo, 3, cell) == 422
    assert session.scalars(select(PublishedPhoto)).all() == []


def test_each_part_has_a_name_for_who_does_not_see_it(
    shown: tuple[Visitor, Ticket, Photo],
) -> None:
    visitor, _, photo = shown
    page = visitor.get(f"/petugas/tiket/foto/{photo.id}/samarkan").text
    assert 'aria-label="Baris 1, kolom 1"' in page
    assert 'aria-label="Baris 9, kolom 12"' in page
    assert page.count('name="cell"') == CELLS


def test_only_who_may_release_it_is_asked(
    shown: tuple[Visitor, Ticket, Photo], desk: Desk, client: FlaskClient
) -> None:
    address = f"/petugas/tiket/foto/{shown[2].id}/samarkan"
    assert desk.person(PARKS, username="taman").get(address).status_code == 404
    assert desk.person(INSPECTOR, username="insp").get(address).status_code == 403
    assert client.get(address).status_code == 303
