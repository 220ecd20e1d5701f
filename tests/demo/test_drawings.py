"""The pictures of the demo."""

from io import BytesIO

import pytest
from PIL import Image

from citizenreport.cities.rules import City
from citizenreport.pipeline.demo.deeds import Photograph
from citizenreport.pipeline.demo.drawings import HEIGHT, SCENES, WIDTH, Gallery, draw
from citizenreport.pipeline.demo.script import script_for

RED = (160, 30, 30)


@pytest.mark.parametrize("scene", SCENES)
def test_a_drawing_carries_its_mark(scene: str) -> None:
    picture = Image.open(BytesIO(draw(Photograph(scene=scene, variant=0))))
    assert picture.size == (WIDTH, HEIGHT)
    corner = picture.crop((WIDTH - 400, HEIGHT - 220, WIDTH, HEIGHT))
    colours = corner.getcolors(corner.width * corner.height)
    assert colours is not None
    near_red = sum(
        count
        for count, colour in colours
        if isinstance(colour, tuple)
        and all(abs(a - b) < 40 for a, b in zip(colour, RED, strict=True))
    )
    assert near_red > 2_000


def test_the_same_picture_is_drawn_the_same() -> None:
    wanted = Photograph(scene="pothole", variant=1)
    assert draw(wanted) == draw(wanted)
    assert draw(wanted) != draw(Photograph(scene="pothole", variant=2))


def test_it_is_taken_in_like_any_photo_and_only_once() -> None:
    gallery = Gallery()
    wanted = Photograph(scene="lamp", variant=0)
    photo = gallery.photo(wanted)
    assert (photo.media_type, photo.width, photo.height) == ("image/jpeg", WIDTH, HEIGHT)
    assert gallery.photo(wanted) is photo


def test_every_story_shows_a_scene_that_can_be_drawn(city: City) -> None:
    wanted = {s.scene for theme in script_for(city).themes.values() for s in theme.stories}
    assert wanted - {None} <= set(SCENES)
