"""Pictures for the demo: plain drawings with DEMO written on them, taken in like anybody's photo."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from random import Random
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from citizenreport.intake.photos import prepare_photo
from citizenreport.intake.rules import PreparedPhoto
from citizenreport.pipeline.demo.deeds import Photograph

WIDTH, HEIGHT = 1200, 900
HORIZON = 520
MARK: Final = "DEMO"
MARK_SIZE_PX: Final = 84

Colour = tuple[int, int, int]
Scene = Callable[[ImageDraw.ImageDraw, Random], None]

NIGHT: Final[Colour] = (22, 26, 46)
DAY: Final[Colour] = (188, 216, 232)
RAIN: Final[Colour] = (148, 160, 170)
GRASS: Final[Colour] = (104, 140, 84)
ASPHALT: Final[Colour] = (92, 94, 98)
WALLS: Final[tuple[Colour, ...]] = (
    (226, 206, 172),
    (196, 218, 206),
    (232, 190, 168),
    (214, 214, 222),
)
ROOF: Final[Colour] = (150, 78, 58)
WATER: Final[Colour] = (128, 118, 92)
BAGS: Final[tuple[Colour, ...]] = ((34, 34, 38), (58, 92, 140), (206, 206, 200), (170, 60, 56))


@dataclass(slots=True)
class Gallery:
    """The pictures, each drawn and taken in once."""

    prepared: dict[Photograph, PreparedPhoto] = field(default_factory=dict)

    def photo(self, wanted: Photograph) -> PreparedPhoto:
        """Return a picture as intake would have made it from an upload."""
        if wanted not in self.prepared:
            self.prepared[wanted] = prepare_photo(draw(wanted))
        return self.prepared[wanted]


def draw(wanted: Photograph) -> bytes:
    """Return a drawing as JPEG, the same for the same scene and variant."""
    rng = Random(f"{wanted.scene} {wanted.variant}")
    image = Image.new("RGB", (WIDTH, HEIGHT), DAY)
    canvas = ImageDraw.Draw(image)
    SCENES[wanted.scene](canvas, rng)
    _mark(canvas)
    content = BytesIO()
    image.save(content, "JPEG", quality=80)
    return content.getvalue()


def _mark(canvas: ImageDraw.ImageDraw) -> None:
    font = ImageFont.load_default(MARK_SIZE_PX)
    left, top, right, bottom = canvas.textbbox((0, 0), MARK, font=font)
    x, y = WIDTH - (right - left) - 70, HEIGHT - (bottom - top) - 70
    box = (x - 24, y - 20, WIDTH - 36, HEIGHT - 30)
    canvas.rounded_rectangle(box, 16, fill=(255, 255, 255), outline=(160, 30, 30), width=6)
    canvas.text((x - left, y - top), MARK, font=font, fill=(160, 30, 30))


def _backdrop(canvas: ImageDraw.ImageDraw, rng: Random, *, sky: Colour = DAY) -> None:
    """Draw sky, ground and a row of houses."""
    dim = 0.35 if sky == NIGHT else 1.0
    canvas.rectangle((0, 0, WIDTH, HEIGHT), fill=sky)
    canvas.rectangle((0, HORIZON, WIDTH, HEIGHT), fill=_dimmed(GRASS, dim))
    x = rng.randint(-120, 0)
    while x < WIDTH:
        wide, tall = rng.randint(180, 300), rng.randint(130, 210)
        wall = _dimmed(rng.choice(WALLS), dim)
        top = HORIZON - tall
        canvas.rectangle((x, top, x + wide, HORIZON), fill=wall)
        peak = (x + wide // 2, top - 90)
        canvas.polygon((x - 20, top, *peak, x + wide + 20, top), fill=_dimmed(ROOF, dim))
        canvas.rectangle((x + 30, top + 50, x + 90, HORIZON - 40), fill=_dimmed((110, 84, 60), dim))
        lit = (
            (236, 200, 96) if sky == NIGHT and rng.random() < 0.5 else _dimmed((150, 180, 196), dim)
        )
        canvas.rectangle((x + 120, top + 40, x + 165, top + 85), fill=lit)
        x += wide + rng.randint(20, 90)


def _road(canvas: ImageDraw.ImageDraw, *, dim: float = 1.0) -> None:
    canvas.polygon(
        (0, HEIGHT, 380, HORIZON, 760, HORIZON, WIDTH, HEIGHT), fill=_dimmed(ASPHALT, dim)
    )
    for step in range(5):
        y = HORIZON + 30 + step * 75
        half = 4 + step * 3
        canvas.polygon(
            (585 - half, y, 585 + half, y, 590 + half, y + 38, 580 - half, y + 38),
            fill=_dimmed((230, 230, 224), dim),
        )


def _tree(canvas: ImageDraw.ImageDraw, rng: Random, x: int, *, base: int = HORIZON + 60) -> None:
    canvas.rectangle((x - 18, base - 300, x + 18, base), fill=(98, 72, 50))
    for _ in range(9):
        dx, dy, r = rng.randint(-110, 110), rng.randint(-130, 40), rng.randint(60, 100)
        green = rng.choice(((64, 112, 62), (78, 128, 70), (56, 98, 58)))
        canvas.ellipse(
            (x + dx - r, base - 330 + dy - r, x + dx + r, base - 330 + dy + r), fill=green
        )


def _blob(
    canvas: ImageDraw.ImageDraw, rng: Random, x: int, y: int, size: int, fill: Colour
) -> None:
    points = [
        (x + size * rng.uniform(0.7, 1.1) * dx, y + size * 0.38 * rng.uniform(0.7, 1.1) * dy)
        for dx, dy in (
            (-1, 0),
            (-0.7, -0.7),
            (0, -1),
            (0.7, -0.7),
            (1, 0),
            (0.7, 0.7),
            (0, 1),
            (-0.7, 0.7),
        )
    ]
    canvas.polygon(points, fill=fill)


def _dimmed(colour: Colour, factor: float) -> Colour:
    red, green, blue = (int(part * factor) for part in colour)
    return red, green, blue


def lamp(canvas: ImageDraw.ImageDraw, rng: Random) -> None:
    _backdrop(canvas, rng, sky=NIGHT)
    _road(canvas, dim=0.35)
    for x, is_lit in ((260, False), (900, rng.random() < 0.5)):
        canvas.line((x, HORIZON + 80, x, 150, x + 110, 130), fill=(120, 122, 128), width=12)
        colour = (255, 226, 140) if is_lit else (70, 72, 78)
        canvas.ellipse((x + 90, 118, x + 150, 150), fill=colour)
        if is_lit:
            canvas.polygon(
                (x + 120, 150, x - 20, HORIZON + 80, x + 260, HORIZON + 80), fill=(84, 78, 60)
            )


def pothole(canvas: ImageDraw.ImageDraw, rng: Random) -> None:
    _backdrop(canvas, rng)
    _road(canvas)
    for _ in range(rng.randint(1, 3)):
        x, y, size = rng.randint(360, 760), rng.randint(680, 800), rng.randint(110, 190)
        _blob(canvas, rng, x, y, size, (66, 64, 62))
        _blob(canvas, rng, x, y + 8, int(size * 0.72), (120, 104, 80))


def rubbish(canvas: ImageDraw.ImageDraw, rng: Random) -> None:
    _backdrop(canvas, rng)
    canvas.rectangle((0, 760, WIDTH, HEIGHT), fill=ASPHALT)
    for _ in range(34):
        x = int(rng.gauss(520, 190))
        y = 760 - abs(int(rng.gauss(0, 80)))
        _blob(canvas, rng, x, y, rng.randint(34, 70), rng.choice(BAGS))


def flood(canvas: ImageDraw.ImageDraw, rng: Random) -> None:
    _backdrop(canvas, rng, sky=RAIN)
    canvas.rectangle((0, HORIZON + 40, WIDTH, HEIGHT), fill=WATER)
    for _ in range(40):
        x, y = rng.randint(0, WIDTH), rng.randint(HORIZON + 60, HEIGHT)
        canvas.arc((x, y, x + 120, y + 26), 0, 180, fill=(160, 152, 126), width=4)
    for _ in range(90):
        x, y = rng.randint(0, WIDTH), rng.randint(0, HEIGHT - 200)
        canvas.line((x, y, x - 14, y + 46), fill=(206, 212, 218), width=2)


def drain(canvas: ImageDraw.ImageDraw, rng: Random) -> None:
    _backdrop(canvas, rng, sky=RAIN)
    canvas.rectangle((0, 640, WIDTH, HEIGHT), fill=(172, 168, 160))
    canvas.polygon((120, HEIGHT, 420, 640, 780, 640, 1080, HEIGHT), fill=WATER)
    for _ in range(26):
        x, y = int(rng.gauss(600, 140)), rng.randint(690, 860)
        _blob(canvas, rng, x, y, rng.randint(20, 48), rng.choice(BAGS))


def tree(canvas: ImageDraw.ImageDraw, rng: Random) -> None:
    _backdrop(canvas, rng)
    _road(canvas)
    _tree(canvas, rng, rng.randint(180, 300))
    canvas.line((250, 420, 820, 700), fill=(98, 72, 50), width=34)
    for _ in range(8):
        x, y = rng.randint(640, 900), rng.randint(620, 760)
        canvas.ellipse((x - 70, y - 50, x + 70, y + 50), fill=(72, 118, 66))


def cable(canvas: ImageDraw.ImageDraw, rng: Random) -> None:
    _backdrop(canvas, rng)
    _road(canvas)
    for x in (150, 1020):
        canvas.line((x, HORIZON + 120, x, 90), fill=(122, 118, 112), width=18)
    for height in range(4):
        sag = rng.randint(60, 150) if height < 3 else rng.randint(520, 600)
        box = (150, 110 + height * 22 - sag, 1020, 110 + height * 22 + sag)
        canvas.arc(box, 0, 180, fill=(28, 28, 32), width=7)


def stalls(canvas: ImageDraw.ImageDraw, rng: Random) -> None:
    _backdrop(canvas, rng)
    canvas.rectangle((0, 620, WIDTH, 760), fill=(198, 192, 182))
    canvas.rectangle((0, 760, WIDTH, HEIGHT), fill=ASPHALT)
    for number in range(4):
        x = 60 + number * 280 + rng.randint(-20, 20)
        colour = rng.choice(((206, 84, 70), (70, 118, 180), (232, 176, 72)))
        canvas.polygon((x, 520, x + 220, 520, x + 250, 590, x - 30, 590), fill=colour)
        canvas.rectangle((x + 10, 650, x + 210, 730), fill=(146, 110, 76))
        canvas.line((x, 590, x, 730), fill=(90, 90, 90), width=8)
        canvas.line((x + 220, 590, x + 220, 730), fill=(90, 90, 90), width=8)


def parked(canvas: ImageDraw.ImageDraw, rng: Random) -> None:
    _backdrop(canvas, rng)
    canvas.rectangle((0, 600, WIDTH, HEIGHT), fill=ASPHALT)
    for number in range(3):
        x, y = 40 + number * 390, 640 + (number % 2) * 60
        colour = rng.choice(((190, 60, 56), (232, 232, 232), (62, 72, 92), (180, 184, 190)))
        canvas.rounded_rectangle((x, y, x + 340, y + 110), 26, fill=colour)
        canvas.polygon((x + 60, y, x + 110, y - 70, x + 240, y - 70, x + 290, y), fill=colour)
        canvas.rectangle((x + 120, y - 56, x + 232, y - 8), fill=(170, 196, 210))
        for wheel in (x + 70, x + 270):
            canvas.ellipse((wheel - 36, y + 70, wheel + 36, y + 142), fill=(30, 30, 30))


def banner(canvas: ImageDraw.ImageDraw, rng: Random) -> None:
    _backdrop(canvas, rng)
    _tree(canvas, rng, 220)
    _tree(canvas, rng, 960)
    for _ in range(3):
        x, y = rng.randint(140, 520), rng.randint(250, 420)
        colour = rng.choice(((236, 214, 70), (236, 240, 240), (220, 96, 80)))
        canvas.rectangle((x, y, x + 460, y + 90), fill=colour, outline=(80, 80, 80), width=4)
        for row in (y + 26, y + 56):
            canvas.line((x + 40, row, x + 420, row), fill=(110, 110, 110), width=10)


def playground(canvas: ImageDraw.ImageDraw, rng: Random) -> None:
    _backdrop(canvas, rng)
    _tree(canvas, rng, rng.randint(940, 1060))
    canvas.line((220, 740, 300, 330, 760, 330, 840, 740), fill=(196, 70, 60), width=20)
    for x, is_broken in ((420, False), (620, True)):
        canvas.line((x, 330, x, 600), fill=(90, 90, 90), width=6)
        if is_broken:
            canvas.line((x + 100, 330, x + 120, 440), fill=(90, 90, 90), width=6)
            canvas.polygon((x - 6, 596, x + 10, 612, x + 90, 690, x + 74, 700), fill=(120, 84, 56))
        else:
            canvas.line((x + 100, 330, x + 100, 600), fill=(90, 90, 90), width=6)
            canvas.rectangle((x - 8, 596, x + 108, 616), fill=(120, 84, 56))


def signals(canvas: ImageDraw.ImageDraw, rng: Random) -> None:
    _backdrop(canvas, rng)
    _road(canvas)
    x = rng.randint(820, 920)
    canvas.line((x, HORIZON + 160, x, 200), fill=(70, 72, 76), width=18)
    canvas.rounded_rectangle((x - 60, 110, x + 60, 400), 24, fill=(40, 42, 46))
    for y in (160, 250, 340):
        canvas.ellipse((x - 36, y - 36, x + 36, y + 36), fill=(78, 78, 80))


def wall(canvas: ImageDraw.ImageDraw, rng: Random) -> None:
    canvas.rectangle((0, 0, WIDTH, HEIGHT), fill=DAY)
    canvas.rectangle((0, 220, WIDTH, 760), fill=(206, 200, 188))
    canvas.rectangle((0, 760, WIDTH, HEIGHT), fill=(160, 158, 152))
    for _ in range(12):
        colour = rng.choice(((40, 60, 150), (190, 40, 60), (30, 30, 30), (60, 140, 70)))
        points = [(rng.randint(120, 1080), rng.randint(280, 700)) for _ in range(5)]
        canvas.line(points, fill=colour, width=rng.randint(8, 22), joint="curve")


def smoke(canvas: ImageDraw.ImageDraw, rng: Random) -> None:
    _backdrop(canvas, rng)
    for step in range(26):
        r = 40 + step * 7
        x, y = 420 + step * 14 + rng.randint(-30, 30), 690 - step * 24
        grey = 120 + step * 3
        canvas.ellipse((x - r, y - r, x + r, y + r), fill=(grey, grey, grey))
    for _ in range(14):
        _blob(canvas, rng, int(rng.gauss(420, 90)), rng.randint(690, 760), 50, rng.choice(BAGS))
    for x in range(330, 520, 36):
        canvas.polygon((x, 740, x + 20, 640 + rng.randint(0, 50), x + 40, 740), fill=(236, 120, 40))


def works(canvas: ImageDraw.ImageDraw, rng: Random) -> None:
    _backdrop(canvas, rng)
    _road(canvas)
    canvas.polygon((300, HEIGHT, 500, 600, 640, 600, 620, HEIGHT), fill=(120, 84, 54))
    for _ in range(10):
        _blob(canvas, rng, rng.randint(640, 820), rng.randint(660, 820), 60, (146, 106, 70))
    for x in (240, 720):
        canvas.rectangle((x, 560, x + 190, 600), fill=(236, 236, 236))
        for stripe in range(0, 190, 48):
            canvas.rectangle((x + stripe, 560, x + stripe + 24, 600), fill=(220, 70, 50))
        canvas.line((x + 20, 600, x + 20, 690), fill=(90, 90, 90), width=8)
        canvas.line((x + 170, 600, x + 170, 690), fill=(90, 90, 90), width=8)


def pipe(canvas: ImageDraw.ImageDraw, rng: Random) -> None:
    _backdrop(canvas, rng)
    canvas.rectangle((0, 660, WIDTH, HEIGHT), fill=(176, 170, 158))
    canvas.line((0, 620, WIDTH, 620), fill=(70, 104, 150), width=46)
    for _ in range(60):
        x, y = int(rng.gauss(600, 60)), rng.randint(420, 610)
        canvas.line((600, 610, x, y), fill=(206, 226, 240), width=4)
    _blob(canvas, rng, 600, 760, 330, (140, 160, 176))


def steps(canvas: ImageDraw.ImageDraw, rng: Random) -> None:
    _backdrop(canvas, rng)
    canvas.rectangle((360, 250, 1000, 640), fill=rng.choice(WALLS))
    canvas.rectangle((600, 370, 760, 640), fill=(110, 84, 60))
    for number in range(5):
        y = 640 + number * 40
        grey = 196 - number * 10
        canvas.rectangle((520 - number * 30, y, 840 + number * 30, y + 40), fill=(grey, grey, grey))


def nest(canvas: ImageDraw.ImageDraw, rng: Random) -> None:
    canvas.rectangle((0, 0, WIDTH, HEIGHT), fill=DAY)
    canvas.polygon((0, 260, 600, 60, WIDTH, 260, WIDTH, 330, 0, 330), fill=ROOF)
    canvas.rectangle((80, 330, 1120, HEIGHT), fill=rng.choice(WALLS))
    x = rng.randint(420, 700)
    canvas.ellipse((x, 320, x + 200, 560), fill=(150, 118, 78))
    for row in range(360, 540, 40):
        canvas.arc((x + 10, row, x + 190, row + 60), 0, 180, fill=(112, 84, 54), width=6)
    for _ in range(30):
        dx, dy = rng.randint(x - 160, x + 360), rng.randint(300, 660)
        canvas.ellipse((dx, dy, dx + 12, dy + 8), fill=(60, 50, 20))


def slope(canvas: ImageDraw.ImageDraw, rng: Random) -> None:
    _backdrop(canvas, rng, sky=RAIN)
    canvas.polygon((0, 420, 520, 480, 760, HEIGHT, 0, HEIGHT), fill=(132, 96, 62))
    canvas.rectangle((760, 760, WIDTH, HEIGHT), fill=WATER)
    for _ in range(24):
        _blob(
            canvas,
            rng,
            rng.randint(480, 860),
            rng.randint(560, 860),
            rng.randint(30, 60),
            (150, 146, 138),
        )
    canvas.line((240, 452, 330, 560, 300, 660, 380, 780), fill=(60, 42, 28), width=10)


def animals(canvas: ImageDraw.ImageDraw, rng: Random) -> None:
    _backdrop(canvas, rng)
    _road(canvas)
    for _ in range(3):
        x, y = rng.randint(160, 820), rng.randint(620, 760)
        coat = rng.choice(((150, 110, 70), (70, 60, 54), (222, 214, 198)))
        canvas.ellipse((x, y, x + 150, y + 70), fill=coat)
        canvas.ellipse((x + 120, y - 34, x + 190, y + 26), fill=coat)
        for leg in (20, 50, 100, 128):
            canvas.line((x + leg, y + 55, x + leg, y + 110), fill=coat, width=14)
        canvas.line((x + 8, y + 20, x - 34, y - 20), fill=coat, width=10)


SCENES: Final[Mapping[str, Scene]] = {
    scene.__name__: scene
    for scene in (
        lamp, pothole, rubbish, flood, drain, tree, cable, stalls, parked, banner, playground,
        signals, wall, smoke, works, pipe, steps, nest, slope, animals,
    )
}  # fmt: skip
