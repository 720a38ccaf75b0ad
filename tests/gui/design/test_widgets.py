from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage

from facedesigner.gui.design.gallery import Gallery
from facedesigner.gui.widgets.face_view import FaceView
from facedesigner.gui.widgets.pixels import enlarged, to_qimage
from facedesigner.gui.widgets.value_slider import ValueSlider
from facedesigner.gui.widgets.zoom_view import ZOOM_MAX
from facedesigner.state.face import FaceState

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def value_slider(qtbot) -> ValueSlider:
    slider = ValueSlider(-3.0, 3.0, 0.0, "σ")
    qtbot.addWidget(slider)
    slider.resize(400, 30)
    slider.show()
    return slider


@pytest.fixture
def committed(value_slider: ValueSlider) -> list[float]:
    values: list[float] = []
    value_slider.committed.connect(values.append)
    return values


@pytest.fixture
def view(qtbot) -> FaceView:
    view = FaceView()
    qtbot.addWidget(view)
    view.resize(416, 316)
    view.show()
    view.set_picture(QImage(64, 64, QImage.Format.Format_RGB32))
    return view


@pytest.fixture
def gallery(qtbot) -> Gallery:
    gallery = Gallery()
    qtbot.addWidget(gallery)
    gallery.resize(300, 300)
    gallery.show_faces([FaceState(model="m", seed=seed) for seed in range(9)])
    gallery.show()
    return gallery


@pytest.fixture
def chosen(gallery: Gallery) -> list[int]:
    """Seeds of the chosen faces."""
    seeds: list[int] = []
    gallery.chosen.connect(lambda face: seeds.append(face.seed))
    return seeds


def test_double_click_resets(qtbot, value_slider, committed):
    value_slider.put(2.0)
    qtbot.mouseDClick(value_slider.slider, LEFT)
    assert value_slider.value == 0.0
    assert committed == [2.0, 0.0]


def test_keys_step_and_commit_once_at_rest(qtbot, value_slider, committed):
    with qtbot.waitSignal(value_slider.committed):
        for _ in range(3):
            qtbot.keyClick(value_slider.slider, Qt.Key.Key_Right)
    assert committed == [0.3]


def test_click_in_the_groove_goes_there_and_is_one_step(qtbot, value_slider, committed):
    slider = value_slider.slider
    with qtbot.waitSignal(value_slider.committed):
        qtbot.mouseClick(slider, LEFT, pos=QPoint(slider.width() - 4, slider.height() // 2))
    assert value_slider.value == 3.0
    assert committed == [3.0]


def test_typed_value(qtbot, value_slider):
    value_slider.box.lineEdit().selectAll()
    with qtbot.waitSignal(value_slider.committed):
        qtbot.keyClicks(value_slider.box.lineEdit(), "-1.25")
        qtbot.keyClick(value_slider.box, Qt.Key.Key_Return)
    assert value_slider.value == -1.25


def test_set_value_emits_nothing_and_forgets_a_preview(qtbot, value_slider, committed):
    qtbot.keyClick(value_slider.slider, Qt.Key.Key_Right)
    with qtbot.assertNotEmitted(value_slider.previewed):
        value_slider.set_value(-2.0)
    value_slider.finish()
    assert committed == []
    assert value_slider.box.value() == -2.0


@pytest.mark.parametrize(("minimum", "maximum", "decimals"), [(-4, 4, 2), (0, 90, 1), (0, 1.5, 2), (-1000, 1000, 0)])
def test_slider_resolution_follows_the_range(qtbot, minimum, maximum, decimals):
    slider = ValueSlider(minimum, maximum)
    qtbot.addWidget(slider)
    assert slider.box.decimals() == decimals
    assert 100 <= slider.slider.maximum() <= 2000
    slider.slider.setValue(slider.slider.maximum())
    assert slider.value == maximum


def test_arrows_walk_enter_chooses_space_selects(qtbot, gallery, chosen):
    gallery.tiles[0].setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Return):
        qtbot.keyClick(gallery, key)
    assert chosen == [5]
    qtbot.keyClick(gallery, Qt.Key.Key_Left)
    qtbot.keyClick(gallery, Qt.Key.Key_Space)
    assert [face.seed for face in gallery.selected] == [4, 5]
    assert chosen == [5]


def test_shift_click_selects_a_range(qtbot, gallery, chosen):
    qtbot.mouseClick(gallery.tiles[1], LEFT)
    qtbot.mouseClick(gallery.tiles[4], LEFT, Qt.KeyboardModifier.ShiftModifier)
    assert [face.seed for face in gallery.selected] == [1, 2, 3, 4]
    assert chosen == [1]


def test_tooltip_tells_the_seed_and_the_problem(gallery):
    assert gallery.tiles[7].toolTip() == "Seed 7"
    gallery.set_problem(7, "out of memory")
    assert gallery.tiles[7].toolTip() == "Seed 7\nout of memory"


def test_empty_tiles_cannot_be_chosen(qtbot, gallery, chosen):
    gallery.show_faces([FaceState(model="m", seed=3)])
    qtbot.mouseClick(gallery.tiles[5], LEFT)
    qtbot.keyClick(gallery, Qt.Key.Key_Right)
    assert chosen == []


def test_wheel_zooms_round_the_cursor(view):
    cursor = QPointF(100, 80)
    before = view._to_picture(cursor)
    view.zoom_by(3.0, cursor)
    after = view._to_picture(cursor)
    assert (after.x(), after.y()) == pytest.approx((before.x(), before.y()))
    view.zoom_by(1e9)
    assert view.zoom == ZOOM_MAX


def test_zero_and_double_click_fit(qtbot, view):
    view.zoom_by(4.0, QPointF(10, 10))
    qtbot.keyClick(view, Qt.Key.Key_0)
    assert (view.zoom, view.target().center()) == (1.0, QPointF(208, 158))
    view.zoom_by(4.0, QPointF(10, 10))
    qtbot.mouseDClick(view, LEFT)
    assert (view.zoom, view.target().center()) == (1.0, QPointF(208, 158))


def test_drag_pans_but_keeps_the_picture_in_sight(qtbot, view):
    view.zoom_by(2.0)
    left = view.target().left()
    qtbot.mousePress(view, LEFT, pos=QPoint(200, 150))
    qtbot.mouseMove(view, QPoint(230, 150))
    assert view.target().left() == pytest.approx(left + 30)
    qtbot.mouseMove(view, QPoint(9000, 150))
    qtbot.mouseRelease(view, LEFT)
    assert view.target().left() == pytest.approx(208)


def test_a_sharper_picture_moves_nothing(view):
    view.zoom_by(2.0, QPointF(50, 50))
    target = view.target()
    view.set_picture(QImage(256, 256, QImage.Format.Format_RGB32))
    assert view.target() == target


def test_wipe_shows_before_on_the_left(qtbot, view):
    before, after = QImage(64, 64, QImage.Format.Format_RGB32), QImage(64, 64, QImage.Format.Format_RGB32)
    before.fill(Qt.GlobalColor.red)
    after.fill(Qt.GlobalColor.blue)
    view.set_picture(after)
    view.set_before(before)
    view.set_comparing(True)
    view.set_wipe(0.25)
    target = view.target().toRect()
    picture = view.grab().toImage()
    scale = picture.devicePixelRatio()

    def colour(place: float) -> str:
        x, y = target.left() + place * target.width(), target.bottom() - 10
        return str(picture.pixelColor(round(x * scale), round(y * scale)).name())

    assert (colour(0.1), colour(0.4)) == ("#ff0000", "#0000ff")
    line = QPoint(round(target.left() + 0.25 * target.width()), 150)
    qtbot.mousePress(view, LEFT, pos=line)
    qtbot.mouseMove(view, QPoint(target.left() + target.width() // 2, 150))
    qtbot.mouseRelease(view, LEFT)
    assert view._wipe == pytest.approx(0.5, abs=0.01)


def test_problem_keeps_the_picture(view):
    picture = view.picture
    view.show_problem("Out of memory.")
    assert view.picture is picture
    assert view.message == "Out of memory."
    view.grab()  # paints the band
    view.clear("Starting…")
    assert view.message == "Starting…"
    view.grab()


def test_to_qimage_copies_in_the_right_order():
    image = np.zeros((3, 5, 3), np.uint8)
    image[1, 2] = (10, 20, 30)
    picture = to_qimage(image)
    image[:] = 255
    assert (picture.width(), picture.height()) == (5, 3)
    assert picture.pixelColor(2, 1).name() == "#0a141e"
    assert picture.pixelColor(0, 0).name() == "#000000"


def test_enlarged_stops_at_a_decent_size():
    sizes = [enlarged(QImage(side, side, QImage.Format.Format_RGB32)).width() for side in (64, 256, 300, 1024)]
    assert sizes == [512, 512, 300, 1024]
