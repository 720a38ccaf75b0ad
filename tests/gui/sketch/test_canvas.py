"""The pen on the canvas, by events of mouse, wheel, tablet and keyboard."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QPointingDevice, QTabletEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from facedesigner.gui.sketch.options_bar import place_of
from facedesigner.gui.sketch.sketch_tab import SketchTab
from facedesigner.gui.sketch.tool_strip import Swatch
from facedesigner.state.drawing import HINTS, SIDE, SKETCH, Fill, Stroke
from tests.gui.sketch.conftest import draw, line


def at(tab: SketchTab, x: float, y: float) -> QPoint:
    return tab.canvas.placement.to_view.map(QPointF(x, y)).toPoint()


def wheel(tab: SketchTab, notches: int, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    place = QPointF(tab.canvas.rect().center())
    nothing = Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False
    QApplication.sendEvent(tab.canvas, QWheelEvent(place, place, QPoint(), QPoint(0, 120 * notches), *nothing))


def tablet(tab: SketchTab, kind: QEvent.Type, x: float, y: float, pressure: float, eraser: bool = False) -> None:
    pointer = QPointingDevice.PointerType.Eraser if eraser else QPointingDevice.PointerType.Pen
    device = QPointingDevice(
        "pen", 1, QPointingDevice.DeviceType.Stylus, pointer, QPointingDevice.Capability.Pressure, 1, 1
    )
    place = QPointF(at(tab, x, y))
    left = Qt.MouseButton.LeftButton
    event = QTabletEvent(
        kind, device, place, place, pressure, 0, 0, 0, 0, 0, Qt.KeyboardModifier.NoModifier, left, left
    )
    QApplication.sendEvent(tab.canvas, event)
    assert event.isAccepted()


def test_the_mouse_draws_one_stroke(tab: SketchTab):
    left = Qt.MouseButton.LeftButton
    tab.kit.set_smoothing(0)
    QTest.mousePress(tab.canvas, left, pos=at(tab, 200, 200))
    for x in range(220, 801, 20):
        QTest.mouseMove(tab.canvas, at(tab, x, 200))
    QTest.mouseRelease(tab.canvas, left, pos=at(tab, 800, 200))
    (stroke,) = tab.sheet.marks
    assert isinstance(stroke, Stroke) and len(stroke.points) > 20
    assert stroke.points[0][:2] == pytest.approx((200, 200), abs=2)
    assert stroke.points[-1][:2] == pytest.approx((800, 200), abs=2)
    assert tab.sheet.layers[SKETCH].pixelColor(500, 200).alpha() == 255
    shown = tab.canvas.grab().toImage()
    assert shown.pixelColor(at(tab, 500, 200)).lightness() < 60
    assert shown.pixelColor(at(tab, 500, 100)).lightness() == 255


def test_a_stroke_repaints_its_surroundings_alone(tab: SketchTab):
    areas: list[QRect] = []
    tab.options.guide.setChecked(False)
    tab.sheet.painted.connect(areas.extend)
    draw(tab, (200, 200), (220, 210), (240, 205))
    assert areas and all(area.width() < 60 and area.height() < 60 for area in areas)


def test_pressure_and_the_eraser_of_a_tablet(tab: SketchTab):
    kind = QEvent.Type
    tablet(tab, kind.TabletPress, 300, 300, 0.2)
    tablet(tab, kind.TabletMove, 500, 300, 0.9)
    tablet(tab, kind.TabletRelease, 500, 300, 0.0)
    stroke = tab.sheet.marks[0]
    assert isinstance(stroke, Stroke) and stroke.tool == "pen" and stroke.points[0][2] == pytest.approx(0.2)
    tablet(tab, kind.TabletPress, 400, 250, 1.0, eraser=True)
    tablet(tab, kind.TabletMove, 400, 350, 1.0, eraser=True)
    tablet(tab, kind.TabletRelease, 400, 350, 0.0, eraser=True)
    assert [mark.tool for mark in tab.sheet.marks if isinstance(mark, Stroke)] == ["pen", "eraser"]
    assert tab.kit.tool.name == "pen"


def test_shift_draws_a_straight_line(tab: SketchTab):
    draw(tab, (200, 200), (500, 900), (800, 300), straight=True)
    (stroke,) = tab.sheet.marks
    assert isinstance(stroke, Stroke) and len(stroke.points) == 2


def test_symmetry_draws_both_halves(tab: SketchTab):
    QTest.keyClick(tab.canvas, Qt.Key.Key_S)
    assert tab.options.symmetry.isChecked()
    draw(tab, (700, 300), (700, 600))
    for x in (700, SIDE - 700):
        assert tab.sheet.layers[SKETCH].pixelColor(x, 450).alpha() > 200


def test_the_wheel_zooms_sizes_and_turns(tab: SketchTab):
    canvas = tab.canvas
    fixed = canvas.placement.to_sheet(QPointF(canvas.rect().center()))
    wheel(tab, 2)
    assert canvas.placement.zoom > 1.2
    size = tab.kit.size
    wheel(tab, 1, Qt.KeyboardModifier.ControlModifier)
    assert tab.kit.size > size and tab.options.size_.value == place_of(tab.kit.size)
    wheel(tab, 2, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.placement.angle == 15
    now = canvas.placement.to_sheet(QPointF(canvas.rect().center()))
    assert (now - fixed).manhattanLength() < 1e-6
    draw(tab, (200, 200), (800, 300))  # the drawing is not turned, only its view
    assert tab.sheet.marks[0].points[0][:2] == pytest.approx((200, 200), abs=0.2)  # type: ignore[union-attr]
    QTest.keyClick(canvas, Qt.Key.Key_0)
    assert canvas.placement.zoom == 1 and canvas.placement.angle == 0


def test_the_zoom_is_that_of_the_sheets_pixels(tab: SketchTab, qtbot):
    canvas, bar = tab.canvas, tab.layers.zoom

    def shown() -> str:
        edge = canvas.placement.to_view.map(QPointF(SIDE, 0)) - canvas.placement.to_view.map(QPointF(0, 0))
        return f"{round(100 * edge.x() / SIDE)} %"

    assert bar.percent.text() == shown() != "100 %"
    bar.zoom_in.click()
    assert bar.percent.text() == shown() and canvas.placement.zoom > 1
    bar.fit.click()
    tab.resize(tab.width(), tab.height() + 80)
    qtbot.waitUntil(lambda: bar.percent.text() == shown())
    canvas.turn_by(15)
    assert bar.percent.text().startswith("+15°") and bar.percent.text().endswith(" %")


@pytest.mark.parametrize("by", ["middle", "space", "tool"])
def test_the_sheet_can_be_moved(tab: SketchTab, by: str):
    button = Qt.MouseButton.MiddleButton if by == "middle" else Qt.MouseButton.LeftButton
    if by == "space":
        QTest.keyPress(tab.canvas, Qt.Key.Key_Space)
    elif by == "tool":
        QTest.keyClick(tab.canvas, Qt.Key.Key_H)
    before = at(tab, 512, 512)
    QTest.mousePress(tab.canvas, button, pos=before)
    QTest.mouseMove(tab.canvas, before + QPoint(40, 30))
    QTest.mouseRelease(tab.canvas, button, pos=before + QPoint(40, 30))
    assert at(tab, 512, 512) - before == QPoint(40, 30) and not tab.sheet.marks
    if by == "space":
        QTest.keyRelease(tab.canvas, Qt.Key.Key_Space)


def test_escape_takes_back_the_stroke_under_way(tab: SketchTab):
    view = tab.canvas.placement.to_view
    tab.canvas.press(view.map(QPointF(200, 200)), 1)
    tab.canvas.drag(view.map(QPointF(400, 400)), 1)
    QTest.keyClick(tab.canvas, Qt.Key.Key_Escape)
    tab.canvas.lift()
    assert not tab.sheet.marks and tab.sheet.layers[SKETCH].pixelColor(300, 300).alpha() == 0


def test_brush_and_fill_go_to_the_hints(tab: SketchTab, qtbot):
    QTest.keyClick(tab.canvas, Qt.Key.Key_B)
    assert tab.kit.layer == HINTS and tab.layers.names[HINTS].isChecked()
    draw(tab, (200, 200), (400, 200))
    QTest.keyClick(tab.canvas, Qt.Key.Key_F)
    draw(tab, (600, 600))
    assert isinstance(tab.sheet.marks[-1], Fill) and not tab.sheet.has_ink
    tab.sheet.put(line((100, 800), (900, 800), size=30))
    with qtbot.waitSignal(tab.said):
        draw(tab, (500, 800))  # on a line
    assert len(tab.sheet.marks) == 3


def test_the_eraser_stays_on_the_chosen_layer(tab: SketchTab):
    tab.layers.names[HINTS].click()
    assert tab.kit.tool.name == "brush"
    tab.strip.tools["eraser"].click()
    draw(tab, (200, 200), (400, 200))
    assert tab.sheet.marks[-1].layer == HINTS  # type: ignore[union-attr]
    tab.layers.names[SKETCH].click()
    assert tab.kit.tool.name == "eraser" and tab.kit.layer == SKETCH


def test_a_colour_takes_the_brush(tab: SketchTab):
    swatch = next(child for child in tab.strip.findChildren(Swatch) if child.toolTip() == "Lips")
    swatch.click()
    assert tab.kit.colour == "#c0605c" and tab.strip.tools["brush"].isChecked()


def test_hidden_layers_are_not_seen(tab: SketchTab):
    tab.options.guide.setChecked(False)
    draw(tab, (100, 512), (900, 512))
    place = at(tab, 512, 512)
    assert tab.canvas.grab().toImage().pixelColor(place).lightness() < 60
    tab.layers.eyes[SKETCH].click()
    assert tab.canvas.grab().toImage().pixelColor(place).lightness() == 255


def test_undo_by_keyboard_reaches_the_drawing(tab: SketchTab):
    draw(tab, (100, 512), (900, 512))
    QTest.keyClick(tab.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not tab.sheet.marks
    QTest.keyClick(tab.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert len(tab.sheet.marks) == 1
    tab.strip.clear.click()
    assert tab.sheet.is_empty and not tab.strip.clear.isEnabled()
    tab.strip.undo.click()
    assert not tab.sheet.is_empty


def test_the_bar_changes_the_tool_in_the_hand(tab: SketchTab):
    bar = tab.options
    bar.size_.slider.setValue(place_of(100))
    bar.opacity.slider.setValue(40)
    bar.smoothing.slider.setValue(0)
    draw(tab, (200, 200), (800, 200))
    (stroke,) = tab.sheet.marks
    assert isinstance(stroke, Stroke) and (stroke.size, stroke.opacity, tab.kit.smoothing) == (100, 0.4, 0)
    tab.strip.tools["pencil"].click()
    assert tab.kit.size == 14 and bar.opacity.value == 100
    tab.strip.tools["fill"].click()
    assert not bar.size_.isEnabled() and bar.opacity.isEnabled()
