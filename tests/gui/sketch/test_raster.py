import numpy as np
import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter

from facedesigner.gui.sketch.arrays import draw_strokes, grey_of, hints_of
from facedesigner.gui.sketch.raster import Raster, blank
from facedesigner.gui.sketch.scan import to_png
from facedesigner.state.drawing import HINTS, SIDE, SKETCH, Clear, Fill, Scan, Stroke
from tests.gui.sketch.conftest import line

ZIGZAG = ((100, 100), (300, 140), (120, 300), (500, 500), (480, 520))


def painted(*marks):
    raster = Raster()
    for mark in marks:
        raster.paint(mark)
    return raster


def alpha(image: QImage, x: int, y: int) -> int:
    return image.pixelColor(x, y).alpha()


@pytest.mark.parametrize("tool", ["pen", "pencil", "brush", "eraser"])
def test_a_stroke_drawn_live_and_one_replayed_are_the_same_pixels(tool: str):
    stroke = line(*ZIGZAG, tool=tool, size=20.0, opacity=0.5, mirrored=True, layer=HINTS if tool == "brush" else SKETCH)
    ground = line((50, 110), (950, 130), size=30.0)
    whole, live = painted(ground, stroke), painted(ground)
    touched = live.begin(Stroke(tool, stroke.points[:1], 20.0, 0.5, "#000000", stroke.layer, True))
    for point in stroke.points[1:]:
        touched += live.extend(point)
    touched += live.end()
    assert live.layers == whole.layers
    before = painted(ground).layers[stroke.layer]
    assert live.layers[stroke.layer] != before
    outside = QImage(live.layers[stroke.layer])  # nothing beside the rectangles that were named changed
    for area in touched:
        paste(outside, area, before.copy(area))
    assert outside == before


def paste(image: QImage, area: QRect, patch: QImage) -> None:
    painter = QPainter(image)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    painter.drawImage(area.topLeft(), patch)
    painter.end()


def test_opacity_does_not_add_up_where_a_stroke_crosses_itself():
    cross = line((100, 100), (300, 300), (300, 100), (100, 300), size=30.0, opacity=0.5)
    sketch, _ = draw_strokes([cross], SIDE)
    assert abs(int(sketch.min()) - 127) <= 1


def test_a_stroke_may_be_taken_back():
    raster = painted(line(*ZIGZAG))
    before = raster.copy()
    raster.begin(line((10, 10)))
    raster.extend((900.0, 900.0, 1.0))
    assert raster.layers != before
    raster.cancel()
    assert raster.layers == before


def test_the_eraser_works_on_its_layer_alone():
    colour = line((100, 200), (900, 200), tool="brush", layer=HINTS, colour="#c0605c", size=40.0)
    raster = painted(line((100, 200), (900, 200)), colour, line((500, 100), (500, 300), tool="eraser", size=60.0))
    assert alpha(raster.layers[SKETCH], 500, 200) == 0 and alpha(raster.layers[SKETCH], 300, 200) == 255
    assert raster.layers[HINTS].pixelColor(500, 200).name() == "#c0605c"


def test_pressure_makes_a_line_wider():
    widths = []
    for pressure in (0.1, 1.0):
        raster = painted(Stroke("pen", ((100, 200, pressure), (900, 200, pressure)), 30.0))
        widths.append(sum(alpha(raster.layers[SKETCH], 500, y) > 127 for y in range(100, 300)))
    assert widths[0] < 15 and 28 <= widths[1] <= 32


def test_a_fill_stops_at_lines_and_small_gaps_do_not_leak():
    box = [(300, 300), (700, 300), (700, 700), (300, 700)]
    sides = [line(box[i], box[(i + 1) % 4], size=10.0) for i in range(4)]
    gap = line((500, 300), (504, 300), tool="eraser", size=4.0)
    raster = painted(*sides, gap, Fill(500, 500, "#5f87b0"))
    assert raster.layers[HINTS].pixelColor(500, 500).name() == "#5f87b0"
    assert raster.layers[HINTS].pixelColor(310, 690).name() == "#5f87b0"  # into the corners
    assert alpha(raster.layers[HINTS], 200, 200) == 0 and alpha(raster.layers[HINTS], 500, 250) == 0
    leaky = painted(*sides[:3], Fill(500, 500, "#5f87b0"))
    assert alpha(leaky.layers[HINTS], 20, 20) > 200


def test_a_mirrored_fill_pours_twice():
    middle = line((512, 0), (512, 1023), size=12.0)
    once, twice = (painted(middle, Fill(100, 100, "#5f87b0", mirrored=both)) for both in (False, True))
    assert alpha(once.layers[HINTS], 900, 100) == 0 and alpha(twice.layers[HINTS], 900, 100) == 255


def test_a_scan_lies_under_the_lines_and_a_broken_one_harms_nothing():
    grey = QImage(SIDE, SIDE, QImage.Format.Format_Grayscale8)
    grey.fill(100)
    raster = painted(line((100, 200), (900, 200)), Scan(to_png(grey)), Scan(b"broken"))
    assert alpha(raster.layers[SKETCH], 500, 200) == 255
    assert alpha(raster.layers[SKETCH], 500, 600) == 155


def test_clear_empties_both_layers():
    raster = painted(line(*ZIGZAG), Fill(800, 100, "#5f87b0"), Clear())
    assert raster.layers == {SKETCH: blank(), HINTS: blank()}


def test_arrays_are_what_the_engine_takes():
    colour = line((200, 200), (800, 200), tool="brush", layer=HINTS, colour="#c0605c", size=60.0)
    sketch, hints = draw_strokes([line((100, 700), (900, 700), size=30.0), colour], 256)
    assert sketch.shape == (256, 256) and sketch.dtype == np.uint8
    assert sketch[10, 10] == 255 and sketch[175, 128] == 0
    assert hints.shape == (256, 256, 4) and tuple(hints[50, 128]) == (0xC0, 0x60, 0x5C, 255)
    assert hints[200, 128, 3] == 0


def test_a_photo_lies_under_the_lines():
    photo = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
    photo.fill(0xFF808080)
    grey = grey_of(painted(line((100, 512), (900, 512), size=30.0)).layers[SKETCH], 128, photo)
    assert grey[10, 10] == 128 and grey[64, 64] == 0
    assert not hints_of(blank(), 64).any()
