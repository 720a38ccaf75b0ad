"""A dozen portraits as people draw them: wrong proportions, lines that do not meet, a hand that trembles."""

from __future__ import annotations

import math
from collections.abc import Callable

from artist import Artist
from parts import brows, ears, eyes, jaw, mouth, neck, nose, skull

from facedesigner.state.drawing import Mark

SKIN, PALE, DARK_SKIN, LIPS = "#d9a283", "#f0c8ac", "#8a5a3c", "#c0605c"
BROWN, BLOND, GREY, BLACK, BLUE, GREEN = "#5a3a26", "#d8b26a", "#a9a5a0", "#211b1a", "#5f87b0", "#6f8f63"


def circle_face(a: Artist) -> None:
    a.ring(512, 540, 330, 340)
    a.ring(640, 470, 36, 26, both=True)
    a.dot(640, 470, 22, both=True)
    a.line((512, 520), (490, 630), (530, 635))
    a.line((380, 730), (450, 780), (512, 790), (580, 778), (650, 725))


def cartoon(a: Artist) -> None:
    a.size = 9
    jaw(a, 265, 900, 0.05)
    a.line((235, 430), (250, 260), (340, 150), (520, 190), (560, 120), (720, 200), (790, 300), (785, 430))
    a.line((290, 380), (360, 270), (430, 330), (510, 250), (580, 330), (660, 265), (735, 385))
    a.ring(635, 480, 62, 75, both=True)
    a.dot(628, 495, 40, both=True)
    a.line((560, 370), (630, 335), (715, 365), size=16, both=True)
    a.line((512, 560), (545, 640), (500, 650))
    a.line((390, 740), (450, 800), (530, 812), (610, 785), (645, 730))
    ears(a, 265)
    a.colour(BROWN, (340, 250), (500, 220), (690, 250), size=80)
    a.colour(PALE, (420, 640), (350, 600), size=80)
    a.colour(PALE, (650, 650), (690, 600), size=80)


def three_quarter(a: Artist) -> None:
    """Turned to the left of the sheet."""
    a.line(
        (330, 330),
        (300, 430),
        (318, 480),
        (290, 560),
        (330, 660),
        (335, 780),
        (400, 880),
        (480, 925),
        (590, 890),
        (700, 780),
        (745, 640),
    )
    a.line((330, 330), (370, 220), (500, 150), (660, 180), (770, 290), (800, 440), (770, 580))
    a.line((360, 330), (480, 260), (610, 300), (690, 420), (720, 520))
    a.line((745, 520), (790, 500), (795, 580), (745, 640))
    for x, w in ((385, 42), (570, 62)):
        a.line((x - w, 492), (x - w * 0.4, 462), (x + w * 0.4, 464), (x + w, 494))
        a.line((x - w, 492), (x, 512), (x + w, 494), size=4)
        a.ring(x - 8, 487, 18, 20)
        a.dot(x - 8, 487, 15)
        a.line((x - w * 1.1, 425), (x, 400), (x + w * 1.2, 428), size=11)
    a.line((440, 470), (425, 560), (385, 640), (400, 668), (440, 662))
    a.line((455, 630), (470, 660), (440, 672))
    a.line((370, 775), (420, 758), (450, 765), (490, 756), (560, 778))
    a.line((370, 775), (440, 782), (560, 778))
    a.line((385, 790), (450, 822), (550, 788), size=4)
    a.line((640, 850), (660, 960), (760, 1010))
    a.line((480, 925), (470, 1000))


def glasses(a: Artist) -> None:
    jaw(a)
    skull(a)
    ears(a)
    neck(a)
    eyes(a, 0.85)
    brows(a)
    nose(a)
    mouth(a, curve=6)
    a.size = 10
    a.ring(638, 495, 92, 72, both=True)
    a.line((545, 480), (512, 465), (478, 480))
    a.line((730, 475), (765, 470), both=True)
    a.size = 6
    a.line((275, 400), (300, 260), (420, 175), (560, 190), (690, 220), (750, 400))
    a.line((330, 350), (420, 280), (600, 270), (720, 350))
    a.colour(BROWN, (340, 280), (480, 215), (680, 260), size=70)


def beard(a: Artist) -> None:
    jaw(a, 250, 935, 0.08)
    skull(a, 250)
    ears(a, 250)
    eyes(a, 0.85)
    brows(a, 425, 415, 18)
    nose(a, 68)
    mouth(a, 90)
    a.line((745, 560), (735, 700), (700, 850), (620, 960), (512, 990), both=True)
    a.line((745, 620), (680, 690), (620, 705), (512, 695), both=True)
    for index in range(15):
        x = 300 + 30 * index
        dip = 90 * math.sin(math.pi * (index + 0.5) / 15)
        a.hatch(
            [(x, 770 + dip * 0.6), (x + 8, 820 + dip), (x - 4, 860 + dip)], [(x + 12, 720), (x + 16, 760), (x + 6, 800)]
        )
    a.line((270, 380), (310, 230), (512, 165), (720, 235), (755, 380))
    a.colour(BROWN, (330, 800), (420, 920), (600, 930), (700, 790), size=70)
    a.colour(BROWN, (340, 250), (512, 200), (690, 250), size=60)
    a.colour(SKIN, (430, 380), (600, 380), size=60)


def child(a: Artist) -> None:
    """Drawn as a child draws: large, crooked, with dots and lashes."""
    a.size = 11
    a.line((500, 160), (250, 250), (190, 520), (280, 790), (520, 880), (760, 780), (830, 500), (740, 250), (490, 150))
    a.ring(390, 450, 55, 48)
    a.ring(640, 430, 48, 56)
    a.dot(395, 460, 30)
    a.dot(645, 440, 30)
    for x in (350, 390, 430):
        a.line((x, 400), (x - 10 + (x - 390) * 0.3, 365))
    for x in (605, 640, 675):
        a.line((x, 375), (x + (x - 640) * 0.4, 340))
    a.line((520, 520), (480, 620), (550, 630))
    a.line((350, 700), (440, 770), (560, 775), (690, 690))
    for x in range(260, 800, 60):
        a.line((x, 240 - 80 * math.sin((x - 200) / 200)), (x - 20, 120 - 60 * math.sin((x - 200) / 200)), (x + 10, 60))
    a.line((190, 480), (130, 500), (150, 590), (210, 590))
    a.line((830, 470), (890, 490), (880, 580), (820, 590))
    a.colour("#e8a94f", (270, 150), (520, 90), (760, 160), size=70)
    a.colour(LIPS, (440, 745), (560, 750), size=24)


def old_man(a: Artist) -> None:
    jaw(a, 235, 930)
    skull(a, 240, 190)
    ears(a, 240)
    eyes(a, 0.6, -4)
    brows(a, 428, 440, 14)
    nose(a, 72, 665)
    mouth(a, 100, -10, 0.6)
    for y in (285, 325, 365):
        a.line((400, y + 8), (460, y - 4), (560, y - 4), (630, y + 8), size=3)
    a.line((600, 640), (640, 700), (640, 770), size=4, both=True)
    a.line((590, 530), (640, 548), (690, 530), size=3, both=True)
    a.line((705, 500), (740, 520), size=3, both=True)
    a.line((705, 488), (742, 480), size=3, both=True)
    for x, y in ((758, 330), (768, 380), (775, 430)):
        a.line((x - 30, y - 30), (x + 20, y - 10), (x + 30, y + 30), both=True)
    a.colour(GREY, (772, 330), (788, 430), size=40, both=True)
    neck(a)


def long_hair(a: Artist) -> None:
    jaw(a, 225, 915)
    eyes(a, 1.1)
    brows(a, 420, 418, 8)
    nose(a, 50, 645, bridge=False)
    mouth(a, 88, 4, 1.1)
    neck(a)
    a.line((512, 190), (420, 240), (330, 380), (290, 560), (300, 760), (240, 1030))
    a.line((512, 190), (610, 240), (700, 380), (735, 560), (725, 760), (790, 1030))
    a.line((512, 110), (360, 130), (235, 260), (190, 480), (180, 740), (110, 1030))
    a.line((512, 110), (670, 125), (795, 260), (835, 480), (850, 740), (920, 1030))
    for x in (30, 70, 110):
        a.line((512 + 0.8 * x, 150 + x / 3), (680 + x, 300), (760 + x * 0.6, 560), (760 + x, 900), size=4, both=True)
    a.pour(GREEN, 60, 200)
    a.colour(BLOND, (240, 500), (230, 760), (190, 930), size=80, both=True)
    a.colour(PALE, (430, 600), (440, 700), size=60, both=True)
    a.colour(LIPS, (470, 775), (560, 775), size=26)


def smiling(a: Artist) -> None:
    jaw(a)
    ears(a)
    eyes(a, 0.7)
    brows(a, 410, 415, 10)
    nose(a, 66, 645)
    a.line((385, 725), (440, 748), (512, 755), (590, 748), (640, 725))
    a.line((385, 725), (440, 810), (512, 832), (590, 808), (640, 725))
    a.line((410, 745), (512, 785), (615, 745), size=4)
    a.line((595, 640), (650, 690), (668, 745), size=4, both=True)
    a.line((380, 718), (372, 732), size=4, both=True)
    a.line((262, 420), (270, 280), (400, 160), (560, 150), (700, 210), (760, 300), (764, 420))
    a.line((285, 370), (400, 290), (520, 300), (640, 250), (740, 370))
    neck(a)
    a.colour(BLACK, (330, 260), (480, 195), (660, 225), size=70)
    a.colour(DARK_SKIN, (380, 620), (420, 680), size=70, both=True)


def big_nose(a: Artist) -> None:
    jaw(a, 240, 920)
    skull(a, 240)
    ears(a, 240)
    eyes(a, 0.8)
    brows(a, 420, 425, 14)
    a.line((480, 480), (455, 580), (400, 660), (420, 705), (512, 728), (610, 705), (625, 655), (570, 580), (545, 480))
    a.line((445, 695), (470, 680), (490, 700), size=4)
    a.line((540, 700), (560, 680), (585, 695), size=4)
    mouth(a, 90, -4)
    a.shade(290, 240, 480, 330)
    a.shade(520, 230, 720, 330)


def sad(a: Artist) -> None:
    jaw(a, 230, 920)
    skull(a, 235)
    eyes(a, 0.9, -8)
    a.line((570, 395), (630, 405), (715, 440), size=12, both=True)
    nose(a, 55, 650)
    mouth(a, 85, -26)
    a.line((655, 525), (648, 580), (660, 600), (672, 580), (655, 525), size=4)
    a.line((277, 410), (320, 320), (420, 380), (470, 290), (512, 370), (600, 280), (690, 350), (747, 410))
    a.line((270, 430), (255, 270), (400, 130), (640, 140), (770, 280), (755, 440))
    a.colour(BLUE, (90, 150), (110, 500), (80, 850), size=90, both=True)


def profile(a: Artist) -> None:
    """Nearly from the side, which no model of faces from the front knows."""
    a.line(
        (560, 180),
        (400, 220),
        (330, 330),
        (320, 420),
        (335, 455),
        (295, 560),
        (250, 640),
        (275, 672),
        (330, 680),
        (320, 720),
        (285, 748),
        (318, 772),
        (290, 800),
        (330, 830),
        (325, 890),
        (400, 935),
        (520, 900),
        (640, 800),
    )
    a.line((560, 180), (720, 210), (810, 340), (820, 520), (770, 660), (740, 760), (760, 900))
    a.line((400, 480), (365, 465), (345, 485), (360, 505), (405, 500))
    a.dot(365, 485, 16)
    a.line((330, 425), (370, 400), (440, 415), size=12)
    a.line((330, 655), (345, 630), (340, 675))
    a.line((285, 768), (350, 764), (390, 775), size=5)
    a.line((610, 500), (670, 480), (690, 560), (640, 640), (610, 600))
    a.line((430, 260), (520, 330), (560, 450), (580, 560))
    a.shade(600, 260, 780, 440)


DRAWINGS: dict[str, tuple[Callable[[Artist], None], float]] = {
    "circle-face": (circle_face, 3.0),
    "cartoon": (cartoon, 1.5),
    "three-quarter": (three_quarter, 1.5),
    "glasses": (glasses, 1.5),
    "beard": (beard, 1.5),
    "child": (child, 5.0),
    "old-man": (old_man, 2.0),
    "long-hair": (long_hair, 1.5),
    "smiling": (smiling, 1.5),
    "big-nose": (big_nose, 2.0),
    "sad": (sad, 2.0),
    "profile": (profile, 2.0),
}


def draw(name: str) -> list[Mark]:
    plan, tremble = DRAWINGS[name]
    artist = Artist(name, tremble)
    plan(artist)
    return artist.marks
